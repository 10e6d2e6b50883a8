"""The structure of a CLML text: one frame for each open part, one Provision for each that closes.

A frame knows what it inherits: extent, status, dates and whether it is in force come from the
nearest ancestor that says so (CLML User Guide, fragment attributes); dates not from the root, whose
dates are those of the whole law's version. Paths come from ``IdURI``, else from the ``id``, else from the numbers.
"""

from __future__ import annotations

import re
import unicodedata

from lxml import etree

from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.model import Provision
from reformgraph.ingest.law.xml import LEG, text_of

_WORDS = {
    "Group": "group",
    "Part": "part",
    "Chapter": "chapter",
    "Pblock": "crossheading",
    "PsubBlock": "crossheading",
    "Schedule": "schedule",
    "Appendix": "appendix",
    "EUPart": "part",
    "EUTitle": "title",
    "EUChapter": "chapter",
    "EUSection": "section",
    "EUSubsection": "subsection",
    "Division": "division",
    "Attachment": "attachment",
}
"""The word of the address for each container."""
CONTAINERS = frozenset(f"{LEG}{name}" for name in _WORDS)
SILENT = frozenset(
    f"{LEG}{name}"
    for name in (
        "Body",
        "EUBody",
        "Schedules",
        "ScheduleBody",
        "AppendixBody",
        "P1group",
        "Version",
        "PrimaryPrelims",
        "SecondaryPrelims",
        "EUPrelims",
        "SignedSection",
        "ExplanatoryNotes",
        "Attachments",
        "AttachmentGroup",
        "EarlierOrders",
    )
)
"""Elements that are no provision and hand their attributes on."""
P1 = f"{LEG}P1"
P2 = f"{LEG}P2"
_TITLES = frozenset((f"{LEG}Title", f"{LEG}Subtitle"))
_NUMBERS = frozenset((f"{LEG}Pnumber", f"{LEG}Number"))
_BLOCK = f"{LEG}TitleBlock"
DEEPER = frozenset(f"{LEG}P{level}" for level in range(2, 8))
FRAMES = CONTAINERS | SILENT | {P1, P2}

_ATTRIBUTES = (
    *("IdURI", "DocumentURI", "RestrictExtent", "RestrictStartDate", "RestrictEndDate", "Status"),
    *("Match", "ConfersPower", "BlanketAmendment", "Concurrent", "AltVersionRefs"),
)
OWN = frozenset(_ATTRIBUTES[2:]) - {"Concurrent", "AltVersionRefs"}
"""Attributes with which a deeper level says something of its own."""
USED = frozenset(
    (
        *(
            f"leg:{name}@{attribute}"
            for name in (
                *_WORDS,
                "P1group",
                "P1",
                "P2",
                "P3",
                "P4",
                "P5",
                "P6",
                "P7",
                "Body",
                "EUBody",
                "Schedules",
                "ScheduleBody",
                "PrimaryPrelims",
                "SecondaryPrelims",
                "EUPrelims",
                "SignedSection",
                "ExplanatoryNotes",
                "AppendixBody",
            )
            for attribute in (*_ATTRIBUTES, "id")
            if name not in ("P2", "P3", "P4", "P5", "P6", "P7") or attribute in OWN
        ),
        *(f"leg:{name}" for name in (*_WORDS, "P1group", "P1")),
        *("leg:Version", "leg:Version@id", "leg:Version@Description"),
        *("leg:Number", "leg:Pnumber", "leg:Title", "leg:TitleBlock", "leg:Subtitle"),
    )
)
"""The names that leave something in a Provision."""

_MINOR = {
    "order": "article",
    "regulation": "regulation",
    "rule": "rule",
    "scheme": "section",
    "resolution": "section",
}
_LEADING_WORD = re.compile(
    r"^(?:part|chapter|schedule|annex|title|section|article|appendix|group|rhan|pennod|atodlen|"
    r"regulation|rule|paragraph|division|attachment|sub-?section)\b[\s.:]*",
    re.IGNORECASE,
)


