"""The SPARQL editor in a real browser, under the policy that forbids inline styles and scripts."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from reformgraph.server.assets import Assets

pytestmark = pytest.mark.skipif(
    not Assets().has("editor/editor.js"), reason="the editor is not built (make editor)"
)
FRAMES = "SELECT ?frame (COUNT(*) AS ?n) { ?a rg:hasFrame ?frame } GROUP BY ?frame"


def test_a_shared_query_runs_and_its_answer_leads_to_pages(page: Page) -> None:
    page.goto(f"/sparql?query={quote(FRAMES)}")
    table = page.locator(".result-table table")
    expect(table.locator("tbody tr").first).to_be_visible()
    expect(page.locator("[data-editor-form]")).to_be_hidden()
    # Sorted by a number, largest first.
    table.get_by_role("button", name="n", exact=True).click()
    table.get_by_role("button", name=re.compile("^n")).click()
    numbers = table.locator("tbody td:nth-child(3)").all_inner_texts()
    counts = [int(text.split()[0]) for text in numbers]
    assert counts == sorted(counts, reverse=True) and counts[0] > 10
    page.get_by_role("button", name="Pages").click()
    expect(page.locator(".result-pages a").filter(has_text="leadership task")).to_be_visible()
    page.get_by_role("button", name="Chart").click()
    expect(page.locator("canvas[role=img]")).to_be_visible()
    page.get_by_role("button", name="Table").click()
    table.locator("tbody a").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "/sparql" not in page.url


def test_terms_complete_and_the_address_is_that_of_what_was_run(page: Page) -> None:
    page.goto("/sparql")
    page.get_by_label("Examples").select_option("frames-by-year")
    expect(page.get_by_role("tab", name=re.compile("Frames", re.IGNORECASE))).to_be_visible()
    page.get_by_role("button", name="Add a new tab").or_(page.locator(".addTab")).first.click()
    area = page.locator(".tabPanel.active .yasqe .CodeMirror")
    area.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(area.locator(".CodeMirror-code")).to_have_text(re.compile(r"^\W*\d?\W*$"))
    page.keyboard.type("SELECT * { ?s rg:builds", delay=10)
    hint = page.locator(".CodeMirror-hint").filter(has_text="rg:buildsOn")
    expect(hint).to_be_visible()
    hint.click()
    # A list that comes late would take what is typed after the term for a part of it.
    expect(page.locator(".CodeMirror-hints")).to_have_count(0)
    expect(area).to_contain_text("rg:buildsOn")
    page.keyboard.type(" ?o } LIMIT 3", delay=50)
    expect(area).to_contain_text(re.compile(r"rg:buildsOn ?\?o } LIMIT 3"))
    page.keyboard.press("Control+Enter")
    expect(page.locator(".tabPanel.active .result-table tbody tr")).to_have_count(3)
    assert "query=" in page.url and "buildsOn" in page.url
