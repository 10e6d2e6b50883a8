"""What the text of a law points to: citations, the editors' notes, footnotes; and what deeper levels say.

Every element is looked at once and counted. What it is for is worked out once for each shape
(its name with the names of its attributes), of which a whole Act has some hundred.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection

from lxml import etree

from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.loss import Tally
from reformgraph.ingest.law.model import Citation, Commentary, Provision, Reference
from reformgraph.ingest.law.readers.clml_structure import DEEPER, OWN, P1, Frame
from reformgraph.ingest.law.readers.effect_element import cited_law
from reformgraph.ingest.law.titles import plain
from reformgraph.ingest.law.xml import LEG, text_of

_CITATION = f"{LEG}Citation"
_SUBREF = f"{LEG}CitationSubRef"
_QUOTES = (f"{LEG}BlockAmendment", f"{LEG}InlineAmendment", f"{LEG}BlockExtract")
_LINE = f"{LEG}Text"
_PRELIMS = ("PrimaryPrelims", "SecondaryPrelims", "EUPrelims")

USED = frozenset(
    (
        *("leg:Commentary", "leg:Commentary@id", "leg:Commentary@Type", "leg:CommentaryRef"),
        *("leg:CommentaryRef@Ref", "leg:Addition@CommentaryRef", "leg:Substitution@CommentaryRef"),
        *("leg:Repeal@CommentaryRef", "leg:FootnoteRef", "leg:FootnoteRef@Ref", "leg:Footnote"),
        *("leg:Footnote@id", "leg:Citation", "leg:CitationSubRef", "leg:Department"),
        *(
            f"leg:Citation@{name}"
            for name in ("URI", "id", "Class", "Year", "Number", "AlternativeNumber")
        ),
        *(
            f"leg:CitationSubRef@{name}"
            for name in (
                "URI",
                "UpTo",
                "CitationRef",
                "SectionRef",
                "StartSectionRef",
                "EndSectionRef",
                "Operative",
            )
        ),
    )
)
"""The names that leave something in citations and commentaries."""

_Handler = Callable[[etree._Element], None]


class _Shape:
    """How often a name with its attributes was met, and what looks at it."""

    __slots__ = ("handler", "times")

    def __init__(self, handler: _Handler | None) -> None:
        self.handler = handler
        self.times = 0


class Text:
    """Gathers what the text points to, part by part, and counts every element and attribute."""

    def __init__(self, name: str, shells: Collection[str]) -> None:
        self.name = name
        self.law = ""
        self.fragment = ""
        self.title = ""
        self.tally = Tally()
        self.citations: list[Citation] = []
        self.departments: list[str] = []
        self.unread: Counter[str] = Counter()
        self._shells = shells
        self._shapes: dict[tuple[str, ...], _Shape] = {}
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
        self._walk(element)
        return self._deeper

    def count(self, element: etree._Element) -> None:
        """Count an element and all that it holds, but for the shells of what was looked through."""
        self._paths, self._frame, self._commentary, self._deeper = ("",), None, "", []
        self._walk(element)

    def commentary(self, element: etree._Element) -> None:
        """Keep one editor's note and the citations in it; they stand where the note does."""
        name = element.get("id", "")
        self._commentary = name
        self._paths, self._frame = tuple(self._refs.get(name, ("",))), None
        lines = [text for one in element.iter(_LINE) if (text := text_of(one))]
        text = " ".join(lines) or text_of(element)
        self._commentaries.append((name, element.get("Type", ""), text))
        self._walk(element)
        self._commentary = ""

    def footnote(self, element: etree._Element) -> None:
        """Take the citations of a footnote for those of the provision that refers to it."""
        path = self._notes.get(element.get("id", ""), "")
        self._paths, self._frame, self._commentary = (path,), None, ""
        self._walk(element)

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

    def _walk(self, element: etree._Element) -> None:
        shapes = self._shapes
        for one in element.iter(etree.Element):
            # No str() around names: this runs for each element of a 50 MB Act.
            shape: tuple[str, ...] = (one.tag, *one.keys())  # type: ignore[arg-type]
            try:
                known = shapes[shape]
            except KeyError:
                known = shapes[shape] = _Shape(self._handler(shape))
            known.times += 1
            if known.handler is not None:
                known.handler(one)

    def _shell(self, element: etree._Element) -> None:
        """Take back the count of what was looked through before and emptied."""
        if not len(element) and not element.text:
            self._shapes[(str(element.tag),)].times -= 1

    def counts(self) -> Tally:
        """Give the counts of all that was met."""
        for shape, known in self._shapes.items():
            self.tally.shapes[shape] += known.times
            known.times = 0
        return self.tally

    def _handler(self, shape: tuple[str, ...]) -> _Handler | None:
        tag, keys = shape[0], shape[1:]
        if not keys and tag in self._shells:
            return self._shell
        if tag in DEEPER:
            if OWN.intersection(keys):
                return self._own
            return self._asked_for if self.fragment and {"IdURI", "id"} & {*keys} else None
        named = {
            f"{LEG}CommentaryRef": self._ref,
            f"{LEG}FootnoteRef": self._footnote_ref,
            f"{LEG}Department": self._department,
            _CITATION: self._citation,
            _SUBREF: self._subref,
        }.get(tag)
        return self._changed if named is None and "CommentaryRef" in keys else named

    def _ref(self, element: etree._Element) -> None:
        self._stands_here(element.get("Ref", ""))

    def _changed(self, element: etree._Element) -> None:
        self._stands_here(element.get("CommentaryRef", ""))

    def _stands_here(self, names: str) -> None:
        for name in names.split():
            places = self._refs.setdefault(name, {})
            for path in self._paths:
                places[path] = None

    def _footnote_ref(self, element: etree._Element) -> None:
        self._notes.setdefault(element.get("Ref", ""), self._paths[0])

    def _department(self, element: etree._Element) -> None:
        if text := text_of(element):
            self.departments.append(text)

    def _citation(self, element: etree._Element) -> None:
        law = cited_law(element)
        if name := element.get("id"):
            self._cited[name] = law
        self._cite(element, Reference(law, text=text_of(element)) if law else None)

    def _subref(self, element: etree._Element) -> None:
        get = element.attrib.get
        law = self._cited.get(get("CitationRef", ""), "")
        first = addresses.canonical(get("URI", "")) or _joined(
            law, get("SectionRef") or get("StartSectionRef")
        )
        last = addresses.canonical(get("UpTo", "")) or _joined(law, get("EndSectionRef"))
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

    def _asked_for(self, element: etree._Element) -> None:
        if _own_path(element) == self.fragment:
            self._own(element)

    def _own(self, element: etree._Element) -> None:
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


def _joined(law: str, ref: str | None) -> str:
    return f"{law}/{addresses.path_of_ref(ref)}" if law and ref else ""


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
