import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from reformgraph.queries.lineage import Edge, Lineage, Node

TYPES = ["Policy"] * 5 + ["Legislation"] * 2 + ["Provision"] + ["Initiative"] * 3 + ["Merger"]
PREDICATES = ["buildsOn", "announces", "amends", "reviews", "implements", "drawsOn", "funds"]
WORDS = [
    "Children",
    "Act",
    "every",
    "of",
    "and",
    "the",
    "partnership",
    "National",
    "Framework",
    "strategy",
    "2004",
    "WWWW",
]


def _node(at: int, dice: random.Random, depth: int) -> Node:
    first = date(1985, 1, 1) + timedelta(days=int(8400 * dice.random() ** 0.5))
    last = first + timedelta(days=dice.choice((0, 0, 0, 30, 365, 1100)))
    earliest, latest = dice.choice(((first, last),) * 8 + ((None, last), (first, None)))
    if dice.random() < 0.1:
        earliest = latest = None
    label = " ".join(dice.choice(WORDS) for _ in range(dice.randint(1, 14)))
    return Node(
        iri=f"urn:node:{at}",
        slug=f"node-{at}",
        label=label,
        type=dice.choice(TYPES),
        kind="some kind",
        date=str(earliest or ""),
        earliest=earliest,
        latest=latest,
        depth=depth,
    )


def synthetic(seed: int, nodes: int = 60, edges: int = 130, beyond: int = 0) -> Lineage:
    dice = random.Random(seed)
    made = [_node(at, dice, 0 if at == 0 else 1 + 4 * at // nodes) for at in range(nodes)]
    links = []
    for at in range(edges):
        subject, target = dice.sample(range(nodes), 2)
        links.append(
            Edge(
                subject=f"urn:node:{subject}",
                predicate=dice.choice(PREDICATES),
                object=f"urn:node:{target}",
                claim=f"urn:claim:{at}",
                comment="",
                basis=dice.choice(("stated", "legal", "scholarly", "inferred", "reported")),
                verified=dice.random() < 0.7,
                sources=("A source", "Another"),
                locator="p 3",
            )
        )
    return Lineage(
        focus="urn:node:0",
        direction=dice.choice(("antecedents", "descendants")),
        nodes={node.iri: node for node in made},
        edges=tuple(links),
        beyond=beyond,
    )


@pytest.fixture
def make() -> Callable[..., Lineage]:
    return synthetic
