"""From typed rows to quads: the shape of docs/architecture.md."""

from reformgraph.ingest.mapping.iris import graph_iri
from reformgraph.ingest.mapping.timeline import map_timeline

__all__ = ["graph_iri", "map_timeline"]
