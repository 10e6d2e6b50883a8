"""Crown Legislation Markup Language (``data.xml``): any document type, whole or in part.

One pass with events for the elements of the structure only; each part of the text is looked
through once, when it closes, and then emptied, so that memory holds the records and the open path
but never the tree. Text that quotes another law (``BlockAmendment``) makes no provisions.
Sources: CLML User Guide and schema (legislation/clml-schema), legislation.gov.uk developer pages.
"""

from __future__ import annotations

from collections import Counter

from lxml import etree

from reformgraph.errors import InputError
from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.loss import EFFECT_TYPE
from reformgraph.ingest.law.model import Document, Effect, Provision, Reading
from reformgraph.ingest.law.readers import (
    clml_contents,
    clml_identity,
    clml_metadata,
    clml_structure,
    clml_text,
    effect_element,
)
from reformgraph.ingest.law.readers.clml_structure import FRAMES, P1, P2, Frame, Kind
from reformgraph.ingest.law.xml import LEG, UKM, events, uncollected

ROOTS = frozenset(f"{LEG}{name}" for name in ("Legislation", "EN", "Fragment"))
_QUOTED = frozenset(f"{LEG}{name}" for name in ("BlockAmendment", "BlockExtract"))
_EFFECT = f"{UKM}UnappliedEffect"
_METADATA = f"{UKM}Metadata"
_CONTENTS = f"{LEG}Contents"
_COMMENTARY = f"{LEG}Commentary"
_FOOTNOTE = f"{LEG}Footnote"
_VERSION = f"{LEG}Version"
_TEXTS = frozenset(f"{LEG}{name}" for name in ("Primary", "Secondary", "EURetained"))
_TAGS = (
    *FRAMES,
    *_QUOTED,
    *ROOTS,
    *_TEXTS,
    *(_EFFECT, _METADATA, _CONTENTS, _COMMENTARY, _FOOTNOTE),
)
_SHELLS = frozenset(_TAGS) - _TEXTS - ROOTS - _QUOTED

USED = (
    effect_element.USED
    | clml_metadata.USED
    | clml_contents.USED
    | clml_structure.USED
    | clml_text.USED
    | {f"leg:{root}@{name}" for root in ("Legislation", "EN") for name in ("IdURI", "DocumentURI")}
    | {f"leg:{root}@xml:{name}" for root in ("Legislation", "EN") for name in ("lang", "base")}
    | {f"leg:Legislation@Restrict{name}" for name in ("Extent", "StartDate", "EndDate")}
)
"""The names that leave something in the records."""


def read(content: bytes, name: str) -> Reading:
    """Read one CLML file (plain or gzip); ``name`` is what messages call it.

    Gives one Document with what the file says. Raises InputError naming the file and, where known,
    the line when it is not XML, not CLML, or names no law.
    """
    reader = _Reader(name)
    with uncollected():
        for kind, element in events(content, name, ("start", "end"), _TAGS):
            if kind == "start":
                reader.start(element)
            else:
                reader.end(element)
        return reader.reading()


