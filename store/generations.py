"""Generations on disk: the layout, the manifest, the pointer, and opening a sound one.

::

    <root>/current                     text: the id of the generation that is served
    <root>/generations/<id>/           quads/ (Oxigraph), search.sqlite, *.bin, manifest.json
    <root>/pruned/<id>.json            the manifest of a generation that was deleted
    <root>/build.lock                  flock of the one build that may write
    <root>/building-<pid>/             a build under way, or the leftovers of a dead one

A generation never changes after it was renamed into ``generations/``. Generations are ordered by
sequence, never by the clock (hazard 98).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from pathlib import Path

from reformgraph import __version__
from reformgraph.errors import NotFound, StoreError, UsageError
from reformgraph.store import graph_copy
from reformgraph.store.base import Generation, TimelineInfo
from reformgraph.store.lock import build_lock

FORMAT = 1
"""Version of the layout of a generation; a newer one is refused."""
CURRENT = "current"
FOLDER = "generations"
QUADS = "quads"
SEARCH = "search.sqlite"
MANIFEST = "manifest.json"
PRUNED = "pruned"

_ID = re.compile(r"([1-9][0-9]{0,8})-[0-9a-f]{12}")
_CHUNK = 1 << 20


def current_id(root: Path) -> str:
    """Return the id that the pointer of the store ``root`` names.

    Raises StoreError when there is no store, no built graph or no readable pointer. Creates
    nothing.
    """
    try:
        text = (root / CURRENT).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise StoreError(
            f"{root}: no graph built; run `reformgraph build`", hints=("reformgraph build",)
        ) from None
    except NotADirectoryError:
        raise StoreError(f"{root}: exists but is not a folder") from None
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{root / CURRENT}: cannot be read ({error})") from None
    if not _ID.fullmatch(text):
        raise StoreError(f"{root / CURRENT}: does not hold the id of a generation")
    return text


def list_generations(root: Path) -> list[Generation]:
    """Return the generations with a readable manifest of this format, lowest sequence first."""
    found = []
    for folder in folders(root):
        try:
            found.append(read_manifest(folder))
        except StoreError:
            continue
    return found


def pruned(root: Path) -> list[Generation]:
    """Return what is left of the generations that were pruned: their manifests, lowest first."""
    found = []
    try:
        for path in (root / PRUNED).glob("*.json"):
            try:
                found.append(read_manifest(root / FOLDER / path.stem, path))
            except StoreError:
                continue
    except OSError:
        return []
    return sorted(found, key=lambda each: (each.sequence, each.id))


def folders(root: Path) -> list[Path]:
    """Return the folders of all generations, sound or not, lowest sequence first."""
    try:
        entries = [entry for entry in (root / FOLDER).iterdir() if _ID.fullmatch(entry.name)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise StoreError(f"{root / FOLDER}: cannot be read ({error})") from None
    return sorted(entries, key=lambda entry: (sequence_of(entry.name), entry.name))


def sequence_of(id_: str) -> int:
    """Return the sequence number in a generation's id."""
    return int(id_.partition("-")[0])


def read_manifest(folder: Path, path: Path | None = None) -> Generation:
    """Read the manifest of one generation; raises StoreError when missing, damaged or newer.

    ``path``: where it lies when not in the folder of its generation.
    """
    path = path or folder / MANIFEST
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise StoreError(f"{folder}: no such generation") from None
    except (OSError, ValueError) as error:
        raise StoreError(f"{path}: damaged ({error})") from None
    written = data.get("format") if isinstance(data, dict) else None
    if not isinstance(written, int):
        raise StoreError(f"{path}: damaged (no format version)")
    if written > FORMAT:
        raise StoreError(
            f"{folder.name} was written by reformgraph {data.get('version')} in store format "
            f"{written}; this is {__version__}, which reads up to {FORMAT}: install the newer one"
        )
    try:
        names = {each.name for each in fields(Generation)} - {"folder", "timelines"}
        return Generation(
            **{name: data[name] for name in names},
            timelines=tuple(TimelineInfo(**each) for each in data["timelines"]),
            folder=folder,
        )
    except (KeyError, TypeError) as error:
        raise StoreError(f"{path}: damaged ({error})") from None


def manifest_bytes(generation: Generation) -> bytes:
    """Serialise a manifest with sorted keys; the folder is not part of it."""
    data = asdict(generation)
    del data["folder"]
    return json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def hash_files(folder: Path) -> Mapping[str, str]:
    """Return the SHA-256 of each file under ``folder`` but the manifest, by relative path."""
    return {
        path.relative_to(folder).as_posix(): _sha256(path)
        for path in _files(folder)
        if path.relative_to(folder).as_posix() != MANIFEST
    }


