"""An entity page as plain JSON: the same facts as the HTML, for programs that speak no RDF."""

from __future__ import annotations

from typing import Any

from reformgraph.server.reading.marks import Mark
from reformgraph.server.reading.page import EntityPage, Entry
from reformgraph.server.reading.refs import Ref


def as_json(page: EntityPage) -> dict[str, Any]:
    """Return the page as JSON objects; absent means unknown, nothing is null."""
    return _full(
        iri=page.iri,
        slug=page.slug,
        label=page.label,
        also=list(page.also),
        type=page.type,
        kind=page.word,
        summary=page.summary,
        when=page.when,
        facts={fact.label: list(fact.values) for fact in page.facts},
        evidence=_mark(page.evidence),
        sections={
            section.key: [
                _full(
                    words=group.words,
                    total=group.total,
                    more=group.more,
                    entries=[_entry(entry) for entry in group.entries],
                )
                for group in section.groups
            ]
            for section in page.sections
        },
        rivals=[
            _full(
                about=dispute.words,
                versions=[
                    _full(
                        value=version.text,
                        thing=_ref(version.ref),
                        asserted=version.asserted,
                        evidence=_mark(version.mark),
                    )
                    for version in dispute.versions
                ],
            )
            for dispute in page.disputes
        ],
        outward=[_full(words=link.words, iri=link.text) for link in page.outward],
        timelines=[_ref(timeline) for timeline in page.timelines],
    )


def _entry(entry: Entry) -> dict[str, Any]:
    return _full(
        thing=_ref(entry.ref),
        text=entry.text,
        detail=entry.detail,
        quotation=entry.quotation,
        tags=list(entry.tags),
        related={each.words: [_ref(ref) for ref in each.refs] for each in entry.related},
        evidence=_mark(entry.mark),
    )


def _ref(ref: Ref | None) -> dict[str, Any]:
    if ref is None:
        return {}
    return _full(
        iri=ref.iri, slug=ref.slug, label=ref.label, type=ref.type, kind=ref.kind, when=ref.when
    )


def _mark(mark: Mark | None) -> dict[str, Any]:
    if mark is None:
        return {}
    return _full(
        status=mark.status,
        basis=mark.basis,
        sentence=mark.comment,
        read_in=[
            _full(
                sources=[_ref(source) for source in citation.sources],
                locator=citation.locator,
                status="verified" if citation.verified else "unverified",
                quotation=citation.quotation,
            )
            for citation in mark.citations
        ],
    )


def _full(**members: Any) -> dict[str, Any]:
    return {key: value for key, value in members.items() if value not in ("", [], {}, None)}
