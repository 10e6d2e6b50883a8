"""One linear pass over the tokens of a SPARQL query, before any engine sees it.

The scan knows strings, IRIs, comments and names, not the grammar. It never raises and never takes
more than linear time, whatever the text. Where the engine could read a text in another way than the
scan, the scan chooses the stricter reading; below it the query process can open no socket at all. For
``SERVICE`` it says where it stands (``store.remote.federation`` takes it from there).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from reformgraph.errors import FederationRefused, QueryTooComplex, UpdateRefused

MAX_NESTING = 100
MAX_OPERATORS = 2_000
MAX_PATTERNS = 150
"""Triple patterns in one group: the planner needs 2.7 s for 150, 14 s for 200 (hazard 8)."""

Form = Literal["", "SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]

_TOKEN = re.compile(
    r"""
    (?P<skip>\s+|\#[^\n\r]*)
  | (?P<long>\"{3}|'{3})
  | (?P<string>"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
  | (?P<iri><[^<>"{}|^`\x00-\x20]*>)
  | (?P<name>(?:[^\W\d_][\w.\-·]*|_)?:(?:[\w:.\-·]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*)
  | (?P<variable>[?$]\w+)
  | (?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<word>[^\W\d]\w*)
  | (?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)
  | (?P<open><<\(?|[({\[])
  | (?P<close>\)?>>|[)}\]])
  | (?P<end>[.;,])
  | (?P<operator>\|\||&&|!=|<=|>=|\^\^|[-+*/|^!=<>?])
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_OPERANDS = frozenset({"variable", "name", "string", "long", "number", "word", "tag", "iri"})
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES = (
    *("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"),
)
_PROLOGUE = frozenset({"PREFIX", "BASE", "VERSION"})
# Each of these makes the engine's tree one step deeper or longer (hazard 7).
_STEPS = frozenset({"UNION", "OPTIONAL", "MINUS", "BIND", "FILTER", "GRAPH", "LATERAL", "NOT"})
_VOLATILE = ("NOW", "RAND", "UUID", "BNODE")


@dataclass(frozen=True, slots=True)
class Call:
    """A SERVICE clause with a literal IRI. ``start``, ``named``, ``group``, ``end``: where in the
    query its word begins, its IRI does, its group opens, and what follows it begins.
    """

    start: int
    named: int
    group: int
    end: int
    iri: str
    silent: bool


@dataclass(frozen=True, slots=True)
class Scan:
    """What the scan saw. ``form`` is empty when no query form was found.

    ``nesting``, ``operators`` and ``patterns`` (most triple patterns in one group) stop growing a
    little above their limits. ``volatile``: the answer differs each time (hazard 90). ``calls``: the
    SERVICE clauses in order; None when one could be something else, or stands in another.
    ``start``: where the query form begins, after the prologue.
    """

    form: Form
    update: bool
    service: bool
    has_from: bool
    volatile: bool
    nesting: int
    operators: int
    patterns: int
    declared: frozenset[str]
    undeclared: tuple[str, ...]
    calls: tuple[Call, ...] | None = ()
    start: int = 0


def scan(query: str) -> Scan:
    """Scan a query; linear in its length, stops early beyond the limits. Never raises."""
    return _Scanner(query).run()


def check(found: Scan, *, federation: bool = False) -> None:
    """Refuse what must not reach the engine; with ``federation`` SERVICE is looked at later.

    Raises UpdateRefused, FederationRefused or QueryTooComplex.
    """
    if found.update:
        raise UpdateRefused("this service is read-only: SPARQL Update is not taken here")
    if found.service and not federation:
        raise FederationRefused("SERVICE is not allowed here: this service calls no other one")
    for what, number, limit in (
        ("nested brackets", found.nesting, MAX_NESTING),
        ("operators", found.operators, MAX_OPERATORS),
        ("triple patterns in one group", found.patterns, MAX_PATTERNS),
    ):
        if number > limit:
            raise QueryTooComplex(f"the query has more than {limit} {what}", where={"limit": limit})


class _Scanner:
    """The state of one pass. ``brackets`` holds each open bracket's kind; D is VALUES data."""

    def __init__(self, query: str) -> None:
        self.query = query
        self.form: Form = ""
        self.update = self.service = self.has_from = self.volatile = False
        self.nesting = self.operators = self.patterns = 0
        self.brackets: list[str] = []
        self.counts: list[int] = []
        self.declared: set[str] = set()
        self.used: dict[str, None] = {}
        self.word = ""  # the last keyword, for the group that it opens
        self.mentions_service = "service" in query.lower()
        self.start = 0
        self.calls = _Calls()

    def run(self) -> Scan:
        query, length = self.query, len(self.query)
        position, before = 0, ""
        match_at = _TOKEN.match
        while position < length and not self._beyond():
            found = match_at(query, position)
            if found is None:  # cannot be: the last alternative takes any character
                break
            kind, text, begin, position = (
                *(found.lastgroup or "", found.group()),
                *(position, found.end()),
            )
            if kind == "skip":
                continue
            if self.mentions_service:
                self.calls.token(kind, text, begin, len(self.brackets))
            if kind == "long":
                position = self._end_of_long(text, position)
            elif kind == "iri":
                self._iri(text, before)
            elif kind == "name":
                self._name(text, position)
            elif kind == "word":
                formless = not self.form
                self._keyword(text.upper())
                if formless and self.form:
                    self.start = begin
            elif kind == "open":
                self._open(text)
            elif kind == "close":
                if self.brackets:
                    self._close()
            elif kind == "end":
                self._end()
            elif kind == "operator" and self.brackets[-1:] != ["D"]:
                # `^^` is two inverse paths, unless it gives a literal its datatype.
                self.operators += 2 if text == "^^" and before not in {"string", "long"} else 1
            before = ")" if kind == "close" else kind
        return Scan(
            *(self.form, self.update, self.service, self.has_from),
            # What another service says is not ours to keep.
            self.volatile or self.service,
            *(self.nesting, self.operators, self.patterns, frozenset(self.declared)),
            tuple(prefix for prefix in self.used if prefix not in self.declared),
            self.calls.found(),
            self.start,
        )

    def _beyond(self) -> bool:
        return (
            self.nesting > MAX_NESTING
            or self.operators > MAX_OPERATORS
            or self.patterns > MAX_PATTERNS
        )

    def _end_of_long(self, quotes: str, position: int) -> int:
        # Searching for the end by hand: a pattern with alternatives would keep a stack.
        while True:
            end = self.query.find(quotes, position)
            if end < 0:
                return len(self.query)
            slashes = end
            while slashes > position and self.query[slashes - 1] == "\\":
                slashes -= 1
            if (end - slashes) % 2 == 0:
                return end + 3
            position = end + 1

    def _iri(self, text: str, before: str) -> None:
        # In an expression `<` after an operand is "less than" to the engine, and what looks like
        # an IRI may be code and the start of a comment: ?a<?b)SERVICE#>
        if (
            self.mentions_service
            and "#" in text
            and (before == ")" or before in _OPERANDS)
            and self.brackets[-1:] == ["("]
        ):
            self.service = self.calls.unclear = True
        # The same reading could hide brackets.
        if text.count("(") > MAX_NESTING:
            self.nesting = MAX_NESTING + 1

    def _name(self, text: str, position: int) -> None:
        prefix, _, local = text.partition(":")
        lower = prefix.lower()
        if self.word == "PREFIX" and not self.form and not local:
            self.declared.add(prefix)
            self.word = ""
        elif prefix != "_":
            # The engine reads SERVICEx:y{…} as SERVICE x:y {…}, and FROMx:g likewise.
            if "service" in lower and self._next_is_group(position):
                self.service = self.calls.unclear = True
            glued = re.fullmatch("from(?:named)?(.*)", prefix, re.IGNORECASE | re.DOTALL)
            if glued and self.form and not self.brackets and prefix not in self.declared:
                self.has_from = self.has_from or glued[1] in self.declared
            self.used[prefix] = None

    def _next_is_group(self, position: int) -> bool:
        while (found := _TOKEN.match(self.query, position)) and found.lastgroup == "skip":
            position = found.end()
        return self.query[position : position + 1] == "{"

    def _keyword(self, word: str) -> None:
        self.word = word
        if word in _PROLOGUE and not self.form:
            return
        if not self.form and not self.update and not self.brackets:
            for form in _FORMS:
                if word.startswith(form):
                    self.form = form  # type: ignore[assignment]  # one of the literals
                    return
            self.update = word.startswith(_UPDATES)
        if self.mentions_service and "SERVICE" in word:
            self.service = True
            self.calls.unclear |= word != "SERVICE"
        elif word.startswith("FROM") and not self.brackets:
            self.has_from = True
        elif word in _STEPS:
            self.operators += 1
        elif word.endswith(_VOLATILE):
            self.volatile = True

    def _open(self, bracket: str) -> None:
        kind = bracket
        if bracket == "{":
            template = self.word == "CONSTRUCT" and not self.brackets
            kind = "D" if self.word == "VALUES" else "T" if template else "{"
            self.word = ""
        elif self.brackets[-1:] == ["D"]:
            kind = "D"
        self.brackets.append(kind)
        self.counts.append(0)
        self.nesting = max(self.nesting, len(self.brackets))

    def _close(self) -> None:
        kind, count = self.brackets.pop(), self.counts.pop()
        # The last pattern of a group needs no full stop; a property list counts for its group.
        if kind == "[" and self.counts:
            self.counts[-1] += count + 1
            self._count_patterns()

    def _end(self) -> None:
        if self.brackets and self.brackets[-1] in "{[":
            self.counts[-1] += 1
            self._count_patterns()

    def _count_patterns(self) -> None:
        if self.brackets[-1] in "{[":
            self.patterns = max(self.patterns, self.counts[-1])


class _Calls:
    """Finds ``SERVICE [SILENT] <iri> { … }`` among the tokens; any other form makes it unclear."""

    def __init__(self) -> None:
        self.unclear = False
        self._calls: list[Call] = []
        self._start = self._named = self._group = self._depth = -1
        self._silent, self._iri = False, ""
        self._state: Literal["", "named", "opens", "inside"] = ""

    def token(self, kind: str, text: str, begin: int, depth: int) -> None:
        """Take the next token; ``depth`` brackets are open before it."""
        word = text.upper() if kind == "word" else ""
        if self._state == "named":
            if word == "SILENT" and not self._silent:
                self._silent = True
            elif kind == "iri":
                self._named, self._iri, self._state = begin, text[1:-1], "opens"
            else:
                self.unclear = True
        elif self._state == "opens":
            self._group, self._depth, self._state = begin, depth, "inside"
            self.unclear |= text != "{"
        elif self._state == "inside":
            self.unclear |= word == "SERVICE"
            if kind == "close" and depth == self._depth + 1:
                self.unclear |= text != "}"
                places = (self._start, self._named, self._group, begin + 1)
                self._calls.append(Call(*places, self._iri, self._silent))
                self._state = ""
        elif word == "SERVICE":
            self._start, self._silent, self._state = begin, False, "named"

    def found(self) -> tuple[Call, ...] | None:
        """Return the calls, or None when they are not plain."""
        return None if self.unclear or self._state else tuple(self._calls)
