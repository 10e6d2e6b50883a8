"""The polite client: pace, redirects, retries, and what each answer means.

The site's answers: 202 means "being made", 300 "several candidates"; 403, 429, 436 and 437 are
blocks, and a block may also come as a web page with status 200. Source: its developer pages on
responses and fair use.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self
from urllib.parse import urljoin, urlsplit

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from reformgraph import __version__
from reformgraph.errors import (
    ConfigError,
    FetchError,
    InputError,
    SourceAbsent,
    SourceBlocked,
    SourceUnreachable,
    SourceWrong,
)
from reformgraph.ingest.law.fetch import content
from reformgraph.ingest.law.fetch.guard import Guard
from reformgraph.ingest.law.fetch.waiting import (
    BEING_MADE,
    LONGEST_WAIT,
    Clock,
    Pace,
    backoff,
    retry_after,
)
from reformgraph.ingest.law.fetch.wire import Answer, BadCertificate, Damaged, Wire
from reformgraph.store.remote.hosts import Resolver

TRIES = 5
"""For an answer that asks to come back; a connection that cannot be made is tried less often."""
TRIES_TO_CONNECT = 3
HOPS = 5
FAIR = 0.25
"""Seconds; the fair-use policy of September 2026 allows 1,500 requests in five minutes (0.2 s)."""
REDIRECTS = (301, 302, 303, 307, 308)
ABSENT = (400, 404, 410)
BLOCKS = (403, 436, 437)
LATER = (408, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Terms:
    """The settings of fetching; ``hosts`` as in ``fetch_hosts``, times in seconds, size in bytes."""

    site: str
    contact: str
    hosts: str
    interval: float
    size: int
    timeout: float


def fair_interval(terms: Terms) -> float:
    """Give the seconds between requests: on the site itself never less than its rule allows."""
    host = urlsplit(terms.site).hostname or ""
    own = host == "legislation.gov.uk" or host.endswith(".legislation.gov.uk")
    return max(terms.interval, FAIR) if own else terms.interval


@dataclass(frozen=True, slots=True)
class Got:
    """A checked file and where it came from in the end."""

    content: bytes
    url: str
    media_type: str
    etag: str
    last_modified: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is in the folder already: asked for again only if it has changed."""

    url: str
    etag: str
    last_modified: str


class _Again(Exception):
    """Internal: worth another try, ``tries`` in all, not before ``least`` seconds."""

    def __init__(self, error: FetchError, tries: int, least: float = 0.0) -> None:
        super().__init__(str(error))
        self.error = error
        self.tries = tries
        self.least = least


