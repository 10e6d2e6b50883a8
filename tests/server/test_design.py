"""The design system: small, self-contained, readable by all."""

import re
from pathlib import Path

import pytest

from reformgraph import server

STATIC = Path(server.__file__ or "").parent / "static"
TEMPLATES = STATIC.parent / "templates"
SHEETS = sorted(STATIC.glob("*.css"))


def test_all_style_sheets_together_are_small() -> None:
    assert sum(sheet.stat().st_size for sheet in SHEETS) < 40_000


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_style_sheets_load_nothing(sheet: Path) -> None:
    text = sheet.read_text(encoding="utf-8")
    assert "url(" not in text and "@import" not in text and "!important" not in text


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.html")), ids=lambda t: t.name)
def test_templates_hold_no_script_no_style_and_nothing_unescaped(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    # Scripts are files of our own that run when the page is there; none stands in a page.
    # A block of JSON-LD is data, which no browser runs; the view escapes what could end it.
    data = '<script type="application/ld+json">{{ block }}</script>'
    scripts = re.findall(r"<script[^>]*>(?:</script>)?", text.replace(data, ""))
    assert all(
        re.fullmatch(r'<script src="{{ asset\([^)]*\) }}" defer></script>', s) for s in scripts
    )
    assert "<style" not in text and " style=" not in text
    assert "|safe" not in text and "autoescape" not in text
    assert "SELECT" not in text


def _schemes() -> dict[str, dict[str, str]]:
    text = (STATIC / "tokens.css").read_text(encoding="utf-8")
    light, dark = text.split("@media (prefers-color-scheme: dark)")
    dark = dark.split("@media print")[0]
    colour = r"--([a-z-]+): (#[0-9a-f]{6});"
    return {"light": dict(re.findall(colour, light)), "dark": dict(re.findall(colour, dark))}


def _luminance(colour: str) -> float:
    def channel(value: int) -> float:
        part = value / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (channel(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("colour", ["ink", "quiet", "link", "visited", "accent", "sure", "doubt"])
def test_text_has_contrast_on_every_ground(scheme: str, colour: str) -> None:
    tokens = _schemes()[scheme]
    grounds = ["paper", "raised", "faint"] + (["doubt-ground"] if colour == "doubt" else [])
    for ground in grounds:
        assert _contrast(tokens[colour], tokens[ground]) >= 4.5, (scheme, colour, ground)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marked_text_buttons_and_focus_have_contrast(scheme: str) -> None:
    tokens = _schemes()[scheme]
    assert _contrast(tokens["ink"], tokens["match"]) >= 4.5
    assert _contrast(tokens["link"], tokens["match"]) >= 4.5
    assert _contrast(tokens["paper"], tokens["ink"]) >= 4.5
    assert _contrast(tokens["focus"], tokens["paper"]) >= 3
