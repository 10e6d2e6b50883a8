"""Why the graph says something: who asserts it, or the rule and what it follows from."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request
from werkzeug.wrappers import Response

from reformgraph.errors import UsageError
from reformgraph.ontology import explain
from reformgraph.queries import why as asking
from reformgraph.server import formats, parameters, respond
from reformgraph.server.formats import HTML, JSON
from reformgraph.server.pages.offers import Offer
from reformgraph.server.reading import why as reading
from reformgraph.server.reading.refs import refs
from reformgraph.server.service import links, store

blueprint = Blueprint("why", __name__)

LONGEST = 4_000
LISTED = 500


@blueprint.get("/why", defaults={"suffix": ""})
@blueprint.get("/why.<any(json, html):suffix>")
def why(suffix: str) -> Response:
    """Explain the statement ``s p o``; with ``s`` alone list what is inferred about it."""
    s, p, o = (parameters.text(name, longest=LONGEST) for name in ("s", "p", "o"))
    form = formats.chosen(formats.SEARCH, {"html": HTML, "json": JSON}.get(suffix))
    if not s:
        raise UsageError(
            "Say which statement: s, p and o, for example /why?s=children-act-2004&p=a&o=rg:Item;"
            " s alone lists what is inferred about a thing.",
            where={"field": "s"},
        )
    if bool(p) != bool(o):
        raise UsageError("p and o are given together", where={"field": "o" if p else "p"})
    query = request.query_string.decode("ascii", "ignore")
    g.formats = [Offer("JSON", f"{request.script_root}/why.json?{query}", JSON.media_type)]
    return _one(s, p, o, form is JSON) if p else _list(s, form is JSON)


def _one(s: str, p: str, o: str, as_json: bool) -> Response:
    found = asking.why(store(), s, p, o)
    if as_json:
        return respond.as_json(lambda: asking.as_json(found))

    def page() -> str:
        return render_template("why.html", why=reading.read(store(), links(), found))

    return respond.answer(page, HTML)


def _list(s: str, as_json: bool) -> Response:
    iri = store().resolve(s)
    found = explain.inferred(store().select, iri, LISTED)
    if as_json:
        return respond.as_json(
            lambda: [
                {
                    "subject": each.subject,
                    "predicate": each.predicate,
                    "object": each.object.value,
                    "why": links().why(each.subject, each.predicate, each.object.value),
                }
                for each in found
            ]
        )

    def page() -> str:
        focus = refs(store(), links(), [iri])[iri]
        told = reading.listed(store(), links(), found)
        return render_template("why_list.html", focus=focus, told=told, cut=LISTED)

    return respond.answer(page, HTML)
