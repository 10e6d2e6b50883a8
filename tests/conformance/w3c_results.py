"""Comparing what came over HTTP with the result files of the W3C."""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from math import isclose, isnan
from typing import cast

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode
from rdflib import BNode as RdfBlank
from rdflib import Graph, Namespace
from rdflib import Literal as RdfLiteral
from rdflib.compare import isomorphic
from rdflib.term import Node

Row = tuple[object, ...]
RS = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBERS = frozenset(
    XSD + name
    for name in ("integer", "decimal", "float", "double", "int", "long", "short", "byte",
                 "nonNegativeInteger", "unsignedInt", "positiveInteger")
)  # fmt: skip
ACCEPT = {
    ".srx": "application/sparql-results+xml",
    ".srj": "application/sparql-results+json",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".ttl": "application/sparql-results+json",
}


def difference(expected: bytes, suffix: str, answer: bytes) -> str:
    """Return "" when the two say the same, else what differs."""
    if suffix == ".csv":
        return _csv(expected, answer)
    if suffix == ".ttl":
        variables, rows = _result_set(expected)
        found = _parsed(answer, ".srj")
    else:
        wanted = _parsed(expected, suffix)
        found = _parsed(answer, suffix)
        if isinstance(wanted, bool) or isinstance(found, bool):
            return "" if wanted is found else f"expected {wanted}, got {found}"
        variables, rows = wanted
    if isinstance(found, bool):
        return "got a boolean"
    if set(found[0]) != set(variables):
        return f"expected the variables {variables}, got {found[0]}"
    order = [found[0].index(name) for name in variables]
    return _bags(rows, [tuple(row[place] for place in order) for row in found[1]])


def same_graph(expected: str, answer: bytes, media_type: str) -> bool:
    """Say whether two documents hold the same graph."""
    one = Graph().parse(data=expected, format="turtle")
    two = Graph().parse(data=answer, format=media_type)
    return bool(isomorphic(one, two))


def _parsed(data: bytes, suffix: str) -> bool | tuple[list[str], list[Row]]:
    form = pyoxigraph.QueryResultsFormat.from_media_type(ACCEPT[suffix])
    assert form is not None
    parsed = pyoxigraph.parse_query_results(data, form)
    if isinstance(parsed, pyoxigraph.QueryBoolean):
        return bool(parsed)
    names = [variable.value for variable in parsed.variables]
    return names, [tuple(row) for row in parsed]


def _csv(expected: bytes, answer: bytes) -> str:
    (head, *rows), (other, *found) = (
        [tuple(row) for row in csv.reader(io.StringIO(data.decode("utf-8"), newline=""))]
        for data in (expected, answer)
    )
    # SPARQL does not say in which order `SELECT *` has its variables.
    if sorted(head) != sorted(other):
        return f"expected the variables {head}, got {other}"
    order = [other.index(name) for name in head]
    return _bags(_blanks(rows), _blanks([[row[place] for place in order] for row in found]))


def _blanks(rows: Sequence[Sequence[str]]) -> list[Row]:
    return [
        tuple(BlankNode(cell[2:]) if cell.startswith("_:") else cell for cell in row)
        for row in rows
    ]


def _result_set(data: bytes) -> tuple[list[str], list[Row]]:
    graph = Graph().parse(data=data, format="turtle")
    (found,) = set(graph.subjects(RS.resultVariable))
    names = sorted(map(str, graph.objects(found, RS.resultVariable)))
    rows = []
    for solution in graph.objects(found, RS.solution):
        bound = {
            str(graph.value(binding, RS.variable)): _term(graph.value(binding, RS.value))
            for binding in graph.objects(solution, RS.binding)
        }
        rows.append(tuple(bound.get(name) for name in names))
    return names, rows


def _term(node: Node | None) -> object:
    if isinstance(node, RdfLiteral):
        if node.language:
            return Literal(str(node), language=node.language)
        return Literal(str(node), datatype=NamedNode(str(node.datatype or XSD + "string")))
    return BlankNode(str(node)) if isinstance(node, RdfBlank) else NamedNode(str(node))


def _bags(expected: Sequence[Row], found: Sequence[Row]) -> str:
    """Compare rows without order; blank nodes are matched one to one."""
    if len(expected) != len(found):
        return f"expected {len(expected)} rows, got {len(found)}"
    if _match(list(expected), list(found), {}):
        return ""
    missing = [row for row in expected if all(_same_row(row, other, {}) is None for other in found)]
    return f"expected {list(map(str, missing[:5]))}, got {list(map(str, found[:5]))}"


def _match(expected: list[Row], found: list[Row], names: dict[BlankNode, BlankNode]) -> bool:
    if not expected:
        return True
    first, *rest = expected
    for place, row in enumerate(found):
        bound = _same_row(first, row, names)
        if bound is not None and _match(rest, found[:place] + found[place + 1 :], bound):
            return True
    return False


def _same_row(
    one: Row, two: Row, names: dict[BlankNode, BlankNode]
) -> dict[BlankNode, BlankNode] | None:
    bound = dict(names)
    for a, b in zip(one, two, strict=True):
        if isinstance(a, BlankNode) and isinstance(b, BlankNode):
            if bound.setdefault(a, b) != b or list(bound.values()).count(b) > 1:
                return None
        elif not _same(a, b):
            return None
    return bound


def _same(a: object, b: object) -> bool:
    if a == b:
        return True
    if not (isinstance(a, Literal) and isinstance(b, Literal) and a.datatype == b.datatype):
        return False
    if a.datatype.value not in NUMBERS:
        return False
    # The value counts: 2.0 and 2.00 are one decimal.
    try:
        if a.datatype.value in (XSD + "float", XSD + "double"):
            x, y = float(a.value), float(b.value)
            return isclose(x, y, rel_tol=1e-6) or (isnan(x) and isnan(y))
        return Decimal(a.value) == Decimal(b.value)
    except (ValueError, ArithmeticError):
        return False


def as_boolean(data: bytes) -> bool:
    """Read the JSON of an ASK."""
    return cast(bool, _parsed(data, ".srj"))
