"""Competency questions: the list, a form for each, its results."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, g, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from reformgraph.errors import (
    NotFound,
    QueryMemory,
    QueryTimeout,
    ReformGraphError,
    ResultTooLarge,
    UsageError,
)
from reformgraph.queries import catalogue, run
from reformgraph.queries.catalogue import Question
from reformgraph.queries.ordering import DOWN, ordered
from reformgraph.queries.table import Table
from reformgraph.server import apart, formats, respond
from reformgraph.server.formats import CSV, HTML, QUERY, XLSX
from reformgraph.server.pages.offers import Offer
from reformgraph.server.reading import answers
from reformgraph.server.reading.questions import groups
from reformgraph.server.reading.refs import Ref, refs
from reformgraph.server.service import PIN, links, service, store
from reformgraph.server.spreadsheet import workbook
from reformgraph.store.base import SearchHit
from reformgraph.store.search import fold

blueprint = Blueprint("questions", __name__)

LONGEST = 2_000
# A page shows this many rows; the other formats have all of them.
ROWS = 500
# Things that a name may mean are offered up to this many.
CHOICES = 8
# On a large graph a question about everything may be one too much; the form takes a narrower one.
_TOO_MUCH = (QueryTimeout, QueryMemory, ResultTooLarge)
# What every page takes: the site's date, the format, the column to sort by.
_COMMON = frozenset(("date", PIN, "format", "sort"))


@blueprint.get("/questions")
def questions() -> BaseResponse:
    """List the questions in their groups."""
    return respond.page("questions.html", lambda: {"groups": groups(catalogue.load().values())})


@blueprint.get("/questions/<name>")
def question(name: str) -> BaseResponse:
    """Show a question's form and its results; parameters not given have their defaults."""
    stem, suffix = formats.split_suffix(name, formats.QUESTION)
    asked = _find(stem)
    form = formats.chosen(formats.QUESTION, suffix)
    g.question_takes = tuple(parameter.name for parameter in asked.parameters)
    arguments = _arguments(asked)
    sort = request.args.get("sort", "").strip()
    g.formats = _offers(stem)
    if form is HTML:
        return _html(asked, arguments, sort)
    arguments = {name: _resolved(asked, name, value) for name, value in arguments.items()}
    if form is QUERY:
        return respond.answer(lambda: run.sparql(store(), asked, arguments), form, name=stem)

    def table() -> Table:
        return ordered(run.ask(store(), asked, arguments, apart.select()), sort)

    if form is CSV:
        return respond.answer(lambda: table().csv(guard=True), form, name=stem)
    if form is XLSX:
        return respond.answer(lambda: _workbook(asked, arguments, table()), form, name=stem)
    return respond.as_json(lambda: answers.as_json(_read(asked, arguments, sort)), stem)


def _workbook(asked: Question, arguments: dict[str, str], table: Table) -> bytes:
    defaults = {each.name: run.default(store(), each) for each in asked.parameters}
    about = {
        "question": asked.question,
        **(defaults | arguments),
        "generation": table.generation,
        "address": service().settings.public_url.rstrip("/") + request.full_path.rstrip("?"),
        "query": table.sparql,
    }
    return workbook(table.columns, table.plain_rows(), about)


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
        if name in _COMMON and name not in known:
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


def _resolved(asked: Question, name: str, value: str) -> str:
    """Let a name stand for the one thing that bears it; anything else is left to the question."""
    entity = any(each.name == name and each.type == "entity" for each in asked.parameters)
    found = _bearers(value) if entity and value else []
    return found[0] if len(found) == 1 else value


def _bearers(value: str) -> list[str]:
    """Return the slugs of the things that bear exactly this name, none for a slug or an IRI."""
    try:
        store().resolve(value)
    except (NotFound, ValueError):
        hits = store().search(value, limit=CHOICES).hits
        return [hit.slug for hit in hits if hit.slug and fold(value) in _names(hit)]
    return []


def _names(hit: SearchHit) -> set[str]:
    other = "".join(segment.text for segment in hit.snippet) if hit.matched == "other name" else ""
    return {fold(hit.label), *(fold(name) for name in other.split(" · "))}


def _html(asked: Question, arguments: dict[str, str], sort: str) -> BaseResponse:
    """Answer with the form and the results, or with the form and what is wrong with it."""
    try:
        meant = {name: _resolved(asked, name, value) for name, value in arguments.items()}
        return respond.answer(
            lambda: _rendered(asked, meant, sort, _read(asked, meant, sort)), HTML
        )
    except (UsageError, NotFound, *_TOO_MUCH) as fault:
        response = Response(_rendered(asked, arguments, sort, None, fault), fault.status)
        response.headers.update(fault.headers)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "Accept"
        return response


def _read(asked: Question, arguments: dict[str, str], sort: str) -> answers.Answer:
    return answers.read(store(), links(), asked, arguments, sort, apart.select())


def _rendered(
    asked: Question,
    arguments: dict[str, str],
    sort: str,
    table: answers.Answer | None,
    fault: ReformGraphError | None = None,
) -> str:
    every = catalogue.load()
    defaults = {each.name: run.default(store(), each) for each in asked.parameters}
    return render_template(
        "question.html",
        question=asked,
        arguments=arguments,
        defaults=defaults,
        chosen=_chosen(asked, defaults | arguments),
        choices=_choices(arguments, fault) if fault else [],
        stories=_stories(asked),
        table=table,
        headings=_headings(table, sort) if table else [],
        limit=ROWS,
        fault=fault,
        query=table.sparql if table else "",
        editor=links().query(table.sparql) if table else "",
        related=[every[name] for name in asked.related if name in every],
    )


def _chosen(asked: Question, values: dict[str, str]) -> dict[str, Ref]:
    """Return the things that the entity fields name, for a form that says who is meant."""
    iris: dict[str, str] = {}
    for each in asked.parameters:
        if each.type == "entity" and (value := values.get(each.name)):
            try:
                iris[each.name] = store().resolve(value)
            except (NotFound, ValueError):
                continue
    named = refs(store(), links(), sorted(set(iris.values())))
    return {name: named[iri] for name, iri in iris.items() if iri in named}


def _choices(arguments: dict[str, str], fault: ReformGraphError) -> list[tuple[str, Ref]]:
    """Return what a name that nothing is called by may have meant, with the address that asks it."""
    field = str(fault.where.get("field", ""))
    if not isinstance(fault, NotFound) or field not in arguments:
        return []
    value = arguments[field]
    near = store().near(value, CHOICES // 2)
    hits = [hit for hit in (*near, *store().search(value, limit=CHOICES).hits) if hit.slug]
    named = refs(store(), links(), [hit.iri for hit in hits])
    return [
        (_address(arguments | {field: hit.slug}), named[hit.iri])
        for hit in {each.iri: each for each in hits}.values()
        if hit.iri in named
    ][:CHOICES]


def _headings(table: answers.Answer, sort: str) -> list[tuple[str, str, str]]:
    """Return each shown column's address that sorts by it, and the order it has now."""
    given = {k: v for k, v in request.args.items() if k != "sort"}
    rows = []
    for place in table.shown:
        name = table.columns[place]
        now = {name: "ascending", DOWN + name: "descending"}.get(sort, "")
        follow = DOWN + name if sort == name else name
        rows.append((name, _address(given | {"sort": follow}), now))
    return rows


def _address(values: dict[str, str]) -> str:
    return f"{request.script_root}{request.path}?{urlencode(values)}"


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
