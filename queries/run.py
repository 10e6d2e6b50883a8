"""Ask a question: bind what the asker gave, run it, work out derived columns."""

from __future__ import annotations

import difflib
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TypeAlias

import pyoxigraph
from pyoxigraph import Literal, NamedNode

from reformgraph.errors import InputError, NotFound, RemoteWrong, UsageError
from reformgraph.ontology.terms import RG, XSD
from reformgraph.queries.catalogue import Question
from reformgraph.queries.followed import follow
from reformgraph.queries.header import Derivation, Parameter
from reformgraph.queries.table import Table
from reformgraph.store.base import Row, Solutions, Store, Term

Select: TypeAlias = Callable[[str], Solutions]
"""Runs the text of a SELECT."""
ANY = "UNDEF"

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PART = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?[~?%]?")
_parser = pyoxigraph.Store()
"""An empty graph: a query is checked by running it on nothing."""


def ask(
    store: Store,
    question: Question,
    arguments: Mapping[str, str],
    select: Select | None = None,
) -> Table:
    """Answer ``question``; ``arguments`` maps parameter names to what the asker wrote.

    A parameter that is not given takes its default. The rows come in the order of the query; a
    question that derives ``depth`` puts the nearest first. ``select`` runs the query where
    ``store`` itself shall not. Raises UsageError for an unknown parameter, a missing or unreadable
    value; NotFound for an entity that is not in the graph; RemoteWrong where the engine is known to
    answer this question wrongly; and what ``select`` raises.
    """
    text = sparql(store, question, arguments)
    if not may_ask(store, question):
        raise RemoteWrong(
            f"{store.engine} is known to answer the question {question.name} wrongly or not at all; it is not "
            "asked, but other engines are"
        )
    solutions = (select or store.select)(text)
    columns = tuple(column.name for column in question.columns)
    rows: Sequence[Row] = list(solutions)
    if question.derive == "holders":
        rows = follow(solutions.variables, rows)
        given = ("depth", *solutions.variables)
    elif question.derive is not None:
        first = question.parameters[0]
        start = _term(store, first, arguments.get(first.name, first.default))
        rows = _with_depth(solutions.variables, rows, start, question.derive)
        given = ("depth", *solutions.variables)
    else:
        given = solutions.variables
    order = [given.index(name) for name in columns]
    return Table(
        columns,
        tuple(tuple(row[place] for place in order) for row in rows),
        store.generation.id,
        text,
    )


def may_ask(store: Store, question: Question) -> bool:
    """Return whether the engine behind ``store`` is not known to answer ``question`` wrongly."""
    return store.engine not in question.wrong_on


def sparql(store: Store, question: Question, arguments: Mapping[str, str]) -> str:
    """Return the text that :func:`ask` would run: the file with its VALUES blocks filled.

    Only whole serialised terms are put in, and the result is parsed again. Raises as :func:`ask`.
    """
    parameters = {parameter.name: parameter for parameter in question.parameters}
    for name in arguments:
        if name not in parameters:
            raise _unknown(question, name)
    data = {}
    for name, parameter in parameters.items():
        term = _term(store, parameter, arguments.get(name, parameter.default))
        data[name] = ANY if term is None else str(term)
    text = question.fill(data)
    check(question, text)
    return text


def check(question: Question, text: str) -> None:
    """Make sure that ``text`` is one SELECT with the variables that ``question`` promises.

    Raises InputError, for then the ``.rq`` file is wrong or a value got out of its block.
    """
    fault = _fault(text, _variables(question))
    if fault:
        raise InputError(
            f"{question.name}.rq: {fault}", where={"file": f"{question.group}/{question.name}.rq"}
        )


def _variables(question: Question) -> tuple[str, ...]:
    derived = {"depth"} if question.derive is not None else set()
    return tuple(column.name for column in question.columns if column.name not in derived)


@lru_cache(maxsize=256)
def _fault(text: str, variables: tuple[str, ...]) -> str:
    try:
        result = _parser.query(text)
    except SyntaxError as error:
        return f"is not a SPARQL query ({error})"
    if not isinstance(result, pyoxigraph.QuerySolutions):
        return "is not a SELECT query"
    found = tuple(variable.value for variable in result.variables)
    if found != variables:
        return f"its columns are {', '.join(found)}, the header says {', '.join(variables)}"
    return ""


