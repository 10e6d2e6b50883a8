"""Moving data from one version of the ontology to the next, by pairs of queries.

``migrations/<version>/detect-<name>.rq`` is a ``SELECT ?focus ?message``, one row for each thing
that still speaks the old way; ``migrate-<name>.rq`` is a SPARQL update that brings it up to date.
After the update the detector finds nothing, and a second run changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from pyoxigraph import NamedNode, QuerySolutions, Store

from reformgraph.errors import ReformGraphError
from reformgraph.ontology import files


class MigrationError(ReformGraphError):
    """A pair of queries is not whole, or an update left something of what it should move."""

    problem = "migration"
    title = "The data could not be moved to another version of the ontology"


@dataclass(frozen=True, slots=True)
class Migration:
    """One pair: the version that needs it, its name, the query that finds and the one that moves."""

    version: str
    name: str
    detect: str
    migrate: str


@dataclass(frozen=True, slots=True)
class Outdated:
    """One thing that speaks the old way: which pair found it, the thing, a sentence for people."""

    migration: str
    focus: str
    message: str


def migrations(folder: Traversable | None = None) -> tuple[Migration, ...]:
    """Read all pairs, oldest version first, then by name.

    In: the folder of the versions, by default the ontology's own. Raises ``MigrationError`` for a
    half without its other half.
    """
    folder = folder or files.folder().joinpath("migrations")
    versions = [each for each in folder.iterdir() if each.is_dir() and each.name[:1].isdigit()]
    return tuple(
        pair for each in sorted(versions, key=lambda v: _order(v.name)) for pair in _pairs(each)
    )


def detect(store: Store, pair: Migration) -> list[Outdated]:
    """List what in the union of a store's graphs still speaks the old way."""
    answer = store.query(pair.detect, use_default_graph_as_union=True)
    if not isinstance(answer, QuerySolutions):
        raise MigrationError(f"detect-{pair.name}.rq of {pair.version} is no SELECT.")
    found = [Outdated(pair.name, _text(row["focus"]), row["message"].value) for row in answer]
    return sorted(found, key=lambda each: (each.focus, each.message))


def migrate(store: Store, pair: Migration) -> int:
    """Bring the store up to date and give the number of things that were out of date.

    Raises ``MigrationError``, with the store as the update left it, when the detector still finds
    something: then the pair is wrong.
    """
    before = detect(store, pair)
    if before:
        store.update(pair.migrate)
    if after := detect(store, pair):
        raise MigrationError(
            f"migrate-{pair.name}.rq of {pair.version} left {len(after)} things as they were, "
            f"the first <{after[0].focus}>: {after[0].message}"
        )
    return len(before)


def _pairs(folder: Traversable) -> Iterator[Migration]:
    texts = {
        each.name.removesuffix(".rq"): each.read_text(encoding="utf-8")
        for each in folder.iterdir()
        if each.name.endswith(".rq")
    }
    names = {each.removeprefix("detect-").removeprefix("migrate-") for each in texts}
    for name in sorted(names):
        try:
            found, moved = texts[f"detect-{name}"], texts[f"migrate-{name}"]
        except KeyError as missing:
            raise MigrationError(f"{folder.name} has no {missing.args[0]}.rq.") from None
        yield Migration(folder.name, name, found, moved)


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in version.split("."))


def _text(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)
