"""What is asked: classes of queries on the story graph or the generated one, and a skewed mix."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from benchmarks.generated import BASE, ITEMS, Shape, item, shape
from reformgraph.ontology.terms import PREFIXES
from reformgraph.queries import catalogue, run
from reformgraph.store import Store

HEAD = f"PREFIX rg: <{PREFIXES['rg']}>\nPREFIX rdfs: <{PREFIXES['rdfs']}>\n"
Make = Callable[[random.Random, int], str]

WEIGHTS: Mapping[str, int] = {
    "label": 30,
    "describe": 25,
    "relations": 15,
    "obscure": 12,
    "famous": 4,
    "group": 6,
    "text": 5,
    "question": 10,
}
"""How often each class is asked for in the mix, in parts."""
SKEW = 1.1
"""Exponent of the repetition: the n-th most asked query is asked 1/n^SKEW times as often."""

_GROUPS = (
    "SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c } GROUP BY ?c",
    "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p",
    "SELECT ?k (COUNT(?s) AS ?n) { ?s rg:kind ?k } GROUP BY ?k",
    "SELECT ?e (COUNT(?s) AS ?n) { ?s rg:drawsOn ?e } GROUP BY ?e ORDER BY DESC(?n) LIMIT 20",
    "SELECT ?y (COUNT(?s) AS ?n) { ?s rg:dateEarliest ?d BIND(YEAR(?d) AS ?y) } GROUP BY ?y",
    "SELECT ?k ?c (COUNT(?s) AS ?n) { ?s rg:kind ?k ; a ?c } GROUP BY ?k ?c",
)
_WORDS = ("children", "school", "health", "care", "board", "national", "early", "reform", "service")


def generated(items: int = ITEMS) -> dict[str, Make]:
    """Return the classes of queries on the generated graph; no text comes twice from one maker."""
    fame: Shape = shape(items)

    def text(chance: random.Random, number: int) -> str:
        words = " ".join(chance.sample(_WORDS, 2))
        return (
            f'{HEAD}SELECT ?s ?l {{ ?s rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?l)), "{words}")) }} '
            f"LIMIT {20 + number}"
        )

    return {
        "label": lambda c, n: f"{HEAD}SELECT ?l {{ {item(c.randrange(items))} rdfs:label ?l }}",
        "describe": lambda c, n: f"SELECT ?p ?o {{ {item(c.randrange(items))} ?p ?o }} #{n}",
        "relations": lambda c, n: (
            f"{HEAD}SELECT ?x ?l ?d {{ {item(c.randrange(items))} rg:drawsOn ?x . "
            f"?x rdfs:label ?l ; rg:dateEarliest ?d }} LIMIT {1_000 + n}"
        ),
        "obscure": lambda c, n: (
            f"{HEAD}SELECT ?x {{ {item(c.randrange(items // 2, items))} rg:drawsOn+ ?x }} #{n}"
        ),
        "famous": lambda c, n: (
            f"{HEAD}SELECT ?x {{ ?x rg:drawsOn+ {item(fame.famous[10 + n % 40])} }} #{n}"
        ),
        "group": lambda c, n: f"{HEAD}{_GROUPS[n % len(_GROUPS)]} #{n}",
        "text": text,
    }


def story(store: Store) -> dict[str, Make]:
    """Return the classes of queries on the story graph, the questions among them."""
    drawing = [
        str(row[0])
        for row in store.select(f"{HEAD}SELECT DISTINCT ?s {{ ?s rg:drawsOn ?o }} ORDER BY ?s")
    ]
    drawn = [
        str(row[0])
        for row in store.select(
            f"{HEAD}SELECT ?o (COUNT(*) AS ?n) {{ ?s rg:drawsOn ?o }} GROUP BY ?o ORDER BY DESC(?n)"
        )
    ]
    questions = [run.sparql(store, question, {}) for question in catalogue.load().values()]

    def one(c: random.Random) -> str:
        return c.choice(drawing)

    return {
        "label": lambda c, n: f"{HEAD}SELECT ?l {{ {one(c)} rdfs:label ?l }} #{n}",
        "describe": lambda c, n: f"SELECT ?p ?o {{ {one(c)} ?p ?o }} #{n}",
        "relations": lambda c, n: (
            f"{HEAD}SELECT ?x ?l {{ {one(c)} rg:drawsOn ?x . ?x rdfs:label ?l }} #{n}"
        ),
        "obscure": lambda c, n: f"{HEAD}SELECT ?x {{ {one(c)} rg:drawsOn+ ?x }} #{n}",
        "famous": lambda c, n: f"{HEAD}SELECT ?x {{ ?x rg:drawsOn+ {drawn[n % 20]} }} #{n}",
        "group": lambda c, n: f"{HEAD}{_GROUPS[n % len(_GROUPS)]} #{n}",
        "text": lambda c, n: (
            f"{HEAD}SELECT ?s ?l {{ ?s rdfs:label ?l "
            f'FILTER(CONTAINS(LCASE(STR(?l)), "{c.choice(_WORDS)}")) }} LIMIT {20 + n}'
        ),
        "question": lambda c, n: f"{questions[n % len(questions)]}\n#{n}",
    }


def distinct(make: Make, count: int, seed: int) -> list[str]:
    """Return ``count`` queries of one class, none of them twice."""
    chance = random.Random(seed)
    found: dict[str, None] = {}
    number = seed * 1_000
    while len(found) < count:
        found[make(chance, number)] = None
        number += 1
    return list(found)


def mixture(classes: Mapping[str, Make], different: int, length: int, seed: int) -> list[str]:
    """Return ``length`` queries by the weights out of ``different`` ones, repeated with a skew."""
    chance = random.Random(seed)
    names = [name for name in classes if name in WEIGHTS]
    drawn = chance.choices(names, [WEIGHTS[name] for name in names], k=different)
    pool = [classes[name](chance, number) for number, name in enumerate(drawn)]
    ranks = [1 / (place + 1) ** SKEW for place in range(different)]
    return chance.choices(pool, ranks, k=length)


def quads_of(store: Store, folder: Path) -> Path:
    """Write the quads of an opened store as N-Quads for the peers; returns the path."""
    import pyoxigraph

    path = folder / f"story-{store.generation.digest[:12]}.nq"
    if not path.exists():
        source = pyoxigraph.Store.read_only(str(store.generation.folder / "quads"))
        source.dump(str(path), format=pyoxigraph.RdfFormat.N_QUADS)
    return path


__all__ = ["BASE", "WEIGHTS", "distinct", "generated", "mixture", "quads_of", "story"]


def lines(queries: list[str]) -> Iterator[str]:
    """Yield each query on one line, as a query string."""
    from urllib.parse import quote

    for query in queries:
        yield f"query={quote(query, safe='')}\n"
