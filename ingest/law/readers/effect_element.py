"""One effect of the editors: ``ukm:UnappliedEffect`` of metadata and ``ukm:Effect`` of the changes feeds.

Both have one type (``EffectType`` of the schema ``legislationEffects.xsd``). Today's data names
laws in ``AffectedURI`` and ``AffectingURI`` and provisions in children; older data has the
provisions in the attributes themselves. Both are read.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

from lxml import etree

from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.model import Effect, InForce, Reference
from reformgraph.ingest.law.xml import UKM, XML, text_of

_SECTION, _RANGE = f"{UKM}Section", f"{UKM}SectionRange"
_COMMENCING, _SAVINGS = f"{UKM}CommencingProvisions", f"{UKM}CommencingSavings"
_IN_FORCE, _LANG = f"{UKM}InForce", f"{XML}lang"
_PROVISIONS = frozenset(
    ("AffectingProvisions", "AffectedProvisions", "Savings", "CommencementAuthority")
)
_TITLES = frozenset(("AffectedTitle", "AffectingTitle"))
_CHILDREN: dict[object, str] = {
    f"{UKM}{name}": name for name in (*_PROVISIONS, *_TITLES, "InForceDates", "Commenced")
}
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
    get = _attributes(element).get
    said = _Said(element)
    affecting_law, affected_law = _law(get, "Affecting"), _law(get, "Affected")
    dates = [_in_force(one) for one in said.in_force]
    if not dates and (get("Date") or get("Prospective") or get("CommencingURI")):
        dates = [_in_force(element)]
    provisions = said.provisions.get
    titles = said.titles.get
    return Effect(
        id=get("EffectId") or (get("URI") or "").rstrip("/").rpartition("/")[2],
        type=" ".join((get("Type") or "").split()),
        affecting_law=affecting_law,
        affected_law=affected_law,
        affecting=_provisions(get, provisions("AffectingProvisions"), "Affecting", affecting_law),
        affected=_provisions(get, provisions("AffectedProvisions"), "Affected", affected_law),
        affecting_text=get("AffectingProvisions") or text_of(provisions("AffectingProvisions")),
        affected_text=get("AffectedProvisions") or text_of(provisions("AffectedProvisions")),
        affecting_title=titles("AffectingTitle") or get("AffectingTitle") or "",
        affected_title=titles("AffectedTitle") or get("AffectedTitle") or "",
        in_force=tuple(dates),
        applied=flag(get("Applied")),
        required=flag(get("RequiresApplied")),
        savings=references(provisions("Savings"), affecting_law),
        commencement_authority=references(provisions("CommencementAuthority"), affecting_law),
        affecting_extent=_extent(get("AffectingEffectsExtent") or get("AffectingExtent") or ""),
        affected_extent=_extent(get("AffectedExtent") or get("AffectedEffectsExtent") or ""),
        modified=get("Modified") or "",
        comments=get("Comments") or "",
        notes=get("Notes") or "",
        created=get("Created") or "",
        type_notes=get("TypeNotes") or "",
        appended=get("AppendedCommentary") or "",
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
            name = _CHILDREN.get(one.tag, "")
            if name in _PROVISIONS:
                self.provisions[name] = one
            elif name == "InForceDates":
                self.in_force += [force for force in one if force.tag == _IN_FORCE]
            elif name in _TITLES:
                key = f"{name}@cy" if one.get(_LANG) == "cy" else name
                self.titles.setdefault(key, text_of(one))
            elif name == "Commenced":
                self.commenced += tuple(
                    Reference(law, text=text_of(cited))
                    for cited in one.iter(f"{UKM}Citation")
                    if (law := cited_law(cited))
                )


def references(container: etree._Element | None, law: str = "") -> tuple[Reference, ...]:
    """Read a list of ``ukm:Section`` and ``ukm:SectionRange``, in order.

    Several sections may lead from the outside in ("Sch. 19", "para. 191"): those that only lead
    to the next one are no references, and their text is put before what they lead to. ``law`` (an
    IRI) is for sections that have a ``Ref`` and no URI.
    """
    if container is None or not len(container):
        return ()
    found: list[Reference] = []
    _list(container, law, found)
    return led(found)


def led(found: list[Reference]) -> tuple[Reference, ...]:
    """Drop those that only lead to the next one, and put their text before what they lead to."""
    if len(found) < 2:
        return tuple(found)
    for one, following in pairwise(found):
        if following.iri.startswith(one.iri) and following.iri.startswith(f"{one.iri}/"):
            break
    else:
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


def _attributes(element: etree._Element) -> dict[str, str]:
    """Give all attributes at once: asking lxml for thirty of them one by one costs more."""
    return dict(element.items())  # type: ignore[arg-type]  # lxml-stubs allow bytes


def flag(value: str | None) -> bool | None:
    """Read ``true`` or ``false``; None where there is neither."""
    return (
        None if value is None else {"true": True, "1": True, "false": False, "0": False}.get(value)
    )


def _list(container: etree._Element, law: str, found: list[Reference]) -> None:
    for one in container:
        tag, get = one.tag, one.get
        if tag == _SECTION:
            uri, ref = get("URI"), get("Ref")
            if uri or (law and ref):
                text = text_of(one) if len(one) else " ".join((one.text or "").split())
                found.append(section(uri, ref, law, text, get("Missing") == "true"))
        elif tag == _RANGE:
            missing = any(get(name) == "true" for name in ("Missing", "MissingStart", "MissingEnd"))
            first = _pointed(get("URI"), get("Start"), law)
            found.append(
                Reference(first, _pointed(get("UpTo"), get("End"), law), text_of(one), missing)
            )
        elif isinstance(tag, str):
            # Wrappers of errors and of formatting: what they hold counts.
            _list(one, law, found)


@lru_cache(maxsize=4096)
def section(uri: str | None, ref: str | None, law: str, text: str, missing: bool) -> Reference:
    """Make a reference, once for all effects that name the same provision in the same words."""
    return Reference(_pointed(uri, ref, law), "", text, missing)


def _pointed(address: str | None, ref: str | None, law: str) -> str:
    if address:
        return addresses.canonical(address)
    return f"{law}/{addresses.path_of_ref(ref)}" if law and ref else ""


def _law(get: Callable[[str], str | None], end: str) -> str:
    address = get(f"{end}URI") or ""
    law = addresses.key(address) or _numbered(get, end)
    return addresses.iri(law) if law else address


def _numbered(get: Callable[[str], str | None], end: str) -> str:
    class_ = get(f"{end}Class")
    return (
        addresses.law_of(class_, get(f"{end}Year") or "", get(f"{end}Number") or "")
        if class_
        else ""
    )


def _provisions(
    get: Callable[[str], str | None], listed: etree._Element | None, end: str, law: str
) -> tuple[Reference, ...]:
    found = references(listed, law)
    if found:
        return found
    path = addresses.path_of(get(f"{end}URI") or "") or addresses.path_of_ref(
        get(f"{end}SectionRef") or ""
    )
    if not path:
        return ()
    last = get(f"{end}UpTo")
    text = get(f"{end}Provisions") or text_of(listed)
    return (Reference(f"{law}/{path}", addresses.canonical(last) if last else "", text),)


def _in_force(element: etree._Element) -> InForce:
    get = _attributes(element).get
    address = get("CommencingURI") or ""
    law = (address and addresses.key(address)) or _numbered(get, "Commencing")
    law = addresses.iri(law) if law else address
    commencing: tuple[Reference, ...] = ()
    savings: tuple[Reference, ...] = ()
    for one in element:
        if one.tag == _COMMENCING:
            commencing = references(one, law)
        elif one.tag == _SAVINGS:
            savings = references(one, law)
    if address and not commencing and (path := addresses.path_of(address)):
        commencing = (Reference(f"{law}/{path}", get("CommencingUpTo") or ""),)
    qualification = get("Qualification") or ""
    if other := get("OtherQualification"):
        qualification = (
            other if qualification in ("", "Other", "other") else f"{qualification} ({other})"
        )
    return InForce(
        day=get("Date") or "",
        prospective=get("Prospective") == "true",
        qualification=qualification,
        applied=flag(get("Applied")),
        commencing=commencing,
        savings=savings,
        law=law,
        comments=get("Comments") or "",
        notes=get("Notes") or "",
    )


def _extent(text: str) -> str:
    return SAME if text.replace(" ", "") == _SPELT_SAME else text
