"""Failures as answers: a problem document (RFC 9457) or a plain page, by ``Accept``."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from reformgraph.errors import NotAcceptable, NotFound, ReformGraphError, StoreError, UsageError
from reformgraph.server import negotiate
from reformgraph.server.observe import CROWDED, PATIENT
from reformgraph.server.service import links, store
from reformgraph.store.processes.flight import Crowded

log = logging.getLogger("reformgraph.server")

PROBLEM = "application/problem+json"
PROBLEM_TYPES = "https://w3id.org/reformgraph/problems/"
# Names of problems that the HTTP layer finds before our code runs.
_HTTP_PROBLEMS = {
    400: "bad-parameter",
    404: "not-found",
    405: "method",
    406: "not-acceptable",
    411: "length-required",
    413: "too-large",
    414: "uri-too-long",
    415: "media-type",
}
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Problem:
    """One failure as clients see it; ``suggestions`` are near matches with their addresses."""

    status: int
    name: str
    title: str
    detail: str
    hints: tuple[str, ...] = ()
    where: Mapping[str, str | int] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    suggestions: tuple[tuple[str, str, str], ...] = ()
    instance: str = ""


def register(app: Flask) -> None:
    """Make ``app`` answer every failure in one manner."""
    app.register_error_handler(ReformGraphError, _ours)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _ours(error: ReformGraphError) -> Response:
    if isinstance(error, Crowded) and PATIENT in request.environ:
        request.environ[CROWDED] = error.done
    elif error.status >= 500:
        log.warning("%s: %s", error.problem, _one_line(error.detail), extra={"often": True})
    headers = dict(error.headers)
    if isinstance(error, StoreError):
        headers.setdefault("Retry-After", "5")
    return answer(
        Problem(
            status=error.status,
            name=error.problem,
            title=error.title,
            # The path of the store is for the operator's log, not for strangers.
            detail="No graph can be read at the moment."
            if isinstance(error, StoreError)
            else error.detail,
            hints=() if isinstance(error, NotFound | StoreError) else error.hints,
            where=error.where,
            headers=headers,
            suggestions=_near(error.hints) if isinstance(error, NotFound) else (),
        )
    )


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        response = error.get_response()
        return Response(response.get_data(), response.status, response.headers)
    headers = {
        key: value
        for key, value in error.get_headers()
        if key.lower() not in ("content-type", "content-length")
    }
    status = HTTPStatus(error.code)
    detail = error.description or status.description or status.phrase
    hints: tuple[str, ...] = ()
    if error.code == 404:
        detail = "There is nothing at this address."
        hints = _hits(request.path.rstrip("/").rpartition("/")[2])
    name = _HTTP_PROBLEMS.get(error.code, "http")
    title = "Not found" if error.code == 404 else status.phrase.capitalize()
    return answer(
        Problem(error.code, name, title, detail, headers=headers, suggestions=_near(hints))
    )


def _unexpected(error: Exception) -> Response:
    number = secrets.token_hex(6)
    log.error(
        "internal %s: %s %s", number, request.method, _one_line(request.full_path), exc_info=error
    )
    return answer(
        Problem(
            500,
            "internal",
            "Something went wrong here",
            f"The fault is ours and has been logged as {number}.",
            instance=f"urn:reformgraph:fault:{number}",
        )
    )


def answer(problem: Problem) -> Response:
    """Render a problem for this request; nobody may store it."""
    try:
        wanted = negotiate.choose(
            request.headers.get("Accept"),
            [PROBLEM, "application/json", "text/html", "application/xhtml+xml"],
            default=PROBLEM,
        )
    except NotAcceptable:
        wanted = PROBLEM  # a failure is told even to those who asked for a picture
    if "html" in wanted:
        body, media_type = _page(problem), "text/html; charset=utf-8"
    else:
        body, media_type = document(problem), PROBLEM
    response = Response(body, problem.status, content_type=media_type)
    for key, value in problem.headers.items():
        response.headers[key] = value
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Accept")
    return response


def document(problem: Problem) -> str:
    """Return the problem document; members beyond RFC 9457 §3.1 are ``hints`` and ``where``."""
    members: dict[str, object] = {
        "type": PROBLEM_TYPES + problem.name,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail[:_LONGEST],
    }
    if problem.instance:
        members["instance"] = problem.instance
    if problem.hints or problem.suggestions:
        members["hints"] = [*problem.hints, *(slug for slug, _, _ in problem.suggestions)]
    if problem.where:
        members["where"] = dict(problem.where)
    return json.dumps(members, ensure_ascii=False, indent=1) + "\n"


def _page(problem: Problem) -> str:
    return render_template("error.html", problem=problem, longest=_LONGEST)


def _hits(text: str) -> tuple[str, ...]:
    try:
        return tuple(hit.slug for hit in store().near(text[:200]))
    except ReformGraphError:
        return ()


def _near(slugs: Sequence[str]) -> tuple[tuple[str, str, str], ...]:
    """Return slug, label and address of the things that a mistyped name may have meant."""
    found = []
    try:
        for slug in slugs:
            try:
                iri = store().resolve(slug)
            except (NotFound, UsageError):
                continue
            label = store().labels([iri]).get(iri, slug)
            found.append((slug, label, links().page(iri, slug)))
    except StoreError:
        return ()
    return tuple(found)


def _one_line(text: str) -> str:
    """Return text that cannot forge a second line in the log (hazard 87)."""
    return "".join(c if c.isprintable() else "�" for c in text[:_LONGEST])
