"""The shapes of ``shapes.ttl`` asked of a graph by pySHACL (extra "validate").

Their findings have the form of the gate's. A shape that is asked of a term names the culprit as
the value, so that is the focus here.
"""

from __future__ import annotations

from typing import Any, Final

import pyshacl
from rdflib import Graph
from rdflib.namespace import SH
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result
from rdflib.term import Node

from reformgraph.ontology import files
from reformgraph.ontology.gate import Finding, Severity
from reformgraph.ontology.terms import compact

_SHAPES: Final = "https://w3id.org/reformgraph/shapes#"


def check(graph: Graph) -> list[Finding]:
    """List what the shapes find in ``graph``: the data, and for lineage the inferences.

    Errors before warnings, then by shape, focus and message; empty when the graph conforms.
    """
    shapes = Graph().parse(data=files.read(files.SHAPES_FILE), format="turtle")
    _, report, _ = pyshacl.validate(_ParsedOnce(graph), shacl_graph=shapes)
    if not isinstance(report, Graph):
        raise TypeError(f"pySHACL gave no report: {report}")
    found = {_finding(report, shapes, each) for each in report.objects(None, SH.result)}
    return sorted(found, key=lambda f: (f.severity, f.check, f.focus, f.message))


class _ParsedOnce(Graph):
    """The same statements; parses a query once, for pySHACL asks it of every node.

    Parsing takes rdflib ten times as long as answering on such a query.
    """

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph.store, graph.identifier)
        self._parsed: dict[str, Query] = {}

    def query(self, query_object: str | Query, *more: Any, **named: Any) -> Result:
        if isinstance(query_object, str):
            text = query_object
            if text not in self._parsed:
                self._parsed[text] = prepareQuery(text, initNs=dict(self.namespaces()))
            query_object = self._parsed[text]
        return super().query(query_object, *more, **named)


def _finding(report: Graph, shapes: Graph, result: Node) -> Finding:
    def value(predicate: Any) -> str:
        found = report.value(result, predicate)
        return "" if found is None else str(found)

    by_query = value(SH.sourceConstraintComponent) == str(SH.SPARQLConstraintComponent)
    severity: Severity = "error" if value(SH.resultSeverity) == str(SH.Violation) else "warning"
    message = " ".join(sorted(str(each) for each in report.objects(result, SH.resultMessage)))
    path = report.value(result, SH.resultPath)
    if path is not None and not by_query:
        message = f"{compact(str(path))}: {message}"
    return Finding(
        check=_name(shapes, report.value(result, SH.sourceShape)),
        severity=severity,
        focus=value(SH.value) if by_query else value(SH.focusNode),
        message=message,
    )


def _name(shapes: Graph, shape: Node | None) -> str:
    """Name a shape, or the shape that holds it when it has no name of its own."""
    if shape is not None and not str(shape).startswith(_SHAPES):
        shape = next(shapes.subjects(SH.property, shape), shape)
    local = str(shape).removeprefix(_SHAPES)
    return f"shape {local}" if str(shape).startswith(_SHAPES) else "shape"