class Client:
    """Gets files under ``terms``; ``note`` is told each time it has to wait.

    Raises ConfigError without a contact: the site refuses clients that nobody answers for.
    """

    def __init__(
        self,
        terms: Terms,
        *,
        clock: Clock | None = None,
        resolver: Resolver | None = None,
        note: Callable[[str], None] = lambda text: None,
    ) -> None:
        if not terms.contact:
            raise ConfigError(
                "legislation.gov.uk asks every client to say how its user can be reached: give "
                "--contact, or set `contact` in reformgraph.toml or REFORMGRAPH_CONTACT to your "
                "e-mail or web address",
                where={"field": "contact"},
            )
        self._clock = clock or Clock()
        self._guard = Guard(terms.hosts, terms.site, resolver)
        self._pace = Pace(fair_interval(terms), self._clock)
        self._wire = Wire(terms.size, terms.timeout)
        self._headers = {"User-Agent": f"reformgraph/{__version__} ({terms.contact})"}
        self._note = note

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.close()  # the connection that is kept between requests

    def get(self, url: str, roots: frozenset[str], known: Known | None = None) -> Got | None:
        """Get ``url``, XML with one of ``roots``; None when ``known`` is still what is there.

        Raises SourceBlocked (stop everything), SourceUnreachable and Damaged (try again another
        day), SourceAbsent and SourceWrong (this one only).
        """
        retrying = Retrying(
            retry=retry_if_exception_type(_Again),
            stop=_enough,
            wait=self._wait,
            sleep=self._clock.sleep,
            before_sleep=self._waiting,
            reraise=True,
        )
        try:
            return retrying(self._once, url, roots, known)
        except _Again as again:
            raise again.error from None

    def _once(self, url: str, roots: frozenset[str], known: Known | None) -> Got | None:
        try:
            answer, hops = self._follow(url, known)
        except (BadCertificate, SourceWrong):
            raise
        except (SourceUnreachable, Damaged) as error:
            raise _Again(error, TRIES_TO_CONNECT) from error
        if answer.status == 304 and known is not None:
            return None
        if answer.status != 200:
            raise self._refusal(answer)
        return self._accepted(answer, roots, redirected=hops > 0)

    def _follow(self, url: str, known: Known | None) -> tuple[Answer, int]:
        seen: list[str] = []
        while True:
            target = self._guard.check(url)
            if target.url in seen:
                raise SourceWrong(f"{seen[0]}: redirects in a circle, by {target.url}")
            if len(seen) > HOPS:
                raise SourceWrong(f"{seen[0]}: redirects more than {HOPS} times")
            seen.append(target.url)
            headers = dict(self._headers)
            if known is not None and known.url == target.url:
                if known.etag:
                    headers["If-None-Match"] = known.etag
                if known.last_modified:
                    headers["If-Modified-Since"] = known.last_modified
            self._pace.wait()
            answer = self._wire.get(target, headers)
            location = answer.headers.get("location", "")
            if answer.status not in REDIRECTS:
                return answer, len(seen) - 1
            if not location:
                raise SourceWrong(f"{target.url}: redirects ({answer.status}) to nowhere")
            try:
                url = urljoin(target.url, location).partition("#")[0]
            except ValueError:
                raise SourceWrong(f"{target.url}: redirects to {location!r}") from None

    def _accepted(self, answer: Answer, roots: frozenset[str], *, redirected: bool) -> Got:
        url, headers = answer.target.url, answer.headers
        try:
            content.check(answer.body, headers.get("content-type", ""), roots)
        except content.HtmlPage as error:
            if error.challenge or not redirected:
                raise SourceBlocked(_stop(url, error.detail)) from None
            raise SourceWrong(f"{url}: {error.detail}") from None
        except InputError as error:
            wrong = SourceWrong(f"{url}: {error.detail}")
            raise _Again(wrong, TRIES_TO_CONNECT) from None
        return Got(
            answer.body,
            url,
            headers.get("content-type", "").partition(";")[0].strip(),
            headers.get("etag", ""),
            headers.get("last-modified", ""),
        )

    def _refusal(self, answer: Answer) -> Exception:
        """Say what an answer means that is neither 200 nor a redirect."""
        url, status = answer.target.url, answer.status
        if status in BLOCKS:
            return SourceBlocked(_stop(url, f"the site answers {status}"))
        if status == 300:
            found = content.candidates(answer.body)
            names = ", ".join(found) or "none named"
            return SourceWrong(f"{url}: several documents have this address: {names}", hints=found)
        if status in ABSENT:
            return SourceAbsent(f"{url}: the site has no such document ({status})")
        asked = retry_after(answer.headers.get("retry-after"), self._clock.now())
        if status == 202:
            error: FetchError = SourceUnreachable(f"{url}: still being made by the site (202)")
            return self._later(error, max(asked or 0.0, BEING_MADE))
        if status == 429:
            return self._later(SourceBlocked(_stop(url, "the site answers 429")), asked)
        if status in LATER:
            return self._later(SourceUnreachable(f"{url}: the site answers {status}"), asked)
        return SourceWrong(f"{url}: the site answers {status}")

    def _later(self, error: FetchError, asked: float | None) -> Exception:
        if asked is not None and asked > LONGEST_WAIT:
            return type(error)(f"{error.detail}; it asks to wait {asked:,.0f} s")
        return _Again(error, TRIES, asked or 0.0)

    def _wait(self, state: RetryCallState) -> float:
        again = _of(state)
        return max(again.least, backoff(state.attempt_number, self._clock.jitter()))

    def _waiting(self, state: RetryCallState) -> None:
        seconds = state.next_action.sleep if state.next_action else 0.0
        self._note(f"{_of(state).error.detail}; again in {seconds:.0f} s")


def _of(state: RetryCallState) -> _Again:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, _Again):
        raise TypeError("only _Again is retried")
    return error


def _enough(state: RetryCallState) -> bool:
    return state.attempt_number >= _of(state).tries


def _stop(url: str, why: str) -> str:
    return (
        f"{url}: {why}, which is a block, not an absence: stop, wait some hours, look at "
        "fetch_interval and contact, then give the same command again"
    )
