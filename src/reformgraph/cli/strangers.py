"""Running a user's own SPARQL under the limits of the endpoint, and printing the answer."""

from __future__ import annotations

import csv
import io
import shutil
import sys
from contextlib import closing
from dataclasses import replace

import click

from reformgraph.cli.output import write_rows
from reformgraph.errors import UsageError
from reformgraph.settings import Settings

MEDIA_TYPES = {
    "csv": "text/csv",
    "json": "application/sparql-results+json",
    "tsv": "text/tab-separated-values",
    "xml": "application/sparql-results+xml",
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
}


def print_answer(settings: Settings, query: str, form: str, *, explicit: bool) -> None:
    """Run ``query`` in a process of its own and print the answer to standard output.

    ``form`` is ``table`` or a key of ``MEDIA_TYPES``; unless ``explicit``, an answer that it
    cannot hold is printed in the format that is usual for it. Raises the errors of
    ``QueryPool.run``, and UsageError when an explicit format cannot hold the answer.
    """
    from reformgraph.store import current_id
    from reformgraph.store.opening import pool as open_pool
    from reformgraph.store.opening import root_of

    current_id(root_of(settings))  # says what to do when there is no graph
    asked = MEDIA_TYPES.get(form, MEDIA_TYPES["csv"])
    pool = open_pool(replace(settings, query_processes=1, slow_queries=1))
    with closing(pool):
        answer = pool.run(query, asked)
        with answer.file as file:
            if explicit and form != "table" and answer.media_type != asked:
                raise UsageError(f"--format {form} cannot hold the answer: it is a {answer.form}")
            if answer.form == "solutions" and form == "table":
                columns, *rows = csv.reader(io.TextIOWrapper(file, encoding="utf-8", newline=""))
                write_rows(columns, rows, form)
            else:
                shutil.copyfileobj(file, sys.stdout.buffer)
                if answer.form == "boolean":
                    click.echo()
