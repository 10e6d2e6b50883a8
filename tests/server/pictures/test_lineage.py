import hashlib
import re
import time
import xml.etree.ElementTree as ET
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace

import pytest

from reformgraph.ontology.terms import LINEAGE, vocabulary
from reformgraph.queries.lineage import Edge, Lineage
from reformgraph.server.pictures import lineage as picture
from reformgraph.server.pictures.layout import picture_width
from reformgraph.server.pictures.marks import FAMILIES, WEIGHTS

Make = Callable[..., Lineage]
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "<script>alert(1)</script>",
    "]]><!-- & \x00\x08\x1b \ud800 \ufffe",
    "\u202egnp.exe",
    "👩‍👩‍👧‍👦🎉" * 40,
    "x" * 10_000,
    "Z" + "\u0335" * 400,
    "' onload='alert(1)\" onfocus=\"alert(1)",
    "",
]


def link(iri: str) -> str:
    return f"/about?iri={iri}&x=<y>"


def draw(lineage: Lineage, **options: object) -> ET.Element:
    text = picture.render(lineage, link, title="A title", **options)  # type: ignore[arg-type]
    return ET.fromstring(text)


def anchors(root: ET.Element, name: str) -> list[ET.Element]:
    return [a for a in root.iter(f"{SVG}a") if name in (a.get("class") or "").split()]


def title_of(element: ET.Element) -> str:
    return element.findtext(f"{SVG}title") or ""


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("standalone", [True, False])
def test_every_node_and_every_edge_is_a_link_with_a_title(
    make: Make, seed: int, standalone: bool
) -> None:
    lineage = make(seed)
    root = draw(lineage, standalone=standalone, reduced=False)
    nodes, edges = anchors(root, "node"), anchors(root, "edge")
    assert {a.get("href") for a in nodes} == {link(iri) for iri in lineage.nodes}
    assert {a.get("href") for a in edges} == {link(edge.claim) for edge in lineage.edges}
    assert all(title_of(a) for a in (*nodes, *edges))


def test_an_edge_says_as_asserted_what_it_is_and_how_it_is_known(make: Make) -> None:
    lineage = make(1, nodes=2, edges=1)
    one, two = lineage.nodes
    nodes = {
        iri: replace(node, label=name)
        for (iri, node), name in zip(lineage.nodes.items(), ("A", "B"), strict=True)
    }
    edge = Edge(one, "consultsOn", two, "c", "", "stated", False, ("Source", "Other"), "para 2")
    root = draw(replace(lineage, nodes=nodes, edges=(edge,)))
    (drawn,) = anchors(root, "edge")
    assert title_of(drawn) == "A consults on B — stated — Source; Other, para 2 — unverified"
    assert "unverified" in (drawn.get("class") or "")
    # In the way of time: what consulted came first.
    assert (drawn.get("data-from"), drawn.get("data-to")) == ("0", "1")


def test_a_node_tells_its_whole_label_its_kind_and_its_date(make: Make) -> None:
    lineage = make(1, nodes=2, edges=1)
    iri = list(lineage.nodes)[1]
    long = "The Report of the Review " * 9
    node = replace(lineage.nodes[iri], label=long, kind="white paper", date="2004~")
    root = draw(replace(lineage, nodes={**lineage.nodes, iri: node}))
    titles = [title_of(a) for a in anchors(root, "node")]
    assert f"{long.strip()} — white paper — about 2004" in titles
    root = draw(
        replace(lineage, nodes={**lineage.nodes, iri: replace(node, label="x" * 1_000_000)})
    )
    titles = [title_of(a) for a in anchors(root, "node")]
    assert f"{'x' * 299}… — white paper — about 2004" in titles and max(map(len, titles)) < 400


def test_predicates_differ_by_dash_and_the_unverified_have_a_hollow_head(make: Make) -> None:
    root = draw(make(0), reduced=False)
    dashes: dict[bool, set[str | None]] = {True: set(), False: set()}
    heads: dict[bool, set[str | None]] = {True: set(), False: set()}
    for a in anchors(root, "edge"):
        unverified = "unverified" in (a.get("class") or "")
        parts = {p.get("class"): p for p in a.iter(f"{SVG}path")}
        dashes[unverified].add(parts["line"].get("stroke-dasharray"))
        heads[unverified].add(parts["head"].get("fill"))
    assert len(dashes[True]) == len(dashes[False]) == 5
    assert heads[True] == {"#ffffff"} and "#ffffff" not in heads[False]


def test_each_ground_has_its_own_thickness() -> None:
    thick = [weight.thick for weight in WEIGHTS]
    assert thick == sorted(thick, reverse=True) and len(set(thick)) == 4
    assert [weight.bases for weight in WEIGHTS[:2]] == [("stated",), ("legal",)]


def test_every_predicate_and_every_basis_of_the_ontology_has_its_line() -> None:
    drawn = {name for family in FAMILIES for name in family.predicates}
    assert drawn == {one.predicate.value.rpartition("#")[2] for one in LINEAGE}
    weighed = {name for weight in WEIGHTS for name in weight.bases}
    assert {*weighed, "inferred"} >= set(vocabulary("basis"))


