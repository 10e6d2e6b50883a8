"""Dumps: the same bytes each time, nothing lost, made once, and no fault of the disk told twice."""

import gzip
import hashlib
import os
from pathlib import Path
from typing import BinaryIO

import pyoxigraph
import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat

from reformgraph.errors import NotFound, StoreError
from reformgraph.store import dumps, open_store, publish
from reformgraph.store.dumps import Dumps

BASE = "https://w3id.org/reformgraph/"
S, P = NamedNode(f"{BASE}id/s"), NamedNode(f"{BASE}id/p")
ONE, TWO = NamedNode(f"{BASE}graph/one"), NamedNode("http://elsewhere.example/graph")
QUADS = [
    Quad(S, P, Literal("in both"), ONE),
    Quad(S, P, Literal("in both"), TWO),
    Quad(S, P, Literal("née\n“quoted”", language="fr"), ONE),
    Quad(S, P, Literal("loose"), DefaultGraph()),
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    publish(tmp_path / "store", QUADS, base=BASE)
    return tmp_path / "store"


def _quads(path: Path, form: RdfFormat) -> set[Quad]:
    return set(pyoxigraph.parse(gzip.decompress(path.read_bytes()), format=form))


def test_every_syntax_holds_every_statement(root: Path) -> None:
    store, files = open_store(root), Dumps(root)
    whole = dumps.part(store.generation, "all")
    assert _quads(files.dump(store, whole, "nq").path, RdfFormat.N_QUADS) == set(QUADS)
    assert _quads(files.dump(store, whole, "trig").path, RdfFormat.TRIG) == set(QUADS)
    flat = _quads(files.dump(store, whole, "ttl").path, RdfFormat.TURTLE)
    assert {quad.triple for quad in flat} == {quad.triple for quad in QUADS}
    assert len(flat) == 3
    store.close()


def test_unpacked_n_quads_have_the_digest_of_the_generation(root: Path) -> None:
    store = open_store(root)
    made = Dumps(root).dump(store, dumps.part(store.generation, "all"), "nq")
    unpacked = gzip.decompress(made.path.read_bytes())
    assert hashlib.sha256(unpacked).hexdigest() == store.generation.digest
    assert hashlib.sha256(made.path.read_bytes()).hexdigest() == made.sha256
    assert made.path.stat().st_size == made.size
    store.close()


def test_one_graph_by_name_and_by_iri(root: Path) -> None:
    store = open_store(root)
    names = [part.name for part in dumps.parts(store.generation)]
    assert names[0] == "all"
    assert {"default", "graph/one"} < set(names)
    for part in dumps.parts(store.generation):
        made = _quads(Dumps(root).dump(store, part, "nq").path, RdfFormat.N_QUADS)
        assert len(made) == part.quads
        if part.graph:
            assert {quad.graph_name for quad in made} == {NamedNode(part.graph)}
            assert dumps.part(store.generation, part.graph) == part
    with pytest.raises(NotFound):
        dumps.part(store.generation, "../../etc/passwd")
    store.close()


def test_a_file_is_made_once_and_again_with_the_same_bytes(root: Path, tmp_path: Path) -> None:
    store = open_store(root)
    whole = dumps.part(store.generation, "all")
    first = Dumps(root).dump(store, whole, "trig")
    before = first.path.stat().st_mtime_ns
    assert Dumps(root).dump(store, whole, "trig").path.stat().st_mtime_ns == before
    first.path.write_bytes(b"cut")  # as after a crash of the disk
    again = Dumps(root).dump(store, whole, "trig")
    assert again == first
    assert again.path.stat().st_size == first.size
    store.close()


def test_hazard_97_a_store_that_cannot_be_written_still_gives_dumps(root: Path) -> None:
    store, files = open_store(root), Dumps(root)
    (root / "dumps").write_text("a file where the folder should be")
    made = files.dump(store, dumps.part(store.generation, "all"), "nq")
    assert made.path.is_file()
    assert root not in made.path.parents
    files.close()
    assert not made.path.exists()
    store.close()


def test_hazard_100_a_full_disk_leaves_nothing_behind(root: Path) -> None:
    store = open_store(root)

    def full(out: BinaryIO, _: Path) -> None:
        out.write(b"half")
        raise OSError(28, os.strerror(28))

    with pytest.raises(StoreError, match="No space left"):
        Dumps(root).get(store.generation, "x.nq.gz", full)
    assert [path for path in (root / "dumps").rglob("*") if path.is_file()] == []
    store.close()


def test_dumps_of_generations_that_are_gone_go_too(root: Path) -> None:
    store = open_store(root)
    (root / "dumps" / "7-000000000000.1").mkdir(parents=True)
    Dumps(root).dump(store, dumps.part(store.generation, "all"), "nq")
    assert [path.name for path in (root / "dumps").iterdir()] == [f"{store.generation.id}.1"]
    store.close()
