"""What a store is to the rest of the project: the verbs and the types of their answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, Self, TypeAlias, cast

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuerySolutions, Triple

from reformgraph.errors import NotFound
from reformgraph.store import graph_copy
from reformgraph.store.briefs import Brief

__all__ = [
    "Brief",
    "FacetValue",
    "Facets",
    "Generation",
    "Named",
    "Quad",
    "Row",
    "SearchHit",
    "SearchPage",
    "Segment",
    "Solutions",
    "Store",
    "Term",
    "TimelineInfo",
    "Triple",
]

Term: TypeAlias = NamedNode | BlankNode | Literal
Row: TypeAlias = tuple[Term | None, ...]
Facets: TypeAlias = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class TimelineInfo:
    """One timeline of a generation; ``focal_item`` is an IRI or empty."""

    iri: str
    slug: str
    label: str
    focal_item: str


@dataclass(frozen=True, slots=True)
class Generation:
    """One built, immutable graph, as its ``manifest.json`` describes it.

    ``id`` is ``<sequence>-<first 12 hex digits of digest>``; ``created`` is UTC, ISO 8601.
    ``digest`` is the SHA-256 of the sorted N-Quads and depends on nothing else; ``input_digest``
    is what the build says its inputs were. ``graphs`` counts statements by named graph IRI (the
    default graph under "", when it has one), ``classes`` counts instances by class IRI.
    """

    id: str
    sequence: int
    created: str
    version: str
    format: int
    base: str
    digest: str
    input_digest: str
    quads: int
    graphs: Mapping[str, int]
    classes: Mapping[str, int]
    timelines: tuple[TimelineInfo, ...]
    folder: Path
    files: Mapping[str, str] = field(repr=False)

    @property
    def own_default(self) -> bool:
        """Whether it has a default graph of its own; else that is the union of all graphs."""
        return "" in self.graphs

    @property
    def in_memory(self) -> bool:
        """Whether those who answer queries hold it in memory (``graph_copy``)."""
        return graph_copy.NAME in self.files

    @property
    def counts(self) -> Mapping[str, int]:
        """Instances by class IRI: the contract's short name for ``classes``."""
        return self.classes


