"""Effects on their own: changes feeds and batches of ``ukm:Effect``; read as any other feed."""

from __future__ import annotations

from reformgraph.ingest.law.readers.atom import read

__all__ = ["read"]
