"""The formats that a page offers, as links name them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offer:
    """One format of a page: its name, its address, its media type."""

    name: str
    href: str
    media_type: str