class Frame:
    """One open element of the structure, with what it inherits; ``path`` is worked out when asked for."""

    __slots__ = (
        "_path",
        "attributes",
        "blanket_amendment",
        "confers_power",
        "dates",
        "element",
        "extent",
        "in_force",
        "name",
        "parent",
        "place",
        "sections",
        "silent",
        "status",
        "variant",
    )

    def __init__(self, element: etree._Element, parent: Frame | None, place: int) -> None:
        # All at once: to ask lxml for each attribute costs more.
        self.attributes: dict[str, str] = dict(element.items())  # type: ignore[arg-type]  # lxml-stubs
        get = self.attributes.get
        tag = str(element.tag)
        self.element = element
        self.name = tag.removeprefix(LEG)
        self.parent = parent
        self.place = place
        # Divisions of an EU preamble are its recitals: part of the introduction, no provisions.
        recital = parent is not None and parent.silent and parent.name in ("EUPrelims", "Division")
        self.silent: bool = tag in SILENT or recital
        self._path: str | None = None
        self.sections: list[str] = []
        self.extent: str = get("RestrictExtent") or (parent.extent if parent else "")
        start, end = get("RestrictStartDate", ""), get("RestrictEndDate", "")
        inherited = parent.dates if parent else ("", "")
        self.dates: tuple[str, str] = (start, end) if start or end else inherited
        self.status: str = get("Status") or (parent.status if parent else "")
        self.in_force = _in_force(get("Match"), get("Status"))
        if self.in_force is None and parent:
            self.in_force = parent.in_force
        of_group = parent if parent and parent.name == "P1group" else None
        self.confers_power: bool = get("ConfersPower") == "true" or bool(
            of_group and of_group.confers_power
        )
        self.blanket_amendment: bool = get("BlanketAmendment") == "true" or bool(
            of_group and of_group.blanket_amendment
        )
        self.variant: str = parent.variant if parent else ""

    @property
    def holder(self) -> Frame | None:
        """The nearest frame around this one that is a provision."""
        frame = self.parent
        while frame is not None and frame.silent:
            frame = frame.parent
        return frame

    def path(self, kind: Kind) -> str:
        """Give the path: of this provision, or of what contains a silent frame (empty: the law)."""
        if self._path is None:
            holder = self.holder
            around = holder.path(kind) if holder else ""
            self._path = around if self.silent else self._own_path(kind, around)
        return self._path

    def _own_path(self, kind: Kind, around: str) -> str:
        get = self.attributes.get
        if path := addresses.path_of(get("IdURI") or get("DocumentURI") or ""):
            return path
        ref = get("id", "")
        if kind.looks_like_a_path(ref):
            return addresses.path_of_ref(ref)
        return self._path_by_number(kind, around)

    def _path_by_number(self, kind: Kind, around: str) -> str:
        number = bare_number(self.number)
        if self.name == "P2":
            return f"{around}/{number}".strip("/") if number else ""
        if self.name == "P1":
            schedule = _schedule_of(around)
            word = f"{schedule}/paragraph" if schedule else kind.word
            path = f"{word}/{number}" if number else ""
            if path in kind.taken and around and not self.variant:
                # Numbers that begin again in each part: the address then has the part, too.
                path = f"{around}/{word.rpartition('/')[2]}/{number}"
            kind.taken.add(path)
            return path
        word = _WORDS[self.name]
        if self.name in ("Pblock", "PsubBlock"):
            number = slug(self.heading)
        elif self.name == "Schedule" and self.number.lower().startswith("annex"):
            word = "annex"
        elif self.name == "Schedule" and not number:
            return word
        return "/".join(part for part in (around, word, number) if part) if number else ""

    @property
    def number(self) -> str:
        """The number as it stands: ``6``, ``Part I``, ``SCHEDULE 1``."""
        return _labels(self.element)[0]

    @property
    def heading(self) -> str:
        """The heading: its own title, or that of the group of a section."""
        return self._heading(_labels(self.element)[1])

    def _heading(self, own: str) -> str:
        if not own and self.name == "P1" and self.parent and self.parent.name == "P1group":
            own = _labels(self.parent.element)[1]
        return own

    def provision(self, kind: Kind) -> Provision | None:
        """Make the record; None for what has no number, heading or address to be known by."""
        path = self.path(kind)
        if self.silent or not path:
            return None
        holder = self.holder
        number, heading = _labels(self.element)
        return Provision(
            path=path,
            iri=addresses.iri(kind.law, path),
            element=self.name,
            number=number,
            heading=self._heading(heading),
            parent=holder.path(kind) if holder else "",
            uri=self.attributes.get("DocumentURI", ""),
            extent=self.extent,
            start=self.dates[0],
            end=self.dates[1],
            status=self.status,
            confers_power=self.confers_power,
            in_force=self.in_force,
            variant=self.variant,
            blanket_amendment=self.blanket_amendment,
        )


