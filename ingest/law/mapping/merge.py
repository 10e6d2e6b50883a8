"""Several files about one law, as one: which document speaks first, which provisions there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from reformgraph.ingest.law import addresses, titles
from reformgraph.ingest.law.mapping import names
from reformgraph.ingest.law.mapping.shards import Origin, Shard
from reformgraph.ingest.law.model import Document, Provision

_FIRST = ("enacted", "made", "created", "adopted")
_FORMS = ("whole", "contents", "metadata", "fragment", "entry")


@dataclass(frozen=True, slots=True)
class Held:
    """A document with the file that it came from."""

    document: Document
    origin: Origin


@dataclass(slots=True)
class Part:
    """One provision of a law, or the law itself (``path`` empty), as all files together have it.

    ``text`` is what the first document that shows it says; ``origins`` are the files that show it,
    or, for what is only pointed to, those that point.
    """

    path: str
    text: Provision | None = None
    origins: dict[str, Origin] = field(default_factory=dict)
    confers_power: bool = False


def documents(shards: Iterable[Shard]) -> list[Held]:
    """Give the documents, the one to believe first: of two of the same address only the newer.

    Current text comes before dated, dated before that as enacted, whole laws before fragments and
    lists, newer before older (hazard 108).
    """
    newest: dict[tuple[str, str], Held] = {}
    for shard in shards:
        for document in shard.documents:
            held = Held(document, shard.origin)
            # Two forms of one address (text, contents, list) say different things.
            key = (document.uri or shard.origin.key, document.form)
            if key not in newest or _age(held) > _age(newest[key]):
                newest[key] = held
    found = sorted(newest.values(), key=lambda held: (held.document.uri, held.origin.key))
    found.sort(key=lambda held: held.document.modified, reverse=True)
    found.sort(key=lambda held: held.document.version, reverse=True)
    found.sort(key=lambda held: _FORMS.index(held.document.form))
    found.sort(key=lambda held: held.document.version in _FIRST)
    found.sort(key=lambda held: held.document.version != "")
    found.sort(key=lambda held: held.document.form == "entry")
    found.sort(key=lambda held: held.document.language != "en")
    return found


def _age(held: Held) -> tuple[str, str, str, str]:
    return held.document.modified, held.origin.retrieved, held.origin.key, held.origin.digest


def title(found: Sequence[Held], shards: Iterable[Shard], law: str) -> tuple[str, str]:
    """Give the title of a law and its language: of a document, else as others call it."""
    for held in found:
        plain, _ = titles.plain(held.document.title)
        if plain:
            return plain, held.document.language
    called = Counter(
        plain
        for shard in shards
        for mention in shard.mentions
        if (plain := titles.plain(mention.title)[0])
    )
    if called:
        return min(called, key=lambda name: (-called[name], name)), "en"
    return names.unnamed(law), "en"


def parts(found: Sequence[Held], shards: Sequence[Shard], law: str) -> dict[str, Part]:
    """Give the law (under ``""``) and its provisions by path, in order of their paths."""
    whole = Part("")
    made: dict[str, Part] = {"": whole}

    def part(path: str) -> Part:
        return made.setdefault(path, Part(path))

    for held in found:
        document, origin = held.document, held.origin
        whole.origins[origin.key] = origin
        for provision in document.provisions:
            if not provision.path or addresses.key(provision.iri or addresses.iri(law)) != law:
                continue
            each = part(provision.path)
            each.text = each.text or provision
            each.origins[origin.key] = origin
            each.confers_power |= provision.confers_power
        for iri in document.confers_power:
            if addresses.key(iri) == law and (path := addresses.path_of(iri)):
                each = part(path)
                each.confers_power = True
                each.origins.setdefault(origin.key, origin)
        pointed = [path for note in document.commentaries for path in note.paths]
        pointed += (addresses.path_of(version.uri) for version in document.versions)
        for path in filter(None, pointed):
            part(path).origins.setdefault(origin.key, origin)
    for shard in shards:
        for mention in shard.mentions:
            each = part(mention.path)
            if each.text is None and len(each.origins) < 5:
                each.origins.setdefault(shard.origin.key, shard.origin)
    for path in list(made):
        # What is below a section needs the section to be found under.
        if path and (above := names.whole(path)) not in made:
            made[above] = Part(above, origins=dict(made[path].origins))
    if not whole.origins:
        whole.origins.update((s.origin.key, s.origin) for s in shards[:5])
    return {path: made[path] for path in sorted(made)}


def above(path: str, made: Iterable[str] | dict[str, Part], text: Provision | None) -> str:
    """Give the path of what contains a provision: in the document tree, else by its address."""
    if text is not None and text.parent and text.parent in made:
        return text.parent
    if text is not None:
        return ""
    while path:
        path = path.rpartition("/")[0]
        if path in made:
            return path
    return ""