def _files(folder: Path) -> Iterator[Path]:
    return iter(sorted(path for path in folder.rglob("*") if path.is_file()))


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def verify(generation: Generation, *, graph: bool = True) -> list[str]:
    """Compare every file with the manifest (hazard 44); returns the faults, none if sound.

    Reads the whole generation: about 1 s for 1 GB. ``graph``: False leaves the quads out, which
    need not be there when an endpoint holds them.
    """
    faults = []
    for name, expected in sorted(generation.files.items()):
        if not graph and (name.startswith(f"{QUADS}/") or name == graph_copy.NAME):
            continue
        try:
            if _sha256(generation.folder / name) != expected:
                faults.append(f"{name}: changed after it was built")
        except FileNotFoundError:
            faults.append(f"{name}: missing")
        except OSError as error:
            faults.append(f"{name}: {error.strerror or error}")
    return faults


def sound(folder: Path, *, graph: bool = True) -> Generation:
    """Return the generation in ``folder`` after verifying its files; raises StoreError.

    ``graph``: as for :func:`verify`.
    """
    generation = read_manifest(folder)
    if faults := verify(generation, graph=graph):
        more = f" and {len(faults) - 1} more" if len(faults) > 1 else ""
        raise StoreError(f"generation {generation.id} is damaged: {faults[0]}{more}")
    return generation


def choose(root: Path, *, graph: bool = True) -> tuple[Generation, str]:
    """Find the generation to serve: the current one or, when it is damaged, another sound one.

    Returns it and the reason why it is not the current one (empty if it is). Older ones are
    preferred, nearest first: what was served last is the least surprise. Raises StoreError when
    none is sound. ``graph``: as for :func:`verify`.
    """
    wanted = current_id(root)
    try:
        return sound(root / FOLDER / wanted, graph=graph), ""
    except StoreError as error:
        reason = error
    mark = sequence_of(wanted)
    others = [folder for folder in folders(root) if folder.name != wanted]
    others.sort(key=lambda f: (sequence_of(f.name) > mark, abs(sequence_of(f.name) - mark)))
    for folder in others:
        try:
            return sound(folder, graph=graph), f"{reason.detail}; serving {folder.name} instead"
        except StoreError:
            continue
    raise reason


def rollback(root: Path, id_: str = "") -> Generation:
    """Point the store at another generation, by default the one before the current.

    Verifies it first. Raises NotFound when there is none of that id, StoreError when it is
    damaged, Busy while a build runs.
    """
    with build_lock(root):
        known = [folder.name for folder in folders(root)]
        if not id_:
            mark = sequence_of(current_id(root))
            earlier = [name for name in known if sequence_of(name) < mark]
            if not earlier:
                raise NotFound("there is no earlier generation", hints=known)
            id_ = earlier[-1]
        if id_ not in known:
            raise NotFound(f"no generation {id_}", hints=known)
        generation = sound(root / FOLDER / id_)
        point(root, id_)
        return generation


def prune(root: Path, keep: int) -> list[str]:
    """Delete all but the last ``keep`` generations, never the current one; returns their ids.

    A server that still reads a deleted one goes on until it switches. Their manifests stay, so
    that an address pinned to one can say what became of it. Raises UsageError when ``keep`` is
    below 1, Busy while a build runs.
    """
    if keep < 1:
        raise UsageError("at least one generation must be kept", where={"field": "keep"})
    with build_lock(root):
        current = current_id(root)
        doomed = [folder for folder in folders(root)[:-keep] if folder.name != current]
        for folder in doomed:
            _remember(root, folder)
            remove(root, folder)
        return [folder.name for folder in doomed]


def _remember(root: Path, folder: Path) -> None:
    """Keep the manifest of a generation that is about to go; one without a manifest goes so."""
    try:
        text = (folder / MANIFEST).read_bytes()
    except OSError:
        return
    (root / PRUNED).mkdir(exist_ok=True)
    (root / PRUNED / f"{folder.name}.json").write_bytes(text)


def remove(root: Path, folder: Path) -> None:
    """Delete a folder of the store, renamed first so that no half of it is ever seen."""
    aside = root / f"building-{os.getpid()}-old"
    shutil.rmtree(aside, ignore_errors=True)
    folder.rename(aside)
    shutil.rmtree(aside)


def point(root: Path, id_: str) -> None:
    """Make ``id_`` the current generation, in one atomic and durable step."""
    fresh = root / f"building-{os.getpid()}-pointer"
    with fresh.open("w", encoding="ascii") as file:
        file.write(id_ + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(root / CURRENT)
    sync(root)


def sync(path: Path) -> None:
    """Flush a file or the entries of a folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Flush every file and folder under ``folder``, itself last."""
    for path in sorted(folder.rglob("*"), reverse=True):
        sync(path)
    sync(folder)


def free_bytes(path: Path) -> int:
    """Return the bytes free where ``path`` lies."""
    return shutil.disk_usage(path).free
