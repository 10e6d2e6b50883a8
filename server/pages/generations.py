"""What the graph knew when: the generations, what each learned, the history of one entry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

from flask import Blueprint, g, render_template, request, send_file
from werkzeug.wrappers import Response as BaseResponse

from reformgraph.errors import Gone, NotFound
from reformgraph.queries import differences as learning
from reformgraph.queries.differences import STATES, Differences, Entry, Step
from reformgraph.server import formats, parameters, respond
from reformgraph.server.formats import CSV, HTML, JSON, PATCH
from reformgraph.server.pages.offers import Offer
from reformgraph.server.reading import graph, learned
from reformgraph.server.reading.learned import Passage
from reformgraph.server.service import links, service, store
from reformgraph.store import Generation, Store, generations
from reformgraph.store import differences as patches

blueprint = Blueprint("generations", __name__)

COLUMNS = ("state", "item", "itemLabel", "class", "added", "removed")
LISTED, SHOWN = 200, 300
# The history on an entry's own page: so many earlier generations, none too large to open quickly.
BRIEF, LARGEST = 4, 2_000_000
# The whole history of an entry looks at so many generations.
LONGEST = 40


@dataclass(frozen=True, slots=True)
class Row:
    """One generation of the list; ``before`` is the kept one that came before it."""

    generation: Generation
    current: bool
    before: Generation | None


@blueprint.get("/generations")
@blueprint.get("/generations.<any(html, json):suffix>")
def page(suffix: str = "") -> BaseResponse:
    """List the generations that are kept, and those that are no more."""
    form = formats.chosen(formats.SEARCH, {"html": HTML, "json": JSON}.get(suffix))
    first, second = (parameters.text(name, longest=40) for name in ("from", "to"))
    if first and second:
        return respond.see_other(_address(*_ordered(first, second)))
    g.formats = [Offer(JSON.name, f"{request.script_root}/generations.json", JSON.media_type)]
    living, gone = generations.list_generations(service().root), generations.pruned(service().root)
    variant = " ".join(each.id for each in (*living, *gone))
    now = service().stores.get().generation.id
    if form is JSON:
        return respond.as_json(
            lambda: (
                [_record(each, each.id == now) for each in living]
                + [_record(each, False, kept=False) for each in gone]
            ),
            variant=variant,
        )
    rows = [
        Row(each, each.id == now, living[at - 1] if at else None) for at, each in enumerate(living)
    ][::-1]
    return respond.answer(
        lambda: render_template(
            "generations.html",
            rows=rows[:LISTED],
            more=max(len(rows) - LISTED, 0),
            gone=gone[::-1][:LISTED],
            address=_address,
        ),
        HTML,
        variant=variant,
    )


@blueprint.get("/generations/<first>..<second>")
def between(first: str, second: str) -> BaseResponse:
    """Tell what was learned between two generations: entries new, gone and changed."""
    second, suffix = formats.split_suffix(second, formats.DIFFERENCES)
    one, two = service().kept.get(first), service().kept.get(second)
    form = formats.chosen(formats.DIFFERENCES, suffix)
    here = _address(first, second)
    g.formats = [
        Offer(f.name, f"{here}.{f.suffix}", f.media_type)
        for f in formats.DIFFERENCES
        if f is not HTML
    ]
    variant, name = f"{first} {second}", f"from-{first}-to-{second}"
    if form is PATCH:
        return send_file(
            _patch(one, two), mimetype=PATCH.media_type, download_name=f"{name}.{PATCH.suffix}"
        )
    found = service().remember(("differences", first, second), lambda: _found(one, two))
    if form is JSON:
        return respond.as_json(lambda: _json(found), name, variant=variant)
    if form is CSV:
        return respond.as_csv(COLUMNS, _rows(found), name=name, variant=variant)

    def html() -> str:
        told, left = learned.entries(links(), found, one, two, SHOWN)
        return render_template(
            "differences.html",
            found=found,
            states=STATES,
            told={s: [each for each in told if each.entry.state == s] for s in STATES},
            left=left,
            turned=_address(second, first),
            backwards=found.old.sequence > found.new.sequence,
        )

    return respond.answer(html, HTML, variant=variant)


@blueprint.get("/history/<path:name>")
def history(name: str) -> BaseResponse:
    """Tell what each kept generation says of one entry that the one before did not."""
    name, suffix = formats.split_suffix(name, formats.SEARCH)
    form = formats.chosen(formats.SEARCH, suffix)
    iri, slug = _known(name)
    g.formats = [Offer(JSON.name, f"{links().history(slug or iri)}.json", JSON.media_type)]
    variant = kept()
    opened = _stores(LONGEST, None)
    if form is JSON:
        return respond.as_json(
            lambda: [
                {
                    "generation": step.generation.id,
                    "created": step.generation.created,
                    "state": step.state,
                    "changes": [_change(change) for change in step.changes],
                }
                for step in learning.entry(iri, opened)
            ],
            variant=variant,
        )

    def html() -> str:
        steps = learning.entry(iri, opened)
        return render_template(
            "history.html",
            label=store().labels([iri]).get(iri) or slug or iri,
            href=links().page(iri, slug),
            passages=learned.history(links(), iri, slug, steps, opened),
        )

    return respond.answer(html, HTML, variant=variant)


def kept() -> str:
    """Return what pages depend on that tell of several generations: the ids of those kept."""
    return " ".join(each.name for each in generations.folders(service().root))


def brief(iri: str, slug: str) -> tuple[list[Passage], bool]:
    """Return the last steps in the history of an entry, and whether earlier ones may be kept.

    For the entry's own page: few generations, and only such as are opened quickly. What differs
    between two is worked out once for all entries.
    """
    opened = _stores(BRIEF, LARGEST)
    pairs = [(one, two, _by_entry(one, two)) for one, two in pairwise(opened)]
    if any(known is None for _, _, known in pairs):
        steps = learning.entry(iri, opened)
    else:
        told = [(two.generation, known[iri]) for _, two, known in pairs if known and iri in known]
        came = next((entry for _, entry in told), None)
        steps = [Step(opened[0].generation, "first")] if not came or came.state != "new" else []
        by_id = {generation.id: entry for generation, entry in told}
        for _, two, _ in pairs:
            if (entry := by_id.get(two.generation.id)) is not None:
                steps.append(Step(two.generation, entry.state, tuple(entry.changes)))
            elif steps:
                steps.append(Step(two.generation, "same"))
    living = generations.folders(service().root)
    now = store().generation.sequence
    older = sum(generations.sequence_of(each.name) <= now for each in living)
    return learned.history(links(), iri, slug, steps, opened), older > len(opened)


def _by_entry(one: Store, two: Store) -> dict[str, Entry] | None:
    """Return what differs between two generations by entry; None when that is too much to hold."""

    def make() -> dict[str, Entry] | None:
        found = _found(one, two)
        return None if found.cut else {entry.iri: entry for entry in found.entries}

    key = ("learned", one.generation.id, two.generation.id)
    return service().remember(key, make)


def _stores(most: int, largest: int | None) -> list[Store]:
    """Open the generations up to the one that is shown, old to new, the last ``most`` of them."""
    now = store()
    earlier = [
        each
        for each in generations.list_generations(service().root)
        if each.sequence < now.generation.sequence and (not largest or each.quads <= largest)
    ]
    opened: list[Store] = []
    for each in earlier[-(most - 1) :]:
        try:
            opened.append(service().kept.get(each.id))
        except (NotFound, Gone):
            continue
    return [*opened, now]


def _known(name: str) -> tuple[str, str]:
    """Return IRI and slug of an entry, which may be known to older generations only."""
    for each in reversed(_stores(LONGEST, None)):
        try:
            iri = each.resolve(name)
        except NotFound:
            continue
        return iri, graph.slug_of(each, iri)
    raise NotFound(f"No generation that is kept knows “{name[:80]}”.")


def _ordered(first: str, second: str) -> tuple[str, str]:
    for name in (first, second):
        service().kept.get(name)
    return first, second


def _address(first: str, second: str) -> str:
    return f"{request.script_root}/generations/{first}..{second}"


def _patch(one: Store, two: Store) -> Path:
    """Return the file with the differences, made once for two generations."""

    def make(out: BinaryIO, scratch: Path) -> None:
        out.writelines(patches.patch(one, two, scratch))

    name = f"since-{one.generation.id}.{PATCH.suffix}"
    return service().dumps.get(two.generation, name, make).path


def _found(one: Store, two: Store) -> Differences:
    with _patch(one, two).open("rb") as file:
        return learning.between(one, two, patches.read(file))


def _rows(found: Differences) -> Iterator[list[str]]:
    for each in found.entries:
        yield [each.state, each.iri, each.label, each.type, str(each.added), str(each.removed)]


def _json(found: Differences) -> dict[str, Any]:
    return {
        "from": found.old.id,
        "to": found.new.id,
        "statements": {
            name: {"added": added, "removed": removed}
            for name, (added, removed) in found.graphs.items()
        },
        "cut": found.cut,
        "entries": [
            {
                "iri": each.iri,
                "label": each.label,
                "class": each.type,
                "state": each.state,
                "changes": [_change(change) for change in each.changes],
            }
            for each in found.entries
        ],
    }


def _change(change: learning.Change) -> dict[str, Any]:
    return {
        "added": change.added,
        "subject": change.subject,
        "predicate": change.predicate,
        "object": str(change.object),
    }


def _record(each: Generation, current: bool, *, kept: bool = True) -> dict[str, Any]:
    return {
        "id": each.id,
        "sequence": each.sequence,
        "created": each.created,
        "digest": each.digest,
        "statements": each.quads,
        "timelines": [timeline.iri for timeline in each.timelines],
        "current": current,
        "kept": kept,
    }
