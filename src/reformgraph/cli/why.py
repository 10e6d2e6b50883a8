"""``reformgraph why``: who asserts a statement, or from what it follows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import TYPE_CHECKING

import click

from reformgraph.cli.options import with_settings
from reformgraph.settings import Settings

if TYPE_CHECKING:
    from reformgraph.ontology.explain import ClaimNote, Explanation


@click.command()
@click.argument("subject")
@click.argument("predicate")
@click.argument("value", metavar="OBJECT")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Output format.",
)
@with_settings()
def why(settings: Settings, subject: str, predicate: str, value: str, form: str) -> None:
    """Print why the graph says SUBJECT PREDICATE OBJECT.

    Subject and object are slugs, IRIs or compact IRIs, the object may be a text; the predicate is
    an IRI, a compact one (rg:drawsOn) or a name of the ontology (drawsOn). An asserted statement is
    printed with its claims and where they were read, an inferred one with its rule and, indented
    below it, what it follows from. Exit code 2: the graph does not say so.

    reformgraph why childrens-plan-2007 drawsOn every-child-matters-2003
    """
    from reformgraph.queries import why as asking
    from reformgraph.store.opening import opened

    with closing(opened(settings)) as store:
        found = asking.why(store, subject, predicate, value)
        if form == "json":
            click.echo(json.dumps(asking.as_json(found), ensure_ascii=False, indent=2))
            return
        for line in _lines(found, asking.labels(store, found), 0):
            click.echo(line)


def _lines(found: Explanation, names: Mapping[str, str], depth: int) -> Iterator[str]:
    from reformgraph.queries.why import term_text

    margin = "  " * depth
    statement = found.statement
    ends = (statement.subject, statement.predicate, statement.object)
    yield margin + " – ".join(term_text(end, names) for end in ends)
    if found.rule is not None:
        yield f"{margin}  inferred by {found.rule.name} ({found.rule.file})"
        yield f"{margin}  {found.rule.explains}"
        yield f"{margin}  It follows from:"
        for premise in found.premises:
            yield from _lines(premise, names, depth + 2)
        return
    yield f"{margin}  asserted in {', '.join(found.graphs)}"
    for claim in found.claims:
        yield from _claim(claim, f"{margin}  ")


def _claim(claim: ClaimNote, margin: str) -> Iterator[str]:
    yield f"{margin}claim {claim.claim}"
    yield f"{margin}  {claim.basis}: {claim.sentence}"
    for read in claim.read:
        place = ", ".join(part for part in ("; ".join(read.sources), read.locator) if part)
        status = "verified" if read.verified else "unverified"
        yield f"{margin}  {status}: {place or 'no source is named'}"
        if read.quotation:
            yield f"{margin}    “{read.quotation}”"
