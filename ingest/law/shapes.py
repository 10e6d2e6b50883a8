"""Looks at every element of a part of a file once: counts it, and reads what matters.

What an element is for is worked out once for each *shape*, which is its name with the names of its
attributes: a whole Act has some hundred. Both matter for speed: this runs for each element of
files of 50 MB, and lxml makes a new text of each name and value that it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any, NamedTuple

from lxml import etree

from reformgraph.ingest.law.loss import Tally

Look = Callable[[etree._Element, Any], None]


class Wanted(NamedTuple):
    """What looks at an element; it is given the element and the values of ``names`` in this order.

    An attribute that is not there has the value of one that is empty. ``names`` are many or none:
    where few are needed, or not always, the one who looks had better ask for them.
    """

    look: Look
    names: tuple[str, ...] = ()


class _Shape:
    """How often a name with its attributes was met, what looks at it and how its values are chosen."""

    __slots__ = ("choose", "look", "shape", "times")

    def __init__(self, tag: str, names: list[str], wanted: Wanted | None) -> None:
        self.shape = (tag, *names)
        self.times = 0
        self.look = wanted.look if wanted else None
        self.choose: Callable[[list[str]], tuple[str, ...]] | None = None
        if wanted and wanted.names:
            # The place after the last value is an empty one.
            places = [names.index(name) if name in names else -1 for name in wanted.names]
            self.choose = itemgetter(*places)


class Walk:
    """One look at every element; ``wanted`` says, for a name and its attributes, what looks at it."""

    def __init__(self, wanted: Callable[[str, list[str]], Wanted | None]) -> None:
        self._wanted = wanted
        self._shapes: dict[str, _Shape] = {}

    def over(self, element: etree._Element) -> None:
        """Look at an element and all that it holds, in the order of the file."""
        shapes, join = self._shapes, "\0".join
        for one in element.iter(etree.Element):
            # One text is quicker to look up than a tuple; no name has a NUL in it.
            shape = f"{one.tag}\0{join(one.keys())}"  # type: ignore[arg-type]  # lxml-stubs allow bytes
            try:
                known = shapes[shape]
            except KeyError:
                known = shapes[shape] = self._met(one)
            known.times += 1
            if known.look is not None:
                choose = known.choose
                known.look(one, choose([*one.values(), ""]) if choose else ())  # type: ignore[list-item]

    def _met(self, one: etree._Element) -> _Shape:
        tag, names = str(one.tag), [str(name) for name in one.keys()]  # noqa: SIM118
        return _Shape(tag, names, self._wanted(tag, names))

    def take_back(self, tag: str) -> None:
        """Take back the count of an element without attributes that was looked at before."""
        self._shapes[f"{tag}\0"].times -= 1

    def give(self, tally: Tally) -> None:
        """Add the counts to ``tally``, and begin anew."""
        for known in self._shapes.values():
            tally.shapes[known.shape] += known.times
            known.times = 0
