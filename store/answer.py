"""What a foreign query asks of, and what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Self


@dataclass(frozen=True, slots=True)
class Dataset:
    """The graphs of the SPARQL 1.1 Protocol's parameters (§2.1.4), in place of any FROM.

    ``default``: IRIs merged into the default graph; ``named``: those that GRAPH may name. Both
    empty is an empty dataset: pass None to the pool for "no parameter was given".
    """

    default: Sequence[str] = ()
    named: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. ``file`` stands at its start; ``with`` or the caller closes it.

    ``form`` is ``solutions``, ``boolean`` or ``graph``; ``media_type`` is what was written, which
    is the default of the form when the one asked for cannot hold it; ``generation`` is an id.
    """

    file: BinaryIO
    length: int
    media_type: str
    generation: str
    form: str

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