def test_what_is_left_out_is_counted_in_the_picture_and_linked_to_the_table(make: Make) -> None:
    root = draw(make(2, beyond=3), limit=20, more_href="/lineage/x?all=1#table")
    (more,) = anchors(root, "more")
    assert more.get("href") == "/lineage/x?all=1#table"
    assert "and 43 more" in "".join(more.itertext())
    assert "and 43 more" in "".join(draw(make(2, beyond=3), limit=20).itertext())
    assert not anchors(draw(make(2)), "more")


def test_hidden_edges_are_counted(make: Make) -> None:
    text = "".join(draw(make(2)).itertext())
    assert re.search(r"\d+ edges not drawn", text)
    assert "not drawn" not in "".join(draw(make(2), reduced=False).itertext())


def test_a_lone_item_says_that_nothing_is_recorded(make: Make) -> None:
    lineage = make(0, nodes=2, edges=1)
    lone = {lineage.focus: replace(lineage.nodes[lineage.focus], label="Alone")}
    empty = replace(lineage, nodes=lone, edges=(), direction="antecedents")
    for standalone in (True, False):
        root = draw(empty, standalone=standalone)
        assert len(anchors(root, "node")) == 1
        assert "Nothing is recorded yet that Alone draws on." in "".join(root.itertext())
    alone = draw(replace(empty, beyond=5))
    assert "Nothing" not in "".join(alone.itertext())


def test_it_has_a_text_alternative_with_counts_span_and_the_most_connected(make: Make) -> None:
    root = draw(make(7))
    names = (root.get("aria-labelledby"), root.get("aria-describedby"))
    ids = {e.get("id"): e for e in root.iter() if e.get("id")}
    assert "".join(ids[names[0]].itertext()) == "A title"
    text = "".join(ids[names[1]].itertext())
    for words in ("A time line of 59 items", "policy documents", "dates run from", "Most conn"):
        assert words in text
    assert "without a date" in text and "not verified" in text


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_text_neither_breaks_the_picture_nor_makes_markup(make: Make, label: str) -> None:
    lineage = make(1, nodes=8, edges=14)
    nodes = {
        iri: replace(node, label=label, kind=label, date=label, type="Policy")
        for iri, node in lineage.nodes.items()
    }
    edges = tuple(
        replace(edge, sources=(label,), locator=label, basis=label, predicate=label)
        for edge in lineage.edges
    )
    hostile = replace(lineage, nodes=nodes, edges=edges)
    for standalone in (True, False):
        text = picture.render(hostile, lambda iri: iri + label, title=label, standalone=standalone)
        root = ET.fromstring(text)
        known = {"svg", "title", "desc", "style", "rect", "g", "path", "text", "tspan", "a"}
        known |= {"circle"}
        assert {element.tag.removeprefix(SVG) for element in root.iter()} <= known
        assert not [key for e in root.iter() for key in e.attrib if key.startswith("on")]
        assert "\u202e" not in text
        text.encode()


def test_inline_pictures_have_no_inline_style_or_script(make: Make) -> None:
    text = picture.render(make(3), link, title="A title")
    assert "<style" not in text and " style=" not in text and "<script" not in text
    assert re.search(r"^<svg ", text)


def test_a_standalone_picture_embeds_the_style_sheet_that_its_hash_admits(make: Make) -> None:
    for given in (None, ".picture > text { fill: red }\r\n.a { &:hover { fill: red } }"):
        root = draw(make(3), standalone=True, stylesheet=given)
        style = root.findtext(f"{SVG}style") or ""
        digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert picture.style_source(given) == f"'sha256-{digest}'"


def test_the_style_sheet_knows_every_class_and_every_width(make: Make) -> None:
    sheet = picture.css()
    for nodes in (2, 100, 500):
        assert f".w-{picture_width(nodes):.0f} " in sheet
    used = {
        name
        for element in draw(make(3), more_href="#t").iter()
        for name in (element.get("class") or "").split()
    }
    bare = {"picture", "w-1200", "axis", "legend", "notes", "nodes", "undated", "plain"}
    missing = {name for name in used - bare if f".{name}" not in sheet}
    assert not missing


def test_the_same_lineage_gives_the_same_picture_whatever_its_order(make: Make) -> None:
    lineage = make(9)
    turned = replace(
        lineage,
        nodes=dict(reversed(lineage.nodes.items())),
        edges=tuple(reversed(lineage.edges)),
    )
    first = picture.render(lineage, link, title="t")
    assert first == picture.render(lineage, link, title="t")
    assert first == picture.render(turned, link, title="t")


def test_two_pictures_on_one_page_share_no_id(make: Make) -> None:
    lineage = make(9)
    ids = [
        re.findall(r' id="([^"]+)"', picture.render(one, link, title="t"))
        for one in (
            replace(lineage, direction="antecedents"),
            replace(lineage, direction="descendants"),
        )
    ]
    assert not set(ids[0]) & set(ids[1])


@pytest.mark.parametrize(("nodes", "edges", "seconds"), [(60, 130, 0.05), (2000, 4500, 0.3)])
def test_it_is_quick(make: Make, nodes: int, edges: int, seconds: float) -> None:
    lineage = make(0, nodes=nodes, edges=edges)
    times = []
    for _ in range(3):
        start = time.process_time()
        picture.render(lineage, link, title="t", limit=nodes)
        times.append(time.process_time() - start)
    # Slack for slow machines: this test is after the quadratic, not after the millisecond.
    assert min(times) < 4 * seconds
