"""The room's RDF and SPARQL files as text, from a checkout and from an installed wheel alike."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from pyoxigraph import BlankNode, RdfFormat, Triple, parse

ONTOLOGY_FILES: Final = ("reform.ttl", "scheme.ttl", "alignments.ttl")
"""What goes into ``{base}graph/ontology``, save the restrictions of ``reform.ttl``."""
SHAPES_FILE: Final = "shapes.ttl"


def folder() -> Traversable:
    """Give the room's folder."""
    return resources.files("reformgraph.ontology")


def read(name: str) -> str:
    """Give the text of one file of the room, such as ``reform.ttl`` or ``rules/types.rq``.

    Raises ``FileNotFoundError`` when there is none of that name.
    """
    return folder().joinpath(*name.split("/")).read_text(encoding="utf-8")


def queries(name: str) -> Iterator[tuple[str, str]]:
    """Go over the ``.rq`` files of a sub-folder by name: (name without suffix, text)."""
    found = [each for each in folder().joinpath(name).iterdir() if each.name.endswith(".rq")]
    for each in sorted(found, key=lambda file: file.name):
        yield each.name.removesuffix(".rq"), each.read_text(encoding="utf-8")


def ontology_triples() -> Iterator[Triple]:
    """Parse ``ONTOLOGY_FILES`` into the triples of ``{base}graph/ontology``.

    Restrictions and unions, which OWL writes with blank nodes, are left out: a built graph has no
    blank nodes, and no rule of ours reads them. ``check.ontology`` has them.
    """
    for name in ONTOLOGY_FILES:
        for quad in parse(read(name), format=RdfFormat.TURTLE):
            if not isinstance(quad.subject, BlankNode) and not isinstance(quad.object, BlankNode):
                yield quad.triple
