"""Counts by class and by year that a generation knows beforehand are those of the engine."""

import json
from collections import Counter
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as some
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad
from tests_support import answering

from reformgraph.ontology.terms import RDF, RDFS, RG, XSD
from reformgraph.store import EmbeddedStore
from reformgraph.store.known import count_index, shortcut_index
from reformgraph.store.known.shortcuts import Shortcuts

JSON = "application/sparql-results+json"
FORMATS = {
    JSON: pyoxigraph.QueryResultsFormat.JSON,
    "text/csv": pyoxigraph.QueryResultsFormat.CSV,
    "text/tab-separated-values": pyoxigraph.QueryResultsFormat.TSV,
}
HEAD = f"PREFIX e: <urn:e:>\nPREFIX rdf: <{RDF.iri}>\nPREFIX A: <{RDF.iri}>\n"
ONE, TWO = NamedNode("urn:g:one"), NamedNode("urn:g:two")


def _e(name: str) -> NamedNode:
    return NamedNode(f"urn:e:{name}")


def _date(text: str, kind: NamedNode = XSD.date) -> Literal:
    return Literal(text, datatype=kind)


def _odd() -> Iterable[Quad]:
    """Give several classes, statements of two graphs, and dates of every kind."""
    for number in range(12):
        thing, graph = _e(f"t{number}"), (ONE, TWO)[number % 2]
        for class_ in ("Thing", "Odd")[: 1 + number % 2]:
            yield Quad(thing, RDF.type, _e(class_), graph)
        yield Quad(thing, _e("kind"), _e(f"k{number % 3}"), graph)
        yield Quad(thing, _e("day"), _date(f"{1990 + number % 4}-01-02"), graph)
        yield Quad(thing, _e("stirred"), _date(f"2001-01-{number + 1:02}"), graph)
        yield Quad(thing, _e("mixed"), _e(f"k{number % 3}"), graph)
        yield Quad(thing, _e("named"), Literal(f"{number}"), graph)
        yield Quad(thing, _e("year"), _date(f"{1990 + number % 4}", XSD.gYear), graph)
        yield Quad(
            thing, _e("when"), _date(f"{1990 + number % 4}-01-02T00:00:00", XSD.dateTime), TWO
        )
    yield Quad(_e("t2"), RDF.type, _e("Third"), ONE)
    # Each of these four, and a pair of them, counts more than once.
    yield Quad(_e("t1"), RDF.type, _e("Odd"), ONE)
    yield Quad(_e("t1"), _e("kind"), _e("k1"), ONE)
    yield Quad(_e("t1"), _e("kind"), _e("k1"), DefaultGraph())
    yield Quad(_e("t1"), _e("day"), _date("1991-01-02"), ONE)
    yield Quad(_e("t3"), _e("kind"), _e("k1"), ONE)  # of two kinds
    yield Quad(_e("unclassed"), _e("kind"), _e("k9"), ONE)
    yield Quad(_e("unclassed"), _e("alone"), _e("k9"), ONE)
    yield Quad(BlankNode(), _e("kind"), _e("k0"), ONE)
    yield Quad(_e("t1"), _e("mixed"), Literal("no IRI"), ONE)
    yield Quad(_e("t0"), _e("stirred"), _date("2001-02-30"), ONE)  # there is no such day
    yield Quad(_e("t0"), _e("day"), _date("-0044-03-15Z"), ONE)
    yield Quad(_e("t0"), _e("day"), _date("12001-01-01T00:00:00", XSD.dateTime), ONE)
    yield Quad(_e("t0"), _e("wrong"), Literal("soon", datatype=XSD.date), ONE)
    yield Quad(_e("t0"), _e("quoted"), NamedNode("urn:e:it's,%25"), ONE)


def _written(folder: Path, store: pyoxigraph.Store) -> Shortcuts:
    shortcut_index.write(folder / shortcut_index.NAME, store, {})
    return Shortcuts(folder)


def _loaded(quads: Iterable[Quad]) -> pyoxigraph.Store:
    store = pyoxigraph.Store()
    store.extend(quads)
    return store


@pytest.fixture(scope="module")
def graph() -> pyoxigraph.Store:
    return _loaded(_odd())


@pytest.fixture(scope="module")
def known(graph: pyoxigraph.Store, tmp_path_factory: pytest.TempPathFactory) -> Shortcuts:
    return _written(tmp_path_factory.mktemp("counts"), graph)


def _rows(data: bytes, media_type: str) -> tuple[object, Counter[str]]:
    if media_type == JSON:
        document = json.loads(data)
        return document["head"], Counter(map(json.dumps, document["results"]["bindings"]))
    first, *lines = data.decode().split("\n")
    return first, Counter(lines)


