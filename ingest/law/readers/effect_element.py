"""One effect of the editors: ``ukm:UnappliedEffect`` of metadata and ``ukm:Effect`` of the changes feeds.

Both have one type (``EffectType`` of the schema ``legislationEffects.xsd``). Today's data names
laws in ``AffectedURI`` and ``AffectingURI`` and provisions in children; older data has the
provisions in the attributes themselves. Both are read.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Collection
from functools import partial

from lxml import etree

from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.model import Effect, InForce, Reference
from reformgraph.ingest.law.readers.references import cited, led, pointed
from reformgraph.ingest.law.shapes import Walk, Wanted
from reformgraph.ingest.law.xml import UKM, XML, text_of

_Said = namedtuple(
    "_Said",
    "EffectId URI Type TypeNotes Modified Created Comments Notes "
    "AffectedURI AffectedUpTo AffectedClass AffectedYear AffectedNumber "
    "AffectingURI AffectingUpTo AffectingClass AffectingYear AffectingNumber "
    "AffectedProvisions AffectingProvisions AffectedSectionRef AffectingSectionRef "
    "AffectedExtent AffectedEffectsExtent AffectingEffectsExtent AffectingExtent "
    "AffectedTerritorialApplication AffectingTerritorialApplication AppendedCommentary "
    "AffectedTitle AffectingTitle Applied RequiresApplied WelshApplied RequiresWelshApplied "
    "CommencingURI CommencingClass CommencingYear CommencingNumber CommencingSectionRef "
    "CommencingUpTo Date Prospective Qualification OtherQualification",
)
"""The attributes of an effect, each empty where it is not there."""
_Force = namedtuple(
    "_Force",
    "CommencingURI CommencingClass CommencingYear CommencingNumber CommencingSectionRef "
    "CommencingUpTo Date Prospective Qualification OtherQualification Applied Comments Notes",
)
"""The attributes of an ``InForce``, which older data has in the effect itself."""

SAME = "Same as affected"
_SPELT_SAME = "S+A+M+E+A+S+A+F+F+E+C+T+E+D"
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_TITLES = ("AffectedTitle", "AffectingTitle")
_LISTS = ("AffectingProvisions", "AffectedProvisions", "Savings", "CommencementAuthority")
_COMMENCING = ("CommencingProvisions", "CommencingSavings")
_SECTION = f"{UKM}Section"
_POINTERS = frozenset((_SECTION, f"{UKM}SectionRange"))
_LANG = f"{XML}lang"

USED = frozenset(
    (
        *(f"ukm:{name}" for name in ("UnappliedEffects", "UnappliedEffect", "Effect")),
        *(f"ukm:{kind}@{name}" for kind in ("UnappliedEffect", "Effect") for name in _Said._fields),
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
        *(f"ukm:InForce@{name}" for name in _Force._fields),
        *("ukm:Section", "ukm:Section@Ref", "ukm:Section@URI", "ukm:Section@Missing"),
        *("ukm:SectionRange", "ukm:SectionRange@Start", "ukm:SectionRange@URI"),
        *("ukm:SectionRange@End", "ukm:SectionRange@UpTo", "ukm:SectionRange@Missing"),
        *("ukm:SectionRange@MissingStart", "ukm:SectionRange@MissingEnd"),
    )
)
"""The names that leave something in an Effect."""


def effect(element: etree._Element) -> Effect:
    """Read one ``ukm:Effect`` or ``ukm:UnappliedEffect``; what is not there stays empty."""
    return Effects().read(element)


class Effects:
    """Reads the effects of one file, one after the other; ``walk`` counts all that is in them."""

    def __init__(self) -> None:
        looks = {
            **{name: Wanted(self._begin, _Said._fields) for name in ("Effect", "UnappliedEffect")},
            **{name: Wanted(partial(self._title, name)) for name in _TITLES},
            **{name: Wanted(partial(self._begin_list, name)) for name in _LISTS},
            **{name: Wanted(partial(self._begin_commencing, name)) for name in _COMMENCING},
            "InForce": Wanted(self._begin_date, _Force._fields),
            "Section": Wanted(self._section),
            "SectionRange": Wanted(self._range),
            "Citation": Wanted(self._citation),
        }
        self._looks = {f"{UKM}{name}": wanted for name, wanted in looks.items()}
        self.walk = Walk(self._wanted)
        self._known: dict[tuple[str, str, bool], Reference] = {}

    def read(self, element: etree._Element) -> Effect:
        """Read one effect; what is not there stays empty."""
        self._element = element
        self._titles: dict[str, str] = {}
        self._lists: dict[str, list[Reference]] = {}
        self._dates: list[tuple[_Force, str, dict[str, list[Reference]]]] = []
        self._list, self._law = element, ""
        self._found: list[Reference] = []
        self._commenced: list[Reference] = []
        self.walk.over(element)
        return self._effect(self._said)

    def _wanted(self, tag: str, keys: Collection[str]) -> Wanted | None:
        if tag == _SECTION and "Missing" in keys:
            return Wanted(partial(self._section, missing=True))
        if _LANG in keys and (name := tag.removeprefix(UKM)) in _TITLES:
            return Wanted(partial(self._title_in, name))
        return self._looks.get(tag)

    def _begin(self, one: etree._Element, values: tuple[str, ...]) -> None:
        if one is self._element:
            self._said = said = _Said._make(values)
            self._affecting_law = addresses.law_iri(said.AffectingURI) or _law(
                said.AffectingURI, said.AffectingClass, said.AffectingYear, said.AffectingNumber
            )
            self._affected_law = addresses.law_iri(said.AffectedURI) or _law(
                said.AffectedURI, said.AffectedClass, said.AffectedYear, said.AffectedNumber
            )

    def _title(self, name: str, one: etree._Element, _: object) -> None:
        if name not in self._titles:
            self._titles[name] = text_of(one)

    def _title_in(self, name: str, one: etree._Element, _: object) -> None:
        """Read a title that says in which language it is."""
        self._title(f"{name}@cy" if one.get(_LANG) == "cy" else name, one, _)

    def _begin_list(self, name: str, one: etree._Element, _: object) -> None:
        self._list = one
        self._law = self._affected_law if name == "AffectedProvisions" else self._affecting_law
        self._found = self._lists[name] = []

    def _begin_date(self, _: object, values: tuple[str, ...]) -> None:
        said = _Force._make(values)
        law = addresses.law_iri(said.CommencingURI) or _law(
            said.CommencingURI, said.CommencingClass, said.CommencingYear, said.CommencingNumber
        )
        self._dates.append((said, law, {}))

    def _begin_commencing(self, name: str, one: etree._Element, _: object) -> None:
        if not self._dates:
            self._own_date()
        _, self._law, lists = self._dates[-1]
        self._list = one
        self._found = lists[name] = []

    def _section(self, one: etree._Element, _: object, missing: bool = False) -> None:
        if one.getparent() is not self._list and not self._is_listed(one):
            return
        missing = missing and one.get("Missing") == "true"
        address = one.get("URI")
        text = text_of(one) if len(one) else one.text or ""
        if address:
            # One record for all effects that name the same provision in the same words.
            key = address, text, missing
            known = self._known.get(key)
            if known is None:
                iri = addresses.provision(address, self._law)
                known = self._known[key] = Reference(iri, "", " ".join(text.split()), missing)
            self._found.append(known)
        elif iri := pointed("", one.get("Ref", ""), self._law):
            self._found.append(Reference(iri, "", " ".join(text.split()), missing))

    def _range(self, one: etree._Element, _: object) -> None:
        if not self._is_listed(one):
            return
        get = one.get
        missing = any(get(name) == "true" for name in ("Missing", "MissingStart", "MissingEnd"))
        first = pointed(get("URI", ""), get("Start", ""), self._law)
        last = pointed(get("UpTo", ""), get("End", ""), self._law)
        self._found.append(Reference(first, last, text_of(one), missing))

    def _is_listed(self, one: etree._Element) -> bool:
        """Say whether it stands in the open list or in wrappers there, but not in another provision."""
        for outer in one.iterancestors():
            if outer is self._list:
                return outer is not self._element
            if outer.tag in _POINTERS:
                break
        return False

    def _citation(self, one: etree._Element, _: object) -> None:
        if next(one.iterancestors(f"{UKM}Commenced"), None) is not None and (law := cited(one)):
            self._commenced.append(Reference(law, text=text_of(one)))

    def _own_date(self) -> None:
        """Take the date that older data has in the attributes of the effect."""
        self._begin_date(None, tuple(getattr(self._said, name) for name in _Force._fields))

    def _effect(self, said: _Said) -> Effect:
        if not self._dates and (said.Date or said.Prospective or said.CommencingURI):
            self._own_date()
        titles = self._titles.get
        lists = {name: led(found) for name, found in self._lists.items()}
        affecting_text = said.AffectingProvisions or self._text("AffectingProvisions")
        affected_text = said.AffectedProvisions or self._text("AffectedProvisions")
        return Effect(
            id=said.EffectId or said.URI.rstrip("/").rpartition("/")[2],
            type=" ".join(said.Type.split()),
            affecting_law=self._affecting_law,
            affected_law=self._affected_law,
            affecting=lists.get("AffectingProvisions")
            or _provision(
                self._affecting_law,
                said.AffectingURI,
                said.AffectingSectionRef,
                said.AffectingUpTo,
                affecting_text,
            ),
            affected=lists.get("AffectedProvisions")
            or _provision(
                self._affected_law,
                said.AffectedURI,
                said.AffectedSectionRef,
                said.AffectedUpTo,
                affected_text,
            ),
            affecting_text=affecting_text,
            affected_text=affected_text,
            affecting_title=titles("AffectingTitle") or said.AffectingTitle,
            affected_title=titles("AffectedTitle") or said.AffectedTitle,
            in_force=tuple([_in_force(*date) for date in self._dates]),
            applied=_FLAGS.get(said.Applied),
            required=_FLAGS.get(said.RequiresApplied),
            savings=lists.get("Savings", ()),
            commencement_authority=lists.get("CommencementAuthority", ()),
            affecting_extent=_extent(said.AffectingEffectsExtent or said.AffectingExtent),
            affected_extent=_extent(said.AffectedExtent or said.AffectedEffectsExtent),
            modified=said.Modified,
            comments=said.Comments,
            notes=said.Notes,
            created=said.Created,
            type_notes=said.TypeNotes,
            appended=said.AppendedCommentary,
            territory=said.AffectingTerritorialApplication or said.AffectedTerritorialApplication,
            affecting_title_cy=titles("AffectingTitle@cy", ""),
            affected_title_cy=titles("AffectedTitle@cy", ""),
            welsh_applied=_FLAGS.get(said.WelshApplied),
            welsh_required=_FLAGS.get(said.RequiresWelshApplied),
            commenced=tuple(self._commenced),
        )

    def _text(self, name: str) -> str:
        """Give the words of a list of provisions, where the attribute of its name has none."""
        return text_of(self._element.find(f"{UKM}{name}")) if name in self._lists else ""


def _law(address: str, type_: str, year: str, number: str) -> str:
    """Give the IRI of the law of class, year and number, else the address, which is of no law."""
    law = addresses.law_of(type_, year, number) if type_ else ""
    return addresses.iri(law) if law else address


def _provision(law: str, address: str, ref: str, last: str, text: str) -> tuple[Reference, ...]:
    """Give the one provision that older data names in the attributes, or none."""
    if address == law and not ref:
        return ()
    path = addresses.path_of(address) or addresses.path_of_ref(ref)
    if not path:
        return ()
    return (Reference(f"{law}/{path}", addresses.canonical(last) if last else "", text),)


def _in_force(said: _Force, law: str, lists: dict[str, list[Reference]]) -> InForce:
    commencing: tuple[Reference, ...] = ()
    savings: tuple[Reference, ...] = ()
    if lists:
        commencing = led(lists.get("CommencingProvisions", ()))
        savings = led(lists.get("CommencingSavings", ()))
    if said.CommencingURI and not commencing:
        commencing = _provision(
            law, said.CommencingURI, said.CommencingSectionRef, said.CommencingUpTo, ""
        )
    qualification = said.Qualification
    if other := said.OtherQualification:
        qualification = (
            other if qualification in ("", "Other", "other") else f"{qualification} ({other})"
        )
    return InForce(
        day=said.Date,
        prospective=said.Prospective == "true",
        qualification=qualification,
        applied=_FLAGS.get(said.Applied),
        commencing=commencing,
        savings=savings,
        law=law,
        comments=said.Comments,
        notes=said.Notes,
    )


def _extent(text: str) -> str:
    return SAME if text[:2] == "S+" and text.replace(" ", "") == _SPELT_SAME else text
