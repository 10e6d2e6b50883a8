"""``reformgraph link``: propose links onto things elsewhere, for a person to decide."""

from __future__ import annotations

import datetime
from contextlib import closing
from pathlib import Path

import click

from reformgraph.cli.options import with_settings
from reformgraph.errors import UsageError
from reformgraph.settings import Settings


@click.command()
@click.argument("review", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--service", default="", help="Address of a reconciliation service.")
@click.option("--endpoint", default="", help="Address of a SPARQL endpoint.")
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A local file: CSV with the columns iri and label (and alt, start, end, kind), or RDF.",
)
@click.option("--type", "kind", default="Institution", show_default=True, help="Class to link.")
@click.option(
    "--least", type=click.FloatRange(0, 100), default=85.0, show_default=True,
    help="Score from which a candidate is proposed.",
)  # fmt: skip
@click.option(
    "--pause", type=click.FloatRange(0), default=1.0, show_default=True,
    help="Seconds between two requests.",
)  # fmt: skip
@click.option(
    "--check",
    "checking",
    is_flag=True,
    help="Ask each address of the mappings in REVIEW whether it still answers.",
)
@with_settings("contact")
def link(
    settings: Settings,
    review: Path,
    service: str,
    endpoint: str,
    path: Path | None,
    kind: str,
    least: float,
    pause: float,
    checking: bool,
) -> None:
    """Write proposals for links of our entities into REVIEW, an SSSOM file.

    Accept a row by putting your name into reviewer_label and moving it to links.sssom.tsv; reject
    it by putting Not into predicate_modifier. Rows that are there are kept; a run that stopped goes
    on where it stopped.

    With --check, REVIEW is a file of mappings, such as a timeline's links.sssom.tsv: what its
    addresses answered is written into links.checked.tsv beside it, and builds report from there.
    """
    if checking:
        _check(review, settings, pause, others=bool(service or endpoint or path))
        return
    from reformgraph.queries.linking import remote
    from reformgraph.queries.linking.ranking import Ranking
    from reformgraph.queries.linking.review import propose
    from reformgraph.queries.reconcile.entities import read, types_of
    from reformgraph.store.opening import opened

    if sum(map(bool, (service, endpoint, path))) != 1:
        raise UsageError("give one of --service, --endpoint and --file")
    if service and not service.startswith(("http://", "https://")):
        raise UsageError(f"--service is {service!r}, expected a web address")
    if endpoint and not endpoint.startswith(("http://", "https://")):
        raise UsageError(f"--endpoint is {endpoint!r}, expected a web address")
    with closing(opened(settings)) as store:
        types = types_of((kind,))
        entities = [entity for entity in read(store).all if entity.type in types]
        rank = Ranking(store, entities)
    if not entities:
        raise UsageError(f"no entity is a {kind!r}", where={"field": "type"})
    if path is not None:
        find, pause = remote.in_file(path), 0.0
    elif service:
        find = remote.at_service(service, settings.contact)
    else:
        find = remote.at_endpoint(endpoint, settings.contact)
    outcome = propose(entities, find, review, day=_today(), rank=rank, least=least, pause=pause)
    click.echo(
        f"{outcome.asked} looked up, {outcome.before} before; {outcome.proposed} proposals written"
        f" to {review}",
        err=True,
    )


def _check(mappings: Path, settings: Settings, pause: float, *, others: bool) -> None:
    from reformgraph.queries.linking import alive

    if others:
        raise UsageError("--check takes no --service, --endpoint or --file")
    asked, odd = alive.check(mappings, day=_today(), contact=settings.contact, pause=pause)
    click.echo(
        f"{asked} asked, {odd} of them dead or elsewhere; see {mappings.with_name(alive.CHECKED)}",
        err=True,
    )


def _today() -> str:
    return datetime.datetime.now(datetime.UTC).date().isoformat()
