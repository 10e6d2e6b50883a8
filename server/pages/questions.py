"""Competency questions: the list, a form for each, its results."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, g, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from reformgraph.errors import NotFound, UsageError
from reformgraph.queries import catalogue, run
from reformgraph.queries.catalogue import Question
from reformgraph.server import formats, respond
from reformgraph.server.formats import CSV, HTML, JSON, QUERY
from reformgraph.server.pages.offers import Offer
from reformgraph.server.reading import answers
from reformgraph.server.reading.questions import groups
from reformgraph.server.reading.refs import Ref, refs
from reformgraph.server.service import PIN, links, store

blueprint = Blueprint("questions", __name__)

LONGEST = 2_000
# A page shows this many rows; CSV and JSON have all of them.
ROWS = 500


@blueprint.get("/questions")
def questions() -> BaseResponse:
    """List the questions in their groups."""
    return respond.page("questions.html", groups=groups(catalogue.load().values()))


@blueprint.get("/questions/<name>")
def question(name: str) -> BaseResponse:
    """Show a question's form and its results; parameters not given have their defaults."""
    stem, suffix = formats.split_suffix(name, formats.QUESTION)
    asked = _find(stem)
    form = formats.chosen(formats.QUESTION, suffix)
    arguments = _arguments(asked)
    g.formats = _offers(stem)
    if form is QUERY:
        return respond.answer(lambda: run.sparql(store(), asked, arguments), form, name=stem)
    if form is CSV:
        return respond.answer(
            lambda: run.ask(store(), asked, arguments).csv(guard=True), form, name=stem
        )
    if form is JSON:
        return respond.as_json(
            lambda: answers.as_json(answers.read(store(), links(), asked, arguments)), stem
        )
    return _html(asked, arguments)


def _find(name: str) -> Question:
    try:
        return catalogue.get(name)
    except NotFound:
        raise
    except KeyError:
        raise NotFound(f"There is no question “{name[:80]}”.") from None


def _arguments(asked: Question) -> dict[str, str]:
    """Read the form. Raises UsageError for a parameter that the question does not have."""
    known = {parameter.name: parameter for parameter in asked.parameters}
    found = {}
    for name, value in request.args.items():
        # What the whole site is shown at; a question without a day of its own has no use for one.
        if name in ("format", PIN) or (name == "date" and name not in known):
            continue
        if name not in known:
            takes = ", ".join(sorted(known)) or "none"
            raise UsageError(
                f"this question has no parameter {name[:40]!r}; it takes {takes}",
                where={"field": name[:40]},
            )
        if len(value) > LONGEST:
            raise UsageError(f"{name} is over {LONGEST} characters", where={"field": name})
        # An empty field means "any" where that is allowed, else "as it was".
        if value.strip() or known[name].optional:
            found[name] = value.strip()
    return found


def _html(asked: Question, arguments: dict[str, str]) -> BaseResponse:
    """Answer with the form and the results, or with the form and what is wrong with it."""
    try:
        return respond.answer(
            lambda: _rendered(asked, arguments, answers.read(store(), links(), asked, arguments)),
            HTML,
        )
    except (UsageError, NotFound) as fault:
        response = Response(_rendered(asked, arguments, None, fault), fault.status)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "Accept"
        return response


def _rendered(
    asked: Question,
    arguments: dict[str, str],
    table: answers.Answer | None,
    fault: UsageError | NotFound | None = None,
) -> str:
    every = catalogue.load()
    return render_template(
        "question.html",
        question=asked,
        arguments=arguments,
        defaults={each.name: run.default(store(), each) for each in asked.parameters},
        stories=_stories(asked),
        table=table,
        limit=ROWS,
        fault=fault,
        near=fault.hints if fault else (),
        query=table.sparql if table else "",
        related=[every[name] for name in asked.related if name in every],
    )


def _stories(asked: Question) -> list[tuple[str, Ref]]:
    """Give the items that the graph's stories are about, each with the address that asks of it.

    Empty for a question that is not asked of such an item, and where there is one story only.
    """
    place = next((each.name for each in asked.parameters if each.focal), "")
    known = [each.focal_item for each in store().generation.timelines if each.focal_item]
    if not place or len(known) < 2:
        return []
    named = refs(store(), links(), known)
    here = f"{request.script_root}/questions/{asked.name}"
    return [
        (f"{here}?{urlencode({place: named[iri].slug})}", named[iri])
        for iri in known
        if iri in named and named[iri].slug
    ]


def _offers(name: str) -> list[Offer]:
    query = request.query_string.decode("ascii", "ignore")
    tail = f"?{query}" if query and "format=" not in query else ""
    here = f"{request.script_root}/questions/{name}"
    return [
        Offer(f.name, f"{here}.{f.suffix}{tail}", f.media_type)
        for f in formats.QUESTION
        if f is not HTML
    ]
