"""Akoma Ntoso (``data.akn``): title, dates, structure, notes, citations, and the CLML metadata in it.

legislation.gov.uk makes it from CLML and repeats ``ukm:Metadata`` in ``meta/proprietary``, so the
same reader of metadata serves both. Ids (``eId``) are those of CLML; extents, dates and status
stand apart from the text, in ``analysis``, and point to ids. Text that quotes another law
(``quotedStructure``) makes no provisions. Source: Akoma Ntoso 3.0 (OASIS LegalDocML, part 2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from reformgraph.errors import InputError
from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.loss import EFFECT_TYPE, Tally
from reformgraph.ingest.law.model import (
    Citation,
    Commentary,
    Document,
    Effect,
    Provision,
    Reading,
    Reference,
)
from reformgraph.ingest.law.readers import clml_identity, clml_metadata, effect_element
from reformgraph.ingest.law.xml import UKM, XML, text_of, tree, uncollected

AKN = "{http://docs.oasis-open.org/legaldocml/ns/akn/3.0}"
UK = "{https://www.legislation.gov.uk/namespaces/UK-AKN}"
LEG = "{http://www.legislation.gov.uk/namespaces/legislation}"

_NAMES = {
    "part": "Part",
    "chapter": "Chapter",
    "crossheading": "Pblock",
    "subheading": "PsubBlock",
    "schedule": "Schedule",
    "appendix": "Appendix",
    "annex": "Schedule",
    "attachment": "Attachment",
    "title": "EUTitle",
    "division": "Division",
    "group": "Group",
}
_P1 = re.compile(r"(?:.+/)?(section|article|regulation|rule|paragraph)/(?!wrapper)[^/]+")
_OUTER = re.compile(
    r"(?:.+/)?(part|chapter|schedule|appendix|annex|attachment|title|division|group)(?:/[^/]+)?"
)
_HEADED = re.compile(r"(?:.+/)?crossheading/[^/]+(?:/[^/]+)?")
_FOREIGN = frozenset(
    f"{AKN}{name}" for name in ("quotedStructure", "quotedText", "embeddedStructure", "meta")
)
_NUMBER = etree.XPath(
    "descendant::text()[not(ancestor::a:authorialNote or ancestor::a:noteRef)]",
    namespaces={"a": AKN[1:-1]},
)

USED = (
    clml_metadata.USED
    | effect_element.USED
    | frozenset(
        (
            *(f"akn:{name}" for name in ("FRBRWork", "FRBRExpression", "FRBRthis", "FRBRdate")),
            *("akn:FRBRthis@value", "akn:FRBRdate@date", "akn:FRBRdate@name", "akn:FRBRlanguage"),
            *("akn:FRBRlanguage@language", "akn:FRBRnumber", "akn:FRBRnumber@value"),
            *("akn:restriction", "akn:restriction@href", "akn:restriction@refersTo"),
            *("akn:timeInterval", "akn:timeInterval@start", "akn:timeInterval@end"),
            *("akn:temporalGroup", "akn:temporalGroup@eId", "akn:eventRef", "akn:eventRef@date"),
            *("akn:eventRef@eId", "akn:TLCLocation", "akn:TLCLocation@eId", "akn:note"),
            *("akn:TLCLocation@showAs", "akn:note@eId", "akn:note@leg:Type", "akn:part"),
            *("akn:chapter", "akn:section", "akn:article", "akn:paragraph", "akn:hcontainer"),
            *(f"akn:{name}@eId" for name in ("part", "chapter", "section", "article")),
            *("akn:paragraph@eId", "akn:hcontainer@eId", "akn:hcontainer@name", "akn:rule"),
            *("akn:heading", "akn:num", "akn:ref", "akn:ref@href", "akn:ref@class", "akn:rref"),
            *("akn:rref@from", "akn:rref@upTo", "akn:docTitle", "akn:longTitle", "akn:title"),
            *(f"{UK}{name}" for name in ("status", "match", "confersPower", "commentary")),
            *(f"{UK}{name}@href" for name in ("status", "match", "confersPower", "commentary")),
            *(f"{UK}{name}@value" for name in ("match", "confersPower")),
            *(f"{UK}{name}@refersTo" for name in ("status", "commentary")),
        )
    )
)
"""The names that leave something in the records."""


def read(content: bytes, name: str) -> Reading:
    """Read one Akoma Ntoso file (plain or gzip); ``name`` is what messages call it.

    Raises InputError naming the file: not XML, another root, no metadata, or no law of
    legislation.gov.uk in it.
    """
    with uncollected():
        root = tree(content, name)
        meta = root.find(f".//{AKN}meta") if root.tag == f"{AKN}akomaNtoso" else None
        if meta is None:
            lack = "it has no meta" if root.tag == f"{AKN}akomaNtoso" else "the root is another"
            raise InputError(
                f"{name}: not an akomaNtoso document of Akoma Ntoso 3.0: {lack}",
                where={"file": name},
            )
        reading = Reading(documents=[_document(root, meta, name)])
        tally = Tally()
        tally.tree(root)
        tally.fill(reading, USED)
        for effect in reading.documents[0].effects:
            reading.met[EFFECT_TYPE + effect.type] += 1
        return reading


@dataclass(slots=True)
class _Analysis:
    """What ``analysis`` says of ids: extents, start and end days, status …; the empty id is the law."""

    extents: dict[str, str] = field(default_factory=dict)
    starts: dict[str, str] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)
    matches: dict[str, str] = field(default_factory=dict)
    powers: set[str] = field(default_factory=set)
    notes: dict[str, list[str]] = field(default_factory=dict)


def _analysis(meta: etree._Element) -> _Analysis:
    days = {one.get("eId", ""): one.get("date", "") for one in meta.iter(f"{AKN}eventRef")}
    places = {one.get("eId", ""): one.get("showAs", "") for one in meta.iter(f"{AKN}TLCLocation")}
    periods: dict[str, tuple[str, str]] = {}
    for group in meta.iter(f"{AKN}temporalGroup"):
        for one in group.iter(f"{AKN}timeInterval"):
            start, end = (days.get(_id(one, which), "") for which in ("start", "end"))
            periods[group.get("eId", "")] = (start, end)
    found = _Analysis()
    for one in meta.iter(f"{AKN}restriction"):
        about, said = _id(one, "href"), _id(one, "refersTo")
        if said in places:
            found.extents[about] = places[said]
        elif said in periods:
            found.starts[about], found.ends[about] = periods[said]
    for one in meta.iter(f"{UK}status"):
        word = _id(one, "refersTo").removeprefix("status-")
        found.status[_id(one, "href")] = word[:1].upper() + word[1:]
    for one in meta.iter(f"{UK}match"):
        found.matches[_id(one, "href")] = one.get("value", "")
    for one in meta.iter(f"{UK}confersPower"):
        if one.get("value") == "true":
            found.powers.add(_id(one, "href"))
    for one in meta.iter(f"{UK}commentary"):
        found.notes.setdefault(_id(one, "refersTo"), []).append(_id(one, "href"))
    return found


def _id(element: etree._Element, attribute: str) -> str:
    return element.get(attribute, "").removeprefix("#")


def _document(root: etree._Element, meta: etree._Element, name: str) -> Document:
    proprietary = meta.find(f"{AKN}proprietary")
    metadata = (
        clml_metadata.Metadata() if proprietary is None else clml_metadata.metadata(proprietary)
    )
    work, expression = (meta.find(f".//{AKN}FRBR{one}") for one in ("Work", "Expression"))
    language = _frbr(expression, "language", "language")
    shown = _frbr(expression, "this", "value")
    attributes = {
        "IdURI": _work(_frbr(work, "this", "value"), (*metadata.identifiers, shown)),
        "DocumentURI": shown,
        f"{XML}lang": "cy" if language in ("cym", "wel", "cy") else "en",
    }
    identity = clml_identity.identify(attributes, metadata, name)
    analysis = _analysis(meta)
    provisions = tuple(_provisions(root, identity, analysis))
    effects = _effects(proprietary)
    body = root.find(f".//{AKN}body")
    has_text = body is not None or root.find(f".//{AKN}mainBody") is not None
    long_title = text_of(root.find(f".//{AKN}longTitle"))
    dates = {one.get("name", ""): one.get("date", "") for one in _dates(work)}
    valid = {one.get("name", ""): one.get("date", "") for one in _dates(expression)}
    return Document(
        iri=identity.iri,
        uri=identity.uri,
        form=clml_identity.form_of(identity, has_text, False),
        type=identity.type,
        main_type=metadata.main_type or addresses.CLASSES.get(identity.type, ""),
        minor_type=metadata.minor_type,
        category=metadata.category,
        fragment=identity.fragment,
        version=identity.version,
        status=metadata.status,
        language=identity.language,
        title=metadata.title or text_of(root.find(f".//{AKN}docTitle")),
        alternative_titles=metadata.alternative_titles,
        description=metadata.description or long_title,
        year=identity.year,
        number=identity.number,
        alternative_numbers=metadata.alternative_numbers,
        isbn=metadata.isbn,
        enacted=metadata.enacted or dates.get("enacted", ""),
        made=metadata.made or dates.get("made", ""),
        sifted=metadata.sifted,
        laid=metadata.laid,
        coming_into_force=metadata.coming_into_force,
        valid=metadata.valid or valid.get("validFrom", ""),
        start=analysis.starts.get("", ""),
        end=analysis.ends.get("", ""),
        modified=metadata.modified,
        extent=analysis.extents.get("", ""),
        publisher=metadata.publisher,
        subjects=metadata.subjects,
        confers_power=metadata.confers_power,
        supersedes=metadata.supersedes,
        superseded_by=metadata.superseded_by,
        same_as=metadata.same_as,
        versions=metadata.versions,
        provisions=provisions,
        citations=tuple(_citations(root, analysis)),
        commentaries=tuple(_commentaries(meta, analysis, {one.id for one in effects})),
        effects=effects,
        repealed=metadata.repealed,
        blanket_amendments=metadata.blanket_amendments,
        corrects=metadata.corrects,
        corrected_by=metadata.corrected_by,
        times=metadata.times,
        files=metadata.files,
    )


def _work(said: str, shown: tuple[str, ...]) -> str:
    """Give the law's IRI; the work of an old Act has the calendar year, dc:identifier the regnal one."""
    found = next((one for one in map(addresses.split, shown) if one), None)
    return addresses.iri(found.law) if found else said


