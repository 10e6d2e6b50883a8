"""What lies beside the graph of a generation, wherever that is: manifest, search file, attached files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pyoxigraph import NamedNode

from reformgraph.ontology.terms import PREFIXES
from reformgraph.store import generations
from reformgraph.store.attached import attached
from reformgraph.store.base import Brief, Generation, Named, SearchHit, SearchPage, named_node
from reformgraph.store.search import SearchIndex


class Beside:
    """The part of :class:`reformgraph.store.base.Store` that asks no graph; stores inherit it.

    In: a generation whose files were verified.
    """

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._index = SearchIndex(generation.folder / generations.SEARCH)

    @property
    def generation(self) -> Generation:
        """The generation that is served, as its manifest describes it."""
        return self._generation

    def search(
        self,
        text: str,
        *,
        kind: str = "",
        limit: int = 20,
        offset: int = 0,
        filters: Mapping[str, str] | None = None,
    ) -> SearchPage:
        """Find entities by words; see :meth:`reformgraph.store.search.SearchIndex.search`."""
        return self._index.search(text, kind=kind, limit=limit, offset=offset, filters=filters)

    def named(self) -> list[Named]:
        """Return every entity with its names, by slug."""
        return self._index.named()

    def near(self, text: str, limit: int = 5) -> list[SearchHit]:
        """Find entities by spelling; see :meth:`reformgraph.store.search.SearchIndex.near`."""
        return self._index.near(text, limit)

    def briefs(self, iris: Iterable[str]) -> dict[str, Brief]:
        """Map those of ``iris`` that the search index knows to what lists show of them."""
        return self._index.briefs(iris)

    def listed(self, class_iri: str, *, by: str, limit: int, offset: int) -> list[str]:
        """Return a page of the entities of a class; see ``SearchIndex.listed``."""
        return self._index.listed(class_iri, by=by, limit=limit, offset=offset)

    def record(self, iri: str, part: str) -> Any:
        """Return the JSON that the build kept of a large law, None for any other."""
        return self._index.record(iri, part)

    def attached(self, name: str) -> bytes:
        """Return a file that the build attached to the generation, empty when it has none."""
        return attached(self._generation, name)

    def _meant(self, name: str) -> Iterator[NamedNode]:
        """Yield what a name may mean: an IRI (``<…>`` or bare), a compact one, a path under the base."""
        iris = [name[1:-1] if name.startswith("<") and name.endswith(">") else name]
        prefix, colon, local = name.partition(":")
        if colon and prefix in PREFIXES:
            iris.append(PREFIXES[prefix] + local)
        iris.append(self._generation.base + name)
        for iri in iris:
            if (node := named_node(iri)) is not None:
                yield node
