"""One date and one generation for the whole site: what was chosen stays from page to page.

``date=`` in the query string is the day that every page shows: what stood in the world. Pages that
have a day of their own (the matrix, questions, what stood on a day) use it; all others say what it
means for what they show. ``generation=`` is the state of knowledge that every page shows; an
address with it stays what it is as long as that generation is kept. Links are completed when a
page is finished, in one place, so that none can be forgotten.
"""

from __future__ import annotations

import datetime
import re
from html import escape
from typing import cast
from urllib.parse import urlencode

from flask import g, request

from reformgraph.server import days
from reformgraph.server.service import PIN, pinned, store

# Links within the site. A mark in front says what the link does not carry: ``data-undated`` gives
# the date up, ``data-current`` the generation.
_LINK = re.compile(
    r"(?P<mark>data-undated |data-current )?"
    r'href="(?P<path>/(?!/)[^"#?]*)(?P<query>\?[^"#]*)?(?P<rest>#[^"]*)?"'
)
_FORM = re.compile(r"<form[^>]*>(?:(?!</form>).)*", re.DOTALL)
_ACTION = re.compile(r'action="(?P<path>/(?!/)[^"?]*)"')
# These have a day in their path, or none at all.
_NO_DATE = ("/static/", "/as-at", "/sparql", "/health", "/ready")
# What has a day of its own, or none, needs no field for one.
OWN_DAY = (*_NO_DATE, "/matrix", "/practice", "/questions/", "/changes")
_NO_GENERATION = ("/static/", "/health", "/ready", "/generations")


# What the day means on the pages of a blueprint; pages that have no use for one say so.
_MEANS = {
    "asat": "This page shows that day",
    "matrix": "This page shows that day",
    "practice": "This page shows that day",
    "changes": "This page has days of its own",
    "lineage": "What came later is left out",
    "institutions": "A line marks it in the picture; before and after are shown too",
    "frames": "What came later is drawn faint",
    "entity": "What stood then is said below; all else here is of any time",
    "search": "Each hit says what it was then",
    "generations": "A generation knows all dates; its links keep this one",
}
_ELSE = "This page is of all dates; its links keep this one"


def meaning() -> str:
    """Say what the day of the site means for this page."""
    if request.blueprint == "questions" and request.view_args:
        asked = "date" in g.get("question_takes", ())
        return "The question is asked of that day" if asked else "This question has no day"
    return _MEANS.get(request.blueprint or "", _ELSE)


def kept_fields() -> list[tuple[str, str]]:
    """Return the parameters of this address beside the day, for a form that changes the day."""
    return [(k, v) for k, v in request.args.items(multi=True) if k not in ("date", "format", PIN)]


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


def without(name: str = "date") -> str:
    """Return the address of this page without the date, or without the parameter ``name``."""
    rest = [(k, v) for k, v in request.args.items(multi=True) if k != name]
    path = request.script_root + request.path
    return f"{path}?{urlencode(rest)}" if rest else path


def permanent() -> str:
    """Return the address of this page pinned to the generation that it was made from."""
    rest = [(k, v) for k, v in request.args.items(multi=True) if k != PIN]
    rest.append((PIN, store().generation.id))
    return f"{request.script_root}{request.path}?{urlencode(rest)}"


def address(path: str) -> str:
    """Return a local address that keeps the day and the generation, for redirects."""
    before, hash_, rest = path.partition("#")
    name, mark, query = before.partition("?")
    return _kept(name, mark + query, "&") + hash_ + rest


def _kept(path: str, query: str, joint: str, mark: str = "") -> str:
    local = path.removeprefix(request.script_root)
    more = []
    chosen = day()
    if chosen is not None and mark != "data-undated " and not local.startswith(_NO_DATE):
        more.append(("date", str(chosen)))
    if (id_ := pinned()) and mark != "data-current " and not local.startswith(_NO_GENERATION):
        more.append((PIN, id_))
    for name, value in more:
        if not re.search(rf"[?&;]{name}=", query):
            query += (joint if len(query) > 1 else "?" * (not query)) + urlencode({name: value})
    return path + query


def carried(text: str) -> str:
    """Return a finished page or picture whose links and forms keep the day and the generation.

    Unchanged without either.
    """
    chosen, id_ = day(), pinned()
    if chosen is None and not id_:
        return text
    hidden = {"date": str(chosen)} if chosen else {}
    hidden |= {PIN: id_} if id_ else {}

    def link(found: re.Match[str]) -> str:
        mark = found["mark"] or ""
        kept = _kept(found["path"], found["query"] or "", "&amp;", mark)
        return f'{mark}href="{kept}{found["rest"] or ""}"'

    def form(found: re.Match[str]) -> str:
        made = found[0]
        if 'method="get"' not in made:
            # The body of a POST is a query; what it is asked of stands in the address.
            return _ACTION.sub(lambda a: f'action="{_kept(a["path"], "", "&amp;")}"', made)
        for name, value in hidden.items():
            if f'name="{name}"' not in made:
                made += f'<input type="hidden" name="{name}" value="{escape(value)}">'
        return made

    return _FORM.sub(form, _LINK.sub(link, text))
