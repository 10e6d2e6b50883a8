"""Thousands of items: gathered by lane and year, with counts that open, and nothing lost."""

import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import combinations

import pytest

from reformgraph.queries.lineage import Lineage
from reformgraph.server.pictures import lineage as picture
from reformgraph.server.pictures.choose import choose
from reformgraph.server.pictures.clusters import OPENED, Bundle, Crowd, gather, key_of_lane
from reformgraph.server.pictures.layout import lay_out
from reformgraph.server.pictures.marks import lane_of

Make = Callable[..., Lineage]
SVG = "{http://www.w3.org/2000/svg}"


def draw(made: object) -> ET.Element:
    text = picture.render(
        made, lambda iri: f"/about?iri={iri}", title="t", opening=lambda k: f"?open={k}"
    )  # type: ignore[arg-type]
    return ET.fromstring(text)


def test_what_fits_is_not_gathered(make: Make) -> None:
    whole = make(0, nodes=60)
    assert gather(whole, 60).lineage is whole and not gather(whole, 60).crowds


@pytest.mark.parametrize("seed", range(3))
def test_every_item_and_every_claim_is_counted_once(make: Make, seed: int) -> None:
    whole = make(seed, nodes=700, edges=1500)
    made = gather(whole, 60)
    alone = [node for node in made.lineage.nodes.values() if not isinstance(node, Crowd)]
    assert len(alone) + sum(crowd.count for crowd in made.crowds) == 700
    assert all(crowd.count > 1 for crowd in made.crowds)
    bundled = sum(e.count for e in made.lineage.edges if isinstance(e, Bundle))
    plain = sum(not isinstance(e, Bundle) for e in made.lineage.edges)
    loops = sum(e.subject == e.object for e in whole.edges)
    assert plain + bundled + made.inside == 1500 - loops
    # A crowd holds what its lane and years say.
    for crowd in made.crowds:
        lane, _, year = crowd.key.partition("-")
        assert lane_of(crowd).key == lane
        assert year == "undated" or (crowd.earliest and crowd.earliest.year == int(year))


def test_a_crowd_opens_and_a_large_one_in_part(make: Make) -> None:
    whole = make(1, nodes=2000, edges=4500)
    made = gather(whole, 60)
    largest = max(made.crowds, key=lambda crowd: crowd.count)
    opened = gather(whole, 60, [largest.key])
    rest = [crowd for crowd in opened.crowds if crowd.key == largest.key]
    left = largest.count - OPENED
    assert [crowd.count for crowd in rest if left > 0] == ([left] if left > 0 else [])
    assert len(opened.lineage.nodes) == len(made.lineage.nodes) + min(largest.count, OPENED) - (
        left <= 0
    )
    small = min(made.crowds, key=lambda crowd: (crowd.count, crowd.key))
    assert small.key not in {crowd.key for crowd in gather(whole, 60, [small.key]).crowds}


def test_the_picture_says_how_many_and_leads_to_them(make: Make) -> None:
    made = gather(make(2, nodes=2000, edges=4500), 60)
    root = draw(made)
    crowds = [a for a in root.iter(f"{SVG}a") if "crowd" in (a.get("class") or "").split()]
    assert {a.get("href") for a in crowds} == {f"?open={crowd.key}" for crowd in made.crowds}
    titles = {a.findtext(f"{SVG}title") for a in crowds}
    one = made.crowds[0]
    assert any((title or "").startswith(f"{one.count} ") for title in titles)
    assert all("show them one by one" in (title or "") for title in titles)
    held = sum(crowd.count for crowd in made.crowds)
    words = root.findtext(f"{SVG}desc") or ""
    assert "A time line of 1999 items" in words
    assert f"{held} of them stand in {len(made.crowds)} groups by kind and year." in words
    bundles = [g for g in root.iter(f"{SVG}g") if (g.get("class") or "") == "edge bundle"]
    assert bundles and all("claim" in (g.findtext(f"{SVG}title") or "") for g in bundles)


def test_labels_do_not_overlap_among_crowds_either(make: Make) -> None:
    for seed in range(2):
        made = gather(make(seed, nodes=2000, edges=4500), 60).lineage
        choice = choose(made, len(made.nodes), reduced=True)
        boxes = [spot.label_box for spot in lay_out(choice, made.direction, 0).spots.values()]
        for (l1, t1, r1, b1), (l2, t2, r2, b2) in combinations(boxes, 2):
            assert r1 <= l2 or r2 <= l1 or b1 <= t2 or b2 <= t1


def test_two_thousand_are_quick(make: Make) -> None:
    whole = make(3, nodes=2000, edges=4500)
    times = []
    for _ in range(3):
        start = time.process_time()
        picture.render(gather(whole, 60), str, title="t", opening=str)
        times.append(time.process_time() - start)
    # 40 ms on a free core; slack for slow machines.
    assert min(times) < 0.4


def test_keys() -> None:
    assert key_of_lane("law-2004") and key_of_lane("other-undated")
    for nonsense in ("", "law", "law-", "law-20045", "x-2004", "law-<b>", "policy-²"):
        assert not key_of_lane(nonsense)
