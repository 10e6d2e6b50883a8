"""Reading a request of the SPARQL 1.1 Protocol (§2.1), strictly: never half a query."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from flask import Request
from pyoxigraph import NamedNode
from werkzeug.exceptions import RequestEntityTooLarge

from reformgraph.errors import (
    BadEncoding,
    ReformGraphError,
    TooLarge,
    UnsupportedMediaType,
    UpdateRefused,
    UsageError,
)
from reformgraph.server.protocol.formats import agreed
from reformgraph.store.answer import Dataset

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
MAX_GRAPHS = 100
"""``default-graph-uri`` and ``named-graph-uri`` of one request (hazard 93)."""
MAX_FIELDS = 300
MAX_ADDRESS = 40_960
"""Bytes of parameters in an address: 32 KB of query and room to say which graphs (hazard 27)."""

_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_ONCE = ("query", "update", "timeout")


class LengthRequired(ReformGraphError):
    """The length of the body is unknown and its end cannot be seen (RFC 9110 §15.5.12)."""

    status = 411
    exit_code = 2
    problem = "length-required"
    title = "The request needs a Content-Length"


class AddressTooLong(ReformGraphError):
    """The address is longer than servers on the way may let through (RFC 9110 §15.5.15)."""

    status = 414
    exit_code = 2
    problem = "uri-too-long"
    title = "The address is too long"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks. ``query`` is None when a GET gave no parameter at all.

    ``dataset`` is None when no graph parameter was given; ``format`` is as written or empty;
    ``timeout`` in seconds, None when the service's own limit is to hold.
    """

    query: str | None
    dataset: Dataset | None
    format: str
    timeout: float | None = None


def read(request: Request, body_limit: int) -> Asked:
    """Read a GET, HEAD or POST; ``body_limit`` in bytes.

    Raises UsageError (no query, two queries, two of one parameter, a graph that is no absolute
    IRI), AddressTooLong, BadEncoding, TooLarge, LengthRequired, UnsupportedMediaType or UpdateRefused.
    """
    if len(request.query_string) > MAX_ADDRESS:
        raise AddressTooLong(
            f"the parameters in the address have over {MAX_ADDRESS} bytes; send the query by POST",
            hints=(f"POST with the media type {QUERY}",),
            where={"limit": MAX_ADDRESS},
        )
    fields = fields_of(request.query_string)
    if request.method == "POST":
        kind = request.mimetype
        if kind == UPDATE:
            raise UpdateRefused("this service is read-only: SPARQL Update is not taken here")
        if kind not in (FORM, QUERY):
            raise UnsupportedMediaType(
                f"a POST to this address has the media type {QUERY} or {FORM}",
                hints=(QUERY, FORM),
                headers={"Accept-Post": f"{QUERY}, {FORM}"},
            )
        charset = request.mimetype_params.get("charset", "utf-8").lower()
        if charset not in ("utf-8", "utf8", "us-ascii"):
            raise BadEncoding(f"the body is declared as {charset[:40]!r}; send UTF-8")
        body = _body(request, body_limit)
        for name, values in (
            fields_of(body) if kind == FORM else {"query": [_text(body, "the body")]}
        ).items():
            fields.setdefault(name, []).extend(values)
    return _asked(fields, request.method)


def _asked(fields: Mapping[str, Sequence[str]], method: str) -> Asked:
    for name in _ONCE:
        if len(fields.get(name, ())) > 1:
            raise UsageError(f"the parameter {name} was given twice", where={"field": name})
    if "update" in fields:
        if "query" in fields:
            raise UsageError("query and update were both given", where={"field": "update"})
        raise UpdateRefused("this service is read-only: SPARQL Update is not taken here")
    form = agreed(fields.get("format", ()))
    if "query" not in fields:
        if method != "POST" and not set(fields) - {"format", "timeout", "generation"}:
            return Asked(None, None, form)
        raise UsageError("the parameter query is missing", where={"field": "query"})
    (query,) = fields["query"]
    if not query.strip("\ufeff \t\r\n"):
        raise UsageError("the parameter query is empty", where={"field": "query"})
    return Asked(query, _dataset(fields), form, _timeout(*fields.get("timeout", ())))


def _timeout(text: str = "") -> float | None:
    """Read seconds; nothing and 0 leave it to the service, as other endpoints have it."""
    if not text.strip():
        return None
    # float() would also take "infinity", "1_0" and digits of other scripts.
    if not _SECONDS.fullmatch(text):
        raise UsageError(
            f"timeout is {text[:40]!r}, expected seconds such as 2.5", where={"field": "timeout"}
        )
    return float(text) or None


def _dataset(fields: Mapping[str, Sequence[str]]) -> Dataset | None:
    default = fields.get("default-graph-uri", ())
    named = fields.get("named-graph-uri", ())
    if not default and not named:
        return None
    if len(default) + len(named) > MAX_GRAPHS:
        raise UsageError(
            f"more than {MAX_GRAPHS} graphs were named", where={"field": "default-graph-uri"}
        )
    for field, iris in (("default-graph-uri", default), ("named-graph-uri", named)):
        for iri in iris:
            try:
                NamedNode(iri)
            except ValueError:
                raise UsageError(
                    f"{field} is {iri[:80]!r}, expected an absolute IRI", where={"field": field}
                ) from None
    return Dataset(tuple(dict.fromkeys(default)), tuple(dict.fromkeys(named)))


def _body(request: Request, limit: int) -> bytes:
    length = request.content_length
    if length is None and not request.environ.get("wsgi.input_terminated"):
        raise LengthRequired("send a Content-Length")
    too_large = TooLarge(f"the body is over {limit} bytes", where={"limit": limit})
    if length is not None and length > limit:
        raise too_large
    # For a chunked body, whose length nobody told. Werkzeug cuts it at the limit without a word,
    # so one byte more is asked for: a query must never be half a query.
    request.max_content_length = limit + 1
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise too_large from None
    if len(body) > limit:
        raise too_large
    return body


def fields_of(data: bytes) -> dict[str, list[str]]:
    """Decode parameters strictly; raises BadEncoding, and UsageError for too many.

    werkzeug would put U+FFFD for what is not UTF-8 (hazard 30).
    """
    fields: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(
            _text(data, "a parameter"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except UnicodeDecodeError:
        raise BadEncoding("a parameter is not UTF-8") from None
    except ValueError:
        raise UsageError(f"more than {MAX_FIELDS} parameters were given") from None
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def _text(data: bytes, what: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadEncoding(
            f"{what} is not UTF-8: byte {error.start}", where={"byte": error.start}
        ) from None
