"""Every own term tells what it is, whose idea it is, and an example that a graph bears out.

That is the story graph; for the terms of law (``LAW``) the story joined with a little law.

In an example a name in brackets is a slug, ``claim/…``, ``evidence/…`` or a compact term. Of a class
there is one, of a property two (what it relates) or one with the value in curly quotes at the end.
"""

import re

import pytest
from pyoxigraph import Literal, NamedNode

from reformgraph.ontology import examples, files
from reformgraph.ontology.terms import DCTERMS, OWL, RDF, RG, SKOS, VS
from reformgraph.store import EmbeddedStore

BASE = "https://w3id.org/reformgraph/"
LAW = frozenset(
    (
        *("Effect", "Commentary", "affectingLaw", "affectedLaw", "effectType", "isApplied"),
        *("isRequired", "isProspective", "qualification", "commencedBy", "annotates"),
        *("commentaryType", "confersPower"),
    )
)


@pytest.fixture(scope="module")
def told() -> dict[tuple[str, str], list[NamedNode | Literal]]:
    found: dict[tuple[str, str], list[NamedNode | Literal]] = {}
    for triple in files.ontology_triples():
        assert isinstance(triple.subject, NamedNode)
        assert isinstance(triple.object, NamedNode | Literal)
        found.setdefault((triple.subject.value, triple.predicate.value), []).append(triple.object)
    return found


def _example(told: dict[tuple[str, str], list[NamedNode | Literal]], name: str) -> str:
    (found,) = told[RG[name].value, SKOS.example.value]
    return found.value


@pytest.mark.parametrize("name", RG)
def test_a_term_has_a_source_an_example_and_a_status(
    told: dict[tuple[str, str], list[NamedNode | Literal]], name: str
) -> None:
    iri = RG[name].value
    for predicate in (DCTERMS.source, SKOS.example, SKOS.definition, SKOS.prefLabel):
        (value,) = told[iri, predicate.value]
        assert isinstance(value, Literal), (name, predicate)
        assert value.language == "en", (name, predicate)
    (status,) = told[iri, VS.term_status.value]
    assert status.value in {"unstable", "testing", "stable", "archaic"}
    assert len(told.get((iri, SKOS.scopeNote.value), ())) <= 1


@pytest.mark.parametrize("name", RG)
def test_an_example_is_true_of_the_story(
    told: dict[tuple[str, str], list[NamedNode | Literal]],
    story_store: EmbeddedStore,
    law_store: EmbeddedStore,
    name: str,
) -> None:
    if name in LAW:
        story_store = law_store
    text = _example(told, name)
    named = examples.names(text)
    found = [_resolve(story_store, each) for each in named]
    types = told[RG[name].value, RDF.type.value]
    if OWL.Class in types:
        (one,) = found
        assert story_store.ask(f"ASK {{ {one} a {RG[name]} }}"), text
    elif (value := re.search(r"“(.*)”$", text)) is not None:
        (one,) = found
        said = {
            row[0].value
            for row in story_store.select(f"SELECT ?v {{ {one} {RG[name]} ?v }}")
            if isinstance(row[0], Literal)
        }
        assert value[1] in said, text
    else:
        start, end = found
        # The transitive pair is never stored: its closure is a path.
        path = {"hasAntecedent": f"{RG.drawsOn}+", "hasDescendant": f"^({RG.drawsOn}+)"}.get(
            name, str(RG[name])
        )
        assert story_store.ask(f"ASK {{ {start} {path} {end} }}"), text


def _resolve(store: EmbeddedStore, name: str) -> NamedNode:
    iri = examples.iri(name, BASE)
    return NamedNode(iri or store.resolve(name))


def test_names_are_told_from_other_brackets() -> None:
    text = "The Act (c. 31) of (children-act-2004) and (claim/a.b) and (rgs:policy-plan) (2004)"
    assert examples.names(text) == ("children-act-2004", "claim/a.b", "rgs:policy-plan")
    assert examples.iri("claim/a.b", BASE) == f"{BASE}claim/a.b"
    assert examples.iri("rgs:policy-plan", BASE).endswith("/scheme#policy-plan")
    assert examples.iri("children-act-2004", BASE) == ""
    assert [each.name for each in examples.parts("See (dcsf) now")] == ["", "dcsf", ""]