class _Reader:
    """What one pass has gathered so far."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.attributes: dict[str, str] = {}
        self.root = ""
        self.metadata = clml_metadata.Metadata()
        self.identity: clml_identity.Identity | None = None
        self.kind = Kind("", "", "")
        self.effect = effect_element.Effects()
        self.effects: list[Effect] = []
        self.provisions: list[Provision | None] = []
        self.contents: list[Provision] = []
        self.frame: Frame | None = None
        self.quoted = 0
        self.sections = 0
        self.has_text = False
        self.versions: dict[str, Frame] = {}
        self.text = clml_text.Text(name, _SHELLS)

    def start(self, element: etree._Element) -> None:
        """Open a frame; everything else waits for its end."""
        tag = str(element.tag)
        if tag in _QUOTED:
            self.quoted += 1
        elif self.quoted:
            return
        elif tag in FRAMES:
            if tag == P2 and self.sections:
                return
            self.sections += tag == P1
            self._open(element, tag)
        elif tag in ROOTS:
            if not self.root:
                self.root = tag
                self.attributes = {str(key): str(value) for key, value in element.attrib.items()}
        elif tag in _TEXTS:
            self.has_text = True

    def _open(self, element: etree._Element, tag: str) -> None:
        if self.identity is None:
            self._identify()
        around = self.frame
        if tag == _VERSION:
            # A concurrent version stands at the end of the file, and is where its original is.
            original = self.versions.get(element.get("id", ""))
            around = original.holder if original else None
        frame = Frame(element, around, len(self.provisions))
        if around is None:
            # The dates of the root are those of the law's version, its extent is everybody's.
            frame.extent = frame.extent or self.attributes.get("RestrictExtent", "")
        if tag == _VERSION:
            frame.variant = element.get("Description", "") or element.get("id", "")
        if not frame.silent:
            self.provisions.append(None)
        for version in (element.get("AltVersionRefs") or "").split():
            self.versions[version] = frame
        self.frame = frame

    def end(self, element: etree._Element) -> None:
        """Close what ends: make its records, count what it holds, empty it."""
        tag = str(element.tag)
        if tag in _QUOTED:
            self.quoted -= 1
            return
        if self.quoted:
            return
        if tag == _EFFECT:
            self.effects.append(self.effect.read(element))
            # Thousands of them may follow each other: not even their shells stay.
            before = element.getprevious()
            if before is not None and before.tag == _EFFECT:
                element.getparent().remove(before)  # type: ignore[union-attr]
        elif tag in FRAMES:
            if tag == P2 and self.sections:
                return
            self._close(element, tag)
        elif tag == _METADATA:
            self.metadata = clml_metadata.metadata(element)
            self.text.count(element)
            self._identify()
        elif tag == _CONTENTS:
            self._identify()
            extent = self.attributes.get("RestrictExtent", "")
            self.contents += clml_contents.provisions(element, self.kind.law, "", extent)
            self.text.count(element)
        elif tag == _COMMENTARY:
            self.text.commentary(element)
        elif tag == _FOOTNOTE:
            self.text.footnote(element)
        elif tag in ROOTS:
            self.text.count(element)
            return
        else:
            return
        element.clear(keep_tail=True)  # type: ignore[call-arg]  # lxml-stubs know it not

    def _close(self, element: etree._Element, tag: str) -> None:
        frame = self.frame
        if frame is None:
            return
        provision = frame.provision(self.kind)
        path = frame.path(self.kind)
        if not frame.silent:
            self.provisions[frame.place] = provision
            if provision is None and frame.holder is not None:
                path = frame.holder.path(self.kind)
        # The title of a group is that of the sections in it.
        paths = tuple(frame.sections) if frame.name == "P1group" and frame.sections else (path,)
        self.provisions += self.text.part(element, paths, frame)
        if frame.parent is not None and provision is not None:
            frame.parent.sections.append(path)
        self.frame = self._around(frame, tag)
        self.sections -= tag == P1

    def _around(self, frame: Frame, tag: str) -> Frame | None:
        # A version's frame has its provision's parent as parent, which closed long ago.
        return None if tag == _VERSION else frame.parent

    def _identify(self) -> None:
        if self.identity is not None:
            return
        self.identity = clml_identity.identify(self.attributes, self.metadata, self.name)
        self.kind = Kind(self.identity.law, self.metadata.category, self.metadata.minor_type)
        self.text.law, self.text.fragment = self.identity.law, self.identity.fragment

    def reading(self) -> Reading:
        """Put the records together."""
        if self.root not in ROOTS:
            raise InputError(
                f"{self.name}: the root element is not Legislation or EN of the CLML namespace",
                where={"file": self.name},
            )
        self._identify()
        assert self.identity is not None
        if self.root == f"{LEG}EN":
            self.text.leave_unread()
        reading = Reading(documents=[self._document(self.identity)])
        tally = self.text.counts()
        self.effect.walk.give(tally)
        tally.fill(reading, USED)
        reading.ignored.update(self.text.unread)
        types = Counter(effect.type for effect in self.effects)
        reading.met.update({EFFECT_TYPE + name: times for name, times in types.items()})
        return reading

    def _document(self, identity: clml_identity.Identity) -> Document:
        metadata, get = self.metadata, self.attributes.get
        provisions = tuple(one for one in self.provisions if one is not None)
        notes = self.root == f"{LEG}EN"
        effect_ids = {effect.id for effect in self.effects}
        commentaries = self.text.commentaries_of(effect_ids)
        departments = tuple(dict.fromkeys(self.text.departments))
        return Document(
            iri=addresses.iri(identity.law, "notes") if notes else identity.iri,
            uri=identity.uri,
            form="metadata"
            if notes
            else clml_identity.form_of(identity, self.has_text, bool(self.contents)),
            type=identity.type,
            main_type=metadata.main_type or addresses.CLASSES.get(identity.type, ""),
            minor_type=metadata.minor_type,
            category=metadata.category,
            fragment=identity.fragment,
            version=identity.version,
            status=metadata.status,
            language=identity.language,
            title=metadata.title or self.text.title,
            alternative_titles=metadata.alternative_titles,
            description=metadata.description,
            year=identity.year,
            number=identity.number,
            alternative_numbers=metadata.alternative_numbers,
            isbn=metadata.isbn,
            enacted=metadata.enacted,
            made=metadata.made,
            sifted=metadata.sifted,
            laid=metadata.laid,
            coming_into_force=metadata.coming_into_force,
            valid=metadata.valid,
            start=get("RestrictStartDate", ""),
            end=get("RestrictEndDate", ""),
            modified=metadata.modified,
            extent=get("RestrictExtent", ""),
            publisher=metadata.publisher,
            departments=departments or (metadata.creators if notes else ()),
            subjects=metadata.subjects,
            confers_power=metadata.confers_power,
            supersedes=metadata.supersedes,
            superseded_by=metadata.superseded_by,
            same_as=metadata.same_as,
            versions=metadata.versions,
            provisions=() if notes else provisions or tuple(self.contents),
            citations=() if notes else tuple(self.text.citations),
            commentaries=commentaries,
            effects=tuple(self.effects),
            repealed=metadata.repealed,
            blanket_amendments=metadata.blanket_amendments,
            corrects=metadata.corrects,
            corrected_by=metadata.corrected_by,
            times=metadata.times,
            files=metadata.files,
        )
