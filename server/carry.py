"""One date for the whole site: a day chosen anywhere stays in the address from page to page.

``date=`` in the query string is that day on every page. Pages that have a day of their own (the
matrix, questions, what stood on a day) use it; all others say what it means for what they show.
Links are completed when a page is finished, in one place, so that none can be forgotten.
"""

from __future__ import annotations

import datetime
import re
from html import escape
from typing import cast
from urllib.parse import urlencode

from flask import g, request

from reformgraph.server import days

# Links within the site; ``data-undated`` in front marks the one that gives the date up.
_LINK = re.compile(
    r'(?<!data-undated )href="(?P<path>/(?!/)[^"#?]*)(?P<query>\?[^"#]*)?(?P<rest>#[^"]*)?"'
)
_FORM = re.compile(r"<form[^>]*>(?:(?!</form>).)*", re.DOTALL)
# These have a day in their path, or none at all.
_OWN = ("/static/", "/as-at", "/sparql", "/health", "/ready")


def day() -> datetime.date | None:
    """Return the day that the whole site is shown at, None for no day in particular.

    Raises UsageError when ``date`` is no day.
    """
    if "day" not in g:
        g.day = days.given()
    return cast("datetime.date | None", g.day)


def choose(chosen: datetime.date) -> None:
    """Let ``chosen`` be the day of this request: for pages that have it in their path."""
    g.day = chosen


def without() -> str:
    """Return the address of this page without the date."""
    rest = [(k, v) for k, v in request.args.items(multi=True) if k != "date"]
    path = request.script_root + request.path
    return f"{path}?{urlencode(rest)}" if rest else path


def address(path: str) -> str:
    """Return a local address that keeps the day, for redirects."""
    chosen = day()
    if chosen is None:
        return path
    before, hash_, rest = path.partition("#")
    name, mark, query = before.partition("?")
    return _dated(name, mark + query, chosen, "&") + hash_ + rest


def _dated(path: str, query: str, chosen: datetime.date, joint: str) -> str:
    root = request.script_root
    local = path.removeprefix(root)
    if local.startswith(_OWN) or "date=" in query:
        return path + query
    return f"{path}{query}{joint}date={chosen}" if len(query) > 1 else f"{path}?date={chosen}"


def carried(html: str) -> str:
    """Return a finished page whose links and forms keep the day; unchanged without one."""
    chosen = day()
    if chosen is None:
        return html

    def link(found: re.Match[str]) -> str:
        return f'href="{_dated(found["path"], found["query"] or "", chosen, "&amp;")}{found["rest"] or ""}"'

    def form(found: re.Match[str]) -> str:
        if 'method="get"' not in found[0] or 'name="date"' in found[0]:
            return found[0]
        return f'{found[0]}<input type="hidden" name="date" value="{escape(str(chosen))}">'

    return _FORM.sub(form, _LINK.sub(link, html))
