import re
from datetime import date

from lxml import etree

from reformgraph.server.pictures.points import BAR, HEIGHT, WIDTH, Point, render

SVG = "{http://www.w3.org/2000/svg}"


def test_each_version_is_a_link_in_order_of_time_and_effects_are_counted_by_year() -> None:
    points = [
        Point(date(1989, 11, 16), "as enacted", "https://example.org/enacted"),
        Point(date(1991, 10, 14), "14 October 1991", "https://example.org/1991"),
        Point(date(2030, 1, 1), "prospective", "", in_force=False),
    ]
    effects = [date(2005, 12, 30), date(2005, 1, 1), date(2014, 10, 22)]
    root = etree.fromstring(render(points, effects, title='Versions of <"it">'))
    assert root.get("aria-label") == 'Versions of <"it">'
    links = root.findall(f"{SVG}a")
    assert [one.get("href") for one in links] == [point.href for point in points[:2]]
    xs = [float(one.get("cx", "")) for one in root.iter(f"{SVG}circle")]
    assert xs == sorted(set(xs)) and xs[0] > 0 and xs[-1] < WIDTH
    assert [one.get("class") for one in root.iter(f"{SVG}circle")] == ["solid", "solid", "hollow"]
    titles = [one.text or "" for one in root.iter(f"{SVG}title")]
    counted = [re.search(r"(\d{4}).*: (\d+) effects? came", title) for title in titles]
    years = {int(found[1]): int(found[2]) for found in counted if found}
    assert sum(years.values()) == 3 and any(year <= 2005 and n == 2 for year, n in years.items())
    assert "prospective, not in force" in titles
    bars = list(root.iter(f"{SVG}rect"))
    assert max(float(bar.get("width", "")) for bar in bars) <= BAR < WIDTH / 4
    assert {text.text for text in root.iter(f"{SVG}text")} >= {str(n) for n in years.values()}


def test_without_effects_there_is_no_room_for_bars_and_without_days_no_picture() -> None:
    assert render([], [], title="nothing") == ""
    only = etree.fromstring(render([Point(date(1706, 1, 1), "a", "")], [], title="one"))
    assert float((only.get("viewBox") or "").split()[3]) < HEIGHT
    assert render([], [date(1, 1, 1), date(9999, 12, 31)], title="far apart").startswith("<svg")
