"""Fixtures of the server's tests: the story's graph, a hostile graph, a graph with a hub."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from server_support import BASE, application, publish_trig, strange_trig


class Compiled(BytecodeCache):
    """Compiled templates, kept in memory: each application of a process would compile them anew."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {"bytecode_cache": Compiled()}


def closing(app: Flask) -> Iterator[FlaskClient]:
    yield app.test_client()
    app.extensions["reformgraph"].close()


@pytest.fixture(scope="session")
def client(story_root: Path) -> Iterator[FlaskClient]:
    yield from closing(application(story_root))


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Labels and IRIs that attack a page."""
    root = tmp_path_factory.mktemp("hostile") / "store"
    publish_trig(root, (HERE / "hostile.trig").read_text(encoding="utf-8"))
    yield from closing(application(root))


@pytest.fixture(scope="session")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Names and addresses at their extremes, and things that go round in circles."""
    root = tmp_path_factory.mktemp("strange") / "store"
    publish_trig(root, strange_trig())
    yield from closing(application(root))


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """One law that 3,000 policies build on, each with claim and evidence from one source."""
    root = tmp_path_factory.mktemp("hub") / "store"
    prefixes = (
        "@prefix rg: <https://w3id.org/reformgraph/ontology#> .\n"
        "@prefix rgs: <https://w3id.org/reformgraph/scheme#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        f"@base <{BASE}> .\n"
    )
    law = (
        '<id/hub> a rg:Legislation ; rg:slug "hub" ; rdfs:label "Hub Act"@en .'
        '<id/lone> a rg:Policy ; rg:slug "lone" ; rdfs:label "Lone"@en .'
        '<id/s> a rg:Source ; rg:slug "s" ; rdfs:label "A source"@en .'
    )
    rows = "\n".join(
        f'<id/p{n}> a rg:Policy ; rg:slug "p{n}" ; rdfs:label "Policy {n}"@en ; '
        f"rg:buildsOn <id/hub> ; rg:hasEvidence <evidence/p{n}.1> .\n"
        f"<claim/c{n}> a rg:Claim ; rg:claimSubject <id/p{n}> ; rg:claimPredicate rg:buildsOn ; "
        f'rg:claimObject <id/hub> ; rdfs:comment "{n} builds on it."@en ; '
        f"rg:basis rgs:basis-stated ; rg:hasEvidence <evidence/p{n}.1> .\n"
        f"<evidence/p{n}.1> a rg:Evidence ; rg:source <id/s> ; rg:status rgs:status-verified ."
        for n in range(3_000)
    )
    drawn = "\n".join(f"<id/p{n}> rg:drawsOn <id/hub> ." for n in range(3_000))
    publish_trig(root, f"{prefixes}<graph/t> {{ {law}\n{rows} }}\n<graph/inferences> {{ {drawn} }}")
    yield from closing(application(root))
