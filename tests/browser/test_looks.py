"""How the main pages look: compared with small reference pictures, with tolerance.

``pytest tests/browser/test_looks.py --regold`` rewrites them; look at the pictures before a commit.
Fonts and the browser decide where each letter stands, so that the references hold for one of each:
``references/made-with.txt`` names them, and elsewhere the tests are skipped, saying so.
"""

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter
from playwright.sync_api import Browser

REFERENCES = Path(__file__).parent / "references"
MADE_WITH = REFERENCES / "made-with.txt"
WIDTH, HEIGHT, SMALL = 1280, 1600, 320
COLOURS = 24
# Of the pixels of a small, blurred picture, so many may differ by so much: a row more in a table
# passes, a page without its style, its colours or its columns does not (see the last tests).
DIFFERENT, SHARE = 24, 0.08
LOOKS = {
    "home": ("/", 1280, "light"),
    "home-phone": ("/", 390, "light"),
    "home-dark": ("/", 1280, "dark"),
    "entity": ("/page/youth-matters-2005", 1280, "light"),
    "institution-dark": ("/page/dcsf", 1280, "dark"),
    "law": ("/page/children-act-2004", 1280, "light"),
    "lineage": ("/lineage/youth-matters-2005", 1280, "light"),
    "institutions": ("/institutions", 1280, "light"),
    "as-at": ("/as-at/2007-12-11", 1280, "light"),
    "matrix": ("/matrix", 1280, "light"),
    "question": ("/questions/triggers", 1280, "light"),
    "question-phone": ("/questions/institutions-on", 390, "dark"),
    "search": ("/search?q=trust", 1280, "light"),
    "sources": ("/sources", 1280, "light"),
}


def _made_with(browser: Browser) -> str:
    fonts = []
    for family in ("serif", "sans-serif", "monospace", "system-ui"):
        try:
            run = subprocess.run(
                ["fc-match", "-f", "%{family} %{fontversion}", family],
                capture_output=True,
                text=True,
                timeout=10,
            )
            fonts.append(f"{family}: {run.stdout.strip()}")
        except (OSError, subprocess.TimeoutExpired):
            fonts.append(f"{family}: unknown")
    return "\n".join([f"Chromium {browser.version.partition('.')[0]}", *fonts, ""])


@pytest.fixture(scope="module")
def same_eyes(browser: Browser, regold: bool) -> Iterator[None]:
    """Skip where letters look otherwise than where the references were made."""
    here = _made_with(browser)
    if regold:
        REFERENCES.mkdir(exist_ok=True)
        MADE_WITH.write_text(here, encoding="utf-8")
    made = MADE_WITH.read_text(encoding="utf-8") if MADE_WITH.is_file() else ""
    if here != made:
        pytest.skip(f"the references were made with {made.split()} and not with {here.split()}")
    yield


def _seen(browser: Browser, site: str, path: str, width: int, scheme: str) -> Image.Image:
    context = browser.new_context(
        base_url=site,
        viewport={"width": width, "height": HEIGHT},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(path, wait_until="networkidle")
    # The footer names the generation and its day: nothing of it is a matter of looks.
    page.evaluate("document.querySelector('.colophon').remove()")
    taken = page.screenshot(animations="disabled", caret="hide")
    context.close()
    whole = Image.open(io.BytesIO(taken)).convert("RGB")
    return whole.resize((SMALL, SMALL * whole.height // whole.width), Image.Resampling.LANCZOS)


def _apart(kept: Image.Image, seen: Image.Image) -> float:
    """Return the share of pixels that look otherwise.

    Both are blurred, so that the palette of a reference and the edge of a letter count for little.
    """
    blur = ImageFilter.GaussianBlur(1.5)
    apart = ImageChops.difference(kept.filter(blur), seen.filter(blur)).convert("L")
    return sum(apart.histogram()[DIFFERENT:]) / (apart.width * apart.height)


@pytest.mark.parametrize("name", LOOKS)
def test_it_looks_as_it_did(
    browser: Browser, site: str, same_eyes: None, regold: bool, name: str
) -> None:
    seen = _seen(browser, site, *LOOKS[name])
    path = REFERENCES / f"{name}.png"
    if regold:
        seen.quantize(COLOURS).save(path, optimize=True)
    assert path.is_file(), f"{path.name} is missing: pytest --regold writes it"
    kept = Image.open(path).convert("RGB")
    assert kept.size == seen.size
    share = _apart(kept, seen)
    assert share <= SHARE, f"{share:.1%} of {name} looks otherwise; --regold if that is wanted"


def test_the_references_are_small() -> None:
    assert sum(path.stat().st_size for path in REFERENCES.glob("*.png")) < 1_500_000


def test_a_page_without_its_style_is_noticed(browser: Browser, site: str, same_eyes: None) -> None:
    context = browser.new_context(base_url=site, viewport={"width": WIDTH, "height": HEIGHT})
    context.route("**/*.css", lambda route: route.abort())
    page = context.new_page()
    page.goto("/questions/triggers", wait_until="networkidle")
    bare = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    context.close()
    bare = bare.resize((SMALL, SMALL * bare.height // bare.width), Image.Resampling.LANCZOS)
    assert _apart(Image.open(REFERENCES / "question.png").convert("RGB"), bare) > SHARE


def test_another_scheme_is_noticed() -> None:
    light, dark = (
        Image.open(REFERENCES / f"{n}.png").convert("RGB") for n in ("home", "home-dark")
    )
    assert _apart(light, dark) > SHARE
