"""What we export is the same graph elsewhere: rdflib, Oxigraph, Jena, Virtuoso, and our own build.

There are no blank nodes in a built graph, so that the same graph is the same set of statements.
"""

import gzip
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import Quad, RdfFormat
from rdflib import Dataset
from tests_support import free_port

from reformgraph.ingest.foreign import dataset as foreign
from reformgraph.ingest.foreign import sources
from reformgraph.store import EmbeddedStore, dumps, open_store
from reformgraph.store.dumps import Dumps

BASE = "https://w3id.org/reformgraph/"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def files(story_store: EmbeddedStore, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The whole graph in every syntax, unpacked, under names that others know."""
    folder, made = tmp_path_factory.mktemp("export"), {}
    keeper = Dumps(folder)
    whole = dumps.part(story_store.generation, "all")
    for syntax in dumps.SYNTAXES:
        made[syntax] = folder / f"graph.{syntax}"
        packed = keeper.dump(story_store, whole, syntax).path
        made[syntax].write_bytes(gzip.decompress(packed.read_bytes()))
    return made


@pytest.fixture(scope="module")
def ours(story_store: EmbeddedStore) -> set[Quad]:
    return set(story_store.quads())


def _bare(quads: Iterator[Quad] | set[Quad]) -> set[object]:
    return {quad.triple for quad in quads}


def test_oxigraph(files: dict[str, Path], ours: set[Quad]) -> None:
    for syntax, form in (("nq", RdfFormat.N_QUADS), ("trig", RdfFormat.TRIG)):
        store = pyoxigraph.Store()
        store.bulk_load(path=str(files[syntax]), format=form)
        assert set(store) == ours, syntax
    read = pyoxigraph.parse(path=str(files["ttl"]), format=RdfFormat.TURTLE)
    assert _bare(read) == _bare(ours)


# Its parser of TriG uses its own old names. The one of Turtle is the same.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_rdflib(files: dict[str, Path], ours: set[Quad]) -> None:
    data = Dataset()
    data.parse(files["trig"], format="trig")
    lines = data.serialize(format="nquads", encoding="utf-8")
    assert set(pyoxigraph.parse(lines, format=RdfFormat.N_QUADS)) == ours


@pytest.mark.parametrize("syntax", ["nq", "trig", "ttl"])
def test_jena(files: dict[str, Path], ours: set[Quad], syntax: str) -> None:
    jars, java = ROOT / ".clients" / "jena" / "lib", shutil.which("java")
    if java is None or not list(jars.glob("jena-cmds-*.jar")):
        pytest.skip("Jena is not there: `make clients` fetches it with mvn, and it needs a java")
    riot = [java, "-cp", f"{jars}/*", "riotcmd.riot", "--output=nq", str(files[syntax])]
    done = subprocess.run(riot, capture_output=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert b"ERROR" not in done.stderr
    read = set(pyoxigraph.parse(done.stdout, format=RdfFormat.N_QUADS))
    assert (_bare(read) == _bare(ours)) if syntax == "ttl" else (read == ours)


@pytest.fixture
def virtuoso(tmp_path: Path, files: dict[str, Path]) -> Iterator[tuple[int, int]]:
    """A Virtuoso of its own on free ports, which may read the folder of the exports."""
    program = shutil.which("virtuoso-t")
    if program is None or shutil.which("isql-vt") is None:
        pytest.skip("Virtuoso is not there (Debian: virtuoso-opensource)")
    sql, web = free_port(), free_port()
    (tmp_path / "virtuoso.ini").write_text(
        f"[Database]\nDatabaseFile = {tmp_path}/v.db\nErrorLogFile = {tmp_path}/v.log\n"
        f"LockFile = {tmp_path}/v.lck\nTransactionFile = {tmp_path}/v.trx\n"
        f"xa_persistent_file = {tmp_path}/v.pxa\n[TempDatabase]\nDatabaseFile = {tmp_path}/t.db\n"
        f"TransactionFile = {tmp_path}/t.trx\n[Parameters]\nServerPort = {sql}\n"
        f"NumberOfBuffers = 10000\nDirsAllowed = {files['nq'].parent}\n"
        f"[HTTPServer]\nServerPort = {web}\nServerThreads = 3\n"
        "[SPARQL]\nResultSetMaxRows = 1000000\n"
    )
    process = subprocess.Popen(
        [program, "+foreground", "+configfile", "virtuoso.ini"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 120
        while True:
            assert process.poll() is None and time.monotonic() < deadline, "it did not start"
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{web}/sparql", timeout=5).close()
                break
            except OSError:
                time.sleep(0.2)
        yield sql, web
    finally:
        process.terminate()
        process.wait(timeout=60)


def test_virtuoso(virtuoso: tuple[int, int], files: dict[str, Path], ours: set[Quad]) -> None:
    sql, web = virtuoso
    load = f"DB.DBA.TTLP_MT(file_to_string_output('{files['nq']}'), '', 'x:none', 512); checkpoint;"
    done = subprocess.run(
        ["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", "ERRORS=stdout", f"EXEC={load}"],
        capture_output=True,
        timeout=240,
    )
    assert done.returncode == 0 and b"*** Error" not in done.stdout, done.stdout
    for graph in sorted({quad.graph_name.value for quad in ours}):  # type: ignore[union-attr]
        query = f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
        asked = urllib.parse.urlencode({"query": query, "format": "text/plain"})
        address = f"http://127.0.0.1:{web}/sparql?{asked}"
        with urllib.request.urlopen(address, timeout=120) as answer:
            read = set(pyoxigraph.parse(answer.read(), format=RdfFormat.N_TRIPLES))
        expected = {q.triple for q in ours if getattr(q.graph_name, "value", "") == graph}
        assert {_known(quad.triple) for quad in read} == {_known(one) for one in expected}


def _known(triple: pyoxigraph.Triple) -> tuple[object, ...]:
    """Virtuoso keeps times and booleans as values and writes them its own way; language in lower case."""
    value = triple.object
    if isinstance(value, pyoxigraph.Literal):
        text, kind = value.value, value.datatype.value.rpartition("#")[2]
        if kind == "boolean":
            text = {"1": "true", "0": "false"}.get(text, text)
        return (triple.subject, triple.predicate, text, kind, (value.language or "").lower())
    return (triple.subject, triple.predicate, value)


def test_our_own_build(files: dict[str, Path], story_store: EmbeddedStore, tmp_path: Path) -> None:
    found = sources.find([str(files["nq"])], [], base=BASE)
    foreign.build_dataset(found, tmp_path / "store", base=BASE)
    store = open_store(tmp_path / "store")
    assert store.generation.digest == story_store.generation.digest
    assert store.generation.graphs == story_store.generation.graphs
    store.close()
