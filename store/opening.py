"""Which store the settings mean, and opening it: a folder, or an endpoint with its sidecar.

What a remote store needs is imported only with one: SPARQLWrapper brings rdflib and 20 MB.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from reformgraph.store.base import Store
from reformgraph.store.current import CurrentStore
from reformgraph.store.embedded import open_store

if TYPE_CHECKING:
    from reformgraph.store.processes.pool import QueryPool
    from reformgraph.store.remote.federation import Federated
    from reformgraph.store.remote.load import Loader
    from reformgraph.store.remote.pool import RemotePool
    from reformgraph.store.remote.stores import RemoteStores


class Chosen(Protocol):
    """What of the settings decides; :class:`reformgraph.settings.Settings` has it all."""

    @property
    def store(self) -> str: ...  # noqa: D102
    @property
    def sidecar(self) -> str: ...  # noqa: D102
    @property
    def remote_graphs(self) -> str: ...  # noqa: D102
    @property
    def remote_timeout(self) -> float: ...  # noqa: D102
    @property
    def remote_retries(self) -> int: ...  # noqa: D102
    @property
    def remote_user(self) -> str: ...  # noqa: D102
    @property
    def remote_password(self) -> str: ...  # noqa: D102
    @property
    def remote_header(self) -> str: ...  # noqa: D102
    @property
    def remote_ca(self) -> str: ...  # noqa: D102
    @property
    def remote_load(self) -> str: ...  # noqa: D102
    @property
    def remote_load_by(self) -> str: ...  # noqa: D102
    @property
    def query_timeout(self) -> float: ...  # noqa: D102
    @property
    def query_memory(self) -> int: ...  # noqa: D102
    @property
    def query_processes(self) -> int: ...  # noqa: D102
    @property
    def slow_queries(self) -> int: ...  # noqa: D102
    @property
    def result_limit(self) -> int: ...  # noqa: D102
    @property
    def federation(self) -> str: ...  # noqa: D102
    @property
    def federation_timeout(self) -> float: ...  # noqa: D102
    @property
    def federation_size(self) -> int: ...  # noqa: D102


def is_remote(settings: Chosen) -> bool:
    """Whether the setting ``store`` is an address."""
    return settings.store.startswith(("http://", "https://"))


def root_of(settings: Chosen) -> Path:
    """Return the folder that holds the generations: the store's own, or the sidecar."""
    return Path(settings.sidecar if is_remote(settings) else settings.store)


def holder(settings: Chosen) -> CurrentStore | RemoteStores:
    """Return what gives the current store; opens nothing yet."""
    if not is_remote(settings):
        return CurrentStore(root_of(settings))
    from reformgraph.store.remote.stores import RemoteStores

    return RemoteStores(settings)


def opened(settings: Chosen) -> Store:
    """Open the current generation once; raises StoreError. A remote endpoint is not asked yet."""
    if not is_remote(settings):
        return open_store(root_of(settings))
    from reformgraph.store.remote.stores import RemoteStores

    return RemoteStores(settings).get()


def pool(
    settings: Chosen, stores: CurrentStore | RemoteStores | None = None
) -> QueryPool | RemotePool | Federated:
    """Return what runs strangers' queries on the store, with the limits of the settings.

    ``stores``: the holder that the caller has, which must be of the same settings. Raises
    ConfigError when the setting ``federation`` cannot be read.
    """
    if not settings.federation:
        return _pool(settings, stores)
    from reformgraph.store.remote.federation import Endpoints, Federated

    endpoints = Endpoints.read(settings.federation)
    return Federated(
        _pool(settings, stores),
        endpoints,
        timeout=settings.federation_timeout,
        size=settings.federation_size,
    )


def check_federation(settings: Chosen) -> None:
    """Look at the setting ``federation``; raises ConfigError when it cannot be read."""
    if settings.federation:
        from reformgraph.store.remote.federation import Endpoints

        Endpoints.read(settings.federation)


def _pool(settings: Chosen, stores: CurrentStore | RemoteStores | None) -> QueryPool | RemotePool:
    if is_remote(settings):
        from reformgraph.store.remote.pool import RemotePool
        from reformgraph.store.remote.stores import RemoteStores

        remote = stores if isinstance(stores, RemoteStores) else RemoteStores(settings)
        return RemotePool(
            remote,
            timeout=settings.query_timeout,
            places=settings.query_processes + settings.slow_queries,
            result_limit=settings.result_limit,
        )
    from reformgraph.store.processes.pool import QueryPool  # starts processes: only when needed

    return QueryPool(
        root_of(settings),
        stores=stores if isinstance(stores, CurrentStore) else None,
        timeout=settings.query_timeout,
        memory=settings.query_memory,
        processes=settings.query_processes,
        slow=settings.slow_queries,
        result_limit=settings.result_limit,
    )


def loader(settings: Chosen) -> Loader | None:
    """Return what loads a finished generation into a remote store; None for an embedded one.

    Raises ConfigError when the settings do not say where to.
    """
    if not is_remote(settings):
        return None
    from reformgraph.store.remote.stores import loader_of

    return loader_of(settings)
