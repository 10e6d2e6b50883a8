"""Slugs: what is one, what is not and why, and slugs of names."""

from __future__ import annotations

import pytest

from reformgraph.ingest.slugs import RESERVED, SlugError, check, slugify


@pytest.mark.parametrize("text", ["a", "7", "children-act-2004", "2020-strategy", "con-2"])
def test_slugs(text: str) -> None:
    assert check(text) == text


@pytest.mark.parametrize("text", sorted(RESERVED))
def test_hazard_102_reserved_words(text: str) -> None:
    with pytest.raises(SlugError, match="not a reserved word"):
        check(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("..", ""),
        ("a/b", "a-b?"),
        ("Children Act", "children-act?"),
        ("a--b", "a-b?"),
        ("-a", "a?"),
        ("a_b", "a-b?"),
        ("http://example.org/a", "write the slug alone, not a whole IRI"),
        ("pоlicy", "'о' is CYRILLIC SMALL LETTER O"),
        ("a\n", "a?"),
    ],
)
def test_hazard_102_what_is_no_slug(text: str, hint: str) -> None:
    with pytest.raises(SlugError) as caught:
        check(text)
    assert caught.value.hint == hint


def test_too_long() -> None:
    assert check("a" * 200)
    with pytest.raises(SlugError, match="at most 200 characters; it has 201"):
        check("a" * 201)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Al Aynsley-Green", "al-aynsley-green"),
        ("Duncan O'Leary", "duncan-oleary"),
        ("Per Lægreid", "per-laegreid"),
        ("Zoë Smith", "zoe-smith"),
        ("李", ""),
    ],
)
def test_slugs_of_names(name: str, slug: str) -> None:
    assert slugify(name) == slug
