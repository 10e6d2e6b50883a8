"""What one file says of one law: the records of a reading, sorted by the law that they are about.

A **unit** is one law. A file gives a unit its own documents, the effects on it, and *mentions*: the
law or a provision of it that a document or an effect of another law points to. Mentions make sure
that whatever a claim speaks of is described, once, in the graph of its own law.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import TypeAdapter

from reformgraph.ingest.law import addresses, ranges, titles
from reformgraph.ingest.law.folder import Entry
from reformgraph.ingest.law.mapping import names
from reformgraph.ingest.law.model import Document, Effect, InForce, Reading, Reference

LONGEST_RANGE: Final = 200
"""A range of more provisions than this is kept as its two ends."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that records come from: ``page`` is the address that it shows, if one; ``title`` its name."""

    key: str
    digest: str
    name: str
    url: str = ""
    retrieved: str = ""
    page: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A law or provision that another law's records point to; ``title`` is the law's, if given."""

    path: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Shard:
    """What one file says of the law with the key ``law`` (``ukpga/2004/31``)."""

    law: str
    origin: Origin
    documents: tuple[Document, ...] = ()
    effects: tuple[Effect, ...] = ()
    mentions: tuple[Mention, ...] = ()


SHARD: Final = TypeAdapter(Shard)
ORIGIN: Final = TypeAdapter(Origin)


def origin_of(entry: Entry, reading: Reading) -> Origin:
    """Give the origin of what was read from an entry of the law folder."""
    found = Origin(entry.key, entry.digest, entry.name, entry.url, entry.retrieved)
    return shown(found, reading.documents)


def split(reading: Reading, origin: Origin) -> tuple[Shard, ...]:
    """Sort a reading by law; shards come in order of their laws, each law once."""
    documents: dict[str, list[Document]] = {}
    effects: dict[str, list[Effect]] = {}
    mentions: dict[str, set[Mention]] = {}
    found: list[Effect] = list(reading.effects)
    for document in reading.documents:
        # What stands in a document's list of unapplied effects is not applied, said or not.
        found += (
            each._replace(applied=False) if each.applied is None else each
            for each in document.effects
        )
        law = addresses.key(document.iri)
        if not law:
            continue
        documents.setdefault(law, []).append(replace(document, effects=()))
        _mention(mentions, (*document.supersedes, *document.superseded_by))
        for citation in document.citations:
            if not citation.commentary:
                _mention(mentions, expanded((citation.target,)))
    for effect in found:
        law = addresses.key(effect.affected_law)
        if not law or not addresses.key(effect.affecting_law):
            continue
        effects.setdefault(law, []).append(effect)
        _mention(mentions, (effect.affecting_law,), effect.affecting_title)
        _mention(mentions, (effect.affected_law,), effect.affected_title)
        _mention(mentions, affecting(effect), effect.affecting_title)
        _mention(mentions, affected(effect), effect.affected_title)
        for force in effect.in_force:
            _mention(mentions, commencing(force))
    laws = sorted({*documents, *effects, *mentions})
    return tuple(
        Shard(
            law,
            origin,
            tuple(documents.get(law, ())),
            tuple(effects.get(law, ())),
            tuple(sorted(mentions.get(law, ()), key=lambda each: (each.path, each.title))),
        )
        for law in laws
    )


def shown(origin: Origin, documents: Sequence[Document]) -> Origin:
    """Add to an origin the page of the site that the file shows, and what to call the file."""
    if len(documents) != 1 or documents[0].form == "entry" or not documents[0].uri:
        return replace(origin, title=f"{origin.url or origin.name} (legislation.gov.uk)")
    document = documents[0]
    what = names.number(document.fragment) if document.fragment else ""
    form = "" if document.form in ("whole", "fragment") else f"{document.form}, "
    called = titles.plain(document.title)[0] or names.unnamed(addresses.key(document.iri))
    title = ", ".join(filter(None, (called, what)))
    title += f" ({form}{document.version or 'current text'}; legislation.gov.uk)"
    return replace(origin, page=document.uri, title=title)


def expanded(references: Iterable[Reference]) -> tuple[str, ...]:
    """Give the IRIs that references point to: ranges expanded, outer ones that lead to inner ones left out.

    Effects describe one provision from outer to inner ("Sch. 19", "para. 191"): where the next
    reference lies below one, that one only leads there. Hazard 107.
    """
    found: dict[str, None] = {}
    listed = list(references)
    for place, each in enumerate(listed):
        follows = listed[place + 1].iri if place + 1 < len(listed) else ""
        if not each.end and follows.startswith(f"{each.iri}/"):
            continue
        found.update(dict.fromkeys(_range(each)))
    return tuple(found)


def affecting(effect: Effect) -> tuple[str, ...]:
    """Give the provisions that work an effect: its addresses, else what its words name."""
    return _end(effect.affecting, effect.affecting_text, effect.affecting_law)


def affected(effect: Effect) -> tuple[str, ...]:
    """Give the provisions that an effect is on: its addresses, else what its words name."""
    return _end(effect.affected, effect.affected_text, effect.affected_law)


def _end(references: tuple[Reference, ...], words: str, law: str) -> tuple[str, ...]:
    listed = references or ranges.read(words, law).references
    return tuple(iri for iri in expanded(listed) if addresses.key(iri))


def commencing(force: InForce) -> tuple[str, ...]:
    """Give the IRIs of what brings an effect into force: provisions, else the law."""
    found = tuple(iri for iri in expanded(force.commencing) if addresses.key(iri))
    return found or ((force.law,) if addresses.key(force.law) else ())


def _range(reference: Reference) -> Iterator[str]:
    first = addresses.split(reference.iri)
    if first is None:
        return
    last = addresses.split(reference.end) if reference.end else None
    if last is None or last.law != first.law or not first.path:
        yield first.iri
        return
    paths = addresses.expand(first.path, last.path)
    if len(paths) > LONGEST_RANGE:
        paths = (first.path, last.path)
    for path in paths:
        yield addresses.iri(first.law, path)


def _mention(mentions: dict[str, set[Mention]], iris: Iterable[str], title: str = "") -> None:
    for iri in iris:
        address = addresses.split(iri)
        if address is not None:
            mentions.setdefault(address.law, set()).add(Mention(address.path, title))