def _frbr(level: etree._Element | None, name: str, attribute: str) -> str:
    found = None if level is None else level.find(f"{AKN}FRBR{name}")
    return "" if found is None else found.get(attribute, "")


def _dates(level: etree._Element | None) -> Iterator[etree._Element]:
    return iter(()) if level is None else level.iterchildren(f"{AKN}FRBRdate")


def _effects(proprietary: etree._Element | None) -> tuple[Effect, ...]:
    if proprietary is None:
        return ()
    wanted = (f"{UKM}UnappliedEffect", f"{UKM}Effect")
    return tuple(effect_element.effect(one) for one in proprietary.iter(*wanted))


def _provisions(
    root: etree._Element, identity: clml_identity.Identity, analysis: _Analysis
) -> Iterator[Provision]:
    """Go over the parts that have an address, in order; each with the one that holds it."""
    stack: list[tuple[etree._Element, str, str]] = [(root, "", analysis.extents.get("", ""))]
    while stack:
        element, parent, extent = stack.pop()
        mark = element.get("eId", "")
        path = addresses.path_of_ref(mark)
        kind = _kind(element, path)
        extent = analysis.extents.get(mark, extent) if mark else extent
        if kind:
            status, match = analysis.status.get(mark, ""), analysis.matches.get(mark)
            yield Provision(
                path=path,
                iri=addresses.iri(identity.law, path),
                element=kind,
                number=_number(element),
                heading=_heading(element) or _group_heading(element, kind),
                parent=parent,
                uri=addresses.uri(identity.law, path, identity.version, identity.language),
                extent=extent,
                start=analysis.starts.get(mark, ""),
                end=analysis.ends.get(mark, ""),
                status=status,
                confers_power=mark in analysis.powers,
                in_force=False if match == "false" or status else None,
            )
            parent = path
        stack += [(one, parent, extent) for one in reversed(element) if one.tag not in _FOREIGN]


