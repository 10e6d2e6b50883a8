"""``reformgraph ingest``: fill the law folder from legislation.gov.uk or from local files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reformgraph.cli.options import output_format, with_settings
from reformgraph.cli.output import chosen, write_rows
from reformgraph.errors import InputError, NotFound, SourceBlocked, SourceUnreachable, UsageError
from reformgraph.settings import Settings

if TYPE_CHECKING:
    from reformgraph.ingest.law.fetch.run import Plan, Result

SHOWN = 20
"""So many names are printed of what is missing or failed; the count is always told."""


@click.group()
def ingest() -> None:
    """Fill the law folder that builds read: from legislation.gov.uk or from local files."""


@ingest.command()
@click.argument("references", nargs=-1, metavar="[REFS]...")
@click.option(
    "--from",
    "sources",
    multiple=True,
    metavar="FILE|DIR",
    type=click.Path(path_type=Path),
    help="Take in a local file or folder, also .gz, without any network; repeatable.",
)
@click.option("--effects", is_flag=True, help="Also get the effects on each law and by it.")
@click.option("--versions", is_flag=True, help="Also get every point in time that a law lists.")
@click.option("--search", "text", metavar="TEXT", help="Get the laws with TEXT in their title.")
@click.option("--full-text", is_flag=True, help="With --search: TEXT anywhere in the law.")
@click.option("--type", "kind", default="all", metavar="TYPE", help="With --search: ukpga, uksi …")
@click.option("--from-year", type=click.IntRange(1200, 2999), help="With --search: first year.")
@click.option("--to-year", type=click.IntRange(1200, 2999), help="With --search: last year.")
@click.option(
    "--follow",
    metavar="LINKS",
    default="",
    help="Get the laws at the other end too: cites, cited, effects (with commas).",
)
@click.option(
    "--depth",
    type=click.IntRange(1, 5),
    default=1,
    show_default=True,
    help="With --follow: so many links away.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Get at most so many laws.")
@click.option("--refresh", is_flag=True, help="Begin anew, and get all of it, changed or not.")
@click.option("--dry-run", is_flag=True, help="Print what would be got first, and get nothing.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors and the summary only.")
@output_format("table", "csv", "json")
@with_settings("law", "contact", "law_site", "fetch_interval")
def legislation(
    settings: Settings,
    references: tuple[str, ...],
    sources: tuple[Path, ...],
    effects: bool,
    versions: bool,
    text: str | None,
    full_text: bool,
    kind: str,
    from_year: int | None,
    to_year: int | None,
    follow: str,
    depth: int,
    limit: int | None,
    refresh: bool,
    dry_run: bool,
    quiet: bool,
    form: str | None,
) -> None:
    """Get law: ukpga/2004/31, ukpga/2004/31/section/10, addresses of www.legislation.gov.uk.

    What is there already is asked for again only if it has changed. A command that was interrupted
    goes on where it was when it is given again. Then `reformgraph build` reads the law folder,
    without any network. Exit codes: 1 a file is not what it should be, 3 the site did not answer
    and there is no copy, 130 interrupted.
    """
    from reformgraph.ingest.law.fetch import references as names
    from reformgraph.ingest.law.fetch.run import FOLLOWS, Plan

    if sources and (references or text):
        raise UsageError("--from takes files in without any network: give it by itself")
    if not (sources or references or text):
        raise UsageError(
            "nothing to get: name a law, as in ukpga/2004/31, or give --search, --from"
        )
    if text is None and (full_text or kind != "all" or from_year or to_year):
        raise UsageError("--full-text, --type, --from-year and --to-year belong to --search")
    links = tuple(sorted({part.strip() for part in follow.split(",") if part.strip()}))
    if unknown := [part for part in links if part not in FOLLOWS]:
        raise UsageError(f"--follow: unknown {unknown[0]!r}, expected {', '.join(FOLLOWS)}")
    if sources:
        _local(settings, sources, dry_run=dry_run, quiet=quiet, form=form)
        return
    searches: tuple[names.Search, ...] = ()
    if text is not None:
        searches = (names.search(text, kind, from_year, to_year, full_text),)
    plan = Plan(
        tuple(dict.fromkeys(names.path_of(reference) for reference in references)),
        searches,
        effects=effects,
        versions=versions,
        follow=links,
        depth=depth,
        limit=limit,
        refresh=refresh,
    )
    if dry_run:
        _show(settings, plan, form)
    else:
        _fetch(settings, plan, quiet=quiet, form=form)


def _fetch(settings: Settings, plan: Plan, *, quiet: bool, form: str | None) -> None:
    from reformgraph.cli.stepping import steps
    from reformgraph.ingest.law.fetch.client import Client, Terms
    from reformgraph.ingest.law.fetch.run import run
    from reformgraph.ingest.law.folder import LawFolder

    terms = Terms(
        site=settings.law_site,
        contact=settings.contact,
        hosts=settings.fetch_hosts,
        interval=settings.fetch_interval,
        size=settings.fetch_size,
        timeout=settings.fetch_timeout,
    )
    with steps(quiet=quiet) as reporter, Client(terms, note=reporter.note) as client:
        try:
            result = run(LawFolder(Path(settings.law)), client, plan, settings.law_site, reporter)
        except KeyboardInterrupt:
            reporter.note(f"{reporter.state}; the same command goes on there")
            raise
    _finish(settings, result, form)


def _local(
    settings: Settings, sources: tuple[Path, ...], *, dry_run: bool, quiet: bool, form: str | None
) -> None:
    from reformgraph.cli.stepping import steps
    from reformgraph.ingest.law.fetch import local
    from reformgraph.ingest.law.folder import LawFolder

    if dry_run:
        rows = [[name, "file"] for path in sources for _, name in local.files(path)]
        write_rows(["get", "kind"], rows, chosen(form, "table", "csv"))
        return
    size = settings.fetch_size
    with steps(quiet=quiet) as reporter:
        result = local.take_in(
            LawFolder(Path(settings.law)), sources, size, local.check(size), reporter
        )
    _finish(settings, result, form)


def _show(settings: Settings, plan: Plan, form: str | None) -> None:
    from reformgraph.ingest.law.fetch.references import WWW
    from reformgraph.ingest.law.folder import LawFolder

    folder = LawFolder(Path(settings.law))
    items = plan.items()
    rows = [
        [
            f"{settings.law_site.rstrip('/')}/{item.address}",
            item.kind,
            "if changed" if folder.usable(WWW + item.address) and not plan.refresh else "yes",
        ]
        for item in items
    ]
    write_rows(["get", "kind", "ask"], rows, chosen(form, "table", "csv"))
    more = plan.searches or plan.versions or plan.follow or plan.effects
    seconds = len(items) * settings.fetch_interval
    click.echo(
        f"{len(items):,} requests, {seconds:,.0f} s at least"
        + (", and what these lead to." if more else "."),
        err=True,
    )


def _finish(settings: Settings, result: Result, form: str | None) -> None:
    """Print the summary and raise what the run amounts to."""
    rows = [[outcome, count] for outcome, count in sorted(result.counts().items())]
    if result.left_out:
        rows.append(["over the limit", result.left_out])
    if result.earlier:
        rows.append(["in an earlier run", result.earlier])
    write_rows(["outcome", "files"], rows, chosen(form, "table", "csv"))
    for step in result.of("kept"):
        click.echo(f"Warning: {step.name}: {step.detail}", err=True)
    failed, missing = result.of("failed"), result.of("missing")
    lines = [f"{step.name}: {step.detail}" for step in failed[:SHOWN]]
    if len(failed) > SHOWN:
        lines.append(f"and {len(failed) - SHOWN:,} more")
    if missing or result.stopped:
        names = ", ".join(step.name for step in missing[:SHOWN])
        more = f" and {len(missing) - SHOWN:,} more" if len(missing) > SHOWN else ""
        why = result.stopped or missing[0].detail
        if missing:
            lines.append(f"{len(missing):,} not in {settings.law}: {names}{more}")
        kind = SourceBlocked if "a block" in why else SourceUnreachable
        if missing:
            raise kind("\n".join([why, *lines]), hints=("the same command goes on there",))
        click.echo(f"Warning: {why}", err=True)
    if lines:
        raise InputError("\n".join(lines))


@ingest.command("list")
@output_format("table", "csv", "json")
@with_settings("law")
def listing(settings: Settings, form: str | None) -> None:
    """List the files of the law folder: what, from where, when, which bytes."""
    from reformgraph.ingest.law.folder import LawFolder

    folder = LawFolder(Path(settings.law))
    entries, faults = folder.survey()
    rows = [
        [
            entry.name,
            entry.url or entry.key,
            entry.retrieved,
            entry.digest[:12],
            len(entry.previous),
            "sound" if folder.sound(entry) else "damaged",
        ]
        for entry in entries
    ]
    columns = ["name", "from", "retrieved", "digest", "changes", "state"]
    write_rows(columns, rows, chosen(form, "table", "csv"))
    if faults:
        raise InputError("\n".join(faults))


@ingest.command()
@click.argument("names", nargs=-1, required=True)
@with_settings("law")
def remove(settings: Settings, names: tuple[str, ...]) -> None:
    """Forget files of the law folder by NAMES, as `ingest list` prints them."""
    from difflib import get_close_matches

    from reformgraph.ingest.law.folder import LawFolder

    folder = LawFolder(Path(settings.law))
    entries, _ = folder.survey()
    for name in names:
        found = [entry for entry in entries if name in (entry.name, entry.key, entry.url)]
        if not found:
            near = get_close_matches(name, [entry.name for entry in entries], n=1)
            raise NotFound(f"{name}: not in {settings.law}", hints=near)
        for entry in found:
            folder.remove(entry.key)
            click.echo(f"removed {entry.name}", err=True)


@ingest.command()
@output_format("table", "json")
@with_settings("law")
def loss(settings: Settings, form: str | None) -> None:
    """Report what the files of the law folder hold and what of it leaves nothing in the graph.

    Every element, attribute and type of effect by name: how often it was met, how often it was
    dropped and why. A name that is dropped without a decision comes first, as UNKNOWN, and the exit
    code is 1 then, or when a file cannot be read.
    """
    from reformgraph.ingest.law.folder import LawFolder
    from reformgraph.ingest.law.loss import report
    from reformgraph.ingest.law.model import Reading
    from reformgraph.ingest.law.readers import pick

    folder = LawFolder(Path(settings.law))
    entries, refused = folder.survey()

    def readings() -> Iterator[Reading]:
        for entry in entries:
            try:
                yield pick.read(folder.read(entry), entry.name)
            except InputError as error:
                refused.append(error.detail)

    made = report(readings())
    made.refused = list(refused)
    click.echo(made.as_json() if chosen(form, "table", "json") == "json" else made.as_table())
    if made.unknown or refused:
        names = ", ".join(line.name for line in made.unknown[:SHOWN])
        parts = [f"dropped without a decision: {names}"] if names else []
        raise InputError("\n".join([*parts, *refused]))
