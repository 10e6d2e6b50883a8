"""The name of an answer: the same for the same bytes, another one for any others (RFC 9110 §8.8.3)."""

from __future__ import annotations

import hashlib

from reformgraph.store.answer import Dataset

FAILED = "reformgraph.failed"
"""Where a WSGI environment holds the error of a query that was run before Flask was asked."""


def tag(
    generation: str, query: str, dataset: Dataset | None, media_type: str | None, address: str
) -> str:
    """Return the entity tag of an answer, without its quotation marks.

    ``address`` is that of the endpoint, against which relative IRIs are resolved.
    """
    text = f"{generation}\n{media_type}\n{dataset}\n{address}\n{query}"
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
