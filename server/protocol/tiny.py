"""Look-ups so small that no query process is needed: recognised strictly, answered in place.

The rule of the service is that no foreign query runs in an HTTP worker, for the engine cannot be
stopped. What passes here cannot run long: at most four triple patterns on one and the same named
subject with few statements, or a single pattern, without path, filter, function, aggregate, order,
DISTINCT or sub-query, and the answer is abandoned once it is over :data:`MOST` bytes. One pattern
is read from an index row by row; nothing is gathered first. All else goes to the query processes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Literal, cast

import pyoxigraph

from reformgraph.ontology.terms import PREFIXES
from reformgraph.store.known.lookups import TooMuch
from reformgraph.store.known.sparql_text import IRI, NAME, VAR, S, prefixes

MOST = 65_536
"""Bytes of an answer that is made in place."""
LONGEST = 2_000
"""Characters of a query that is looked at."""
PATTERNS = 4
STATEMENTS = 10_000
"""Most combinations of a subject's statements that several patterns may have to try."""

Form = Literal["SELECT", "ASK", "DESCRIBE"]

_LITERAL = rf"\"[^\"\\\r\n]*+\"(?:@[A-Za-z]++(?:-[A-Za-z0-9]++)*+|\^\^(?:{IRI}|{NAME}))?+"
_SUBJECT = rf"(?:{IRI}|{NAME}|{VAR})"
_VERB = rf"(?:{IRI}|{NAME}|{VAR}|a(?=[ \t\r\n<?$]))"
_OBJECT = rf"(?:{IRI}|{NAME}|{VAR}|{_LITERAL})"
_PAIR = rf"{_VERB}{S}{_OBJECT}{S}"
_QUERY = re.compile(
    rf"""{S}
    (?:PREFIX{S}[A-Za-z][A-Za-z0-9_-]*+:{S}{IRI}{S})*+
    (?:
      (?:(?P<select>SELECT){S}(?:\*|(?:{VAR}{S})++)|ASK){S}
      (?:WHERE{S})?+
      \{{{S}(?P<subject>{_SUBJECT}){S}(?P<pairs>{_PAIR}(?:;{S}{_PAIR})*+)
      (?:\.{S})?+\}}{S}(?:LIMIT{S}[0-9]++{S})?+
    | DESCRIBE{S}(?P<described>{IRI}|{NAME}){S}
    )\Z""",
    re.IGNORECASE | re.VERBOSE,
)
# Whatever else has a semicolon is taken for one too: then a query process answers.
_VARIABLE_VERB = re.compile(rf"(?:\A|;){S}[?$]")
_TOKEN = re.compile(rf"{IRI}|{_LITERAL}|{NAME}|(?P<variable>{VAR})|(?P<next>;)|\#[^\r\n]*+")


@dataclass(frozen=True, slots=True)
class Tiny:
    """A recognised look-up; ``subject`` is what must have few statements, or empty.

    ``single``: its answer has no order, or one row most likely.
    """

    query: str
    form: Form
    patterns: int
    subject: str
    single: bool


def recognise(query: str) -> Tiny | None:
    """Return the look-up that ``query`` is, or None. Linear in the text; never raises."""
    if len(query) > LONGEST:
        return None
    found = _QUERY.match(query)
    if found is None:
        return None
    if found["described"]:
        return Tiny(query, "DESCRIBE", 1, "", single=False)
    form: Form = "SELECT" if found["select"] else "ASK"
    subject = found["subject"]
    seen = [subject.lower()] if subject[0] in "?$" else []
    patterns = 1
    for token in _TOKEN.finditer(found["pairs"]):
        if token["next"]:
            patterns += 1
        elif token["variable"]:
            seen.append(token["variable"])
    # ?s ?p ?s would look at every statement for few rows; $s is ?s.
    names = [name[1:].lower() for name in seen]
    if len(set(names)) < len(names):
        return None
    named = subject[0] not in "?$" and not _VARIABLE_VERB.search(found["pairs"])
    single = form == "ASK" or named
    if patterns == 1:
        return Tiny(query, form, 1, "", single)
    if patterns > PATTERNS or subject[0] in "?$":
        return None
    if subject[0] != "<":
        prefix, _, local = subject.partition(":")
        declared = prefixes(query)
        if prefix not in declared:
            return None
        subject = f"<{declared[prefix]}{local}>"
    return Tiny(query, form, patterns, subject[1:-1], single)


def run(
    store: pyoxigraph.Store, tiny: Tiny, media_type: str, base: str, *, ordered: bool = True
) -> bytes:
    """Return the bytes of the answer, the same that a query process would give.

    ``ordered``: rows come here in the order in which they come there; else an answer has one at
    most. Raises TooMuch, and what the engine raises for a query that does not parse.
    """
    if tiny.subject:
        node = pyoxigraph.NamedNode(tiny.subject)
        most = int(STATEMENTS ** (1 / tiny.patterns))
        quads = store.quads_for_pattern(node, None, None)
        if sum(1 for _ in islice(quads, most + 1)) > most:
            raise TooMuch
    result = store.query(tiny.query, base_iri=base, use_default_graph_as_union=True)
    if not ordered and not isinstance(result, pyoxigraph.QueryBoolean):
        if sum(1 for _ in islice(result, 2)) > 1:
            raise TooMuch
        result = store.query(tiny.query, base_iri=base, use_default_graph_as_union=True)
    output = _Output()
    if isinstance(result, pyoxigraph.QueryTriples):
        graph = pyoxigraph.RdfFormat.from_media_type(media_type)
        if graph is None:
            raise TooMuch
        prefixes = dict(PREFIXES) if graph == pyoxigraph.RdfFormat.TURTLE else None
        pyoxigraph.serialize(result, cast(BinaryIO, output), graph, prefixes=prefixes)
    else:
        rows = pyoxigraph.QueryResultsFormat.from_media_type(media_type)
        if rows is None:
            raise TooMuch
        result.serialize(cast(BinaryIO, output), rows)
    return bytes(output.data)


class _Output:
    """Takes what is written until it is too much."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> int:
        self.data += data
        if len(self.data) > MOST:
            raise TooMuch
        return len(data)

    def flush(self) -> None:
        """Do nothing: all is in memory."""
