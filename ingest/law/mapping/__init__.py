"""From the records of law to quads, one law at a time: the shape of docs/architecture.md, *Law*."""

from reformgraph.ingest.law.mapping.unit import map_unit

__all__ = ["map_unit"]
