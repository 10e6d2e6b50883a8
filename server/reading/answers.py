"""The answer to a question as a table of links and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode

from reformgraph.queries import run
from reformgraph.queries.catalogue import Question
from reformgraph.queries.ordering import ordered
from reformgraph.server.links import Links
from reformgraph.server.reading.refs import Ref, literal_words, refs
from reformgraph.store import Store
from reformgraph.store.base import Term


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: a link when it is a thing of the graph, else text. ``plain`` is exact."""

    plain: str
    text: str
    ref: Ref | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of one question, with the query that was run.

    ``shown`` are the places of the columns that a page shows: the label of a thing has a column of
    its own for programs, but on a page the link bears it already.
    """

    columns: tuple[str, ...]
    meanings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    generation: str
    sparql: str
    shown: tuple[int, ...]


def read(
    store: Store,
    links: Links,
    question: Question,
    arguments: Mapping[str, str],
    sort: str = "",
    select: run.Select | None = None,
) -> Answer:
    """Ask the question, by way of ``select`` if that is given. Raises what ``run.ask`` raises."""
    table = ordered(run.ask(store, question, arguments, select), sort)
    meanings = {column.name: column.meaning for column in question.columns}
    iris = {t.value for row in table.rows for t in row if isinstance(t, NamedNode)}
    names = refs(store, links, sorted(iris))
    return Answer(
        columns=tuple(table.columns),
        meanings=tuple(meanings.get(column, "") for column in table.columns),
        rows=tuple(tuple(_cell(term, names) for term in row) for row in table.rows),
        generation=getattr(table.generation, "id", str(table.generation)),
        sparql=table.sparql,
        shown=tuple(
            place
            for place, column in enumerate(table.columns)
            if not (column.endswith("Label") and column.removesuffix("Label") in table.columns)
        ),
    )


def _cell(term: Term | None, names: Mapping[str, Ref]) -> Cell:
    if term is None:
        return Cell("", "")
    if isinstance(term, Literal):
        return Cell(term.value, literal_words(term))
    ref = names.get(term.value)
    if ref and ref.type == "Claim":
        return Cell(term.value, "the claim", ref)  # its sentence has a column of its own
    return Cell(term.value, ref.label if ref else term.value, ref)


def as_json(answer: Answer) -> dict[str, Any]:
    """Return the answer as JSON objects, one a row."""
    return {
        "columns": dict(zip(answer.columns, answer.meanings, strict=True)),
        "generation": answer.generation,
        "rows": [
            {
                column: {"value": cell.plain, "label": cell.ref.label}
                if cell.ref
                else {"value": cell.plain}
                for column, cell in zip(answer.columns, row, strict=True)
                if cell.plain
            }
            for row in answer.rows
        ],
    }
