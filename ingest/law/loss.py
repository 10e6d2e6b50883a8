"""What files had and what was left of it: counts by name, so that silence never hides loss.

Readers count every element (``leg:P1``) and attribute (``leg:P1@IdURI``) that they meet, and which
of them left nothing in the records. ``report`` adds the readings up. A name that is dropped by
decision is in ``DROPPED`` with the reason; one that is dropped and not there is *unknown*: a file
of a kind that no reader was written for, and the report puts it first.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field

from lxml import etree

from reformgraph.ingest.law.dropped import OTHER_FORMATS
from reformgraph.ingest.law.model import Reading
from reformgraph.ingest.law.xml import short

EFFECT_TYPE = "effect type: "
"""What stands before an effect's type in the counts."""

DROPPED = {
    "how text looks: the text stays on legislation.gov.uk": (
        "leg:P(@(id|shortId|DocumentURI))?"
        "|leg:(Text|Para|P\\d(para|group)|P[2-9]|BlockText|Emphasis|Strong|SmallCaps|Underline|Span"
        "|Superior|Inferior|Uppercase|Strike|Character|Acronym|Abbreviation|Definition|Proviso|Term"
        "|Number|Pnumber|Title|Subtitle|TitleBlock|Reference|(Ordered|Unordered|Key)List|ListItem"
        "|Key|Address|AddressLine|Tabular|TableText|Figure|Image|Formula|Where|Form|Note|Comment"
        "|Marginnote|MarginNoteRef|LeaderText|Leader|Indent|Justify|Line|Rule|Br|Division|Draft"
        "|IncludedDocument|ExternalVersion|Resources?|InternalVersion|XMLcontent|MajorHeading"
        "|BlockExtract|InlineExtract|AppendText|FootnoteText|Footnotes?|Correction|RoyalArms)(@.*)?"
        "|(html|math):.*|.*@(html|math):.*"
    ),
    "wrappers: what they hold is read": (
        "leg:(Legislation|EN|Primary|Secondary|EURetained|Body|EUBody|Schedules|ScheduleBody"
        "|AppendixBody|Contents|ContentsSchedules|ContentsAppendices|ContentsAttachments|Versions"
        "|Commentaries|P1para|Attachments|AttachmentGroup|ExplanatoryNotes|ENprelims|Preamble)"
        "|ukm:(Metadata|DocumentClassification|Alternatives|Notes|CorrectionSlips|OrdersInCouncil"
        "|ImpactAssessments|OtherDocuments|CodesOfPractice|CodesOfConduct|TablesOfOrigins"
        "|TablesOfDestinations|TranspositionNotes|UKRPCOpinions|ENmetadata|EURLexIdentifiers)"
    ),
    "words that the metadata has as values": (
        "leg:(Primary|Secondary|EU)Pre(lims|amble)(@.*)?|leg:(LongTitle|DateOfEnactment|MadeDate"
        "|LaidDate|ComingIntoForce|ComingIntoForceClauses|SiftedDate|DateText|Subject|MultilineTitle"
        "|SubjectInformation|EnactingText|EnactingTextOmitted|IntroductoryText|SignedSection|Approved"
        "|Signatory|Signee|PersonName|JobTitle|DateSigned|Resolution|RoyalPresence|LSseal)(@.*)?"
    ),
    "text of other laws that this one quotes": "leg:(Block|Inline)Amendment(@.*)?",
    "each run of changed text: the commentary and the effect tell the change": (
        "leg:(Addition|Substitution|Repeal)(@.*)?"
    ),
    "links within the law, and names of places in it": (
        "leg:InternalLink(@.*)?|leg:ExternalLink(@.*)?|leg:.*@(id|shortId|DocumentURI)|leg:FootnoteRef"
        "|leg:CommentaryRef|leg:CitationListRef(@.*)?|leg:CitationList(@.*)?"
    ),
    "counts and housekeeping of the site": (
        ".*@NumberOfProvisions|.*@SchemaVersion|.*@xsi:.*|.*@xml:(base|lang|space|id)|ukm:Statistics"
        "|ukm:(Total|Body|Schedule|Attachment)(Paragraphs|Images)(@.*)?|dc:(type|format|creator"
        "|contributor|date|rights|relation|coverage|source)(@.*)?|dct:(created|available|issued)"
        "|ukm:EURLex(Metadata|Extracted|Modified)(@.*)?|ukm:XML(Generated|Imported)(@.*)?"
        "|ukm:(DepartmentCode|RoyalPresence)(@.*)?|ukm:Note(@.*)?|ukm:(Cellar|OfficialJournal|Treaty|CreatedBy)(@.*)?"
    ),
    "EUR-Lex's own record of an EU law": "[A-Z0-9_-]+(@type)?",
    "paragraphs without a number, which have no address for people": (
        "leg:P@(IdURI|Match|Status|ConfersPower|Restrict(Extent|StartDate|EndDate))"
    ),
    "the address says it": "atom:link(@.*)?|dc:subject@scheme|ukm:(Supersedes|SupersededBy)",
    "sizes, languages and numbers of files": (
        "ukm:(Alternative|CorrectionSlip|OrderInCouncil|ImpactAssessment|OtherDocument|CodeOfPractice"
        "|CodeOfConduct|TableOfOrigins|TableOfDestinations|TranspositionNote|UKRPCOpinion)(@.*)?"
    ),
    "editors' bookkeeping of effects": (
        "ukm:(Unapplied)?Effect@(Row|Index|New|(Welsh)?AppliedModified|AffectedExtentSections"
        "|AffectingCommencementSections|affectingLegislation)"
        "|ukm:InForce@(AppendedCommentary|WelshApplied)|ukm:Citation@Title"
        "|ukm:Section(Range)?@(Found\\w*|err:.*|Extent\\w*|StartDate\\w*)|.*@err:.*|err:.*"
    ),
    "how numbers are printed": (
        ".*@(PuncBefore|PuncAfter|NumberFormat|Layout|Format|Orientation|Decoration|ImageLayout)"
    ),
    "what else stands beside the meaning": (
        "leg:ContentsTitle@Generated|leg:Version@RestrictOutput|leg:Citation(@Title|@Language)?"
        "|leg:CitationSubRef(@Type|@Title|@Language)?|ukm:(ConfersPower|BlanketAmendment)@title"
        "|ukm:Subject@(URI|Scheme)"
    ),
}
"""Patterns of names that are dropped by decision, by reason."""

