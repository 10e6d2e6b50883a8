"""The timeline of frames and the matrix as pictures: the same as their tables, told in words."""

import datetime
import re
import xml.etree.ElementTree as ET
from itertools import combinations

import pytest
from flask.testing import FlaskClient
from server_support import HTML, faults, read

from reformgraph.queries import behind
from reformgraph.server.pictures import grid, multiples
from reformgraph.server.reading import frames, matrix
from reformgraph.server.reading.frames import Use
from reformgraph.store import EmbeddedStore

SVG = "{http://www.w3.org/2000/svg}"
DAY = datetime.date


def use(at: int, frame: str, first: DAY | None, last: DAY | None = None, text: str = "") -> Use:
    when = first.isoformat() if first else ""
    return Use(f"urn:a{at}", frame, frame.upper(), f"urn:d{at}", f"Paper {at}", when, first, last or first, text)  # fmt: skip


def boxes(root: ET.Element) -> list[tuple[float, float, float]]:
    return [
        (float(c.get("cx") or 0), float(c.get("cy") or 0), float(c.get("r") or 0))
        for a in root.iter(f"{SVG}a")
        if "use" in (a.get("class") or "").split()
        for c in a.iter(f"{SVG}circle")
    ]


def test_a_frame_of_which_half_had_come_sooner_stands_first() -> None:
    made = frames.arranged(
        [use(1, "late", DAY(2009, 1, 1)), use(2, "late", DAY(1998, 1, 1)), use(3, "late", DAY(2010, 1, 1)),
         use(4, "early", DAY(1999, 5, 1)), use(5, "never", None)]
    )  # fmt: skip
    assert [frame.iri for frame in made] == ["early", "late", "never"]
    assert made[1].half == DAY(2009, 1, 1) and made[2].half is None
    words = multiples.describe(made)
    assert "5 articulations in 3 frames, dated from 1998 to 2010" in words
    assert "LATE: 3 uses, first in 1998, half of them by 2009." in words
    assert "1 without a date" in words


def test_marks_of_one_band_never_touch_and_each_is_a_link_with_its_words() -> None:
    some = [use(at, "f", DAY(2004, 1 + at % 3, 1 + at % 28)) for at in range(60)]
    text = multiples.render(frames.arranged(some), lambda iri: f"/x?{iri}", title="t")
    root = ET.fromstring(text)
    for (x1, y1, r1), (x2, y2, r2) in combinations(boxes(root), 2):
        assert (x1 - x2) ** 2 + (y1 - y2) ** 2 >= (r1 + r2) ** 2
    links = [a for a in root.iter(f"{SVG}a") if "use" in (a.get("class") or "")]
    assert len(links) == 60 and {a.get("href") for a in links} == {
        f"/x?urn:a{n}" for n in range(60)
    }
    assert all("Paper" in (a.findtext(f"{SVG}title") or "") for a in links)


def test_a_partial_date_is_a_range_and_what_came_later_is_faint() -> None:
    some = [use(1, "f", DAY(2004, 1, 1), DAY(2004, 12, 31)), use(2, "f", DAY(2008, 3, 1))]
    text = multiples.render(frames.arranged(some), str, title="t", day=DAY(2007, 12, 11))
    assert text.count('class="range"') == 2  # one in the key
    assert text.count("node use later") == 1 and 'class="today"' in text
    assert not multiples.render(frames.arranged([use(1, "f", None)]), str, title="t")


@pytest.mark.parametrize("path", ["/frames", "/frames?concept=concept-collaboration", "/matrix",
                                  "/matrix?rows=frames", "/matrix?under=concept-collaboration"])  # fmt: skip
def test_the_page_has_picture_words_table_query_and_exports(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers=HTML)
    assert response.status_code == 200 and not faults(response.text)
    svg = re.search(
        r"<svg[^>]*class=\"picture (?:multiples|grid).*?</svg>", response.text, re.DOTALL
    )
    assert svg
    root = ET.fromstring(svg[0])
    said = root.findtext(f"{SVG}desc") or ""
    words = read(response.text).text
    assert said and said.split(". ")[0] in words
    assert "The query behind this picture" in words and "SELECT" in words
    assert 'id="table"' in response.text and "#table" in read(response.text).hrefs
    stem, _, query = path.partition("?")
    svg_href = f"{stem}.svg" + (f"?{query}" if query else "")
    assert svg_href in read(response.text).hrefs
    alone = client.get(svg_href)
    assert (
        alone.mimetype == "image/svg+xml" and "sha256-" in alone.headers["Content-Security-Policy"]
    )
    ET.fromstring(alone.data)


def test_the_picture_of_frames_shows_what_its_table_and_its_query_give(
    client: FlaskClient, story_store: EmbeddedStore
) -> None:
    made = frames.read(story_store)
    uses = {(use.iri, use.frame) for frame in made for use in frame.uses}
    rows = {
        (str(row[0].value), str(row[1].value))
        for row in story_store.select(behind.frames())
        if row[0] is not None and row[1] is not None
    }
    assert rows == uses and len(made) > 10
    lines = client.get("/frames.csv").text.splitlines()
    assert len(lines) - 1 == len(uses)
    dated = sum(use.middle is not None for frame in made for use in frame.uses)
    drawn = client.get("/frames.svg").text
    assert len(re.findall(r'class="node use', drawn)) == dated
    found = client.get("/frames.json").json
    assert sum(len(frame["uses"]) for frame in found) == len(uses)
    concept = story_store.resolve("concept-collaboration")
    below = matrix.facts(story_store).below(concept)
    narrowed = {(u.iri, u.frame) for f in frames.read(story_store, below) for u in f.uses}
    rows = {
        (str(row[0].value), str(row[1].value))
        for row in story_store.select(behind.frames(concept))
        if row[0] is not None and row[1] is not None
    }
    assert rows == narrowed < uses


def test_the_talk_moves_from_remedy_towards_leadership(story_store: EmbeddedStore) -> None:
    order = [frame.label for frame in frames.read(story_store)]
    assert order.index("remedy for wicked problems") < order.index("leadership task")


def test_each_filled_cell_of_the_matrix_is_drawn_with_its_problems(
    story_store: EmbeddedStore,
) -> None:
    made = matrix.matrix(matrix.facts(story_store), DAY(2007, 12, 11), "concepts")
    root = ET.fromstring(grid.render(made, lambda line, kind: f"/c?{line.key}&{kind}", title="t"))
    filled = [
        cell for line in made.lines for cell in line.cells if cell.built or cell.built_possibly
    ]
    cells = [a for a in root.iter(f"{SVG}a") if "near" in (a.get("class") or "").split()]
    assert len(cells) == len(filled)
    flagged = [a for a in cells if any(p.get("class") == "flag" for p in a.iter(f"{SVG}path"))]
    assert len(flagged) == sum(bool(cell.problems) for cell in filled) > 0
    assert all("problem" in (a.findtext(f"{SVG}title") or "") for a in flagged)
    assert sum(a.get("class") == "node" for a in root.iter(f"{SVG}a")) == sum(
        line.whole.state != "neither" for line in made.lines
    )
    words = root.findtext(f"{SVG}desc") or ""
    assert (
        f"{len(made.lines)} concepts by {len(made.kinds)} kinds" in words
        and "problems are marked" in words
    )
