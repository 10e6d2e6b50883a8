"""``reformgraph query``: a SPARQL query against the current graph."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from reformgraph.cli.options import output_format, with_settings
from reformgraph.cli.output import chosen
from reformgraph.settings import Settings


@click.command()
@click.argument("query", required=False)
@click.option(
    "-f", "--file", "path", type=click.Path(path_type=Path), help="Read the query from a file."
)
@output_format("table", "csv", "tsv", "json", "xml", "ttl", "nt", "rdf", "jsonld")
@with_settings("query_timeout")
def query(settings: Settings, query: str | None, path: Path | None, form: str | None) -> None:
    """Run the SPARQL query QUERY, that of --file, or that of standard input.

    It runs under the same limits as a stranger's query on the endpoint.
    """
    from reformgraph.cli.strangers import print_answer

    text = _text(query, path)
    print_answer(settings, text, chosen(form, "table", "csv"), explicit=form is not None)


def _text(query: str | None, path: Path | None) -> str:
    if query is not None and path is not None:
        raise click.UsageError("give QUERY or --file, not both")
    if query not in (None, "-"):
        return str(query)
    try:
        data = path.read_bytes() if path is not None else sys.stdin.buffer.read()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise click.UsageError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{path or 'standard input'}: not UTF-8 ({error})") from None
