"""A small graph, made by hand, that the store's tests publish."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode, Quad

from reformgraph.ontology.terms import DCTERMS, RDF, RDFS, RG, RGS, SKOS
from reformgraph.store import EmbeddedStore, open_store, publish

BASE = "https://w3id.org/reformgraph/"
GRAPH = NamedNode(BASE + "graph/story")
PLAN, MATTERS = NamedNode(BASE + "id/plan"), NamedNode(BASE + "id/every-child-matters")
ACT = NamedNode("http://www.legislation.gov.uk/id/ukpga/2004/31")


def _entity(node: NamedNode, slug: str, type_: NamedNode, label: str) -> Iterator[Quad]:
    yield Quad(node, RDF.type, type_, GRAPH)
    yield Quad(node, RG.slug, Literal(slug), GRAPH)
    yield Quad(node, RDFS.label, Literal(label, language="en"), GRAPH)
    yield Quad(node, RG.hasEvidence, NamedNode(f"{BASE}evidence/{slug}.1"), GRAPH)


def story(extra: int = 0) -> Iterator[Quad]:
    """Give the quads of the fixture; ``extra`` adds that many numbered statements."""
    yield from _entity(PLAN, "plan", RG.Policy, "The Children’s Plan")
    yield from _entity(MATTERS, "every-child-matters", RG.Policy, "Every Child Matters")
    yield from _entity(ACT, "children-act-2004", RG.Legislation, "Children Act 2004")
    yield from _entity(NamedNode(BASE + "id/dfes-2003"), "dfes-2003", RG.Source, "ECM (Cm 5860)")
    timeline = NamedNode(BASE + "id/story")
    yield from _entity(timeline, "story", RG.Timeline, "The story")
    yield Quad(timeline, RG.focalItem, PLAN, GRAPH)
    kind = RGS["policy-green-paper"]
    yield Quad(MATTERS, RG.kind, kind, GRAPH)
    yield Quad(kind, RDFS.label, Literal("green paper", language="en"), GRAPH)
    yield Quad(MATTERS, SKOS.altLabel, Literal("ECM", language="en"), GRAPH)
    yield Quad(MATTERS, SKOS.altLabel, Literal("Chaque enfant compté", language="en"), GRAPH)
    about = "A green paper on \x02joined-up\x03 services, <b>published</b> after Climbié."
    yield Quad(MATTERS, DCTERMS.description, Literal(about, language="en"), GRAPH)
    yield Quad(MATTERS, RDF.type, RG.Item, NamedNode(BASE + "graph/inferences"))
    yield Quad(PLAN, RG.buildsOn, MATTERS, GRAPH)
    claim = NamedNode(BASE + "claim/r1")
    yield Quad(claim, RDF.type, RG.Claim, GRAPH)
    yield Quad(claim, RG.claimSubject, PLAN, GRAPH)
    yield Quad(claim, RG.claimPredicate, RG.buildsOn, GRAPH)
    yield Quad(claim, RG.claimObject, MATTERS, GRAPH)
    evidence = NamedNode(BASE + "evidence/r1.1")
    yield Quad(claim, RG.hasEvidence, evidence, GRAPH)
    yield Quad(evidence, RG.locator, Literal("p. 5"), GRAPH)
    numbers = NamedNode(BASE + "graph/numbers")
    for n in range(extra):
        yield Quad(
            NamedNode(f"{BASE}n/{n}"), NamedNode(f"{BASE}p/{n % 3}"), Literal(str(n)), numbers
        )


def numbers(root: Path, extra: int) -> str:
    """Publish the story with ``extra`` statements; returns the generation's id."""
    return publish(root, story(extra), base=BASE).id


@pytest.fixture(scope="session")
def publish_story() -> Callable[[Path, int], str]:
    """The function above: test files cannot import this one."""
    return numbers


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that no test may change: the story and 2,000 more statements."""
    root = tmp_path_factory.mktemp("built") / "store"
    numbers(root, 2_000)
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A store of this test's own, with the story as its first generation."""
    numbers(tmp_path / "store", 0)
    return tmp_path / "store"


@pytest.fixture(scope="session")
def store(built: Path) -> Iterator[EmbeddedStore]:
    opened = open_store(built)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def memory() -> pyoxigraph.Store:
    graph = pyoxigraph.Store()
    graph.extend(story())
    return graph