class Kind:
    """What the paths of one law's provisions depend on: its key, category and minor type.

    ``taken`` are the paths that were built from numbers so far.
    """

    def __init__(self, law: str, category: str, minor_type: str) -> None:
        self.law = law
        self.taken: set[str] = set()
        if category == "euretained":
            self.word = "article"
        elif category == "secondary":
            self.word = _MINOR.get(
                minor_type, "article" if law.startswith("nisi/") else "regulation"
            )
        else:
            self.word = "section"
        self._ref = re.compile(
            rf"(?:{self.word}|schedule|part|chapter|group|annex|title|article|section|rule|"
            r"regulation|paragraph|crossheading|division|appendix|attachment)(?:-.+)?"
        )

    def looks_like_a_path(self, ref: str) -> bool:
        """Say whether an element's id is an address with hyphens (``section-1-2``), not a mere label."""
        return bool(self._ref.fullmatch(ref))


def bare_number(text: str) -> str:
    """Give the number of an address: ``Article 1`` → ``1``, ``PART IV`` → ``IV``, ``(a)`` → ``a``."""
    bare = _LEADING_WORD.sub("", " ".join(text.split()))
    bare = re.split(r"[\s—–:,]", bare.strip(" ()[].—–:"), maxsplit=1)[0]
    return re.sub(r"[^\w.-]", "", bare).strip(".-")


def slug(heading: str) -> str:
    """Give the words of a cross-heading's address as the site makes it.

    Lower case, no accents, punctuation and hyphens gone, words joined by hyphens: of 757 in the
    samples, 729 come out alike; the others had another heading when they got their address.
    """
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode().lower()
    return "-".join(re.sub(r"[^a-z0-9\s]", "", plain).split())


def _labels(element: etree._Element) -> tuple[str, str]:
    """Give the number and the titles that stand in an element, or its titles in a block."""
    number: etree._Element | None = None
    found: list[str] = []
    in_block: list[str] = []
    for one in element:
        tag = one.tag
        if tag in _TITLES:
            found.append(text_of(one))
        elif tag in _NUMBERS:
            number = one if number is None else number
        elif tag == _BLOCK and not in_block:
            in_block = [text_of(title) for title in one if title.tag in _TITLES]
    return text_of(number).rstrip("."), " ".join(filter(None, (*found, *in_block)))


def _schedule_of(path: str) -> str:
    parts = path.split("/")
    if parts[0] not in ("schedule", "annex"):
        return ""
    numbered = len(parts) > 1 and parts[1] not in _WORDS.values()
    return "/".join(parts[:2]) if numbered else parts[0]


def _in_force(match: str | None, status: str | None) -> bool | None:
    if match in ("true", "false"):
        return match == "true"
    return False if status in ("Prospective", "Repealed", "Discarded", "Dead") else None
