"""Files that a build put beside the graph."""

from __future__ import annotations

from reformgraph.errors import StoreError
from reformgraph.store.base import Generation


def attached(generation: Generation, name: str) -> bytes:
    """Return a file that the build attached to ``generation``, empty when it has none.

    Raises StoreError when the manifest names it but it cannot be read.
    """
    if name not in generation.files:
        return b""
    try:
        return (generation.folder / name).read_bytes()
    except OSError as error:
        raise StoreError(f"{generation.folder}: {name} cannot be read ({error})") from None