def _kind(element: etree._Element, path: str) -> str:
    """Name the element of CLML that a part is, from its address; empty where it is no provision."""
    if not path:
        return ""
    if _P1.fullmatch(path):
        return "P1"
    if _HEADED.fullmatch(path):
        return element.get(f"{LEG}Name") or "Pblock"
    outer = _OUTER.fullmatch(path)
    return _NAMES[outer.group(1)] if outer else ""


def _number(element: etree._Element) -> str:
    found = element.find(f"{AKN}num")
    return "" if found is None else " ".join("".join(map(str, _NUMBER(found))).split()).rstrip(".")  # type: ignore[arg-type]


def _heading(element: etree._Element) -> str:
    found = (element.find(f"{AKN}heading"), element.find(f"{AKN}subheading"))
    return " ".join(
        " ".join("".join(map(str, _NUMBER(one))).split())  # type: ignore[arg-type]
        for one in found
        if one is not None
    )


def _group_heading(element: etree._Element, kind: str) -> str:
    """Give the heading of the group around a paragraph (P1group of CLML), which has no address."""
    around = element.getparent()
    if kind != "P1" or around is None or around.tag != f"{AKN}hcontainer":
        return ""
    return "" if _kind(around, addresses.path_of_ref(around.get("eId", ""))) else _heading(around)


def _citations(root: etree._Element, analysis: _Analysis) -> Iterator[Citation]:
    for one in root.iter(f"{AKN}ref", f"{AKN}rref"):
        target = one.get("href") or one.get("from") or ""
        if not addresses.split(target):
            continue
        note, path = "", ""
        for outer in one.iterancestors():
            if outer.tag == f"{AKN}note":
                note = outer.get("eId", "")
                path = addresses.path_of_ref(next(iter(analysis.notes.get(note, ())), ""))
                break
            found = addresses.path_of_ref(outer.get("eId", ""))
            if not path and found and (_P1.fullmatch(found) or _OUTER.fullmatch(found)):
                path = found
        last = one.get("upTo", "")
        text = text_of(one)
        reference = Reference(
            addresses.canonical(target), addresses.canonical(last) if last else "", text
        )
        operative = "operative" in one.get("class", "").split()
        yield Citation(path, reference, text, note, operative)


def _commentaries(
    meta: etree._Element, analysis: _Analysis, effects: set[str]
) -> Iterator[Commentary]:
    for note in meta.iter(f"{AKN}note"):
        mark = note.get("eId", "")
        paths = dict.fromkeys(addresses.path_of_ref(one) for one in analysis.notes.get(mark, ()))
        yield Commentary(
            id=mark,
            type=note.get(f"{LEG}Type", "") or note.get("class", "").rpartition(" ")[2],
            text=text_of(note),
            paths=tuple(paths),
            effect=mark if mark.startswith("key-") or mark in effects else "",
        )
