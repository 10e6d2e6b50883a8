"""The form for SPARQL and its results as a page; works without JavaScript."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import pyoxigraph
from flask import Response, render_template, request

from reformgraph.errors import ReformGraphError
from reformgraph.ontology.terms import compact
from reformgraph.server import carry
from reformgraph.server.links import outward
from reformgraph.server.protocol.formats import GRAPHS, HTML, SOLUTIONS, Offer
from reformgraph.server.protocol.request import Asked
from reformgraph.server.protocol.running import run
from reformgraph.server.service import links, service, store
from reformgraph.store.scan import Scan

MAX_ROWS = 1_000
"""Rows of a result that a page shows; the other formats hold all."""
MAX_GRAPH = 200_000
"""Characters of Turtle that a page shows."""

EDITOR = "editor/editor.js"
"""Built by ``make editor``; where it is missing the page is the plain form alone."""

EXAMPLE = """\
PREFIX rg: <https://w3id.org/reformgraph/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?item ?label ?date
WHERE {
  ?item a rg:Policy ;
        rdfs:label ?label ;
        rg:dateEarliest ?date .
}
ORDER BY ?date
LIMIT 50
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a result row; ``href`` is empty for what is no link.

    ``about`` says more of it: a label, a language or a datatype. ``outside``: the link leaves.
    """

    text: str
    href: str = ""
    about: str = ""
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What a page shows: ``rows`` of a SELECT, the ``truth`` of an ASK or a ``graph`` as Turtle."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    truth: bool | None = None
    graph: str | None = None
    cut: bool = False


def form() -> Response:
    """Return the empty form with an example in it."""
    return _page(EXAMPLE, None, None)


def failure(query: str, error: ReformGraphError) -> Response:
    """Return the form with the query as it was and what is wrong with it."""
    response = _page(query, None, error, status=error.status)
    for name, value in error.headers.items():
        response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    return response


def result(query: str, asked: Asked, found: Scan) -> Response:
    """Run the query and return the form with the result below it; raises what the pool raises."""
    graph = found.form in ("CONSTRUCT", "DESCRIBE")
    media_type = GRAPHS[0].engine if graph else SOLUTIONS[0].engine
    with run(query, media_type, asked, found) as answer:
        if answer.form == "graph":
            text = answer.file.read(4 * MAX_GRAPH).decode("utf-8", "ignore")
            shown = Result(graph=text[:MAX_GRAPH], cut=len(text) > MAX_GRAPH)
        else:
            parsed = pyoxigraph.parse_query_results(answer.file, pyoxigraph.QueryResultsFormat.JSON)
            shown = _result(parsed)
    return _page(query, shown, None)


def _result(parsed: pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean) -> Result:
    if isinstance(parsed, pyoxigraph.QueryBoolean):
        return Result(truth=bool(parsed))
    # One more than is shown, to know whether there are more; the rest is never parsed.
    solutions = [tuple(solution) for solution in islice(parsed, MAX_ROWS + 1)]
    iris = {
        term.value
        for solution in solutions
        for term in solution
        if isinstance(term, pyoxigraph.NamedNode)
    }
    labels = store().labels(iris)
    rows = tuple(
        tuple(_cell(term, labels) for term in solution) for solution in solutions[:MAX_ROWS]
    )
    columns = tuple(variable.value for variable in parsed.variables)
    return Result(columns, rows, cut=len(solutions) > MAX_ROWS)


def _cell(term: object, labels: dict[str, str]) -> Cell:
    if term is None:
        return Cell("")
    if isinstance(term, pyoxigraph.NamedNode):
        iri, base = term.value, store().generation.base
        name = compact(iri)
        if iri.startswith(base) or iri in labels or name != iri:
            return Cell(name.removeprefix(base) or iri, links().page(iri), labels.get(iri, ""))
        return Cell(iri, outward(iri), outside=True)
    if isinstance(term, pyoxigraph.Literal):
        datatype = compact(term.datatype.value)
        return Cell(
            term.value, about=term.language or ("" if datatype == "xsd:string" else datatype)
        )
    return Cell(str(term))


def _page(
    query: str, shown: Result | None, error: ReformGraphError | None, *, status: int = 200
) -> Response:
    graph = shown is not None and shown.graph is not None
    body = render_template(
        "sparql.html",
        query=query,
        result=shown,
        error=error,
        formats=_names(GRAPHS if graph else SOLUTIONS if shown else (*SOLUTIONS, *GRAPHS)),
        downloads=_names(offer for offer in (GRAPHS if graph else SOLUTIONS) if offer is not HTML),
        action=f"{request.script_root}/sparql",
        limit=service().settings.query_timeout,
        most=MAX_ROWS,
        editor=service().assets.has(EDITOR),
    )
    response = Response(carry.carried(body), status, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "public, no-cache"
    response.vary.add("Accept")
    return response


def _names(offers: Iterable[Offer]) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for offer in offers:
        found.setdefault(offer.name, offer.words)
    return list(found.items())
