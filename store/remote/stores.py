"""The endpoint of the settings with its sidecar: followed while serving, loaded after a build."""

from __future__ import annotations

from pathlib import Path

from reformgraph.errors import ConfigError
from reformgraph.store import generations
from reformgraph.store.base import Generation
from reformgraph.store.current import Current
from reformgraph.store.opening import Chosen, root_of
from reformgraph.store.remote.endpoint import RemoteStore
from reformgraph.store.remote.load import Loader, Target
from reformgraph.store.remote.wire import Access, Wire


class RemoteStores(Current[RemoteStore]):
    """Follows the pointer of a sidecar; the graph of each generation is at the endpoint."""

    def __init__(self, settings: Chosen) -> None:
        super().__init__(root_of(settings))
        self.wire = Wire(_access(settings, settings.store))
        self._union = settings.remote_graphs == "union"
        self._limit = settings.result_limit

    def _first(self) -> RemoteStore:
        generation, degraded = generations.choose(self.root, graph=False)
        return self._store_of(generation, degraded)

    def _opened(self, folder: Path) -> RemoteStore:
        return self._store_of(generations.sound(folder, graph=False))

    def _store_of(self, generation: Generation, degraded: str = "") -> RemoteStore:
        return RemoteStore(
            self.wire, generation, union=self._union, limit=self._limit, degraded=degraded
        )

    def close(self) -> None:
        """Close the store that is held and the connections."""
        super().close()
        self.wire.close()


def _access(settings: Chosen, address: str) -> Access:
    return Access(
        address,
        user=settings.remote_user,
        password=settings.remote_password,
        header=settings.remote_header,
        ca=settings.remote_ca,
        timeout=settings.remote_timeout,
        retries=settings.remote_retries,
    )


def loader_of(settings: Chosen) -> Loader:
    """Return what loads a generation by the address of the setting ``remote_load``."""
    if not settings.remote_load:
        raise ConfigError(
            "remote_load is empty: it takes the address that the remote store is loaded by",
            where={"field": "remote_load"},
        )
    return Loader(
        root_of(settings),
        Wire(_access(settings, settings.store)),
        Target(Wire(_access(settings, settings.remote_load)), settings.remote_load_by),
        union=settings.remote_graphs == "union",
    )
