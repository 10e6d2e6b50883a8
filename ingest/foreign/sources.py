"""Which files make a dataset, and which graph each one is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from pyoxigraph import NamedNode

from reformgraph.errors import UsageError

FORMATS = {
    ".ttl": "text/turtle",
    ".nt": "application/n-triples",
    ".nq": "application/n-quads",
    ".trig": "application/trig",
    ".rdf": "application/rdf+xml",
    ".owl": "application/rdf+xml",
    ".jsonld": "application/ld+json",
}
"""Suffix → media type; each may have ``.gz`` behind it."""
DATASETS = frozenset(("application/n-quads", "application/trig"))
"""Formats that say themselves which graph a statement is in."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """One file. ``name`` is how messages call it, ``media_type`` its RDF format.

    ``graph`` takes its statements, "" being the default graph; ``base`` resolves relative IRIs.
    """

    path: Path
    name: str
    media_type: str
    graph: str
    base: str

    @property
    def own_graph(self) -> bool:
        """Whether the file stands for one graph, which is there even if the file is empty."""
        return self.media_type not in DATASETS

    def digest(self) -> str:
        """Return the SHA-256 of the file; raises UsageError when it cannot be read."""
        digest = hashlib.sha256()
        try:
            with self.path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
        except OSError as error:
            raise UsageError(f"{self.path}: {error.strerror}", where={"field": "data"}) from None
        return digest.hexdigest()


def find(data: Sequence[str], default: Sequence[str], *, base: str) -> list[Source]:
    """Find the files of a dataset: ``data`` in named graphs, ``default`` in the default graph.

    Each is a file, a folder (searched through; other suffixes are left out), or ``IRI=`` before
    one: the IRI of the graph, for a folder the beginning of the IRIs. Without it the graph of a
    file is ``{base}graph/`` with the file's name, in a folder its path below the folder; ``.gz``
    does not count. TriG and N-Quads name their graphs themselves.

    Raises UsageError: nothing there, no RDF in it, or two files that would be one graph.
    """
    found = [source for entry in data for source in _sources(entry, base)]
    names: dict[str, Source] = {}
    for source in found:
        other = names.setdefault(source.graph, source)
        if other is not source:
            raise UsageError(
                f"{other.path} and {source.path} would both be the graph {source.graph}",
                hints=("name one with IRI=FILE",),
                where={"field": "data"},
            )
    for entry in default:
        for source in _sources(entry, base):
            found.append(Source(source.path, source.name, source.media_type, "", source.base))
    return found


def _sources(entry: str, base: str) -> Iterator[Source]:
    path, named = Path(entry), ""
    if not path.exists() and (split := _named(entry)) is not None:
        named, path = split
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder", where={"field": "data"})
    if path.is_dir():
        prefix = named or f"{base}graph/"
        files = [(file, file.relative_to(path).as_posix()) for file in _files(path)]
        if not files:
            raise UsageError(
                f"{path}: no RDF file in it; known are {', '.join(FORMATS)}, also with .gz",
                where={"field": "data"},
            )
        for file, name in files:
            iri = prefix + _in_iri(name)
            yield Source(file, f"{path.name}/{name}", media_type(file), iri, iri)
        return
    if not path.is_file():
        raise UsageError(f"{path}: neither a file nor a folder", where={"field": "data"})
    form = media_type(path)
    if not form:
        raise UsageError(
            f"{path}: its suffix is no RDF format; known are {', '.join(FORMATS)}, also with .gz",
            where={"field": "data"},
        )
    iri = named or f"{base}graph/{_in_iri(path.name)}"
    yield Source(path, path.name, form, iri, iri)


def _named(entry: str) -> tuple[str, Path] | None:
    """Split ``IRI=PATH``; an IRI may hold ``=`` too, so the longest path that exists wins."""
    if not _SCHEME.match(entry):
        return None
    for found in re.finditer("=", entry):
        iri, path = entry[: found.start()], Path(entry[found.end() :])
        try:
            NamedNode(iri)
        except ValueError:
            continue
        if path.exists():
            return iri, path
    return None


def _files(folder: Path) -> Iterable[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and media_type(path)
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def media_type(path: Path) -> str:
    """Return the media type of a file by its suffix, "" when it is no RDF."""
    return FORMATS.get(Path(_plain(path.name)).suffix.lower(), "")


def _plain(name: str) -> str:
    return name[:-3] if name.lower().endswith(".gz") else name


def _in_iri(name: str) -> str:
    return quote(_plain(name), safe="/-._~!$&'()*+,;=:@")