class Solutions:
    """The rows of a SELECT: iterate once; each row has one place for each of ``variables``."""

    __slots__ = ("_rows", "variables")

    def __init__(self, variables: tuple[str, ...], rows: Iterable[Row]) -> None:
        self.variables = variables
        self._rows = rows

    @classmethod
    def of(cls, found: QuerySolutions) -> Self:
        """Give the engine's rows as ours; they are read while they are iterated."""
        # It can also give quoted triples; our own queries never ask for them.
        rows = (cast(Row, tuple(solution)) for solution in found)
        return cls(tuple(variable.value for variable in found.variables), rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of plain text; ``marked`` when it is what the search matched. Never HTML."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One entity found. ``type`` is the local name of its class, ``kind`` the label of rg:kind.

    ``title`` is the label cut into segments; ``snippet`` shows the other place that matched and
    ``matched`` names it: ``name``, ``other name``, ``kind``, ``text`` or, for a near match,
    ``near``. ``score`` is higher for better; compare only within one page.
    """

    iri: str
    slug: str
    label: str
    type: str
    kind: str
    title: tuple[Segment, ...]
    snippet: tuple[Segment, ...]
    matched: str
    score: float


@dataclass(frozen=True, slots=True)
class Named:
    """One entity with all its names: ``names`` are those beside its label, as they are written.

    ``type`` is the local name of its class, ``kind`` the label of its rg:kind.
    """

    iri: str
    slug: str
    label: str
    type: str
    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet, what to call it and how many hits have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of hits. ``facets`` counts all matches by class, whatever ``kind`` was asked.

    ``partial``: no entity has all the words, so those that have any are shown. ``near`` are
    fuzzy matches of the name, given only when no entity has all the words. ``corrected`` is the
    text that was searched for where a word of it stands nowhere, else empty. ``narrow`` counts the
    hits by kind, period, institution, concept and whether verified; ``filters`` are those in force.
    """

    text: str
    kind: str
    total: int
    offset: int
    limit: int
    hits: tuple[SearchHit, ...]
    facets: Facets
    partial: bool = False
    near: tuple[SearchHit, ...] = ()
    corrected: str = ""
    narrow: Mapping[str, tuple[FacetValue, ...]] = field(default_factory=dict)
    filters: Mapping[str, str] = field(default_factory=dict)


class Store(Protocol):
    """One opened generation. Thread-safe; :meth:`close` ends it.

    The queries given here are ours and bounded: they run in this process without limits. Queries
    from strangers go to :class:`reformgraph.store.processes.pool.QueryPool`.
    """

    @property
    def generation(self) -> Generation:
        """What is opened."""

    @property
    def degraded(self) -> str:
        """Empty, or why this is not the generation that should be served."""

    @property
    def engine(self) -> str:
        """The name of a remote engine, as it tells it; empty for the embedded one."""

    def select(self, query: str) -> Solutions:
        """Run a SELECT over the union of all graphs, or over those it names by FROM.

        Raises QuerySyntaxError; UsageError when ``query`` has another form.
        """

    def ask(self, query: str) -> bool:
        """Run an ASK; as :meth:`select`."""

    def construct(self, query: str) -> list[Triple]:
        """Run a CONSTRUCT or DESCRIBE; as :meth:`select`."""

    def describe(self, iri: str) -> list[Triple]:
        """Return the statements about ``iri`` both ways, its claims and their evidence.

        Bounded for hubs; see the implementation. Raises NotFound when there is no statement.
        """

    def quads(self, graph: str | None = None) -> Iterator[Quad]:
        """Read all statements, or those of one named graph ("" is the default graph)."""

    def labels(self, iris: Iterable[str]) -> dict[str, str]:
        """Map each IRI that has a label to it; English before any other language."""

    def resolve(self, name: str) -> str:
        """Turn a slug, an IRI or a compact IRI (``rg:Policy``) into an IRI of the graph.

        Raises NotFound with the nearest slugs as hints.
        """

    def search(
        self,
        text: str,
        *,
        kind: str = "",
        limit: int = 20,
        offset: int = 0,
        filters: Mapping[str, str] | None = None,
    ) -> SearchPage:
        """Find entities by words; ``kind`` narrows to one class (local name). Never raises."""

    def named(self) -> list[Named]:
        """Return every entity of the search index with its names, by slug; one pass, no cache."""

    def near(self, text: str, limit: int = 5) -> list[SearchHit]:
        """Find entities whose slug or label is spelt like ``text``, best first."""

    def briefs(self, iris: Iterable[str]) -> dict[str, Brief]:
        """Map those of ``iris`` that the search index knows to what lists show of them."""

    def listed(self, class_iri: str, *, by: str, limit: int, offset: int) -> list[str]:
        """Return a page of the entities of a class that the search index knows, ``by`` ``time``
        or ``name``; empty when it knows none.
        """

    def record(self, iri: str, part: str) -> Any:
        """Return the JSON that the build kept of a large law; see ``law_records``. None for others."""

    def attached(self, name: str) -> bytes:
        """Return a file that the build attached to the generation, empty when it has none."""

    def check(self) -> None:
        """Ask whether what is queried is this generation; raises RemoteError when it is not."""

    def close(self) -> None:
        """Free the files; nothing may be asked afterwards."""


def unknown(store: Store, name: str) -> NotFound:
    """Return the error that says that ``name`` stands for nothing in ``store``, with near matches."""
    shown = name if len(name) <= 200 else name[:199] + "…"
    near = store.near(name.rpartition("/")[2] or name)
    return NotFound(f"nothing is known as {shown!r}", hints=[hit.slug for hit in near])


def text(term: Term | None) -> str:
    """Return the IRI or the characters of a term, "" for none."""
    return "" if term is None else str(term.value)


def named_node(text: str) -> NamedNode | None:
    """Return the node of an IRI, None for what is none."""
    try:
        return NamedNode(text)
    except ValueError:  # UnicodeEncodeError, for half of a surrogate pair, is one
        return None
