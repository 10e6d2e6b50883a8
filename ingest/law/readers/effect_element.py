"""One effect of the editors: ``ukm:UnappliedEffect`` of metadata and ``ukm:Effect`` of the changes feeds.

Both have one type (``EffectType`` of the schema ``legislationEffects.xsd``). Today's data names
laws in ``AffectedURI`` and ``AffectingURI`` and provisions in children; older data has the
provisions in the attributes themselves. Both are read.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.model import Effect, InForce, Reference
from reformgraph.ingest.law.xml import UKM, XML, text_of

SAME = "Same as affected"
_SPELT_SAME = "S+A+M+E+A+S+A+F+F+E+C+T+E+D"

_ATTRIBUTES = (
    *("EffectId", "URI", "Type", "TypeNotes", "Modified", "Created", "Comments", "Notes"),
    *("AffectedURI", "AffectedUpTo", "AffectedClass", "AffectedYear", "AffectedNumber"),
    *("AffectingURI", "AffectingUpTo", "AffectingClass", "AffectingYear", "AffectingNumber"),
    *("AffectedProvisions", "AffectingProvisions", "AffectedSectionRef", "AffectingSectionRef"),
    *("AffectedExtent", "AffectedEffectsExtent", "AffectingEffectsExtent", "AffectingExtent"),
    *("AffectedTerritorialApplication", "AffectingTerritorialApplication", "AppendedCommentary"),
    *("Applied", "RequiresApplied", "WelshApplied", "RequiresWelshApplied"),
    *("AffectedTitle", "AffectingTitle", "CommencingURI", "CommencingClass", "CommencingYear"),
    *("CommencingNumber", "CommencingSectionRef", "CommencingUpTo", "Date", "Prospective"),
)
USED = frozenset(
    (
        *(f"ukm:{name}" for name in ("UnappliedEffects", "UnappliedEffect", "Effect")),
        *(f"ukm:{kind}@{name}" for kind in ("UnappliedEffect", "Effect") for name in _ATTRIBUTES),
        *(
            f"ukm:{end}{what}"
            for end in ("Affected", "Affecting")
            for what in ("Title", "Provisions")
        ),
        *("ukm:AffectedTitle@xml:lang", "ukm:AffectingTitle@xml:lang", "ukm:Savings"),
        *("ukm:CommencementAuthority", "ukm:CommencingProvisions", "ukm:CommencingSavings"),
        *("ukm:Commenced", "ukm:Citation", "ukm:InForceDates", "ukm:InForce"),
        *(
            f"ukm:Citation@{name}"
            for name in ("URI", "Class", "Year", "Number", "AlternativeNumber")
        ),
        *(f"ukm:InForce@{name}" for name in ("Date", "Prospective", "Qualification", "Applied")),
        *(f"ukm:InForce@Commencing{name}" for name in ("URI", "Class", "Year", "Number")),
        *(f"ukm:InForce@{name}" for name in ("OtherQualification", "Comments", "Notes")),
        *("ukm:Section", "ukm:Section@Ref", "ukm:Section@URI", "ukm:Section@Missing"),
        *("ukm:SectionRange", "ukm:SectionRange@Start", "ukm:SectionRange@URI"),
        *("ukm:SectionRange@End", "ukm:SectionRange@UpTo", "ukm:SectionRange@Missing"),
        *("ukm:SectionRange@MissingStart", "ukm:SectionRange@MissingEnd"),
    )
)
"""The names that leave something in an Effect."""


def effect(element: etree._Element) -> Effect:
    """Read one ``ukm:Effect`` or ``ukm:UnappliedEffect``; what is not there stays empty."""
    get = element.attrib.get
    said = _Said(element)
    affecting_law, affected_law = _law(element, "Affecting"), _law(element, "Affected")
    dates = [_in_force(one) for one in said.in_force]
    if not dates and (get("Date") or get("Prospective") or get("CommencingURI")):
        dates = [_in_force(element)]
    provisions = said.provisions.get
    titles = said.titles.get
    return Effect(
        id=get("EffectId") or get("URI", "").rstrip("/").rpartition("/")[2],
        type=" ".join(get("Type", "").split()),
        affecting_law=affecting_law,
        affected_law=affected_law,
        affecting=_provisions(
            element, provisions("AffectingProvisions"), "Affecting", affecting_law
        ),
        affected=_provisions(element, provisions("AffectedProvisions"), "Affected", affected_law),
        affecting_text=get("AffectingProvisions") or text_of(provisions("AffectingProvisions")),
        affected_text=get("AffectedProvisions") or text_of(provisions("AffectedProvisions")),
        affecting_title=titles("AffectingTitle", "") or get("AffectingTitle", ""),
        affected_title=titles("AffectedTitle", "") or get("AffectedTitle", ""),
        in_force=tuple(dates),
        applied=flag(get("Applied")),
        required=flag(get("RequiresApplied")),
        savings=references(provisions("Savings"), affecting_law),
        commencement_authority=references(provisions("CommencementAuthority"), affecting_law),
        affecting_extent=_extent(get("AffectingEffectsExtent") or get("AffectingExtent") or ""),
        affected_extent=_extent(get("AffectedExtent") or get("AffectedEffectsExtent") or ""),
        modified=get("Modified", ""),
        comments=get("Comments", ""),
        notes=get("Notes", ""),
        created=get("Created", ""),
        type_notes=get("TypeNotes", ""),
        appended=get("AppendedCommentary", ""),
        territory=get("AffectingTerritorialApplication")
        or get("AffectedTerritorialApplication")
        or "",
        affecting_title_cy=titles("AffectingTitle@cy", ""),
        affected_title_cy=titles("AffectedTitle@cy", ""),
        welsh_applied=flag(get("WelshApplied")),
        welsh_required=flag(get("RequiresWelshApplied")),
        commenced=said.commenced,
    )


class _Said:
    """The children of an effect by name, from one look at them; there are thousands in a file."""

    def __init__(self, element: etree._Element) -> None:
        self.titles: dict[str, str] = {}
        self.provisions: dict[str, etree._Element] = {}
        self.in_force: list[etree._Element] = []
        self.commenced: tuple[Reference, ...] = ()
        for one in element:
            name = str(one.tag).removeprefix(UKM)
            if name in ("AffectedTitle", "AffectingTitle"):
                key = f"{name}@cy" if one.get(f"{XML}lang") == "cy" else name
                self.titles.setdefault(key, text_of(one))
            elif name == "InForceDates":
                self.in_force += one.iter(f"{UKM}InForce")
            elif name == "Commenced":
                self.commenced += tuple(
                    Reference(law, text=text_of(cited))
                    for cited in one.iter(f"{UKM}Citation")
                    if (law := cited_law(cited))
                )
            else:
                self.provisions[name] = one


def references(container: etree._Element | None, law: str = "") -> tuple[Reference, ...]:
    """Read a list of ``ukm:Section`` and ``ukm:SectionRange``, in order.

    Several sections may lead from the outside in ("Sch. 19", "para. 191"): those that only lead
    to the next one are no references, and their text is put before what they lead to. ``law`` (an
    IRI) is for sections that have a ``Ref`` and no URI.
    """
    if container is None:
        return ()
    return led(list(_listed(container, law)))


def led(found: list[Reference]) -> tuple[Reference, ...]:
    """Drop those that only lead to the next one, and put their text before what they lead to."""
    if len(found) < 2:
        return tuple(found)
    kept: list[Reference] = []
    leading: list[Reference] = []
    for place, one in enumerate(found):
        leading = [outer for outer in leading if one.iri.startswith(outer.iri + "/")]
        after = found[place + 1].iri if place + 1 < len(found) else ""
        if not one.end and after.startswith(one.iri + "/"):
            leading.append(one)
            continue
        text = " ".join([*(outer.text for outer in leading), one.text]).strip()
        kept.append(Reference(one.iri, one.end, text, one.missing))
    return tuple(kept)


def cited_law(element: etree._Element) -> str:
    """Give the IRI of the law of a citation: its URI, or from class, year and number; or empty."""
    get = element.attrib.get
    if address := get("URI"):
        return addresses.canonical(address)
    law = addresses.law_of(
        get("Class", ""), get("Year", ""), get("Number", ""), get("AlternativeNumber", "")
    )
    return addresses.iri(law) if law else ""


def flag(value: str | None) -> bool | None:
    """Read ``true`` or ``false``; None where there is neither."""
    return (
        None if value is None else {"true": True, "1": True, "false": False, "0": False}.get(value)
    )


def _listed(container: etree._Element, law: str) -> Iterator[Reference]:
    for one in container:
        get = one.attrib.get
        if one.tag == f"{UKM}SectionRange":
            yield Reference(
                _pointed(get("URI"), get("Start"), law),
                _pointed(get("UpTo"), get("End"), law),
                text_of(one),
                any(get(name) == "true" for name in ("Missing", "MissingStart", "MissingEnd")),
            )
        elif one.tag == f"{UKM}Section":
            if address := _pointed(get("URI"), get("Ref"), law):
                yield Reference(address, "", text_of(one), get("Missing") == "true")
        elif isinstance(one.tag, str):
            # Wrappers of errors and of formatting: what they hold counts.
            yield from _listed(one, law)


def _pointed(address: str | None, ref: str | None, law: str) -> str:
    if address:
        return addresses.canonical(address)
    return f"{law}/{addresses.path_of_ref(ref)}" if law and ref else ""


def _law(element: etree._Element, end: str) -> str:
    get = element.attrib.get
    address = get(f"{end}URI", "")
    law = addresses.key(address) or addresses.law_of(
        get(f"{end}Class", ""), get(f"{end}Year", ""), get(f"{end}Number", "")
    )
    return addresses.iri(law) if law else address


def _provisions(
    element: etree._Element, listed: etree._Element | None, end: str, law: str
) -> tuple[Reference, ...]:
    found = references(listed, law)
    if found:
        return found
    get = element.attrib.get
    path = addresses.path_of(get(f"{end}URI", "")) or addresses.path_of_ref(
        get(f"{end}SectionRef", "")
    )
    if not path:
        return ()
    last = get(f"{end}UpTo", "")
    text = get(f"{end}Provisions") or text_of(listed)
    return (Reference(f"{law}/{path}", addresses.canonical(last) if last else "", text),)


def _in_force(element: etree._Element) -> InForce:
    get = element.attrib.get
    law = addresses.key(get("CommencingURI", "")) or addresses.law_of(
        get("CommencingClass", ""), get("CommencingYear", ""), get("CommencingNumber", "")
    )
    law = addresses.iri(law) if law else get("CommencingURI", "")
    commencing = references(element.find(f"{UKM}CommencingProvisions"), law)
    if not commencing and (path := addresses.path_of(get("CommencingURI", ""))):
        commencing = (Reference(f"{law}/{path}", get("CommencingUpTo", "")),)
    qualification = get("Qualification", "")
    if other := get("OtherQualification"):
        qualification = (
            other if qualification in ("", "Other", "other") else f"{qualification} ({other})"
        )
    return InForce(
        day=get("Date", ""),
        prospective=get("Prospective") == "true",
        qualification=qualification,
        applied=flag(get("Applied")),
        commencing=commencing,
        savings=references(element.find(f"{UKM}CommencingSavings"), law),
        law=law,
        comments=get("Comments", ""),
        notes=get("Notes", ""),
    )


def _extent(text: str) -> str:
    return SAME if text.replace(" ", "") == _SPELT_SAME else text
