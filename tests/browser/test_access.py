"""WCAG 2.2 AA as far as axe-core can tell, over every kind of page, light and dark, narrow and wide."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

PAGES = [
    # One of each kind, the smallest that has all of its parts: axe takes seconds for a long table.
    *("/", "/page/youth-matters-2005", "/page/dcsf", "/page/children-act-2004", "/browse"),
    *("/browse/Post", "/lineage/youth-matters-2005", "/story/youth-matters-2005", "/matrix"),
    *(
        "/concept/concept-wicked-problems",
        "/search?q=trust",
        "/questions",
        "/questions/triggers?sort=-item",
    ),
    *("/institutions", "/as-at/1989-12-11", "/as-at/1986-05-01?with=1988-05-12", "/frames"),
    *(
        "/changes?from=2007-01-01&to=2007-06-01",
        "/quality",
        "/ontology",
        "/about",
        "/sources?kind=speech",
    ),
    *(
        "/api",
        "/dataset",
        "/generations",
        "/practice?concept=concept-wicked-problems",
        "/why?s=dcsf",
    ),
    *("/force/children-act-2004", "/history/dcsf", "/search?q=childrens+trsut&period=2000s"),
    *(
        "/page/alan-johnson",
        "/questions/institution-fate",
        "/embed/lineage/childrens-plan-2007?depth=1",
    ),
    *("/matrix/cell?row=concept-partnership-working", "/linked?iri=dcsf&by=dcterms:publisher"),
    *(
        "/sparql",
        "/sparql?query=SELECT%20%3Ff%20%7B%20%3Fa%20rg%3AhasFrame%20%3Ff%20%7D%20LIMIT%205",
    ),
    *(
        "/page/claim/rel-childrens-plan-2007-buildson-every-child-matters-2003",
        "/strength/basw-gibb-2013",
    ),
    "/page/nothing-of-this-name",
]
OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}


# Contrast does not depend on the width, nor layout on the colours. SOAK=1 (make soak) looks at every
# page in all four ways, which takes minutes; else every second one is looked at, in one of two ways.
WAYS = [(320, "dark", PAGES[::4]), (1280, "light", [*PAGES[2::4], PAGES[-1]])]
if os.environ.get("SOAK"):
    WAYS = [(width, scheme, PAGES) for width in (320, 1280) for scheme in ("dark", "light")]


@pytest.mark.parametrize(
    ("width", "scheme", "pages"), WAYS, ids=["-".join(map(str, w[:2])) for w in WAYS]
)
def test_axe_finds_nothing(
    browser: Browser, site: str, scheme: str, width: int, pages: list[str]
) -> None:
    context = browser.new_context(
        base_url=site,
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
        reduced_motion="reduce",
    )
    page = context.new_page()
    found = []
    for path in pages:
        answer = page.goto(path)
        assert answer is not None and answer.status == (404 if path == PAGES[-1] else 200), path
        if path.startswith("/sparql"):
            # The editor, where it is built, takes the place of the form.
            there = ":root:not(:has([data-editor])), .yasgui .CodeMirror"
            page.wait_for_selector(there, state="attached")
        violations = Axe().run(page, options=OPTIONS).response["violations"]
        found += [
            (path, each["id"], each["nodes"][0]["html"][:160], len(each["nodes"]))
            for each in violations
        ]
        # Nothing but what scrolls in a frame of its own is wider than the window.
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            found.append((path, "scrolls sideways", f"{wide} px", 1))
    context.close()
    assert not found, "\n".join(map(str, found))
