"""The store: generations on disk, the verbs to read one, and processes for strangers' queries.

Names are loaded when they are first asked for: a query process imports this package too and must
start in some 30 ms.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reformgraph.store.answer import Answer, Dataset
    from reformgraph.store.base import (
        Generation,
        SearchHit,
        SearchPage,
        Segment,
        Solutions,
        Store,
        Term,
        Triple,
    )
    from reformgraph.store.current import CurrentStore, current_store
    from reformgraph.store.embedded import EmbeddedStore, open_store
    from reformgraph.store.generations import (
        current_id,
        list_generations,
        prune,
        rollback,
        verify,
    )
    from reformgraph.store.lock import build_lock
    from reformgraph.store.processes.pool import QueryPool
    from reformgraph.store.writer import publish

_HOMES = {
    "base": "Generation SearchHit SearchPage Segment Solutions Store Term Triple",
    "current": "CurrentStore current_store",
    "embedded": "EmbeddedStore open_store",
    "generations": "current_id list_generations prune rollback verify",
    "lock": "build_lock",
    "answer": "Answer Dataset",
    "processes.pool": "QueryPool",
    "writer": "publish",
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "Answer",
    "CurrentStore",
    "Dataset",
    "EmbeddedStore",
    "Generation",
    "QueryPool",
    "SearchHit",
    "SearchPage",
    "Segment",
    "Solutions",
    "Store",
    "Term",
    "Triple",
    "build_lock",
    "current_id",
    "current_store",
    "list_generations",
    "open_store",
    "prune",
    "publish",
    "rollback",
    "verify",
]


def __getattr__(name: str) -> Any:
    try:
        home = _HOME[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    return getattr(import_module(f"{__name__}.{home}"), name)
