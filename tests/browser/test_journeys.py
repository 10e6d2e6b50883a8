"""The first five minutes of each reader, in a real browser: researcher, civil servant, student."""

import csv
import io
import json
import re

from playwright.sync_api import Browser, Page, expect


def _takes_away(page: Page, slug: str) -> None:
    """A citation, a picture and a table of one thing, each by a link that its pages show."""
    page.goto(f"/page/{slug}")
    cited = page.get_by_role("link", name="BibTeX", exact=True).get_attribute("href")
    assert cited and slug in page.request.get(cited).text()
    page.goto(f"/lineage/{slug}")
    links = {
        name: page.get_by_role("link", name=name, exact=True).first.get_attribute("href")
        for name in ("SVG", "CSV")
    }
    assert all(links.values()), links
    assert page.request.get(str(links["SVG"])).text().startswith("<svg")
    rows = list(csv.DictReader(io.StringIO(page.request.get(str(links["CSV"])).text())))
    assert rows and {"step", "subject", "relation", "object"} <= set(rows[0])


def test_a_researcher_follows_an_edge_to_its_evidence_and_takes_it_away(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="The whole lineage, with the table").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("draws on")
    # An edge opens its evidence beside the picture, and Escape gives the focus back.
    edge = page.locator("a.edge[data-from]:not([tabindex])").first
    edge.focus()
    page.keyboard.press("Enter")
    panel = page.locator(".picture-evidence")
    expect(panel).to_be_visible()
    expect(panel).to_contain_text("verified")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    # The claim as a page, with back leading to the picture.
    page.get_by_role("link", name="The claim").first.click()
    expect(page).to_have_url(re.compile("/page/claim/"))
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("draws on")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as PNG").click()
    assert download.value.suggested_filename == "childrens-plan-2007.png"
    _takes_away(page, "childrens-plan-2007")


def test_a_civil_servant_moves_the_date_and_finds_what_became_of_a_department(page: Page) -> None:
    page.goto("/as-at")
    expect(page.get_by_role("heading", level=1)).to_contain_text("11 December 2007")
    page.get_by_label("Day", exact=True).fill("1999-05-01")
    page.locator("main").get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 May 1999")
    page.locator(".strip a", has_text="2005").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2005")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 May 1999")
    page.goto("/institutions")
    page.get_by_label("Around").select_option("dcsf")
    page.locator("main").get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Children, Schools and Families")
    expect(page.locator(".succession")).to_be_visible()
    # A bend is a change of institutions: what was read about it opens beside the picture.
    page.locator(".succession a.bend").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".picture-evidence")).to_contain_text("verified")
    _takes_away(page, "children-act-2004")


def test_a_student_reads_the_story_and_cites_it(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("childrens plan")
    page.keyboard.press("Enter")
    page.locator("main a", has_text="The Children's Plan: Building Brighter Futures").first.click()
    page.get_by_role("link", name="Its story in sentences").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    # A footnote leads to where it was read, and back to the sentence.
    mark = page.locator("sup.note-mark a").first
    number = (mark.inner_text()).strip("?*")
    mark.click()
    expect(page).to_have_url(re.compile(r"#n\d+$"))
    page.get_by_role("link", name=f"Back to the text, note {number}", exact=True).click()
    expect(page).to_have_url(re.compile(r"#m\d+$"))
    # One word through time: what it was said to be, and by whom.
    page.goto("/concept/concept-collaboration")
    expect(page.locator("main")).to_contain_text("verified")
    _takes_away(page, "every-child-matters-2003")


def test_an_engineer_asks_a_question_and_takes_the_answer_as_data(page: Page) -> None:
    page.goto("/questions")
    page.goto("/questions/antecedents")
    link = page.get_by_role("link", name="CSV", exact=True).first.get_attribute("href")
    assert link
    answer = page.request.get(link)
    rows = list(csv.DictReader(io.StringIO(answer.text())))
    assert answer.ok and len(rows) > 100
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    answer = page.request.get(
        "/sparql", params={"query": query}, headers={"Accept": "application/sparql-results+json"}
    )
    assert int(json.loads(answer.text())["results"]["bindings"][0]["n"]["value"]) > 50_000


def test_pages_work_without_javascript(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/lineage/childrens-plan-2007")
    expect(page.locator(".picture")).to_be_visible()
    expect(page.locator(".picture-tools")).to_have_count(0)
    page.locator("a.node", has_text="Every Child Matters").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Every Child Matters")
    context.close()


def test_hover_lights_up_the_ancestry(page: Page) -> None:
    page.goto("/lineage/childrens-plan-2007")
    node = page.locator("a.node", has_text="Children Act 2004").first
    node.hover()
    expect(page.locator(".picture.is-lit")).to_have_count(1)
    lit = page.locator("a.node.lit").count()
    assert 1 < lit < page.locator("a.node").count()


def test_the_keyboard_alone_reaches_content_search_and_picture(page: Page) -> None:
    page.goto("/lineage/childrens-plan-2007")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "document.activeElement.getAttribute('class') || document.activeElement.tagName"
            )
        )
        if any("node" in name for name in reached):
            break
    assert any("node" in name for name in reached), reached
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle !== null")
