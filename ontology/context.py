"""The JSON-LD 1.1 context of the graph's terms, for those who write or read plain JSON.

It is made from the ontology. Names are only ever added: a name that changed its meaning would
silently change documents that others keep (``tests/ontology/test_context.py`` holds them).
"""

from __future__ import annotations

from typing import Any

from pyoxigraph import NamedNode

from reformgraph.ontology.files import ontology_triples
from reformgraph.ontology.terms import (
    DCTERMS,
    EDTF,
    OWL,
    PREFIXES,
    RDF,
    RDFS,
    RG,
    SKOS,
    XSD,
)

_DATES = ("date", "start", "end")


def context() -> dict[str, Any]:
    """Return the document ``{"@context": …}``: prefixes, own terms, and the names all things have."""
    kinds: dict[str, set[NamedNode]] = {}
    for triple in ontology_triples():
        if (
            triple.predicate == RDF.type
            and isinstance(triple.subject, NamedNode)
            and isinstance(triple.object, NamedNode)
        ):
            kinds.setdefault(triple.subject.value, set()).add(triple.object)
    terms: dict[str, Any] = {"id": "@id", "type": "@type", **dict(PREFIXES)}
    for name in sorted(RG):
        kind = kinds.get(RG[name].value, set())
        if OWL.Class in kind:
            terms[name] = f"rg:{name}"
        elif OWL.ObjectProperty in kind:
            terms[name] = {"@id": f"rg:{name}", "@type": "@id"}
        else:
            terms[name] = _literal(name)
    terms |= {
        "label": {"@id": str(RDFS.label)[1:-1], "@language": "en"},
        "comment": {"@id": str(RDFS.comment)[1:-1], "@language": "en"},
        "altLabel": {"@id": str(SKOS.altLabel)[1:-1], "@language": "en", "@container": "@set"},
        "description": {"@id": str(DCTERMS.description)[1:-1], "@language": "en"},
    }
    return {"@context": terms}


def _literal(name: str) -> Any:
    own = f"rg:{name}"
    if name in _DATES:
        return {"@id": own, "@type": EDTF.EDTF.value}
    if name.endswith(("Earliest", "Latest")):
        return {"@id": own, "@type": XSD.date.value}
    return own
