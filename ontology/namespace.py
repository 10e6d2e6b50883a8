"""A closed set of terms under one IRI: a name that it does not have fails at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from pyoxigraph import NamedNode


class Namespace:
    """A closed set of terms under one IRI.

    In: the namespace IRI, its usual prefix and the local names. Attribute and item access give the
    term's node; ``in``, ``iter`` and ``len`` go over the local names.
    """

    iri: str
    prefix: str

    def __init__(self, prefix: str, iri: str, names: Iterable[str]) -> None:
        self._terms: dict[str, NamedNode] = {name: NamedNode(iri + name) for name in names}
        # Attributes of their own are found without a call; mapping law looks up millions of them.
        own = dir(type(self))
        self.__dict__.update({name: self._terms[name] for name in self._terms if name not in own})
        self.iri = iri
        self.prefix = prefix

    def __getattr__(self, name: str) -> NamedNode:
        # Dunder look-ups (copy, pickle) may come before __init__ has run.
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self._terms[name]
        except KeyError:
            raise AttributeError(self._unknown(name)) from None

    def __getitem__(self, name: str) -> NamedNode:
        try:
            return self._terms[name]
        except KeyError:
            raise KeyError(self._unknown(name)) from None

    def __contains__(self, name: object) -> bool:
        return name in self._terms

    def __iter__(self) -> Iterator[str]:
        return iter(self._terms)

    def __len__(self) -> int:
        return len(self._terms)

    def __repr__(self) -> str:
        return f"Namespace({self.prefix!r}, {self.iri!r}, {len(self)} terms)"

    def _unknown(self, name: str) -> str:
        near = get_close_matches(name, self._terms, n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        return f"no term {self.prefix}:{name} in <{self.iri}>{hint}"
