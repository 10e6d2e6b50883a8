"""The gate of a build: SPARQL checks that every graph has to pass.

Each ``checks/*.rq`` selects ``?focus`` and ``?message``, one row a fault. Its header, lines that
begin with ``#+ ``, is YAML: ``title``, ``severity`` (``error`` or ``warning``), ``explains``, and
for a check that selects edges ``?from ?to`` instead ``find: cycles``. The shapes in ``shapes.ttl``
say the same to other tools; these queries do it in a fraction of the time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Final, Literal

import yaml
from pyoxigraph import BlankNode, NamedNode, QuerySolutions, Store

from reformgraph.ontology import cycles, files

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its file's name, what its header says, and the query."""

    name: str
    title: str
    severity: Severity
    explains: str
    finds_cycles: bool
    query: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: the check's name and severity, the IRI that it is about, a sentence for people."""

    check: str
    severity: Severity
    focus: str
    message: str


@cache
def checks() -> tuple[Check, ...]:
    """Read all checks, by name."""
    return tuple(_read(name, text) for name, text in files.queries("checks"))


FINDINGS: Final = "findings.json"
"""The file beside a built graph that holds what the gate found: ``noted`` reads it."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A finding with the row that it comes from; ``row`` is 0 when it comes from none."""

    check: str
    severity: Severity
    focus: str
    message: str
    file: str
    row: int


def note(findings: Iterable[Noted]) -> bytes:
    """Write findings as JSON, in a fixed order; the same findings give the same bytes."""
    ordered = sorted(findings, key=lambda f: (f.severity, f.check, f.file, f.row, f.message))
    text = json.dumps([asdict(each) for each in ordered], ensure_ascii=False, indent=1)
    return (text + "\n").encode()


def noted(data: bytes) -> tuple[Noted, ...]:
    """Read what ``note`` wrote; nothing when ``data`` is empty."""
    return tuple(Noted(**each) for each in json.loads(data)) if data else ()


def check(store: Store) -> list[Finding]:
    """Run all checks over the union of a store's graphs and list what they find.

    In: a store with the data, the ontology and the inferences (``reason.materialise``). Out: errors
    before warnings, then by check, focus and message; empty for a sound graph.
    """
    found = [finding for each in checks() for finding in _run(store, each)]
    return sorted(found, key=lambda f: (f.severity, f.check, f.focus, f.message))


def _read(name: str, text: str) -> Check:
    lines = [line[3:] for line in text.splitlines() if line.startswith("#+ ")]
    header: dict[str, Any] = yaml.safe_load("\n".join(lines))
    severity: Severity = "error" if header["severity"] == "error" else "warning"
    return Check(
        name=name,
        title=header["title"],
        severity=severity,
        explains=header["explains"],
        finds_cycles=header.get("find") == "cycles",
        query=text,
    )


def _run(store: Store, each: Check) -> Iterator[Finding]:
    answer = store.query(each.query, use_default_graph_as_union=True)
    assert isinstance(answer, QuerySolutions)  # a SELECT, as test_gate.py checks of each file
    if each.finds_cycles:
        edges = ((_text(row["from"]), _text(row["to"])) for row in answer)
        for circle in cycles.find(edges):
            way = " → ".join((*circle, circle[0]))
            yield Finding(each.name, each.severity, circle[0], f"A circle: {way}")
    else:
        for row in answer:
            yield Finding(each.name, each.severity, _text(row["focus"]), row["message"].value)


def _text(term: NamedNode | BlankNode | Any) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)
