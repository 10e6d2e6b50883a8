"""Institutions and their changes, posts, tenures, persons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from pyoxigraph import NamedNode, Quad

from reformgraph.ingest import slugs
from reformgraph.ingest.mapping.scope import Scope
from reformgraph.ingest.rows import Institution, InstitutionChange, Post, Sourced, Tenure
from reformgraph.ontology.terms import FOAF, ORG, RG, RGS, SCHEMA

_CHANGES: Final[Mapping[str, NamedNode]] = MappingProxyType(
    {
        "creation": RG.Creation,
        "merger": RG.Merger,
        "split": RG.Split,
        "rename": RG.Renaming,
        "transfer of functions": RG.Transfer,
        "abolition": RG.Abolition,
    }
)
_WIKIDATA: Final = "http://www.wikidata.org/entity/"


def institution(scope: Scope, row: Institution) -> Iterator[Quad]:
    """A body, or a form of local body."""
    node = scope.iris.entity(row.id)
    yield from scope.entity(row, RG.Institution, description=row.summary, also=row.alt_names)
    yield from scope.dated(node, RG.start, row.start)
    yield from scope.dated(node, RG.end, row.end)
    if row.url:
        yield scope.quad(node, FOAF.homepage, NamedNode(row.url))
    yield from scope.edges(row, "part_of", ORG.subOrganizationOf)
    yield from _wikidata(scope, row, node, row.id, row.wikidata)


def institution_change(scope: Scope, row: InstitutionChange) -> Iterator[Quad]:
    """An event; a transfer moves functions and leaves both sides standing."""
    node = scope.iris.entity(row.id)
    yield from scope.entity(row, _CHANGES[row.kind], description=row.summary)
    yield from scope.dated(node, RG.date, row.date)
    before, after = ORG.originalOrganization, ORG.resultingOrganization
    if row.kind == "transfer of functions":
        before, after = RG.transferredFrom, RG.transferredTo
    yield from scope.edges(row, "before", before, wording=f"{row.kind} before")
    yield from scope.edges(row, "after", after, wording=f"{row.kind} after")
    yield from scope.edges(row, "legal_basis", RG.legalBasis)
    yield from scope.text(node, RG.functionsMoved, row.functions)
    yield from scope.edges(row, "moved", RG.moves)
    if closed := closed_as(row):
        yield scope.quad(node, RG.closedAs, RGS[f"closed-{closed.replace(' ', '-')}"])


def closed_as(row: InstitutionChange) -> str:
    """Say with GOV.UK's word how a change closed those before it; "" when it closed none.

    The row's own word goes first. A transfer of functions closes nobody by itself.
    """
    gone = set(row.before) - set(row.after)
    if row.closed_as or not gone:
        return row.closed_as
    if row.kind == "abolition":
        return "replaced" if row.after else "no longer exists"
    return {"merger": "merged", "split": "split", "rename": "changed name"}.get(row.kind, "")


def post(scope: Scope, row: Post) -> Iterator[Quad]:
    """An office."""
    node = scope.iris.entity(row.id)
    yield from scope.entity(row, ORG.Post, description=row.summary)
    yield from scope.dated(node, RG.start, row.start)
    yield from scope.dated(node, RG.end, row.end)
    yield from scope.edges(row, "institution", ORG.postIn)
    yield from scope.edges(row, "legal_basis", RG.legalBasis)


def tenure(scope: Scope, row: Tenure) -> Iterator[Quad]:
    """A person's time in a post, and the person; who held several posts comes several times."""
    node, person = scope.iris.entity(row.id), scope.iris.person(row.person)
    slug = slugs.of_person(row.person)
    yield from scope.entity(row, RG.Tenure)
    yield from scope.dated(node, RG.start, row.start)
    yield from scope.dated(node, RG.end, row.end)
    yield from scope.edge(row, "person", node, ORG.member, person, slug)
    yield from scope.edges(row, "post", RG.tenureOf)
    yield from scope.named(person, FOAF.Person, slug, scope.labels[slug])
    yield from scope.plain(person, FOAF.name, scope.labels[slug])
    yield from scope.rests_on(person, row)
    yield from _wikidata(scope, row, person, slug, row.wikidata)


def _wikidata(scope: Scope, row: Sourced, node: NamedNode, slug: str, item: str) -> Iterator[Quad]:
    if item:
        target = NamedNode(_WIKIDATA + item)
        yield from scope.edge(row, "wikidata", node, SCHEMA.sameAs, target, item, of=slug)
