"""A generated graph with the shape of a large statute book: power-law lineage, claims, evidence.

Deterministic: one seed and one size give the same bytes. New items draw on old ones, mostly on
those that are drawn on already (preferential attachment), so that a few are famous and most are
obscure. ``python -m benchmarks.generated FOLDER [ITEMS]`` writes the N-Quads and publishes them.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph

from reformgraph.ontology.files import ontology_triples
from reformgraph.ontology.terms import LINEAGE, PREFIXES
from reformgraph.store import publish

BASE = "https://w3id.org/reformgraph/"
ITEMS = 200_000
"""Items of the usual graph, about 2.5 million triples with their claims."""
EDGES = 1.6
"""Items that an item draws on, on average."""
FAMOUS = 0.7
"""Chance that an edge goes where another one goes already."""
CLAIMED = 0.2
"""Share of the edges that have a claim with evidence."""
GRAPHS = 4

_CLASSES = ("Policy", "Policy", "Legislation", "Legislation", "Provision", "Initiative")
_BASES = ("stated", "legal", "scholarly", "inferred")
_STATUSES = ("verified", "verified", "unverified")
_KINDS = ("white-paper", "green-paper", "strategy", "guidance", "report", "review", "plan")
_WORDS = (
    *("children", "school", "health", "housing", "reform", "local", "authority", "training"),
    *("inspection", "care", "safety", "transport", "pension", "energy", "planning", "justice"),
    *("skills", "family", "early", "years", "workforce", "board", "trust", "service"),
    *("curriculum", "standards", "funding", "partnership", "regional", "national"),
)
RG, RGS = PREFIXES["rg"], PREFIXES["rgs"]
_TYPE = f"<{PREFIXES['rdf']}type>"
_LABEL = f"<{PREFIXES['rdfs']}label>"
_COMMENT = f"<{PREFIXES['rdfs']}comment>"
_DATE = f"^^<{PREFIXES['xsd']}date>"


@dataclass(frozen=True, slots=True)
class Shape:
    """What the mix must know of a generated graph: ids of items by fame."""

    items: int
    famous: tuple[int, ...]
    obscure: tuple[int, ...]


def edges(items: int = ITEMS, seed: int = 6) -> Iterator[tuple[int, int]]:
    """Yield (later, earlier) pairs of item numbers, each pair once."""
    chance = random.Random(seed)
    drawn: list[int] = []
    for later in range(1, items):
        targets = set()
        for _ in range(1 + (chance.random() < EDGES - 1)):
            popular = drawn and chance.random() < FAMOUS
            targets.add(chance.choice(drawn) if popular else chance.randrange(later))
        for earlier in sorted(targets):
            drawn.append(earlier)
            yield later, earlier


def shape(items: int = ITEMS, seed: int = 6) -> Shape:
    """Return the most drawn-on items and some that hardly anything draws on."""
    count: dict[int, int] = {}
    for _, earlier in edges(items, seed):
        count[earlier] = count.get(earlier, 0) + 1
    order = sorted(count, key=lambda item: (-count[item], item))
    return Shape(items, tuple(order[:50]), tuple(order[-2_000:]))


def lines(items: int = ITEMS, seed: int = 6, *, evidence: bool = False) -> Iterator[str]:
    """Yield the graph as lines of N-Quads, the ontology first.

    With ``evidence`` claims have all that the questions ask of them: a basis, a source, a status.
    """
    for triple in ontology_triples():
        yield f"{triple} <{BASE}graph/ontology> .\n"
    chance, other = random.Random(seed + 1), random.Random(seed + 2)
    inferred = f"<{BASE}graph/inferences> .\n"
    graphs = [f"<{BASE}graph/part-{number}> .\n" for number in range(GRAPHS)]
    for number in range(items):
        graph = graphs[number % GRAPHS]
        node = item(number)
        kind = chance.choice(_KINDS)
        year = 1900 + number * 120 // items
        day = f'"{year}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"{_DATE}'
        name = " ".join(chance.choice(_WORDS) for _ in range(3)).capitalize()
        yield f"{node} {_TYPE} <{RG}{chance.choice(_CLASSES)}> {graph}"
        yield f"{node} {_TYPE} <{RG}Item> {inferred}"
        yield f'{node} <{RG}slug> "item-{number}" {graph}'
        yield f'{node} {_LABEL} "{name} {year} no. {number}"@en {graph}'
        yield f"{node} <{RG}dateEarliest> {day} {graph}"
        yield f"{node} <{RG}dateLatest> {day} {graph}"
        yield f"{node} <{RG}kind> <{RGS}policy-{kind}> {graph}"
    for later, earlier in edges(items, seed):
        by = chance.choice(LINEAGE)
        subject, value = item(later), item(earlier)
        yield f"{subject} <{RG}drawsOn> {value} {inferred}"
        if by.drawing != by.predicate:
            subject, value = value, subject
        graph = graphs[later % GRAPHS]
        yield f"{subject} {by.predicate} {value} {graph}"
        if chance.random() < CLAIMED:
            claim = f"<{BASE}claim/c-{later}-{earlier}>"
            proof = f"<{BASE}evidence/c-{later}-{earlier}.1>"
            yield f"{claim} {_TYPE} <{RG}Claim> {graph}"
            yield f"{claim} <{RG}claimSubject> {subject} {graph}"
            yield f"{claim} <{RG}claimPredicate> {by.predicate} {graph}"
            yield f"{claim} <{RG}claimObject> {value} {graph}"
            yield f'{claim} {_COMMENT} "Item {later} rests on item {earlier}."@en {graph}'
            yield f"{claim} <{RG}hasEvidence> {proof} {graph}"
            yield f'{proof} <{RG}locator> "p. {chance.randint(1, 400)}" {graph}'
            if evidence:
                source = item(other.randrange(1 + items // 40))
                yield f"{claim} <{RG}basis> <{RGS}basis-{other.choice(_BASES)}> {graph}"
                yield f"{proof} <{RG}source> {source} {graph}"
                yield f"{proof} <{RG}status> <{RGS}status-{other.choice(_STATUSES)}> {graph}"


def item(number: int) -> str:
    """Return the IRI of an item in angle brackets."""
    return f"<{BASE}id/item-{number}>"


def write(folder: Path, items: int = ITEMS) -> Path:
    """Write ``generated.nq`` into ``folder`` unless it is there; returns its path."""
    path = folder / f"generated-{items}.nq"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("w", encoding="utf-8") as file:
            file.writelines(lines(items))
        part.replace(path)
    return path


def main() -> None:
    """Write and publish; prints how long it took."""
    folder = Path(sys.argv[1])
    items = int(sys.argv[2]) if len(sys.argv) > 2 else ITEMS
    begun = time.perf_counter()
    path = write(folder, items)
    print(f"written in {time.perf_counter() - begun:.1f} s: {path}", flush=True)
    begun = time.perf_counter()
    quads = pyoxigraph.parse(path=path, format=pyoxigraph.RdfFormat.N_QUADS)
    generation = publish(folder / "store", quads, base=BASE)
    print(f"published {generation.quads:,} quads in {time.perf_counter() - begun:.1f} s")


if __name__ == "__main__":
    main()
