"""What the text of a law points to: citations, the editors' notes, footnotes; and what deeper levels say.

Every element is looked at once and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from lxml import etree

from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.loss import Tally
from reformgraph.ingest.law.model import Citation, Commentary, Provision, Reference
from reformgraph.ingest.law.readers.clml_structure import DEEPER, OWN, P1, Frame
from reformgraph.ingest.law.readers.references import cited, pointed
from reformgraph.ingest.law.shapes import Walk, Wanted
from reformgraph.ingest.law.titles import plain
from reformgraph.ingest.law.xml import LEG, text_of

_QUOTES = (f"{LEG}BlockAmendment", f"{LEG}InlineAmendment", f"{LEG}BlockExtract")
_LINE = f"{LEG}Text"
_PRELIMS = ("PrimaryPrelims", "SecondaryPrelims", "EUPrelims")

USED = frozenset(
    (
        *("leg:Commentary", "leg:Commentary@id", "leg:Commentary@Type", "leg:CommentaryRef"),
        *("leg:CommentaryRef@Ref", "leg:Addition@CommentaryRef", "leg:Substitution@CommentaryRef"),
        *("leg:Repeal@CommentaryRef", "leg:FootnoteRef", "leg:FootnoteRef@Ref", "leg:Footnote"),
        *("leg:Footnote@id", "leg:Citation", "leg:CitationSubRef", "leg:Department"),
        *("leg:Citation@id", "leg:Citation@Operative", "leg:Citation@URI", "leg:Citation@Class"),
        *("leg:Citation@Year", "leg:Citation@Number", "leg:Citation@AlternativeNumber"),
        *("leg:CitationSubRef@URI", "leg:CitationSubRef@UpTo", "leg:CitationSubRef@CitationRef"),
        *("leg:CitationSubRef@SectionRef", "leg:CitationSubRef@StartSectionRef"),
        *("leg:CitationSubRef@EndSectionRef", "leg:CitationSubRef@Operative"),
    )
)
"""The names that leave something in citations and commentaries."""


class Text:
    """Gathers what the text points to, part by part, and counts every element and attribute."""

    def __init__(self, name: str, shells: Collection[str]) -> None:
        self.name = name
        self.law = ""
        self.fragment = ""
        self.title = ""
        self.citations: list[Citation] = []
        self.departments: list[str] = []
        self.unread: Counter[str] = Counter()
        self._shells = shells
        self._walk = Walk(self._wanted)
        self._looks = {
            f"{LEG}CommentaryRef": Wanted(self._ref),
            f"{LEG}FootnoteRef": Wanted(self._footnote_ref),
            f"{LEG}Department": Wanted(self._department),
            f"{LEG}Citation": Wanted(self._citation),
            f"{LEG}CitationSubRef": Wanted(self._subref),
        }
        self._paths: tuple[str, ...] = ("",)
        self._frame: Frame | None = None
        self._commentary = ""
        self._deeper: list[Provision] = []
        self._cited: dict[str, str] = {}
        self._refs: dict[str, dict[str, None]] = {}
        self._notes: dict[str, str] = {}
        self._commentaries: list[tuple[str, str, str]] = []

    def part(
        self, element: etree._Element, paths: tuple[str, ...], frame: Frame
    ) -> list[Provision]:
        """Look through one part of the structure as it closes; parts inside it are empty by now.

        ``paths`` are the provisions that it is about; gives the deeper levels that have something
        of their own to say or are ``fragment``, the one asked for (set it, and ``law``, first).
        """
        self._paths, self._frame = paths, frame
        self._commentary, self._deeper = "", []
        if frame.name in _PRELIMS and not self.title:
            title = element.find(f"{LEG}Title")
            lines = element.find(f"{LEG}MultilineTitle") if title is None else title
            self.title = plain(text_of(lines))[0]
        self._walk.over(element)
        return self._deeper

    def count(self, element: etree._Element) -> None:
        """Count an element and all that it holds, but for the shells of what was looked through."""
        self._paths, self._frame, self._commentary, self._deeper = ("",), None, "", []
        self._walk.over(element)

    def commentary(self, element: etree._Element) -> None:
        """Keep one editor's note and the citations in it; they stand where the note does."""
        name = element.get("id", "")
        self._commentary = name
        self._paths, self._frame = tuple(self._refs.get(name, ("",))), None
        lines = [text for one in element.iter(_LINE) if (text := text_of(one))]
        text = " ".join(lines) or text_of(element)
        self._commentaries.append((name, element.get("Type", ""), text))
        self._walk.over(element)
        self._commentary = ""

    def footnote(self, element: etree._Element) -> None:
        """Take the citations of a footnote for those of the provision that refers to it."""
        path = self._notes.get(element.get("id", ""), "")
        self._paths, self._frame, self._commentary = (path,), None, ""
        self._walk.over(element)

    def commentaries_of(self, effects: Collection[str]) -> tuple[Commentary, ...]:
        """Give all notes, with the provisions that point to them; ``effects`` are known effect ids."""
        return tuple(
            Commentary(
                id=name,
                type=kind,
                text=text,
                paths=tuple(self._refs.get(name, ())),
                effect=name if name.startswith("key-") or name in effects else "",
            )
            for name, kind, text in self._commentaries
        )

    def leave_unread(self) -> None:
        """Count what was cited as ignored: explanatory notes cite, but are not law."""
        self.unread["leg:Citation"] += len(self.citations)

    def counts(self) -> Tally:
        """Give the counts of all that was met."""
        tally = Tally()
        self._walk.give(tally)
        return tally

    def _wanted(self, tag: str, keys: Collection[str]) -> Wanted | None:
        """Say what looks at elements of this name with these attributes."""
        if not keys and tag in self._shells:
            return Wanted(self._shell)
        if tag in DEEPER:
            if OWN.intersection(keys):
                return Wanted(self._own)
            asked = self.fragment and {"IdURI", "id"}.intersection(keys)
            return Wanted(self._asked_for) if asked else None
        named = self._looks.get(tag)
        if named is None and "CommentaryRef" in keys:
            return Wanted(self._changed)
        return named

    def _shell(self, element: etree._Element, _: object) -> None:
        """Take back the count of what was looked through before and emptied."""
        if not len(element) and not element.text:
            self._walk.take_back(str(element.tag))

    def _ref(self, element: etree._Element, _: object) -> None:
        self._stands_here(element.get("Ref", ""))

    def _changed(self, element: etree._Element, _: object) -> None:
        self._stands_here(element.get("CommentaryRef", ""))

    def _stands_here(self, names: str) -> None:
        for name in names.split():
            places = self._refs.setdefault(name, {})
            for path in self._paths:
                places[path] = None

    def _footnote_ref(self, element: etree._Element, _: object) -> None:
        self._notes.setdefault(element.get("Ref", ""), self._paths[0])

    def _department(self, element: etree._Element, _: object) -> None:
        if text := text_of(element):
            self.departments.append(text)

    def _citation(self, element: etree._Element, _: object) -> None:
        law = cited(element)
        if name := element.get("id"):
            self._cited[name] = law
        self._cite(element, Reference(law, "", text_of(element)) if law else None)

    def _subref(self, element: etree._Element, _: object) -> None:
        get = element.get
        first, last, end = get("URI", ""), get("UpTo", ""), get("EndSectionRef", "")
        if not first or (end and not last):
            law = self._cited.get(get("CitationRef", ""), "")
            begin = get("SectionRef", "") or get("StartSectionRef", "")
            first, last = pointed(first, begin, law), pointed(last, end, law)
        else:
            first, last = addresses.canonical(first), pointed(last, "", "")
        self._cite(element, Reference(first, last, text_of(element)) if first else None)

    def _cite(self, element: etree._Element, target: Reference | None) -> None:
        if target is None or (self._frame is not None and _is_quoted(element)):
            self.unread["leg:" + str(element.tag).removeprefix(LEG)] += 1
            return
        path = self._paths[0]
        place = _place(element) if self._frame is not None else ""
        self.citations.append(
            Citation(
                path=path,
                target=target,
                text=target.text,
                commentary=self._commentary,
                operative=element.get("Operative") == "true",
                place=place if place.startswith(path + "/") else "",
            )
        )

    def _asked_for(self, element: etree._Element, _: object) -> None:
        if _own_path(element) == self.fragment:
            self._own(element, _)

    def _own(self, element: etree._Element, _: object) -> None:
        """Make a Provision of a level below the section that says something of its own."""
        path = _own_path(element)
        if not path or self._frame is None or path == self._paths[0] or _is_quoted(element):
            return
        get = element.attrib.get
        frame = self._frame
        start, end = get("RestrictStartDate", ""), get("RestrictEndDate", "")
        status = get("Status") or frame.status
        number = element.find(f"{LEG}Pnumber")
        self._deeper.append(
            Provision(
                path=path,
                iri=addresses.iri(self.law, path),
                element=str(element.tag).removeprefix(LEG),
                number=text_of(number).rstrip("."),
                parent=self._paths[0],
                uri=get("DocumentURI", ""),
                extent=get("RestrictExtent") or frame.extent,
                start=start or ("" if end else frame.dates[0]),
                end=end or ("" if start else frame.dates[1]),
                status=status,
                confers_power=get("ConfersPower") == "true",
                in_force=get("Match") == "true" if get("Match") else frame.in_force,
                variant=frame.variant,
                blanket_amendment=get("BlanketAmendment") == "true",
            )
        )


def _own_path(element: etree._Element) -> str:
    path = addresses.path_of(element.get("IdURI", ""))
    ref = element.get("id", "")
    return path or (addresses.path_of_ref(ref) if "-" in ref else "")


def _place(element: etree._Element) -> str:
    for one in element.iterancestors():
        if one.tag in DEEPER and (path := _own_path(one)):
            return path
        if one.tag == P1:
            break
    return ""


def _is_quoted(element: etree._Element) -> bool:
    return next(element.iterancestors(*_QUOTES), None) is not None
