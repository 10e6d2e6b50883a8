"""A run over a plan: named laws, lists, versions, effects, and where they lead. Resumable.

Each file that was got is in the law folder, and its line in the journal, before the next one is
asked for; an interrupted run that is given again goes on after the last of them.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Literal, Protocol

from reformgraph.errors import (
    FetchError,
    InputError,
    SourceBlocked,
    SourceWrong,
)
from reformgraph.ingest.law.fetch import links as reading
from reformgraph.ingest.law.fetch import references as names
from reformgraph.ingest.law.fetch.client import Client, Got, Known
from reformgraph.ingest.law.fetch.content import DOCUMENT_ROOTS, FEED_ROOTS
from reformgraph.ingest.law.fetch.journal import Item, Journal, journal
from reformgraph.ingest.law.fetch.references import Search
from reformgraph.ingest.law.fetch.waiting import Clock
from reformgraph.ingest.law.folder import Entry, LawFolder

Outcome = Literal["got", "unchanged", "changed", "kept", "failed", "missing", "removed", "skipped"]
"""``kept``: the source did not answer, the copy of before stands; ``failed``: the data is at fault;
``missing``: the source did not answer and there is no copy."""
FOLLOWS = ("cites", "cited", "effects")
PATIENCE = 3
"""So many files in a row that cannot be got for want of an answer end the run."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a command asks for; ``references`` are paths of the site."""

    references: tuple[str, ...] = ()
    searches: tuple[Search, ...] = ()
    effects: bool = False
    versions: bool = False
    follow: tuple[str, ...] = ()
    depth: int = 1
    limit: int | None = None
    refresh: bool = False

    def items(self) -> list[Item]:
        """Give what is asked for first, before anything has been read."""
        found = [Item(search.address(), "search") for search in self.searches]
        for path in self.references:
            found.append(Item(names.document(path), "document", 0, names.law_of(path)))
            found += self.feeds(names.law_of(path), 0)
        return list({item.address: item for item in found}.values())

    def feeds(self, law: str, depth: int) -> list[Item]:
        """Give the changes feeds of a law that is ``depth`` links away."""
        wanted = self.effects and depth == 0
        wanted = wanted or ("effects" in self.follow and depth < self.depth)
        return [Item(a, "changes", depth, law) for a in names.changes(law)] if wanted else []

    def identity(self, site: str) -> str:
        """Give a text that is the same for the same command."""
        return json.dumps([site, asdict(replace(self, refresh=False))], sort_keys=True)


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one file; ``detail`` says why, where it did not go well."""

    name: str
    outcome: Outcome
    detail: str = ""


@dataclass(slots=True)
class Result:
    """What became of a run; ``stopped`` says why it ended early, ``left_out`` counts for ``limit``."""

    steps: list[Step] = field(default_factory=list)
    earlier: int = 0
    left_out: int = 0
    stopped: str = ""

    def counts(self) -> Counter[str]:
        """Count the files by outcome."""
        return Counter(step.outcome for step in self.steps)

    def of(self, *outcomes: str) -> list[Step]:
        """Give the steps that ended so."""
        return [step for step in self.steps if step.outcome in outcomes]


class Reporter(Protocol):
    """Is told how a run goes on."""

    def step(self, step: Step, done: int, total: int) -> None:
        """One more file of ``total`` that are known by now."""

    def note(self, text: str) -> None:
        """Something that a person should know."""


def run(folder: LawFolder, client: Client, plan: Plan, site: str, reporter: Reporter) -> Result:
    """Get everything that ``plan`` leads to into ``folder``.

    Raises Busy when the same command is running, StoreError when the disk refuses. Failures of
    single files are in the result; so is the reason when the source stopped answering.
    """
    with journal(folder.root, plan.identity(site), fresh=plan.refresh) as book:
        work = _Run(folder, client, plan, site, reporter, book)
        work.go()
        left = [item for item in book.items if item not in book.done]
        if not left:
            book.forget()
        return work.result


class _Run:
    def __init__(
        self,
        folder: LawFolder,
        client: Client,
        plan: Plan,
        site: str,
        reporter: Reporter,
        book: Journal,
    ) -> None:
        self._folder, self._client, self._plan = folder, client, plan
        self._site, self._reporter, self._book = site.rstrip("/"), reporter, book
        self._clock = Clock()
        self._in_a_row = 0
        self._ended = len(book.done)
        self._laws = {i.law for i in book.items.values() if i.kind == "document"}
        self.result = Result(earlier=len(book.done))
        self._queue = deque(i for a, i in book.items.items() if a not in book.done)

    def go(self) -> None:
        """Work until nothing is left or the source stops answering."""
        if self.result.earlier:
            self._reporter.note(f"going on after {self.result.earlier:,} files of an earlier run")
        for address, outcome in self._book.done.items():
            if outcome == "failed":
                self.result.steps.append(Step(address, "failed", "in the earlier part of this run"))
        self._add(self._plan.items())
        while self._queue:
            item = self._queue.popleft()
            if self.result.stopped:
                self._without_asking(item)
            else:
                self._one(item)

    def _add(self, items: Iterable[Item]) -> None:
        limit = self._plan.limit
        for item in items:
            if item.address in self._book.items:
                continue
            if item.kind == "document" and item.law not in self._laws:
                if limit is not None and len(self._laws) >= limit:
                    self.result.left_out += 1
                    continue
                self._laws.add(item.law)
            if item.kind == "changes" and item.law not in self._laws:
                continue
            if self._book.add(item):
                self._queue.append(item)

    def _one(self, item: Item) -> None:
        key = names.WWW + item.address
        entry = self._folder.usable(key)
        roots = FEED_ROOTS if item.kind in ("changes", "search") else DOCUMENT_ROOTS
        known = None
        if entry is not None and not self._plan.refresh:
            known = Known(entry.url, entry.etag, entry.last_modified)
        try:
            got = self._client.get(f"{self._site}/{item.address}", roots, known)
        except SourceWrong as error:
            self._in_a_row = 0
            kept = f"; the copy of {_day(entry)} is kept" if entry else ""
            self._end(item, "failed", f"{error.detail}{kept}")
            self._book.finish(item.address, "failed")
            return
        except FetchError as error:
            self._unanswered(item, entry, error)
            return
        self._in_a_row = 0
        outcome, detail, entry = self._store(item, key, entry, got)
        self._expand(item, entry)
        self._end(item, outcome, detail)
        self._book.finish(item.address, outcome)

    def _store(
        self, item: Item, key: str, old: Entry | None, got: Got | None
    ) -> tuple[Outcome, str, Entry]:
        """Put what came into the folder; None is an answer of 304."""
        now = self._clock.now().isoformat(timespec="seconds")
        if got is None:
            if old is None:
                raise TypeError("304 without a copy")
            entry = replace(old, checked=now)
            self._folder.confirm(entry)
            return "unchanged", "", entry
        before = self._before(key)
        entry = self._folder.put(
            Entry(
                key,
                "",
                item.address.removesuffix("/data.xml"),
                got.media_type,
                got.url,
                now,
                got.etag,
                got.last_modified,
                checked=now,
            ),
            got.content,
        )
        if before and before != entry.digest:
            return "changed", f"was {before[:12]}, is {entry.digest[:12]}", entry
        if before and old is None:
            return "got", "the copy in the folder was damaged", entry
        return ("unchanged" if before else "got"), "", entry

    def _before(self, key: str) -> str:
        """Give the digest that the folder had for ``key``, also if its bytes are damaged."""
        try:
            entry = self._folder.get(key)
        except InputError:
            return ""
        return entry.digest if entry else ""

    def _unanswered(self, item: Item, entry: Entry | None, error: FetchError) -> None:
        """The source did not answer: the copy of before stands, if there is one."""
        self._in_a_row += 1
        if isinstance(error, SourceBlocked):
            self.result.stopped = error.detail
        elif self._in_a_row >= PATIENCE:
            self.result.stopped = f"{PATIENCE} files in a row without an answer: {error.detail}"
        self._kept(item, entry, error.detail)

    def _without_asking(self, item: Item) -> None:
        self._kept(item, self._folder.usable(names.WWW + item.address), "not asked")

    def _kept(self, item: Item, entry: Entry | None, why: str) -> None:
        if entry is None:
            self._end(item, "missing", why)
            return
        self._expand(item, entry)
        self._end(item, "kept", f"the copy of {_day(entry)} stands: {why}")

    def _end(self, item: Item, outcome: Outcome, detail: str) -> None:
        step = Step(item.address.removesuffix("/data.xml"), outcome, detail)
        self.result.steps.append(step)
        self._ended += 1
        self._reporter.step(step, self._ended, len(self._book.items))

    def _expand(self, item: Item, entry: Entry) -> None:
        """Plan what a file leads to."""
        plan, near = self._plan, item.depth < self._plan.depth
        if item.kind == "version":
            return
        wanted = item.kind != "document" or plan.versions or bool(plan.follow and near)
        if not wanted:
            return
        try:
            found = reading.of(self._folder.read(entry))
        except InputError as error:
            self._reporter.note(f"{entry.name}: its links cannot be read: {error.detail}")
            return
        if item.kind == "document":
            if plan.versions and item.depth == 0:
                self._add(Item(names.document(v), "version", 0, item.law) for v in found.versions)
            if near and "cites" in plan.follow:
                self._laws_found(found.cited, item.depth + 1)
            if near and "cited" in plan.follow and found.title:
                self._add([Item(names.citing(found.title), "search", item.depth + 1, item.law)])
        elif item.kind == "search":
            self._laws_found(found.listed, item.depth)
            self._next_page(item, found.next)
        else:
            if near and "effects" in plan.follow:
                self._laws_found(found.changing, item.depth + 1)
            self._next_page(item, found.next)

    def _laws_found(self, laws: Iterable[str], depth: int) -> None:
        for law in laws:
            if law not in self._laws:
                self._add([Item(names.document(law), "document", depth, law)])
                if law in self._laws:
                    self._add(self._plan.feeds(law, depth))

    def _next_page(self, item: Item, address: str) -> None:
        full = self._plan.limit is not None and len(self._laws) >= self._plan.limit
        if address and item.kind == "search" and full:
            self.result.left_out += 1
        elif address:
            following = names.following(address, item.address)
            self._add([replace(item, address=following)])
        else:
            self._drop_later_pages(item)

    def _drop_later_pages(self, item: Item) -> None:
        """Forget pages that the feed no longer has: what is gone there is gone here."""
        number = names.page_of(item.address) + 1
        while self._folder.remove(names.WWW + names.later_page(item.address, number)):
            number += 1


def _day(entry: Entry) -> str:
    return (entry.checked or entry.retrieved)[:10] or "an unknown day"