def _engine(graph: pyoxigraph.Store, query: str, media_type: str) -> bytes:
    result = graph.query(query, use_default_graph_as_union=True)
    assert isinstance(result, pyoxigraph.QuerySolutions)
    data = result.serialize(format=FORMATS[media_type])
    assert data is not None
    return data


def _same(known: Shortcuts, graph: pyoxigraph.Store, query: str, media_type: str = JSON) -> int:
    """Assert that both give the same rows; returns how many."""
    pieces = known.answer(query, media_type)
    assert pieces is not None, query
    ours = _rows(b"".join(pieces), media_type)
    assert ours == _rows(_engine(graph, query, media_type), media_type), query
    return ours[1].total()


def _by_class(predicate: str) -> str:
    return f"SELECT ?k ?c (COUNT(?s) AS ?n) {{ ?s {predicate} ?k ; a ?c }} GROUP BY ?k ?c"


def _by_year(predicate: str) -> str:
    return f"SELECT ?y (COUNT(?s) AS ?n) {{ ?s {predicate} ?d BIND(YEAR(?d) AS ?y) }} GROUP BY ?y"


PATTERNS = (
    "?s e:kind ?k ; a ?c",
    "?s e:kind ?k . ?s a ?c .",
    "?s a ?c ; <urn:e:kind> ?k .",
    "?s rdf:type ?c.?s e:kind ?k",
)
CLASSES = [
    f"SELECT {select} (COUNT({what}) AS ?n) WHERE {{ {pattern} }} GROUP BY {group}"
    for pattern, (select, group), what in product(
        PATTERNS,
        (("?k ?c", "?k ?c"), ("?c ?k", "?k ?c"), ("?c?k", "?c?k")),
        ("*", "?s", "?k", "?c"),
    )
]
YEARS = [
    f"SELECT ?y (COUNT({what}) AS ?n) {{ {pattern} }} GROUP BY {group}"
    for (pattern, group), what in product(
        (
            ("?s e:day ?d BIND(YEAR(?d) AS ?y)", "?y"),
            ("?s e:day ?d . BIND ( year ( ?d ) AS ?y ) .", "?y # so"),
            ("?s <urn:e:day> ?d", "(YEAR(?d) AS ?y)"),
            ("?s e:day ?d .", "( YEAR (?d) AS ?y )"),
        ),
        ("*", "?s", "?d", "?y"),
    )
]
OTHERS = [
    *(_by_class(f"e:{name}") for name in ("alone", "nothing")),
    *(_by_year(f"e:{name}") for name in ("when", "year", "nothing")),
    _by_class("e:kind").replace("?s", "$s").replace("?n", "$n"),
]


@pytest.mark.parametrize("media_type", FORMATS)
def test_the_rows_of_the_engine(known: Shortcuts, graph: pyoxigraph.Store, media_type: str) -> None:
    for query in (*CLASSES, *YEARS, *OTHERS):
        rows = _same(known, graph, HEAD + query, media_type)
        # CSV and TSV end with an empty line.
        assert (rows > 1) == (not ("nothing" in query or "alone" in query)), query


@pytest.mark.parametrize("query", [_by_class("e:kind"), _by_year("e:day")])
def test_the_most_frequent(known: Shortcuts, graph: pyoxigraph.Store, query: str) -> None:
    def numbers(data: bytes) -> list[str]:
        return [row["n"]["value"] for row in json.loads(data)["results"]["bindings"]]

    for more in ("ORDER BY DESC(?n)", "ORDER BY DESC(?n) LIMIT 3", "order by desc ( ?n ) limit 0"):
        ours = b"".join(known.answer(f"{HEAD}{query} {more}", JSON) or ())
        assert numbers(ours) == numbers(_engine(graph, f"{HEAD}{query} {more}", JSON)), more
    ours = b"".join(known.answer(f"{HEAD}{query} LIMIT 2", JSON) or ())
    assert len(numbers(ours)) == 2


def test_no_more_rows_than_there_may_be(known: Shortcuts) -> None:
    for query, most in ((_by_class("e:kind"), 6), (_by_year("e:day"), 3)):
        assert known.answer(HEAD + query, JSON, most=most) is not None
        assert known.answer(HEAD + query, JSON, most=most - 1) is None


