"""All that links to one thing by one predicate, page by page: what hubs have too much of."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from reformgraph.errors import NotFound, UsageError
from reformgraph.ontology.terms import PREFIXES
from reformgraph.server import parameters, respond
from reformgraph.server.paging import pages
from reformgraph.server.reading import graph, marks
from reformgraph.server.reading.entries import Entries
from reformgraph.server.reading.page import Entry
from reformgraph.server.reading.refs import refs
from reformgraph.server.service import links, store
from reformgraph.server.words import edge

blueprint = Blueprint("linked", __name__)

SIZE = 100
_SOURCE = "rg:source"


@blueprint.get("/linked")
def linked() -> Response:
    """List what links to ``iri`` by the predicate ``by`` (compact or whole), 100 a page."""
    iri = store().resolve(parameters.text("iri", longest=4_000))
    by = parameters.text("by", longest=1_000)
    predicate = _predicate(by)
    page = parameters.whole("page", 1)
    size, offset = SIZE, (page - 1) * SIZE
    if by == _SOURCE:
        total = graph.incoming_count(store(), iri, predicate)
        found = graph.resting(store(), iri, total=total, limit=size, offset=offset)
        names = refs(store(), links(), [iri, *(resting.holder for resting in found)])
        entries = tuple(
            Entry(names[r.holder], mark=marks.mark(links(), None, [r.reading], names))
            for r in found
            if r.holder in names
        )
    else:
        total = graph.incoming_count(store(), iri, predicate)
        entries = _subjects(iri, predicate, total, offset)
    if not total:
        raise NotFound(f"Nothing links to <{iri}> by {by}.")
    paging = pages(page, total, size, lambda n: links().linked(iri, by, n))
    focus = refs(store(), links(), [iri])[iri]
    words = "pieces of evidence from it" if by == _SOURCE else edge(predicate).back
    return respond.page("linked.html", focus=focus, words=words, entries=entries, paging=paging)


def _subjects(iri: str, predicate: str, total: int, offset: int) -> tuple[Entry, ...]:
    subjects = graph.incoming(store(), iri, predicate, total=total, limit=SIZE, offset=offset)
    claims = {
        claim.subject: claim
        for claim in graph.claims_about(store(), iri, subjects)
        if claim.predicate == predicate
    }
    readings = graph.evidence(store(), [claim.iri for claim in claims.values()])
    sources = {s for each in readings.values() for reading in each for s in reading.sources}
    names = refs(store(), links(), [*subjects, *sorted(sources)])
    maker = Entries(store(), links(), iri, {s: names[s] for s in subjects if s in names})
    entries = []
    for subject in subjects:
        claim = claims.get(subject)
        made = marks.mark(links(), claim, readings.get(claim.iri, ()), names) if claim else None
        if subject in names:
            entries.append(maker.make(names[subject], made))
    return tuple(entries)


def _predicate(by: str) -> str:
    prefix, colon, local = by.partition(":")
    iri = PREFIXES[prefix] + local if colon and prefix in PREFIXES else by
    if not graph.valid(iri):
        raise UsageError(
            f"by is {by[:80]!r}, expected a predicate such as rg:buildsOn", where={"field": "by"}
        )
    return iri
