"""``reformgraph ask``: a competency question."""

from __future__ import annotations

from contextlib import closing

import click

from reformgraph.cli.options import output_format, with_settings
from reformgraph.cli.output import chosen, write_rows
from reformgraph.errors import UsageError
from reformgraph.settings import Settings


@click.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.argument("name", required=False)
@click.option("--sparql", is_flag=True, help="Print the SPARQL that would run.")
@output_format("table", "csv", "tsv", "json")
@with_settings()
@click.pass_context
def ask(
    context: click.Context, settings: Settings, name: str | None, sparql: bool, form: str | None
) -> None:
    """Ask the question NAME; without NAME, list the questions.

    Parameters are given as options: reformgraph ask antecedents --item childrens-plan-2007
    """
    from reformgraph.queries import catalogue, run
    from reformgraph.store.opening import opened

    form = chosen(form, "table", "csv")
    if name is None:
        rows = [
            [q.name, q.group, q.question, " ".join(f"--{p.name}" for p in q.parameters)]
            for q in catalogue.load().values()
        ]
        write_rows(["name", "group", "question", "parameters"], rows, form)
        return
    question = catalogue.get(name)
    arguments = _arguments(context.args)
    with closing(opened(settings)) as store:
        if sparql:
            click.echo(run.sparql(store, question, arguments))
            return
        table = run.ask(store, question, arguments)
        write_rows(table.columns, table.plain_rows(), form)


def _arguments(words: list[str]) -> dict[str, str]:
    """Read ``--name value`` and ``--name=value`` pairs; the question checks names and values."""
    found: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if not word.startswith("--"):
            raise UsageError(f"unexpected {word!r}: parameters are given as --name value")
        name, equals, value = word[2:].partition("=")
        if not equals:
            try:
                value = next(rest)
            except StopIteration:
                raise UsageError(f"--{name} needs a value") from None
        if name in found:
            raise UsageError(f"--{name} is given twice")
        found[name] = value
    return found
