"""Plain RDF files as a dataset: names of graphs, faults with their places, a parser that dies."""

import gzip
from pathlib import Path

import pyoxigraph
import pytest

from reformgraph.errors import UsageError
from reformgraph.ingest.faults import InvalidInput
from reformgraph.ingest.foreign import dataset, parsing, sources
from reformgraph.store import QueryPool, open_store

BASE = "https://w3id.org/reformgraph/"
LINE = '<http://x/a> <http://x/b> "{}" .\n'


def build(root: Path, *data: object, default: tuple[object, ...] = (), force: bool = False):
    found = sources.find([str(d) for d in data], [str(d) for d in default], base=BASE)
    return dataset.build_dataset(found, root, base=BASE, force=force)


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refused(folder: Path, name: str, content: str | bytes) -> str:
    with pytest.raises(InvalidInput) as caught:
        build(folder / "store", written(folder, name, content))
    assert not (folder / "store" / "current").exists()
    return caught.value.detail


def asked(root: Path, query: str) -> list[str]:
    with QueryPool(root, processes=1) as pool, pool.run(query, "text/csv") as answer:
        return answer.file.read().decode().split()[1:]


def test_graphs_are_named_after_files(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    written(folder, "a.ttl", "<#s> <p> <o> .")
    written(folder, "deep er/b.nt.gz", gzip.compress(LINE.format("b").encode()))
    written(folder, "c.trig", "<s> <p> 1 . GRAPH <http://g/> { <s> <p> 2 }")
    written(folder, "readme.txt", "no RDF")
    written(folder, ".hidden.ttl", "no RDF")
    generation = build(tmp_path / "store", folder).generation
    assert generation.graphs == {
        "": 1,
        "http://g/": 1,
        f"{BASE}graph/a.ttl": 1,
        f"{BASE}graph/deep%20er/b.nt": 1,
    }
    graph = open_store(tmp_path / "store").graph
    assert f"{BASE}graph/a.ttl#s" in {q.subject.value for q in graph}
    assert f"{BASE}graph/c.trig" not in {q.graph_name for q in graph}


def test_an_iri_before_a_path_names_the_graph(tmp_path: Path) -> None:
    one = written(tmp_path, "one.ttl", "<s> <p> <o> .")
    written(tmp_path, "data/two.ttl", "<s> <p> <o> .")
    generation = build(
        tmp_path / "store", f"http://g.example/?x=1={one}", f"http://h.example/={tmp_path / 'data'}"
    ).generation
    assert set(generation.graphs) == {"http://g.example/?x=1", "http://h.example/two.ttl"}


def test_the_default_graph_is_a_union_unless_something_stands_in_it(tmp_path: Path) -> None:
    named = written(tmp_path, "n.nt", LINE.format("named"))
    default = written(tmp_path, "d.nt", LINE.format("default"))
    empty = written(tmp_path, "e.ttl", "")
    query = "SELECT ?o { ?s ?p ?o }"
    assert not build(tmp_path / "u", named).generation.own_default
    assert asked(tmp_path / "u", query) == ["named"]
    assert build(tmp_path / "o", named, default=(default,)).generation.own_default
    assert asked(tmp_path / "o", query) == ["default"]
    assert asked(tmp_path / "o", "SELECT ?o { GRAPH ?g { ?s ?p ?o } }") == ["named"]
    assert asked(tmp_path / "o", f"SELECT ?o FROM <{BASE}graph/n.nt> {{ ?s ?p ?o }}") == ["named"]
    build(tmp_path / "e", named, default=(empty,))
    assert asked(tmp_path / "e", query) == []


def test_an_empty_file_is_an_empty_graph(tmp_path: Path) -> None:
    files = written(tmp_path, "a.nt", LINE.format("x")), written(tmp_path, "e.ttl", "# nothing\n")
    generation = build(tmp_path / "store", *files).generation
    assert generation.graphs[f"{BASE}graph/e.ttl"] == 0
    assert f"{BASE}graph/e.ttl" in asked(tmp_path / "store", "SELECT ?g { GRAPH ?g {} }")


def test_hazard_52_no_statement_at_all(tmp_path: Path) -> None:
    assert "e.ttl: there is no statement in it" in refused(tmp_path, "e.ttl", "# nothing\n")
    build(tmp_path / "store", tmp_path / "e.ttl", force=True)


def test_hazard_53_the_same_files_give_the_same_graph(tmp_path: Path) -> None:
    a = written(tmp_path, "a.ttl", "_:x <p:p> [ <p:q> _:y ] .")
    b = written(tmp_path, "b.jsonld", '{"http://p/p": {"http://p/q": 1}}')
    first = build(tmp_path / "one", a, b).generation
    second = build(tmp_path / "two", b, a).generation
    assert first.digest == second.digest and first.quads == 4
    assert build(tmp_path / "one", b, a).unchanged


def test_hazard_49_every_fault_with_its_place(tmp_path: Path) -> None:
    lines = [LINE.format(n) for n in range(60_000)]
    lines[40_000] = '<http://x/a> <http://x b> "c" .\n'
    lines[50_000] = '<http://x/a> <http://x/b> "c"@en_GB .\n'
    told = refused(tmp_path, "a.nt", "".join(lines)).splitlines()
    assert [line.partition(": ")[0] for line in told] == ["a.nt:40001:14", "a.nt:50001:33"]
    assert "Invalid IRI" in told[0]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("h55.ttl", "<s> <p> <a{b}> .", "h55.ttl:1:9: Invalid IRI"),
        ("h55f.ttl", "<s> <p> <o> .\n<file:///x> <p> <o> .", "h55f.ttl:2:2: <file:///x> is a path"),
    ],
)  # fmt: skip
def test_hazard_55_addresses_that_are_no_iris_are_refused_with_their_place(
    tmp_path: Path, name: str, content: str | bytes, told: str
) -> None:
    assert told in refused(tmp_path, name, content)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("h56.ttl", '<s> <p> "a" ; <q> "\\u0000" .', "h56.ttl:1:20: U+0000"),
        ("h56b.nt", b'<s:s> <p:p> "\x00" .', "h56b.nt:1:14: U+0000"),
        ("h56s.ttl", '<s> <p>\n "\\uD800" .', "h56s.ttl:2:3: \\uD800 is half of a surrogate"),
        ("h56j.jsonld", '{"http://p": "\\uD800"}', "h56j.jsonld:1:15: \\uD800 is half"),
    ],
)  # fmt: skip
def test_hazard_56_nul_and_surrogates_are_refused_with_their_place(
    tmp_path: Path, name: str, content: str | bytes, told: str
) -> None:
    assert told in refused(tmp_path, name, content)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("h57.ttl", '<s> <p> "x"@en_GB .', "h57.ttl:1:15"),
        ("h57e.ttl", '<s> <p> "x"@ .', "h57e.ttl:1:"),
    ],
)  # fmt: skip
def test_hazard_57_language_tags_that_are_none_are_refused_with_their_place(
    tmp_path: Path, name: str, content: str | bytes, told: str
) -> None:
    assert told in refused(tmp_path, name, content)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("h58.ttl", '<s> <p>\n"caf\xe9" .'.encode("latin-1"), "h58.ttl:2:5: it is not UTF-8"),
        ("h58u.ttl", "<s> <p> <o> .".encode("utf-16"), "h58u.ttl:1:1: it is UTF-16"),
        ("h58h.ttl", "\n<!DOCTYPE HTML><html>", "h58h.ttl:1:1: this is HTML"),
        ("h58z.nt.gz", b"plain", "h58z.nt.gz: it is no whole gzip file"),
        ("h58y.nt", gzip.compress(b"x", mtime=0), "its name should end in .gz"),
    ],
)  # fmt: skip
def test_hazard_58_other_encodings_and_web_pages_are_told_as_such(
    tmp_path: Path, name: str, content: str | bytes, told: str
) -> None:
    assert told in refused(tmp_path, name, content)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("h59.ttl", "<s> <p> " + "( " * 100_000, "h59.ttl"),
        ("h59.jsonld", "[" * 200_000 + "]" * 200_000, "h59.jsonld"),
    ],
)  # fmt: skip
def test_hazard_59_nesting_that_kills_a_parser_is_a_fault_of_the_file(
    tmp_path: Path, name: str, content: str | bytes, told: str
) -> None:
    assert told in refused(tmp_path, name, content)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("h60.rdf", '<?xml version="1.0"?>\n<!-- --><!DOCTYPE r [<!ENTITY a "b">]><r/>',
         "h60.rdf:2:9: RDF/XML with a DOCTYPE is refused"),
    ],
)  # fmt: skip
def test_hazard_60_rdf_xml_with_a_doctype_is_refused_before_parsing(
    tmp_path: Path, name: str, content: str | bytes, told: str
) -> None:
    assert told in refused(tmp_path, name, content)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("h61.rdf", "<a>&x;</a>", "h61.rdf:1:"),
    ],
)  # fmt: skip
def test_hazard_61_an_entity_is_an_error_and_no_lost_text(
    tmp_path: Path, name: str, content: str | bytes, told: str
) -> None:
    assert told in refused(tmp_path, name, content)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("h63.jsonld", '{"@context": "http://127.0.0.1:9/", "a": 1}', "nothing is fetched"),
        ("h63i.jsonld", '{"@context": {"@import": "http://127.0.0.1:9/"}}', "nothing is fetched"),
    ],
)  # fmt: skip
def test_hazard_63_no_context_is_fetched(
    tmp_path: Path, name: str, content: str | bytes, told: str
) -> None:
    assert told in refused(tmp_path, name, content)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("h64.rdf", "<rdf:RDF", "h64.rdf:1:"),
        ("h64.jsonld", '{"@id":\n "a",,}', "h64.jsonld:2:"),
    ],
)  # fmt: skip
def test_hazard_64_whatever_the_parser_says_is_one_fault_with_its_place(
    tmp_path: Path, name: str, content: str | bytes, told: str
) -> None:
    assert told in refused(tmp_path, name, content)


