"""JSON of the lgu2 API (the next back end of legislation.gov.uk, beta): a second view of documents.

Four shapes: a document (``meta`` with ``html`` or ``contents``), metadata alone, a list
(``documents``), and effects (a feed with ``entries``, or a bare list). Seen in the API's own test
files; its schema is not published.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any, NoReturn

from reformgraph.errors import InputError
from reformgraph.ingest.law import addresses, titles
from reformgraph.ingest.law.loss import EFFECT_TYPE
from reformgraph.ingest.law.model import (
    Document,
    Effect,
    Form,
    InForce,
    Provision,
    Reading,
    Reference,
    Version,
)
from reformgraph.ingest.law.readers import effect_element
from reformgraph.ingest.law.readers.atom import SECONDARY
from reformgraph.ingest.law.readers.references import led
from reformgraph.ingest.law.xml import MAX_BYTES

_NAMES = {
    "item": "P1",
    "part": "Part",
    "chapter": "Chapter",
    "pblock": "Pblock",
    "psubblock": "PsubBlock",
    "schedule": "Schedule",
    "appendix": "Appendix",
    "group": "Group",
}
_USED = frozenset(
    (
        *("id", "longType", "shortType", "year", "number", "isbn", "date", "version", "status"),
        *("title", "extent", "lang", "publisher", "modified", "versions", "confersPower", "href"),
        *("meta", "documents", "contents", "body", "children", "name", "altNumbers", "description"),
        *("unappliedEffects", "blanketAmendments", "fragmentInfo", "ancestors", "descendants"),
        *("element", "start", "end", "applied", "requiresApplied", "type", "totalResults", "uri"),
        *(
            f"{end}{what}"
            for end in ("affected", "affecting")
            for what in ("URI", "Title", "Class")
        ),
        *(f"{end}{what}" for end in ("affected", "affecting") for what in ("Year", "Number")),
        *(f"{end}Provisions{what}" for end in ("affected", "affecting") for what in ("", "Text")),
        *("affectedExtent", "affectingExtent", "affectingEffectsExtent", "affectedEffectsExtent"),
        *("notes", "inForceDates", "prospective", "qualification", "commencementAuthority", "text"),
        *("missing", "upTo", "savings", "content", "effect", "entries", "alternatives"),
    )
)
_Json = dict[str, Any]


def read(content: bytes, name: str) -> Reading:
    """Read one JSON file (plain or gzip); ``name`` is what messages call it.

    Raises InputError naming the file and, where known, line and column: not JSON, a key twice, NaN,
    too deep, or none of the shapes of lgu2.
    """
    value = parsed(content, name)
    reading = Reading()
    try:
        _fill(value, reading)
        _count(value, reading)
    except (AttributeError, TypeError, KeyError) as error:
        raise InputError(
            f"{name}: JSON, but not in a shape of lgu2: {error}", where={"file": name}
        ) from error
    if not reading.documents and not reading.effects and reading.total is None:
        raise InputError(
            f"{name}: JSON, but neither a document, a list nor effects of lgu2",
            where={"file": name},
        )
    for effect in reading.effects:
        reading.met[EFFECT_TYPE + effect.type] += 1
    return reading


def parsed(content: bytes, name: str) -> Any:
    """Parse JSON strictly; raises InputError naming the file."""
    where: dict[str, str | int] = {"file": name}
    try:
        if content[:2] == b"\x1f\x8b":
            unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            content = unpack.decompress(content, MAX_BYTES)
            if unpack.unconsumed_tail or not unpack.eof:
                raise zlib.error("cut off, or more than 512 MB when unpacked")
        text = content.decode("utf-8-sig")
        return json.loads(text, object_pairs_hook=_once, parse_constant=_refused)
    except zlib.error as error:
        raise InputError(
            f"{name}: begins as gzip but cannot be unpacked: {error}", where=where
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: not JSON in UTF-8: byte {error.start}", where=where) from error
    except json.JSONDecodeError as error:
        raise InputError(
            f"{name}, line {error.lineno}, column {error.colno}: not JSON: {error.msg}",
            where={**where, "line": error.lineno, "column": error.colno},
        ) from error
    except RecursionError as error:
        raise InputError(f"{name}: JSON that is nested too deep", where=where) from error
    except ValueError as error:
        raise InputError(f"{name}: not JSON that is read here: {error}", where=where) from error


def _once(pairs: list[tuple[str, Any]]) -> _Json:
    found: _Json = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key[:80]!r} stands twice in one object")
        found[key] = value
    return found


def _refused(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _fill(value: Any, reading: Reading) -> None:
    if isinstance(value, list):
        reading.effects = [_effect(one) for one in value]
    elif "entries" in value:
        reading.effects = [_effect(one["content"]["effect"]) for one in value["entries"]]
        total = value.get("totalResults")
        reading.total = total if isinstance(total, int) else None
    elif "documents" in value:
        reading.documents = [_document(one, "entry") for one in value["documents"]]
        total = (value.get("meta", {}).get("counts") or {}).get("total")
        reading.total = total if isinstance(total, int) else None
    elif "meta" in value:
        contents = value.get("contents")
        fragment = value["meta"].get("fragmentInfo")
        form: Form = "contents" if contents else "fragment" if fragment else "whole"
        reading.documents = [_document(value["meta"], form, contents)]
    elif "id" in value:
        reading.documents = [_document(value, "metadata")]


def _document(meta: _Json, form: Form, contents: _Json | None = None) -> Document:
    iri = addresses.canonical(addresses.SITE + "id/" + str(meta["id"]))
    address = addresses.split(iri)
    if address is None:
        raise TypeError(f"the id {str(meta['id'])[:80]!r} is of no law")
    version = _text(meta, "version")
    fragment = _text(meta.get("fragmentInfo") or {}, "href")
    language = "cy" if meta.get("lang") == "cy" else "en"
    title, repealed = titles.plain(_text(meta, "title"))
    secondary = address.type in SECONDARY
    day = _text(meta, "date")
    extent = _extent(meta)
    status = _text(meta, "status")
    parts = [*_list(contents, "body"), *_list(contents, "schedules")] if contents else []
    lines = tuple(_lines(parts, address.law, version, language))
    return Document(
        iri=iri,
        uri=addresses.uri(address.law, fragment, version, language),
        form=form,
        type=address.type,
        main_type=_text(meta, "longType") or addresses.CLASSES.get(address.type, ""),
        fragment=fragment,
        version=version,
        status=status,
        language=language,
        title=title,
        description=_text(meta, "description"),
        year=meta.get("year") or address.calendar_year,
        number=_text(meta, "number") or address.number,
        alternative_numbers=tuple(
            (_text(one, "category"), _text(one, "value")) for one in _list(meta, "altNumbers")
        ),
        isbn=_text(meta, "isbn"),
        enacted="" if secondary else day,
        made=day if secondary else "",
        modified=_text(meta, "modified"),
        extent=extent,
        publisher=_text(meta, "publisher"),
        confers_power=tuple(
            addresses.iri(address.law, _text(one, "href")) for one in _list(meta, "confersPower")
        ),
        blanket_amendments=tuple(
            addresses.iri(address.law, _text(one, "href"))
            for one in _list(meta, "blanketAmendments")
        ),
        versions=tuple(
            Version(addresses.uri(address.law, fragment, one, language), one, "", language)
            for one in _list(meta, "versions")
        ),
        provisions=lines or tuple(_ancestors(meta, address.law, version, language)),
        effects=tuple(_effect(one) for one in _list(meta, "unappliedEffects")),
        repealed=repealed,
        files=tuple(
            (_text(one, "uri"), _text(one, "date"), _text(one, "name"))
            for one in _list(meta, "alternatives")
        ),
    )


def _lines(
    parts: list[_Json], law: str, version: str, language: str, parent: str = ""
) -> Iterator[Provision]:
    for one in parts:
        path = _text(one, "href") or addresses.path_of_ref(_text(one, "ref"))
        if path:
            yield Provision(
                path=path,
                iri=addresses.iri(law, path),
                element=_NAMES.get(_text(one, "name").lower(), _text(one, "name")),
                number=_text(one, "number").rstrip("."),
                heading=_text(one, "title"),
                parent=parent,
                uri=addresses.uri(law, path, version, language),
                extent=_extent(one),
            )
        yield from _lines(_list(one, "children"), law, version, language, path or parent)


def _ancestors(meta: _Json, law: str, version: str, language: str) -> Iterator[Provision]:
    """Go over what holds the fragment that was asked for, from the outside in."""
    parent = ""
    for one in _list(meta, "ancestors"):
        path = _text(one, "href")
        yield Provision(
            path=path,
            iri=addresses.iri(law, path),
            element=_text(one, "element"),
            number=_text(one, "number").rstrip("."),
            heading=_text(one, "title"),
            parent=parent,
            uri=addresses.uri(law, path, version, language),
            start=_text(one, "start"),
            end=_text(one, "end"),
        )
        parent = path


def _effect(one: _Json) -> Effect:
    return Effect(
        id=_text(one, "id"),
        type=_text(one, "type"),
        affecting_law=addresses.canonical(_text(one, "affectingURI")),
        affected_law=addresses.canonical(_text(one, "affectedURI")),
        affecting=_references(one, "affectingProvisions"),
        affected=_references(one, "affectedProvisions"),
        affecting_text=_text(one, "affectingProvisionsText"),
        affected_text=_text(one, "affectedProvisionsText"),
        affecting_title=_text(one, "affectingTitle"),
        affected_title=_text(one, "affectedTitle"),
        in_force=tuple(
            InForce(
                day=_text(day, "date"),
                prospective=day.get("prospective") is True,
                qualification=_text(day, "qualification"),
                applied=day.get("applied"),
            )
            for day in _list(one, "inForceDates")
        ),
        applied=one.get("applied"),
        required=one.get("requiresApplied"),
        savings=_references(one, "savings"),
        commencement_authority=_references(one, "commencementAuthority"),
        affecting_extent=_same(
            _text(one, "affectingEffectsExtent") or _text(one, "affectingExtent")
        ),
        affected_extent=_same(_text(one, "affectedExtent") or _text(one, "affectedEffectsExtent")),
        notes=_text(one, "notes"),
    )


def _references(one: _Json, key: str) -> tuple[Reference, ...]:
    """Read provisions; as in CLML, one that only leads to the next is no reference of its own."""
    found = [
        Reference(
            addresses.canonical(_text(part, "uri")),
            addresses.canonical(_text(part, "upTo")) if part.get("upTo") else "",
            " ".join((_text(part, "text") or _inner(part)).split()),
            part.get("missing") is True,
        )
        for part in _list(one, key)
        if part.get("uri")
    ]
    return led(found)


def _inner(part: _Json) -> str:
    """Give the text of a range, which is that of its children."""
    return "".join(str(one.get("text") or "") for one in _list(part, "children"))


def _same(extent: str) -> str:
    return effect_element.SAME if extent.startswith("S+A+M+E+") else extent


def _extent(one: _Json) -> str:
    return "+".join("N.I." if part == "NI" else part for part in _list(one, "extent"))


def _text(one: _Json, key: str) -> str:
    value = one.get(key)
    return "" if value is None else str(value).strip()


def _list(one: _Json | None, key: str) -> list[Any]:
    value = one.get(key) if one else None
    return value if isinstance(value, list) else []


def _count(value: Any, reading: Reading) -> None:
    """Count the keys met, by name and what holds it; those that no record has are ignored."""
    stack: list[tuple[str, Any]] = [("", value)]
    while stack:
        place, one = stack.pop()
        if isinstance(one, list):
            stack += [(place, part) for part in one]
        elif isinstance(one, dict):
            for key, part in one.items():
                name = f"json:{place}.{key}" if place else f"json:{key}"
                reading.met[name] += 1
                if key not in _USED:
                    reading.ignored[name] += 1
                stack.append((key, part))