@pytest.mark.parametrize(
    "query",
    [
        _by_class("e:mixed"),  # a literal among the objects
        _by_class("e:named"),
        _by_class("a"),
        _by_class("A"),  # no abbreviation
        "SELECT ?c (COUNT(?s) AS ?n) { ?s A ?c } GROUP BY ?c",
        _by_class("b:kind"),  # not declared
        _by_class("e:kind").replace(" a ", " e:kind "),
        _by_class("e:kind").replace(" a ", " A: "),
        _by_class("e:kind").replace("COUNT(?s", "COUNT(DISTINCT ?s"),
        _by_class("e:kind").replace("COUNT(?s", "COUNT(?x"),
        _by_class("e:kind").replace("COUNT(?s", "SUM(?s"),
        _by_class("e:kind").replace("; a ?c", "; a ?c FILTER(?k != e:k1)"),
        _by_class("e:kind").replace("; a ?c", "; a ?c ; e:day ?d"),
        _by_class("e:kind").replace("; a ?c", ", ?c"),
        _by_class("e:kind").replace("; a", ". ?z a"),
        _by_class("e:kind").replace("BY ?k ?c", "BY ?k"),
        _by_class("e:kind").replace("BY ?k ?c", "BY ?k ?k"),
        _by_class("e:kind").replace("BY ?k ?c", "BY ?k ?s"),
        _by_class("e:kind").replace("?k ?c (", "?k ?s ("),
        _by_class("e:kind").replace("?k ?c (", "?k ?k ("),
        _by_class("e:kind").replace("?k ?c (", "?k ("),
        _by_class("e:kind").replace("?n", "?s"),
        _by_class("e:kind").replace("?s", "?k"),
        _by_class("e:kind").replace("?k", "?c"),
        _by_class("e:kind").replace("?s e", "GRAPH ?g { ?s e").replace("?c }", "?c } }"),
        _by_class("e:kind") + " ORDER BY DESC(?k)",
        _by_class("e:kind") + " ORDER BY ?n",
        _by_class("e:kind") + " HAVING(?n > 1)",
        _by_class("e:kind").replace("{", "FROM <urn:g:one> {", 1),
        _by_year("e:stirred"),  # one is malformed
        _by_year("e:wrong"),
        _by_year("e:named"),
        _by_year("e:kind"),
        _by_year("a"),
        _by_year("?p"),
        _by_year("e:day").replace("YEAR", "MONTH"),
        _by_year("e:day").replace("YEAR(?d)", "YEAR(?s)"),
        _by_year("e:day").replace("YEAR(?d)", "YEAR(?d) + 1"),
        _by_year("e:day").replace("COUNT(?s", "COUNT(DISTINCT ?s"),
        _by_year("e:day").replace("COUNT(?s", "COUNT(?n"),
        _by_year("e:day").replace("BIND", "FILTER(?d != ?s) BIND"),
        _by_year("e:day").replace("BY ?y", "BY ?d"),
        _by_year("e:day").replace("BY ?y", "BY (YEAR(?d) AS ?y)"),
        _by_year("e:day").replace("SELECT ?y", "SELECT ?d"),
        _by_year("e:day").replace("AS ?y", "AS ?x"),
        _by_year("e:day").replace("?y", "?s"),
        _by_year("e:day").replace("?n", "?y"),
        _by_year("e:day") + " ORDER BY ?y",
        "SELECT ?y (COUNT(?s) AS ?n) { ?s e:day ?d } GROUP BY ?y",
        "SELECT ?y (COUNT(?s) AS ?n) { ?s e:day ?d } GROUP BY (MONTH(?d) AS ?y)",
        "SELECT ?y (COUNT(?s) AS ?n) { ?s e:day ?d } GROUP BY (YEAR(?d) AS ?z)",
        "SELECT ?y (COUNT(?s) AS ?n) { ?s e:day ?d } GROUP BY (YEAR(?s) AS ?y)",
    ],
)
def test_what_the_engine_has_to_answer(known: Shortcuts, query: str) -> None:
    for media_type in FORMATS:
        assert known.answer(HEAD + query, media_type) is None


def test_what_csv_and_tsv_would_quote(known: Shortcuts, graph: pyoxigraph.Store) -> None:
    query = HEAD + _by_class("e:quoted")
    assert _same(known, graph, query) == 1
    assert [known.answer(query, kind) for kind in FORMATS if kind != JSON] == [None, None]


def test_classes_that_are_no_iris(tmp_path: Path) -> None:
    odd = Quad(_e("t0"), RDF.type, Literal("a class?"), ONE)
    graph = _loaded([*_odd(), odd])
    known = _written(tmp_path, graph)
    assert known.answer(HEAD + _by_class("e:kind"), JSON) is None
    assert _same(known, graph, HEAD + _by_class("e:alone")) == 0


