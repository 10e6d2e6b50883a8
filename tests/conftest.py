"""What all tests share: the built story graph, and the flag that rewrites golden files."""

import os
from collections.abc import Iterator
from pathlib import Path

import law_records
import pytest
from hypothesis import HealthCheck, settings
from tests_support import BASE, made_once, opened

from reformgraph.ingest.build import build, chosen
from reformgraph.ingest.provenance import describe_law
from reformgraph.store import EmbeddedStore, publish

# The servers that tests start live for seconds; making pages ahead would only take their time.
os.environ.setdefault("REFORMGRAPH_WARM", "0")
# No test goes by the clock, for another program may have the processor, and none turns red by chance:
# only the long run draws new examples each time.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize=not os.environ.get("SOAK"),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--regold", action="store_true", help="rewrite golden files and generated docs"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest test, so that at the end no process has to wait for it."""
    items.sort(key=lambda item: item.path.name != "test_packaging.py")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name gzip data by its kind: its header holds the time, and names must be the same everywhere."""
    return "gzip" if isinstance(val, bytes) and val.startswith(b"\x1f\x8b") else None


@pytest.fixture(scope="session")
def regold(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be rewritten; review the diff as a claim about the code."""
    return bool(request.config.getoption("--regold"))


@pytest.fixture(scope="session")
def story_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the Children's Plan graph, built once for the run; a test that writes copies it."""
    return made_once(
        tmp_path_factory, "story", lambda root: build(chosen(["childrens-plan"]), root, base=BASE)
    )


@pytest.fixture(scope="session")
def story_store(story_root: Path) -> Iterator[EmbeddedStore]:
    """The opened story graph; read it only."""
    with opened(story_root) as store:
        yield store


@pytest.fixture(scope="session")
def both_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with both bundled timelines in one graph, built once for the run."""
    both = chosen(["childrens-plan", "health-social-care"])
    return made_once(tmp_path_factory, "both", lambda root: build(both, root, base=BASE))


@pytest.fixture(scope="session")
def both_store(both_root: Path) -> Iterator[EmbeddedStore]:
    """The opened graph of both timelines; read it only."""
    with opened(both_root) as store:
        yield store


@pytest.fixture(scope="session")
def law_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with both timelines joined with a little law, made by hand (``law_records``)."""

    def make(root: Path) -> None:
        graph = law_records.joined()
        graph.extend(describe_law({"ukpga/1989/41": (law_records.FETCHED,)}, BASE))
        publish(root, graph, base=BASE)

    return made_once(tmp_path_factory, "law", make)


@pytest.fixture(scope="session")
def law_store(law_root: Path) -> Iterator[EmbeddedStore]:
    """The opened graph with law; read it only."""
    with opened(law_root) as store:
        yield store
