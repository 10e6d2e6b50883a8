"""The kinds of cell that a row may have: slugs, lists, dates, addresses, words of a list.

Each type takes the cell's text, stripped, and gives the value; what it refuses it tells with
``wrong``, which the readers turn into a ``Fault``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError
from pyoxigraph import NamedNode

from reformgraph.ingest import dates, slugs
from reformgraph.ingest.dates import Edtf
from reformgraph.ingest.faults import did_you_mean, listed
from reformgraph.ontology.terms import vocabulary


@dataclass(frozen=True, slots=True)
class Refs:
    """The tables that a field's slugs may name rows of."""

    tables: tuple[str, ...]

    def __init__(self, *tables: str) -> None:
        object.__setattr__(self, "tables", tables)


def wrong(expected: str, hint: str = "") -> PydanticCustomError:
    """Make the error that ``readers`` turn into a ``Fault``."""
    # The template takes its text from the context, so braces in a value do no harm.
    return PydanticCustomError("fault", "expected {expected}", {"expected": expected, "hint": hint})


def _filled(text: str) -> str:
    if not text:
        raise wrong("a value")
    return text


def _slug(text: str) -> str:
    try:
        return slugs.check(_filled(text))
    except slugs.SlugError as error:
        raise wrong(error.expected, error.hint) from error


def _list(value: object) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    items = tuple(item.strip() for item in str(value).split(";")) if value else ()
    if "" in items:
        raise wrong("items separated by single semicolons", "one of them is empty")
    if len(set(items)) < len(items):
        twice = next(item for item in items if items.count(item) > 1)
        raise wrong("each item once", f"{twice!r} is there twice")
    return items


def _slug_list(value: object) -> tuple[str, ...]:
    return tuple(_slug(item) for item in _list(value))


def _filled_slug_list(value: object) -> tuple[str, ...]:
    return _slug_list(value) or (_filled(""),)


def _date(value: object) -> Edtf | None:
    if value is None or isinstance(value, Edtf):
        return value
    if not value:
        return None
    if value == "..":
        raise wrong(dates.EXPECTED, "only an end can be open (..)")
    return _end(value)


def _end(value: object) -> Edtf | None:
    if value is None or isinstance(value, Edtf):
        return value
    if not value:
        return None
    try:
        return dates.parse(str(value))
    except dates.DateError as error:
        raise wrong(error.expected, error.hint) from error


def _web(text: str) -> str:
    if not text:
        return ""
    try:
        NamedNode(text)
    except ValueError as error:
        raise wrong("a web address without spaces or braces", str(error)) from error
    if not re.match(r"https?://[^/]", text):
        raise wrong("a web address that starts with http:// or https://")
    return text


def _wikidata(text: str) -> str:
    if text and not re.fullmatch(r"Q[1-9]\d*", text):
        raise wrong("a Wikidata item such as Q42", did_you_mean(text, [text.upper()]))
    return text


def _year(text: str) -> str:
    if text and not re.fullmatch(r"[12]\d{3}", text):
        raise wrong("a year of four digits")
    return text


def one_of(*values: str) -> Callable[[str], str]:
    """Make the check that a text is one of ``values``; "" among them allows an empty cell."""

    def check(text: str) -> str:
        if text not in values:
            raise wrong(
                listed([each for each in values if each]),
                did_you_mean(text, values) if text else "",
            )
        return text

    return check


Slug = Annotated[str, AfterValidator(_slug)]
Text = Annotated[str, AfterValidator(_filled)]
List = Annotated[tuple[str, ...], BeforeValidator(_list)]
Slugs = Annotated[tuple[str, ...], BeforeValidator(_slug_list)]
SomeSlugs = Annotated[tuple[str, ...], BeforeValidator(_filled_slug_list)]
Date = Annotated[Edtf | None, BeforeValidator(_date)]
End = Annotated[Edtf | None, BeforeValidator(_end)]
Web = Annotated[str, AfterValidator(_web)]
Wikidata = Annotated[str, AfterValidator(_wikidata)]
Year = Annotated[str, AfterValidator(_year)]


def term(name: str) -> AfterValidator:
    """Make the check that a text is of a vocabulary of ``ontology.terms``."""
    return AfterValidator(one_of(*vocabulary(name)))
