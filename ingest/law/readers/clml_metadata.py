"""The metadata of a CLML file (``ukm:Metadata``), without effects, which are read on their own.

Values sit in ``@Value`` or ``@Date`` (CLML User Guide, part 5). What the site gives as PDFs and
other files has one shape whatever it is called.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from reformgraph.ingest.law import addresses, titles
from reformgraph.ingest.law.model import InForce, Version
from reformgraph.ingest.law.xml import ATOM, DC, DCT, UKM, XML, text_of

_KINDS = (f"{UKM}PrimaryMetadata", f"{UKM}SecondaryMetadata", f"{UKM}EUMetadata")
_NOTES = f"{UKM}ENmetadata"
_FILES = (
    *("Alternative", "CorrectionSlip", "OrderInCouncil", "ImpactAssessment", "OtherDocument"),
    *("CodeOfPractice", "CodeOfConduct", "TableOfOrigins", "TableOfDestinations"),
    *("TranspositionNote", "UKRPCOpinion"),
)
_HAS_VERSION = "http://purl.org/dc/terms/hasVersion"

USED = frozenset(
    (
        *(f"dc:{name}" for name in ("identifier", "title", "description", "language", "modified")),
        *("dc:publisher", "dc:subject", "dc:title@xml:lang", "dct:alternative", "dct:valid"),
        *("atom:link", "atom:link@rel", "atom:link@href", "atom:link@title", "atom:link@hreflang"),
        *("ukm:PrimaryMetadata", "ukm:SecondaryMetadata", "ukm:EUMetadata", "ukm:ENmetadata"),
        *(
            f"ukm:{name}{value}"
            for name in (
                "DocumentCategory",
                "DocumentMainType",
                "DocumentMinorType",
                "DocumentStatus",
                "Year",
                "Number",
                "ISBN",
                "ELI",
                "CELEX",
            )
            for value in ("", "@Value")
        ),
        *("ukm:AlternativeNumber", "ukm:AlternativeNumber@Category", "ukm:AlternativeNumber@Value"),
        *(
            f"ukm:{name}{value}"
            for name in ("EnactmentDate", "Made", "Laid", "Sifted", "DateTime", "Resolution")
            for value in ("", "@Date", "@Time")
        ),
        *("ukm:Laid@Class", "ukm:ComingIntoForce", "ukm:Supersedes", "ukm:Supersedes@URI"),
        *("ukm:SupersededBy", "ukm:SupersededBy@URI", "ukm:Correction", "ukm:Correction@Type"),
        *(f"ukm:Correction@{name}" for name in ("Class", "Year", "Number", "ISBN")),
        *("ukm:ConfersPower", "ukm:ConfersPower@IdURI", "ukm:BlanketAmendment"),
        *("ukm:BlanketAmendment@IdURI", "ukm:Subject", "ukm:Subject@Label"),
        *(f"ukm:{name}{end}" for name in _FILES for end in ("", "@URI", "@Date", "@Title")),
    )
)
"""The names that leave something in a Document."""


@dataclass(slots=True)
class Metadata:
    """What ``ukm:Metadata`` says, by the names of ``Document``; ``identifiers`` are all dc:identifier."""

    identifiers: tuple[str, ...] = ()
    title: str = ""
    repealed: bool = False
    alternative_titles: tuple[str, ...] = ()
    description: str = ""
    language: str = ""
    publisher: str = ""
    modified: str = ""
    valid: str = ""
    subjects: tuple[str, ...] = ()
    creators: tuple[str, ...] = ()
    category: str = ""
    main_type: str = ""
    minor_type: str = ""
    status: str = ""
    year: int | None = None
    number: str = ""
    alternative_numbers: tuple[tuple[str, str], ...] = ()
    isbn: str = ""
    enacted: str = ""
    made: str = ""
    sifted: str = ""
    laid: tuple[tuple[str, str], ...] = ()
    times: tuple[tuple[str, str], ...] = ()
    coming_into_force: tuple[InForce, ...] = ()
    confers_power: tuple[str, ...] = ()
    blanket_amendments: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    superseded_by: tuple[str, ...] = ()
    corrects: tuple[str, ...] = ()
    corrected_by: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()
    versions: tuple[Version, ...] = ()
    files: tuple[tuple[str, str, str], ...] = field(default_factory=tuple)


def metadata(element: etree._Element) -> Metadata:
    """Read ``ukm:Metadata``; effects in it are not looked at."""
    kind = next((one for one in element if one.tag in (*_KINDS, _NOTES)), None)
    own = element if kind is None else kind
    found = _standard(element)
    found.category = _value(own, "DocumentCategory")
    found.main_type = _value(own, "DocumentMainType")
    found.minor_type = _value(own, "DocumentMinorType")
    found.status = _value(own, "DocumentStatus")
    year = _value(own, "Year")
    found.year = int(year) if year.isdecimal() and len(year) <= 4 else None
    found.number = _value(own, "Number")
    found.number = found.number.lstrip("0") or found.number
    found.isbn = _value(own, "ISBN")
    found.alternative_numbers = tuple(
        (one.get("Category", ""), one.get("Value", ""))
        for one in own.iterchildren(f"{UKM}AlternativeNumber")
    )
    found.enacted = _date(own, "EnactmentDate")
    # A resolution has the date of the resolution in place of the one on which it was made.
    found.made = _date(own, "Made") or _date(own, "Resolution")
    found.sifted = _date(own, "Sifted")
    found.laid = tuple(
        (one.get("Class", ""), one.get("Date", "")) for one in own.iterchildren(f"{UKM}Laid")
    )
    found.times = tuple(
        (name.lower(), one.get("Time", ""))
        for name in ("EnactmentDate", "Made", "Sifted", "Laid")
        for one in own.iterchildren(f"{UKM}{name}")
        if one.get("Time")
    )
    found.coming_into_force = tuple(_in_force(own))
    found.confers_power = _iris(element, "ConfersPower", "IdURI")
    found.blanket_amendments = _iris(element, "BlanketAmendment", "IdURI")
    found.supersedes = _iris(element, "Supersedes", "URI")
    found.superseded_by = _iris(element, "SupersededBy", "URI")
    found.corrects = tuple(_corrections(own, "corrects"))
    found.corrected_by = tuple(_corrections(own, "correctedBy"))
    found.same_as = tuple(_same_as(own))
    found.subjects += tuple(
        label for one in own.iter(f"{UKM}Subject") if (label := one.get("Label", ""))
    )
    found.versions = tuple(_versions(element))
    found.files = tuple(
        (one.get("URI", ""), one.get("Date", ""), one.get("Title", ""))
        for one in element.iter(*(f"{UKM}{name}" for name in _FILES))
        if one.get("URI")
    )
    return found


def _standard(element: etree._Element) -> Metadata:
    """Read the Dublin Core elements, which are children of the metadata itself."""

    def texts(name: str) -> tuple[str, ...]:
        return tuple(text for one in element.iterchildren(name) if (text := text_of(one)))

    def first(name: str) -> str:
        return next(iter(texts(name)), "")

    language = first(f"{DC}language").lower()[:2]
    by_language = {
        one.get(f"{XML}lang", ""): text_of(one) for one in element.iterchildren(f"{DC}title")
    }
    own = next((by_language[code] for code in (language, "", "en") if code in by_language), "")
    named = [text for text in texts(f"{DC}title") if text != own]
    title, repealed = titles.plain(own or (named.pop(0) if named else ""))
    return Metadata(
        identifiers=texts(f"{DC}identifier"),
        title=title,
        repealed=repealed,
        alternative_titles=tuple(dict.fromkeys((*named, *texts(f"{DCT}alternative")))),
        description=first(f"{DC}description"),
        language=language,
        publisher=first(f"{DC}publisher"),
        modified=first(f"{DC}modified"),
        valid=first(f"{DCT}valid"),
        subjects=texts(f"{DC}subject"),
        creators=texts(f"{DC}creator"),
    )


def _child(own: etree._Element, name: str) -> etree._Element | None:
    found = own.find(f"{UKM}{name}")
    if found is None:
        # The classification is one level down; Supersedes holds a number of another law.
        found = own.find(f"{UKM}DocumentClassification/{UKM}{name}")
    return found


def _value(own: etree._Element, name: str) -> str:
    found = _child(own, name)
    return "" if found is None else (found.get("Value") or text_of(found)).strip()


def _date(own: etree._Element, name: str) -> str:
    found = _child(own, name)
    return "" if found is None else found.get("Date", "")


def _iris(element: etree._Element, name: str, attribute: str) -> tuple[str, ...]:
    return tuple(
        addresses.canonical(one.get(attribute, ""))
        for one in element.iter(f"{UKM}{name}")
        if one.get(attribute)
    )


def _in_force(own: etree._Element) -> Iterator[InForce]:
    for container in own.iterchildren(f"{UKM}ComingIntoForce"):
        dated = [container] if container.get("Date") else []
        for one in [*dated, *container.iter(f"{UKM}DateTime")]:
            if one.get("Date") or text_of(one):
                yield InForce(
                    day=one.get("Date", ""), time=one.get("Time", ""), qualification=text_of(one)
                )


def _corrections(own: etree._Element, kind: str) -> Iterator[str]:
    for one in own.iterchildren(f"{UKM}Correction"):
        if one.get("Type") != kind:
            continue
        law = addresses.law_of(
            one.get("Class") or _value(one, "DocumentMainType"),
            one.get("Year") or _value(one, "Year"),
            one.get("Number") or one.get("ISBN") or _value(one, "Number"),
        )
        if law:
            yield addresses.iri(law)


def _same_as(own: etree._Element) -> Iterator[str]:
    """Give the identifiers that the EU's own register has: ELI and CELEX [data.europa.eu/eli]."""
    for one in own.iter(f"{UKM}ELI"):
        if value := one.get("Value"):
            yield "http://data.europa.eu/eli/" + value.replace(":", "/")
    for one in own.iter(f"{UKM}CELEX"):
        if value := one.get("Value"):
            yield f"http://publications.europa.eu/resource/celex/{value}"


def _versions(element: etree._Element) -> Iterator[Version]:
    for one in element.iterchildren(f"{ATOM}link"):
        if one.get("rel") != _HAS_VERSION or not one.get("href"):
            continue
        address = addresses.split(one.get("href", ""))
        title = one.get("title", "")
        label = (address.version if address else "") or titles.plain(title)[0] or "current"
        language = one.get("hreflang") or (address.language if address else "en")
        yield Version(addresses.http(one.get("href", "")), label, title, language)