def test_hazard_56_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    path = written(tmp_path, "a.ttl", b"\xef\xbb\xbf<s> <p> <o> .")
    assert build(tmp_path / "store", path).generation.quads == 1


def test_hazard_59_a_file_that_kills_the_parser_is_named_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [written(tmp_path, name, LINE.format("x")) for name in ("a.nt", "b.nt", "c.nt")]
    found = sources.find([str(file) for file in files], [], base=BASE)
    start, started = parsing._start, []

    def watched():
        started.append(start())
        if len(started) == 1:
            started[0].kill()
        return started[-1]

    monkeypatch.setattr(parsing, "_start", watched)
    first, *rest = parsing.parse(found, tmp_path)
    assert "a.nt: it takes too long" in str(first.faults[0])
    assert [each.count for each in rest] == [1, 1]
    assert all(child.poll() is not None for child in started)


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        (["nowhere"], "no such file or folder"),
        (["http://g/=nowhere"], "no such file or folder"),
        (["readme.txt"], "its suffix is no RDF format"),
        (["empty"], "no RDF file in it"),
        (["a/x.ttl", "b/x.ttl"], "would both be the graph"),
    ],
)
def test_what_cannot_be_a_dataset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entries: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    for name in ("readme.txt", "a/x.ttl", "b/x.ttl"):
        written(tmp_path, name, "")
    with pytest.raises(UsageError, match=told):
        sources.find(entries, [], base=BASE)


@pytest.mark.parametrize("form", ["ttl", "nt", "nq", "trig", "rdf", "jsonld"])
def test_every_format_reads_back(tmp_path: Path, form: str) -> None:
    quads = [
        pyoxigraph.Quad(
            pyoxigraph.NamedNode("http://x/é"),
            pyoxigraph.NamedNode("http://x/b"),
            pyoxigraph.Literal('a "quoted"\r\n\ttext 🙂', language="en-gb"),
        )
    ]
    data = pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.from_extension(form))
    assert data is not None
    build(tmp_path / "store", written(tmp_path, f"a.{form}", data))
    (found,) = open_store(tmp_path / "store").graph
    assert found.triple == quads[0].triple