def _unknown(question: Question, name: str) -> UsageError:
    names = [parameter.name for parameter in question.parameters]
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return UsageError(
        f"the question {question.name} has no parameter {name!r}"
        + (f", did you mean {near[0]!r}?" if near else f"; it has: {', '.join(names)}"),
        hints=near,
        where={"field": name},
    )


def _term(store: Store, parameter: Parameter, given: str) -> NamedNode | Literal | None:
    """Read one value; None stands for "any"."""
    value = given.strip()
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UsageError(
            f"{parameter.name}: {value!r} is not Unicode text", where={"field": parameter.name}
        ) from None
    if not value:
        if parameter.optional:
            return None
        raise UsageError(
            f"{parameter.name} is missing: {parameter.help}",
            hints=[parameter.default] if parameter.default else [],
            where={"field": parameter.name},
        )
    if parameter.type == "entity":
        return _entity(store, parameter, value)
    if parameter.type == "date":
        return Literal(_day(parameter, value), datatype=XSD.date)
    return Literal(value)


def _entity(store: Store, parameter: Parameter, value: str) -> NamedNode:
    try:
        return NamedNode(store.resolve(value))
    except NotFound as error:
        if value == parameter.default:
            # A graph without the default's story: it is asked about the graph's own.
            if parameter.focal and (focal := _focal(store)):
                return NamedNode(focal)
            # Without any the question has no rows, not an error.
            iri = value if ":" in value else f"{store.generation.base}id/{value}"
            return NamedNode(iri)
        raise NotFound(
            f"{parameter.name}: {error.detail}",
            hints=error.hints,
            where={**error.where, "field": parameter.name},
        ) from None
    except ValueError as error:
        raise UsageError(
            f"{parameter.name}: {value!r} is not an IRI ({error})", where={"field": parameter.name}
        ) from None


def default(store: Store, parameter: Parameter) -> str:
    """Return what stands for a parameter that is not given, as a person would write it.

    That is the default of the file, unless ``parameter.focal`` and the graph does not know it: then
    the item that the graph's first story is about, by its slug.
    """
    if parameter.focal and (focal := _focal(store)):
        try:
            store.resolve(parameter.default)
        except NotFound:
            query = f"SELECT ?s {{ <{focal}> <{RG.slug.value}> ?s }} ORDER BY ?s LIMIT 1"
            slugs = [str(getattr(row[0], "value", "")) for row in store.select(query)]
            return slugs[0] if slugs else focal
    return parameter.default


def _focal(store: Store) -> str:
    """Return the IRI of the item that the first story of the graph is about; "" for none."""
    known = (timeline.focal_item for timeline in store.generation.timelines)
    return next((iri for iri in known if iri), "")


def _day(parameter: Parameter, value: str) -> str:
    """Check a calendar day. A month or a year is refused: what stood in it has no one answer."""
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    hints: list[str] = []
    if part := _PART.fullmatch(value):
        year, month = part[1], part[2] or "12"
        # The last day: what a month or year left behind.
        for day in (31, 30, 29, 28):
            try:
                hints = [date(int(year), int(month), day).isoformat()]
                break
            except ValueError:
                continue
    raise UsageError(
        f"{parameter.name}: {value!r} is not a day; write it as YYYY-MM-DD"
        + (f", for example {hints[0]}" if hints else ""),
        hints=hints,
        where={"field": parameter.name},
    )


def _with_depth(
    variables: Sequence[str], rows: Sequence[Row], start: Term | None, derive: Derivation
) -> list[Row]:
    """Put the number of steps from ``start`` in front of each row and sort by it, stably.

    A step that leads away from a node n steps off has depth n + 1.
    """
    ends = [variables.index("from"), variables.index("to")]
    near, far = ends if derive == "depth" else reversed(ends)
    onward: dict[Term | None, set[Term | None]] = {}
    for row in rows:
        onward.setdefault(row[near], set()).add(row[far])
    steps: dict[Term | None, int] = {start: 0}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for following in onward.get(node, ()):
            if following not in steps:
                steps[following] = steps[node] + 1
                queue.append(following)
    deepest = len(rows)
    numbered = [(steps.get(row[near], deepest) + 1, row) for row in rows]
    numbered.sort(key=lambda pair: pair[0])
    return [(Literal(depth), *row) for depth, row in numbered]