_PATTERNS = {reason: re.compile(pattern) for reason, pattern in (DROPPED | OTHER_FORMATS).items()}


class Tally:
    """Counts of elements and attributes, cheap enough to see every one of them."""

    def __init__(self) -> None:
        self.shapes: Counter[tuple[str, ...]] = Counter()

    def tree(self, element: etree._Element) -> None:
        """Count an element, its attributes and all that it holds."""
        self.add(element.iter(etree.Element))

    def add(self, elements: Iterable[etree._Element]) -> None:
        """Count elements and their attributes; comments and instructions must not be among them."""
        self.shapes.update([(one.tag, *one.keys()) for one in elements])  # type: ignore[arg-type]

    def met(self) -> Counter[str]:
        """Give the counts by short name: ``leg:P1``, ``leg:P1@IdURI``."""
        found: Counter[str] = Counter()
        for (tag, *keys), times in self.shapes.items():
            if not times:
                continue
            name = short(tag)
            found[name] += times
            for key in keys:
                found[f"{name}@{short(key)}"] += times
        return found

    def fill(self, reading: Reading, used: Collection[str]) -> None:
        """Add the counts to a reading: names in ``used`` left something in the records."""
        found = self.met()
        reading.met.update(found)
        reading.ignored.update({name: n for name, n in found.items() if name not in used})


@dataclass(frozen=True, slots=True)
class Line:
    """One name of the report; ``reason`` says why it is dropped, empty where unknown or all is used."""

    name: str
    met: int
    ignored: int
    reason: str = ""

    @property
    def unknown(self) -> bool:
        """Whether something was dropped that nobody decided to drop."""
        return bool(self.ignored) and not self.reason


@dataclass(slots=True)
class Report:
    """Sums over readings, unknown names first, and the files that could not be read."""

    files: int = 0
    documents: int = 0
    provisions: int = 0
    citations: int = 0
    commentaries: int = 0
    effects: int = 0
    lines: list[Line] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def unknown(self) -> list[Line]:
        """The names that were dropped without a decision."""
        return [line for line in self.lines if line.unknown]

    def as_json(self) -> str:
        """Give the report as JSON text."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False)

    def as_table(self) -> str:
        """Give the report as a table for a terminal."""
        head = (
            f"{self.files} files: {self.documents} documents, {self.provisions} provisions, "
            f"{self.citations} citations, {self.commentaries} commentaries, {self.effects} effects"
        )
        rows = [head, "", f"{'met':>9} {'ignored':>9}  name"]
        rows += [
            f"{line.met:9,} {line.ignored:9,}  {line.name}" + (f"  ({why})" if why else "")
            for line in self.lines
            if (why := "UNKNOWN" if line.unknown else line.reason) or not line.ignored
        ]
        return "\n".join([*rows, *(f"not read: {message}" for message in self.refused)])


def report(readings: Iterable[Reading], refused: Iterable[str] = ()) -> Report:
    """Add readings up; ``refused`` are the messages about files that could not be read."""
    found = Report(refused=list(refused))
    met: Counter[str] = Counter()
    ignored: Counter[str] = Counter()
    for reading in readings:
        found.files += 1
        found.documents += len(reading.documents)
        found.effects += len(reading.effects)
        for document in reading.documents:
            found.provisions += len(document.provisions)
            found.citations += len(document.citations)
            found.commentaries += len(document.commentaries)
            found.effects += len(document.effects)
        met.update(reading.met)
        ignored.update(reading.ignored)
    lines = [
        Line(name, times, ignored[name], reason_for(name) if ignored[name] else "")
        for name, times in met.items()
    ]
    found.lines = sorted(lines, key=lambda line: (not line.unknown, line.name))
    return found


def reason_for(name: str) -> str:
    """Say why a name is dropped by decision; empty when nobody decided."""
    for reason, pattern in _PATTERNS.items():
        if pattern.fullmatch(name):
            return reason
    return ""
