"""The answer to a question, and the formats it is written in."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode

from reformgraph.ontology.terms import RDF, XSD
from reformgraph.store.base import Row, Term

_RISKY = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of terms under named columns, the generation that gave them and the query that ran."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    generation: str
    sparql: str

    def __len__(self) -> int:
        return len(self.rows)

    def plain_rows(self) -> Iterator[tuple[str | int | None, ...]]:
        """Give each row as values for people: IRIs and texts as they read, counts as numbers."""
        for row in self.rows:
            yield tuple(_plain(term) for term in row)

    def dicts(self) -> Iterator[dict[str, str | int | None]]:
        """Give each row as plain values by column; None where nothing is known."""
        for row in self.plain_rows():
            yield dict(zip(self.columns, row, strict=True))

    def csv(self, *, guard: bool = False) -> str:
        """Write SPARQL 1.1 CSV (§3): a header, CRLF, IRIs and texts bare.

        ``guard`` is for people's spreadsheets: a cell that one would run as a formula gets an
        apostrophe in front. Machines want it off, for it changes data.
        """
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, lineterminator="\r\n")
        writer.writerow(self.columns)
        for row in self.rows:
            cells = ("" if term is None else term.value for term in row)
            writer.writerow([harmless(cell) if guard else cell for cell in cells])
        return buffer.getvalue()

    def tsv(self) -> str:
        """Write SPARQL 1.1 TSV (§4), which keeps types and languages."""
        lines = ["\t".join(f"?{name}" for name in self.columns)]
        lines += [
            "\t".join("" if term is None else _tsv(term) for term in row) for row in self.rows
        ]
        return "".join(f"{line}\n" for line in lines)

    def json(self) -> str:
        """Write SPARQL 1.1 Query Results JSON."""
        bindings = [
            {
                name: _binding(term)
                for name, term in zip(self.columns, row, strict=True)
                if term is not None
            }
            for row in self.rows
        ]
        document: Mapping[str, object] = {
            "head": {"vars": list(self.columns)},
            "results": {"bindings": bindings},
        }
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"))

    def column(self, name: str) -> Sequence[Term | None]:
        """Return the terms of one column, row by row; raises ValueError for an unknown one."""
        place = self.columns.index(name)
        return [row[place] for row in self.rows]


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula (hazard 67)."""
    return f"'{cell}" if cell.startswith(_RISKY) else cell


def _plain(term: Term | None) -> str | int | None:
    if term is None:
        return None
    if isinstance(term, Literal) and term.datatype == XSD.integer:
        return int(term.value)
    return term.value


def _tsv(term: Term) -> str:
    # N-Triples escapes every control character but the tab; a raw tab would end the cell.
    return str(term).replace("\t", "\\t")


def _binding(term: Term) -> dict[str, str]:
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    binding = {"type": "literal", "value": term.value}
    if term.language is not None:
        binding["xml:lang"] = term.language
    elif term.datatype not in (XSD.string, RDF.langString):
        binding["datatype"] = term.datatype.value
    return binding
