"""What pictures gain with JavaScript: the slider, zoom and pan, ancestry, evidence beside them."""

import re

import pytest
from playwright.sync_api import Page, expect


def test_the_slider_says_its_day_and_goes_there(page: Page) -> None:
    page.goto("/as-at/2007-12-11?with=2010-06-01")
    slider = page.locator("#a-slide")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-day-said]")).to_have_text("12 December 2007")
    expect(slider).to_have_attribute("aria-valuetext", "12 December 2007")
    expect(page.locator("#a-date")).to_have_value("2007-12-12")
    page.wait_for_url(re.compile(r"/as-at/2007-12-12\?with=2010-06-01"))
    page.go_back()
    expect(page.locator("[data-day-said]")).to_have_text("11 December 2007")


def test_labels_of_the_story_do_not_overlap_as_they_are_drawn(page: Page) -> None:
    page.goto("/lineage/childrens-plan-2007")
    clashes = page.evaluate(
        """() => {
          const boxes = [...document.querySelectorAll(".picture .nodes text")].map((t) => [t.textContent, t.getBBox()]);
          const found = [];
          boxes.forEach(([one, a], at) => boxes.slice(at + 1).forEach(([two, b]) => {
            const wide = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
            const tall = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
            if (wide > 1 && tall > 3) found.push([one, two]);
          }));
          return [boxes.length, found];
        }"""
    )
    assert clashes[0] >= 60 and not clashes[1], clashes
    # On a phone the picture shows the item that it is about, not the oldest of all.
    page.set_viewport_size({"width": 360, "height": 800})
    page.reload()
    assert page.evaluate("document.querySelector('[data-picture]').scrollLeft") > 400


@pytest.mark.parametrize(
    ("path", "chosen"),
    [("/lineage/childrens-plan-2007", "a[data-from]"), ("/institutions", "a.bend")],
)
def test_a_click_opens_evidence_beside_the_picture(page: Page, path: str, chosen: str) -> None:
    page.goto(path)
    page.locator(chosen).first.dispatch_event("click")
    panel = page.locator(".picture-evidence")
    expect(panel).to_be_visible()
    expect(panel.get_by_role("button", name="Close the evidence")).to_be_visible()
    beside = panel.bounding_box()
    drawn = page.locator("[data-picture]").bounding_box()
    assert beside and drawn and beside["x"] >= drawn["x"] + drawn["width"]
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert page.url.endswith(path)


def test_zoomed_it_can_be_moved_both_ways(page: Page) -> None:
    page.goto("/lineage/childrens-plan-2007")
    for _ in range(4):
        page.get_by_role("button", name="Larger").click()
    frame = page.locator("[data-picture]")
    box = frame.bounding_box()
    assert box
    before = frame.evaluate("f => [f.scrollLeft, f.scrollTop]")
    page.mouse.move(box["x"] + 8, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 8 + 120, box["y"] + 300 - 150, steps=3)
    page.mouse.up()
    after = frame.evaluate("f => [f.scrollLeft, f.scrollTop]")
    assert after[1] > before[1] + 100 and after[0] != before[0]
    page.get_by_role("button", name="Fit").click()
    expect(page.locator(".picture-tools output")).to_have_text("100 %")


def test_focus_lights_up_ancestry(page: Page) -> None:
    page.goto("/lineage/childrens-plan-2007")
    page.locator(".picture .node.near").first.focus()
    lit = page.locator(".picture.is-lit")
    expect(lit).to_have_count(1)
    assert page.locator(".picture .node.lit").count() > 1
    page.locator("h1").click()
    expect(lit).to_have_count(0)