@pytest.mark.parametrize(
    ("most", "by_kind", "by_class", "by_year"),
    [
        (4, True, False, False),
        (3, False, False, False),
        (6, True, False, True),
        (7, True, True, True),
    ],
)
def test_no_more_than_so_many(
    tmp_path: Path,
    graph: pyoxigraph.Store,
    monkeypatch: pytest.MonkeyPatch,
    most: int,
    by_kind: bool,
    by_class: bool,
    by_year: bool,
) -> None:
    monkeypatch.setattr(count_index, "MOST_VALUES", most)
    known = _written(tmp_path, graph)
    kinds = HEAD + "SELECT ?k (COUNT(?s) AS ?n) { ?s e:kind ?k } GROUP BY ?k"
    for query, answered in (
        (kinds, by_kind),
        (HEAD + _by_class("e:kind"), by_class),
        (HEAD + _by_year("e:day"), by_year),
    ):
        assert (known.answer(query, JSON) is not None) == answered, query


def test_a_file_of_before_there_were_any(
    tmp_path: Path, known: Shortcuts, graph: pyoxigraph.Store
) -> None:
    _written(tmp_path, graph)
    path = tmp_path / shortcut_index.NAME
    line, rest = path.read_bytes().split(b"\n", 1)
    head = json.loads(line)
    pairs = sum(number for number, _ in head.pop("pairs").values())
    assert pairs and head.pop("years") and head.pop("classes")
    line = json.dumps(head).encode()
    line += b" " * (-(len(line) + 1) % 8)
    path.write_bytes(line + b"\n" + rest[: len(rest) - 12 * pairs])
    old = Shortcuts(tmp_path)
    for query in (_by_class("e:kind"), _by_year("e:day")):
        assert known.answer(HEAD + query, JSON) is not None
        assert old.answer(HEAD + query, JSON) is None
    kinds = "SELECT ?k (COUNT(?s) AS ?n) { ?s e:kind ?k } GROUP BY ?k"
    assert _same(old, graph, HEAD + kinds) > 1


def test_every_predicate_of_the_story(story_store: EmbeddedStore) -> None:
    graph = answering(story_store)
    known = Shortcuts(story_store.generation.folder)
    predicates = [
        row[0]
        for row in graph.query("SELECT DISTINCT ?p { ?s ?p ?o }", use_default_graph_as_union=True)
    ]
    answered = Counter[str]()
    for predicate, (name, make) in product(predicates, (("c", _by_class), ("y", _by_year))):
        query = make(str(predicate))
        if known.answer(query, JSON) is not None:
            answered[name] += _same(known, graph, query) > 0
    assert _same(known, graph, _by_class(str(RG.kind))) > 10
    assert _same(known, graph, _by_year(str(RG.dateEarliest))) > 10
    assert known.answer(_by_class(str(RDFS.label)), JSON) is None
    assert answered["c"] > 30 and answered["y"] > 3


_names = some.sampled_from([_e(name) for name in ("a", "b", "c")])
_objects = some.one_of(
    _names,
    some.builds(_date, some.sampled_from(("2001-02-03", "1999-12-31", "2001-02-29", ""))),
    some.builds(_date, some.just("2002"), some.just(XSD.gYear)),
)
_quads = some.builds(
    Quad,
    _names,
    some.sampled_from((RDF.type, _e("p"), _e("p"), _e("q"))),
    some.one_of(_names, _names, _objects),
    some.sampled_from((ONE, TWO, DefaultGraph())),
)
_dates = some.builds(
    Quad,
    _names,
    some.just(_e("p")),
    _objects.filter(lambda value: isinstance(value, Literal)),
    some.sampled_from((ONE, TWO)),
)


@given(quads=some.one_of(some.lists(_quads, max_size=12), some.lists(_dates, max_size=4)))
def test_any_small_graph(quads: list[Quad]) -> None:
    graph = _loaded(quads)
    with TemporaryDirectory() as folder:
        known = _written(Path(folder), graph)
    for predicate, make in product((_e("p"), _e("q")), (_by_class, _by_year)):
        query = make(str(predicate))
        rows = json.loads(_engine(graph, query, JSON))["results"]["bindings"]
        if make is _by_class:
            may = all(row["c"]["type"] == "uri" for row in rows) and all(
                isinstance(quad.object, NamedNode) for quad in quads if quad.predicate == predicate
            )
        else:
            may = all("y" in row for row in rows)
        assert (known.answer(query, JSON) is not None) == may
        if may:
            _same(known, graph, query)
