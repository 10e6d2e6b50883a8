"""Cutting long lists into pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reformgraph.errors import NotFound


@dataclass(frozen=True, slots=True)
class Pages:
    """Where a page stands among its siblings; addresses are "" when there is none."""

    page: int
    last: int
    total: int
    size: int
    earlier: str
    later: str

    @property
    def first_shown(self) -> int:
        """The number of the first line on this page."""
        return (self.page - 1) * self.size + 1 if self.total else 0

    @property
    def last_shown(self) -> int:
        """The number of the last line on this page."""
        return min(self.page * self.size, self.total)


def pages(page: int, total: int, size: int, address: Callable[[int], str]) -> Pages:
    """Return the paging of a list. Raises NotFound for a page past the last one."""
    last = max(1, -(-total // size))
    if page > last:
        raise NotFound(f"The list ends with page {last}.")
    return Pages(
        page=page,
        last=last,
        total=total,
        size=size,
        earlier=address(page - 1) if page > 1 else "",
        later=address(page + 1) if page < last else "",
    )
