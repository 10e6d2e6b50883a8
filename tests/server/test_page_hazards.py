"""Hazards of group G over every page type and every format; addresses come from the routes."""

import csv
import io
import json
import os
import re
import time
from collections.abc import Iterator
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

import pyoxigraph
import pytest
from addresses import addresses
from flask.testing import FlaskClient
from server_support import ODD_IRIS, faults, read

from reformgraph.server import openapi

HTML = {"Accept": "text/html,*/*;q=0.5"}
NAMES = ("claim/one", "claim/two", "claim/three", "evidence/script.1", "graph/hostile")
# An embedded picture carries its own style, which the policy names by its digest, and lets its
# links open outside of the frame.
_FRAMED = {"<base>", "<style>"}
_RDF = {
    "text/turtle": pyoxigraph.RdfFormat.TURTLE,
    "application/n-triples": pyoxigraph.RdfFormat.N_TRIPLES,
    "application/rdf+xml": pyoxigraph.RdfFormat.RDF_XML,
    "application/ld+json": pyoxigraph.RdfFormat.JSON_LD,
}


def _every(client: FlaskClient, slugs: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    for path in addresses(client.application, slugs, NAMES):
        answer = client.get(path, headers=HTML)
        assert answer.status_code < 500, (path, answer.text[:400])
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        yield path, answer


def _wrong(path: str, answer: object) -> list[str]:
    """Return what is wrong with one answer, by its media type."""
    media_type = answer.mimetype  # type: ignore[attr-defined]
    if answer.status_code in range(300, 400) or "officedocument" in media_type:  # type: ignore[attr-defined]
        return []
    text = answer.text  # type: ignore[attr-defined]
    if media_type == "text/html":
        found = [
            each for each in faults(text) if not (path.startswith("/embed/") and each in _FRAMED)
        ]
        # A preview is shown inside of a page that has a heading.
        return [each for each in found if not (each == "0 h1" and "/reconcile/" in path)]
    try:
        if media_type in _RDF:
            list(pyoxigraph.parse(answer.data, format=_RDF[media_type]))  # type: ignore[attr-defined]
        elif media_type.endswith("json"):
            json.loads(text)
        elif media_type.endswith("xml"):
            tree = ElementTree.fromstring(answer.data)  # type: ignore[attr-defined]
            return [e.tag for e in tree.iter() if str(e.tag).endswith("}script")]
        elif media_type == "text/csv":
            rows = list(csv.reader(io.StringIO(text), strict=True))
            return [] if len({len(row) for row in rows}) <= 1 else ["rows of several lengths"]
    except (ValueError, SyntaxError, ElementTree.ParseError, csv.Error) as error:
        return [f"{media_type}: {error}"]
    return []


def test_hazard_72_and_73_every_page_and_format_of_a_hostile_graph(hostile: FlaskClient) -> None:
    seen: set[str] = set()
    wrong = []
    for path, answer in _every(hostile, ("script", "rtl")):
        seen.add(answer.mimetype)  # type: ignore[attr-defined]
        wrong += [(path, each) for each in _wrong(path, answer)]
    assert not wrong, wrong[:20]
    assert {*_RDF, "text/html", "text/csv", "image/svg+xml", "application/atom+xml"} <= seen


def test_hazard_73_links_outward_give_nothing_away(hostile: FlaskClient) -> None:
    outward = re.compile(r'<a [^>]*href="https?://[^"]*"[^>]*>')
    for slug in ("script", "hostile", "source"):
        text = hostile.get(f"/page/{slug}", headers=HTML).text
        links = outward.findall(text)
        assert all('rel="noopener' in link for link in links), links
        assert 'href="javascript' not in text and 'href="data:' not in text


def test_hazard_74_strange_names(strange: FlaskClient) -> None:
    long = strange.get("/page/long", headers=HTML)
    page = read(long.text)
    assert not faults(long.text) and "The whole name (999,999 characters)" in page.text
    heading = long.text.partition("<h1")[2].partition("</h1>")[0]
    assert len(heading) < 1_000
    # Its name is cut wherever it is only mentioned; a picture has it whole as a tooltip, once.
    for path in ("/", "/browse/Policy", "/search?q=long", "/api", "/sources"):
        assert len(strange.get(path, headers=HTML).data) < 200_000, path
    assert len(strange.get("/lineage/long", headers=HTML).data) < 1_200_000
    for slug in ("tongues", "node", "jinja"):
        answer = strange.get(f"/page/{slug}", headers=HTML)
        assert answer.status_code == 200 and not faults(answer.text)
    assert "_:" not in strange.get("/page/node", headers=HTML).text


def test_hazard_75_the_first_byte_of_a_hub(hub: FlaskClient) -> None:
    hub.get("/page/lone", headers=HTML)
    begun = time.process_time()
    answer = hub.get("/page/hub", headers=HTML)
    assert answer.status_code == 200 and time.process_time() - begun < 0.2
    assert len(answer.data) < 200_000


@pytest.mark.parametrize(
    "path",
    [
        *("/page/one", "/page/two", "/lineage/one", "/lineage/one.svg", "/lineage/two.graphml"),
        *("/story/one", "/lineage/one?all=1", "/lineage/one?to=two", "/page/wide", "/concept/wide"),
        *(
            "/matrix",
            "/matrix?under=wide",
            "/institutions",
            "/institutions.svg?around=a",
            "/page/a",
        ),
    ],
)
def test_hazard_76_circles_end(strange: FlaskClient, path: str) -> None:
    begun = time.process_time()
    answer = strange.get(path, headers=HTML)
    assert answer.status_code == 200 and not _wrong(path, answer)
    assert time.process_time() - begun < 2


def test_hazard_76_a_circle_is_named(strange: FlaskClient) -> None:
    assert (
        "a circle: each draws on the other"
        in read(strange.get("/page/one", headers=HTML).text).text
    )
    assert "circle" not in read(strange.get("/page/many", headers=HTML).text).text


@pytest.mark.parametrize("name", ODD_IRIS)
def test_hazard_77_every_address_has_one_document(strange: FlaskClient, name: str) -> None:
    iri = ODD_IRIS[name]
    answer = strange.get(f"/about?iri={quote(iri, safe='')}", headers=HTML, follow_redirects=True)
    assert answer.status_code == 200 and not faults(answer.text)
    page = read(answer.text)
    assert f"odd {name}" in page.text and f"IRI {iri}" in page.text
    # The same address in RDF, and what it says is of that thing and no other.
    turtle = strange.get(f"/about?iri={quote(iri, safe='')}&format=nt").data
    subjects = {
        t.subject.value
        for t in pyoxigraph.parse(turtle, format=pyoxigraph.RdfFormat.N_TRIPLES)
        if "label" in t.predicate.value and isinstance(t.subject, pyoxigraph.NamedNode)
    }
    assert subjects == {iri}


@pytest.mark.parametrize(
    "path",
    [
        "/page/a%2Fb",
        "/page/A",
        "/page/a/",
        "/page/a%23x",
        "/page/%C3%A9",
        "/about?iri=http://x.example/",
    ],
)
def test_hazard_77_an_address_of_nothing_is_told_so(strange: FlaskClient, path: str) -> None:
    answer = strange.get(path, headers=HTML)
    assert answer.status_code == 404 and not faults(answer.text)


NONSENSE = (
    '"',
    "\\",
    "*",
    "}",
    "{",
    "\U0001f600",
    "'; DROP",
    "?x ?y ?z }",
    "a" * 400,
    "\u202e",
    "NEAR(a b)",
)


@pytest.mark.parametrize("text", NONSENSE, ids=lambda text: ascii(text[:10]))
def test_hazard_78_nonsense_is_words(client: FlaskClient, text: str) -> None:
    for path, name in (
        ("/search", "q"),
        ("/search.json", "q"),
        ("/questions/antecedents", "item"),
        ("/questions/problems", "concept"),
        ("/questions/not-linked", "class"),
        ("/reconcile/suggest/entity", "prefix"),
    ):
        answer = client.get(path, query_string={name: text}, headers=HTML)
        assert answer.status_code in (200, 400, 404), (path, answer.status_code)
        assert not _wrong(path, answer)


def test_hazard_78_ten_kilobytes_of_search(client: FlaskClient) -> None:
    answer = client.get("/search", query_string={"q": "ab " * 3_400}, headers=HTML)
    assert answer.status_code == 400 and "at most" in answer.text


BAD = ("-1", "1000000000", "abc", "2007-02-30", "\x00", "é" * 600, "1e9", "<script>")
_PATHS = {
    "/lineage/{name}": "/lineage/childrens-plan-2007",
    "/browse/{name}": "/browse/Policy",
    "/as-at/{name}": "/as-at/2007-12-11",
}


@pytest.mark.parametrize("path", [p for p in openapi.QUERY if p not in ("/sparql", "/graph-store")])
def test_hazard_110_nonsense_in_any_parameter(client: FlaskClient, path: str) -> None:
    for name, (schema, _) in openapi.QUERY[path].items():
        for value in BAD:
            at = _PATHS.get(path, path)
            page = client.get(at, query_string={name: value}, headers=HTML)
            assert page.status_code in (200, 303, 400, 404), (at, name, value, page.status_code)
            assert not _wrong(at, page), (at, name, value)
            strict = (
                schema.get("format") == "date"
                or schema.get("type") == "integer"
                or "enum" in schema
            )
            if (
                strict
                and path != "/linked"
                and value in ("abc", "-1")
                and not {"0", "1"} <= set(schema.get("enum", ()))
            ):
                told = client.get(at, query_string={name: value})
                assert told.status_code == 400, (at, name, value)
                # A problem document, or the page with its form and what is wrong with it.
                assert "expected" in told.text, (at, name, value)


def test_hazard_111_six_hundred_names_and_braces(strange: FlaskClient) -> None:
    many = strange.get("/page/many", headers=HTML)
    assert "and 588 more names" in read(many.text).text and len(many.data) < 40_000
    text = read(strange.get("/page/jinja", headers=HTML).text).text
    assert "{{7*7}} {% raw %} ${7*7}" in text


@pytest.mark.parametrize("path", ["/lineage/hub?direction=descendants", "/page/hub"])
def test_hazard_111_thousands_of_edges_stay_in_the_budget(hub: FlaskClient, path: str) -> None:
    answer = hub.get(path, headers={**HTML, "Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert len(answer.data) < 160_000  # packed; what is left out is said
    text = read(hub.get(path, headers=HTML).text).text
    assert re.search(r"3,000|2,9\d\d", text)


@pytest.mark.skipif(not os.environ.get("SOAK"), reason="runs with SOAK=1")
def test_every_address_of_the_story_is_a_sound_document(client: FlaskClient) -> None:
    wrong = []
    for path, answer in _every(client, ("childrens-plan-2007",)):
        wrong += [(path, each) for each in _wrong(path, answer)]
        for href in read(answer.text).hrefs if answer.mimetype == "text/html" else ():  # type: ignore[attr-defined]
            if href.startswith("/") and urlsplit(href).path.startswith("//"):
                wrong.append((path, href))
    assert not wrong, wrong[:20]
