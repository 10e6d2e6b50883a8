"""What an effect does, in the terms of the ontology, and how far."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from pyoxigraph import NamedNode

from reformgraph.ingest.law import effect_types
from reformgraph.ontology.terms import ELI, RG

_NODES: Final = MappingProxyType(
    {
        effect_types.AMENDS: RG.amends,
        effect_types.REPEALS: RG.repeals,
        effect_types.COMMENCES: ELI.commences,
        effect_types.APPLIES: ELI.applies,
        effect_types.CHANGES: ELI.changes,
    }
)
_WHOLLY: Final = ("", "wholly in force", "in force in so far as not already in force")
_IN_PART: Final = re.compile(r"in part|word|partly|savings?|so far|with modif", re.IGNORECASE)


def predicate(type_: str) -> NamedNode:
    """Map the site's words for an effect to a predicate; ``eli:changes`` where nothing finer is known."""
    return _NODES[effect_types.mapped(type_).predicate]


def ends(type_: str) -> bool:
    """Say whether an effect of this type ends the whole of what it names."""
    return predicate(type_) == RG.repeals and not _IN_PART.search(type_)


def begins(type_: str) -> bool:
    """Say whether an effect of this type brings what it names into being or into force."""
    return predicate(type_) == ELI.commences or type_.strip().casefold() == "inserted"


def wholly(qualification: str) -> bool:
    """Say whether a day in force is that of the whole effect."""
    return qualification.strip().casefold() in _WHOLLY
