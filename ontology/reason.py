"""Materialisation: the few inferences that queries rely on, by SPARQL rules in Oxigraph.

The rules are the ``CONSTRUCT`` queries of ``rules/``; each reads the union of all graphs, the
ontology among them, and speaks of instances only. Nothing transitive is stored, so the pile grows
in step with the data. HermiT (``check``) proves more; it is too slow for a build.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import NamedNode, Quad, QueryTriples, Store, Triple

from reformgraph.ontology import files


def materialise(store: Store, graph: NamedNode) -> int:
    """Add to ``graph`` what the rules infer and no graph says yet; give the number of new quads.

    In: a store that holds the ontology (``files.ontology_triples``) in any of its graphs. The rules
    run until a round adds nothing; the outcome depends on the store's triples alone.
    """
    rules = [text for _, text in files.queries("rules")]
    added = 0
    while fresh := _round(store, rules, graph):
        added += fresh
    return added


def _round(store: Store, rules: list[str], graph: NamedNode) -> int:
    added = 0
    for rule in rules:
        # The whole answer first: writing to a store that a query still reads would be undefined.
        fresh = set(_unknown(store, rule, graph))
        store.extend(_quad(triple, graph) for triple in fresh)
        added += len(fresh)
    return added


def _unknown(store: Store, rule: str, graph: NamedNode) -> Iterator[Triple]:
    answer = store.query(rule, use_default_graph_as_union=True)
    assert isinstance(answer, QueryTriples)  # a CONSTRUCT, as test_reason.py checks of each rule
    for triple in answer:
        # The exact look-up first: it is the cheaper one and nearly all of the last round.
        if _quad(triple, graph) in store:
            continue
        found = store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
        if next(found, None) is None:
            yield triple


def _quad(triple: Triple, graph: NamedNode) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, graph)
