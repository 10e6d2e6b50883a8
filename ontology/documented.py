"""What pyLODE documents of each term, as ``ontology.reference`` made it: read without its libraries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

ATTACHED: Final = "ontology.json"
"""The file beside a built graph that holds the documentation."""

Rows = Mapping[str, tuple[tuple[str, str], ...]]
"""By the local name of a term: the property of each row and its value as HTML."""


def rows(data: bytes) -> Rows:
    """Read what ``reference.make`` wrote."""
    return {
        name: tuple((row[0], row[1]) for row in some)
        for name, some in json.loads(data)["terms"].items()
    }


def made_by(data: bytes) -> str:
    """Name the library and its version, from what ``reference.make`` wrote."""
    return str(json.loads(data)["by"])
