"""The nearest before and after one thing, for the small picture at the head of its page."""

from __future__ import annotations

from reformgraph.server.pictures.mini import Neighbour, render
from reformgraph.server.reading.page import EntityPage, Entry, Group

EACH = 5


def picture(page: EntityPage) -> str:
    """Return the small picture of an entity page as SVG, "" when nothing stands beside it."""
    before = _entries(page, "draws")
    after = _entries(page, "drawn")
    if not before and not after:
        return ""
    # The latest that it draws on and the earliest that draw on it, each in order of time.
    return render(
        page.label[:200],
        [_neighbour(*each) for each in before[-EACH:]],
        [_neighbour(*each) for each in after[:EACH]],
    )


def _entries(page: EntityPage, key: str) -> list[tuple[Group, Entry]]:
    found = [
        (group, entry)
        for section in page.sections
        if section.key == key
        for group in section.groups
        for entry in group.entries
        if entry.ref
    ]
    # What is undated stands first: nothing is known of how near it is.
    found.sort(key=lambda each: (each[1].ref.sort, each[1].ref.label) if each[1].ref else ("", ""))
    return list({entry.ref.iri: (group, entry) for group, entry in found if entry.ref}.values())


def _neighbour(group: Group, entry: Entry) -> Neighbour:
    ref, mark = entry.ref, entry.mark
    if ref is None:
        raise ValueError("an entry without a thing has no place in the lineage")
    return Neighbour(
        label=ref.label,
        href=ref.href,
        when=ref.when,
        type=ref.type,
        words=group.words,
        basis=mark.basis if mark else "",
        verified=bool(mark and mark.verified),
    )
