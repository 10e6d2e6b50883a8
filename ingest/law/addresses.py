"""IRIs, URIs and paths of legislation.gov.uk: take apart, join, expand ranges.

Templates (developer pages, "URIs"): ``/id/{type}/{year}/{number}[/{section}]`` identifies,
``/{type}/{year}/{number}[/{section}][/{extent}][/{version}][/welsh]`` is one version. A law's year
may be a regnal one of two segments (``aep/Ann/6/11``), the number of a draft an ISBN.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

SITE = "http://www.legislation.gov.uk/"
MAX_RANGE = 1_000
"""The most provisions that one range is expanded to."""

CLASSES = {
    "ukpga": "UnitedKingdomPublicGeneralAct",
    "ukla": "UnitedKingdomLocalAct",
    "ukppa": "UnitedKingdomPrivateOrPersonalAct",
    "ukcm": "UnitedKingdomChurchMeasure",
    "apgb": "GreatBritainAct",
    "gbla": "GreatBritainLocalAct",
    "gbppa": "GreatBritainPrivateOrPersonalAct",
    "aep": "EnglandAct",
    "aosp": "ScottishOldAct",
    "asp": "ScottishAct",
    "aip": "IrelandAct",
    "apni": "NorthernIrelandParliamentAct",
    "mnia": "NorthernIrelandAssemblyMeasure",
    "nia": "NorthernIrelandAct",
    "mwa": "WelshAssemblyMeasure",
    "anaw": "WelshNationalAssemblyAct",
    "asc": "WelshParliamentAct",
    "uksi": "UnitedKingdomStatutoryInstrument",
    "ssi": "ScottishStatutoryInstrument",
    "wsi": "WelshStatutoryInstrument",
    "nisr": "NorthernIrelandStatutoryRule",
    "nisi": "NorthernIrelandOrderInCouncil",
    "nisro": "NorthernIrelandStatutoryRuleOrOrder",
    "uksro": "UnitedKingdomStatutoryRuleOrOrder",
    "ukci": "UnitedKingdomChurchInstrument",
    "ukmo": "UnitedKingdomMinisterialOrder",
    "ukmd": "UnitedKingdomMinisterialDirection",
    "ukdsi": "UnitedKingdomDraftStatutoryInstrument",
    "sdsi": "ScottishDraftStatutoryInstrument",
    "nidsr": "NorthernIrelandDraftStatutoryRule",
    "nidsi": "NorthernIrelandDraftOrderInCouncil",
    "wdsi": "WelshDraftStatutoryInstrument",
    "eur": "EuropeanUnionRegulation",
    "eudn": "EuropeanUnionDecision",
    "eudr": "EuropeanUnionDirective",
    "eut": "EuropeanUnionTreaty",
}
"""The class (DocumentMainType) of each type code [developer pages, "URIs"; the site's type list]."""
TYPES = {name: code for code, name in CLASSES.items()} | {
    "UnitedKingdomPrivateAct": "ukppa",
    "EuropeanEconomicCommunityRegulation": "eur",
    "EuropeanEconomicCommunityDirective": "eudr",
    "EuropeanEconomicCommunityDecision": "eudn",
}

WORDS = frozenset(("enacted", "made", "created", "adopted", "prospective", "current", "quashed"))
"""Words that stand for a version in an address; a day does, too."""
_EUROPEAN = {"directive": "eudr", "regulation": "eur", "decision": "eudn"}
_EXTENTS = frozenset(("england", "wales", "scotland", "ni"))
_HOST = re.compile(r"^https?://(?:www\.)?legislation\.(?:data\.)?gov\.uk")
_YEAR = re.compile(r"\d{4}")
_NUMBER = re.compile(r"[A-Za-z]{0,4}\d+[A-Za-z]{0,3}")
_LOWER_ROMAN = re.compile(r"[ivxlcdm]+")
_DATA = re.compile(r"data\.\w+")
_TYPES = "|".join(("ukpga", "uksi", *sorted(set(CLASSES) - {"eut", "ukpga", "uksi"})))
_IDENTIFIERS = f"{SITE}id/"
_VERSIONS = WORDS | _EXTENTS | {"welsh", "english"}
_NO_PATH = "|".join(sorted(_VERSIONS))
_PLAIN = re.compile(
    rf"{re.escape(SITE)}id/((?:{_TYPES})/\d{{4}}/\d+)"
    # The usual words of a path first, for speed; then any that does not stand for a version.
    r"(?:/((?:(?:section|schedule|paragraph|part|article|regulation|\d+[A-Z]*|[a-z])(?:/(?!$)|$)"
    rf"|(?!(?:{_NO_PATH})(?:/|$)|\d{{4}}-\d{{2}}-\d{{2}}|data\.)[^/#?=+\s]++(?:/(?!$)|$))+))?"
)
"""An identifier that is in order already, as most are: it need not be taken apart."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ROMAN = re.compile(
    r"(?=[ivxlcdm])m{0,3}(cm|cd|d?c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Address:
    """One address of the site, taken apart; ``law`` is its key (``ukpga/2004/31``)."""

    type: str
    year: str
    number: str
    path: str = ""
    extent: str = ""
    version: str = ""
    language: str = "en"
    format: str = ""

    @property
    def law(self) -> str:
        """The key of the law: type, year and number."""
        return "/".join(part for part in (self.type, self.year, self.number) if part)

    @property
    def iri(self) -> str:
        """The identifier: of the provision, or of the law where there is no path."""
        return iri(self.law, self.path)

    @property
    def calendar_year(self) -> int | None:
        """The year, where it is no regnal one."""
        return int(self.year) if self.year.isdecimal() and len(self.year) == 4 else None


@lru_cache(maxsize=16384)
def split(uri: str) -> Address | None:
    """Take an IRI, a URI or a path of the site apart; None when it is no address of a law."""
    rest = _HOST.sub("", uri.strip())
    if "://" in rest:
        return None
    rest = rest.partition("#")[0].partition("?")[0]
    parts = [part for part in rest.split("/") if part]
    if parts[:1] == ["id"]:
        parts = parts[1:]
    if parts[:1] == ["european"] and len(parts) > 3 and parts[1] in _EUROPEAN:
        # The site's addresses of EU law before it had that law: european/directive/2000/0053.
        parts = [_EUROPEAN[parts[1]], parts[2], parts[3].lstrip("0"), *parts[4:]]
    if len(parts) < 2 or parts[0] not in CLASSES:
        return None
    kind, parts = parts[0], parts[1:]
    if kind == "eut" and not _is_year(parts[0]):
        parts = ["", *parts]  # treaties have names: eut/teu
    taken = 1 if _is_year(parts[0]) or not parts[0] else 2
    if len(parts) <= taken:
        # Unnumbered: a year alone is a list, not a law.
        return None
    year, number, tail = "/".join(parts[:taken]), parts[taken], parts[taken + 1 :]
    # Local and personal Acts may be numbered i, ii, iii.
    roman = kind.endswith(("la", "ppa")) and _LOWER_ROMAN.fullmatch(number)
    if year and not roman and not _NUMBER.fullmatch(number):
        return None
    form = tail.pop()[5:] if tail and _DATA.fullmatch(tail[-1]) else ""
    language = "cy" if tail and tail[-1] == "welsh" else "en"
    if tail and tail[-1] in ("welsh", "english"):
        tail.pop()
    version = tail.pop() if tail and (tail[-1] in WORDS or _DAY.fullmatch(tail[-1])) else ""
    extent = ""
    if tail and set(tail[-1].removeprefix("=").split("+")) <= _EXTENTS:
        extent = tail.pop()
    return Address(kind, year, number, "/".join(tail), extent, version, language, form)


@lru_cache(maxsize=16384)
def key(uri: str) -> str:
    """Give the key of the law that an address is about (``ukpga/2004/31``); empty when it is of none."""
    if plain := _PLAIN.fullmatch(uri):
        return plain[1]
    address = split(uri)
    return address.law if address else ""


@lru_cache(maxsize=16384)
def law_iri(uri: str) -> str:
    """Give the identifier of the law that an address is about; empty when it is of none."""
    law = key(uri)
    return iri(law) if law else ""


def iri(law: str, path: str = "") -> str:
    """Join the key of a law and a path to the identifier of legislation.gov.uk."""
    return f"{SITE}id/{law}" + (f"/{path}" if path else "")


def uri(law: str, path: str = "", version: str = "", language: str = "en") -> str:
    """Join to the address of one version; ``version`` ``current`` is the empty one."""
    parts = [
        law,
        path,
        "" if version == "current" else version,
        "welsh" if language == "cy" else "",
    ]
    return SITE + "/".join(part for part in parts if part)


@lru_cache(maxsize=16384)
def canonical(address: str) -> str:
    """Give the identifier of what an address is about: ``id``, http, no version, no final slash."""
    if _PLAIN.fullmatch(address):
        return address
    found = split(address)
    return found.iri if found else address.strip().rstrip("/")


def provision(address: str, law: str) -> str:
    """Give the same as ``canonical``, quicker for an address that is of ``law`` (an IRI), as most are."""
    if law.startswith(_IDENTIFIERS) and address.startswith(law):
        path = address[len(law) :]
        words = path.split("/")
        plain = words[0] == "" and "".join(words).isalnum() and "" not in words[1:]
        # Without a hyphen or dot, only the last word can tell a version.
        if plain and words[-1] not in _VERSIONS:
            return address
    return canonical(address)


def http(address: str) -> str:
    """Give an address of the site as it writes its URIs: http, also when it was fetched over https."""
    return re.sub(r"^https://(?=(?:www\.)?legislation\.gov\.uk/)", "http://", address.strip())


def path_of(address: str) -> str:
    """Give the path of an address (``section/10``); empty for the law as a whole or no address."""
    if plain := _PLAIN.fullmatch(address):
        return plain[2] or ""
    found = split(address)
    return found.path if found else ""


def law_of(main_type: str, year: str, number: str, alternative: str = "") -> str:
    """Build the key of a law from a citation's class, year, number and alternative number.

    ``alternative`` holds the regnal year of Acts up to 1962 as ``6_Ann``, ``Ann/6`` or ``6 Ann``.
    Empty when one of them is not known.
    """
    kind = TYPES.get(main_type, main_type if main_type in CLASSES else "")
    number = number.strip().lstrip("0") or number.strip()
    if not (kind and year and number):
        return ""
    reign = regnal(alternative) if _has_regnal_years(kind, year) else ""
    return f"{kind}/{reign or year}/{number}"


def regnal(text: str) -> str:
    """Turn ``6_Ann``, ``6 Ann``, ``Ann/6`` or ``10_and_11_Geo_6`` into ``Ann/6``, ``Geo6/10-11``; or empty.

    The form is that of the site's addresses: the reign, then the year or years.
    """
    words = [word for word in re.split(r"[\s_/.,&+]+", text) if word and word != "and"]
    if len(words) >= 2 and words[0][:1].isalpha():
        reign, years = words[0], words[1:]
        return f"{reign}/{'-'.join(years)}" if all(re.match(r"\d", year) for year in years) else ""
    years = [word for word in words if re.fullmatch(r"\d+(?:-\d+)?", word)]
    name = next((place for place, word in enumerate(words) if word[:1].isalpha()), None)
    if name is None or not words[:name]:
        return ""
    reign = "".join(words[name:])
    return f"{reign}/{'-'.join(years[: len(words[:name])])}"


def path_of_ref(ref: str) -> str:
    """Turn an element id into a path: ``section-31A-4A`` → ``section/31A/4A``.

    The words of a cross-heading keep their hyphens: ``part-1-crossheading-the-plan`` →
    ``part/1/crossheading/the-plan``.
    """
    head, mark, words = ref.partition("crossheading-")
    parts = [part for part in head.strip("-").split("-") if part]
    if mark:
        parts += ["crossheading", words]
    return "/".join(parts)


def expand(first: str, last: str, known: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Give the paths from ``first`` to ``last``, both included.

    ``known`` are the paths of the law in order: with both ends in it, those at the same level
    between them are the answer. Without, only what counting gives is there: numbers, then the
    letters of the last number (``12`` to ``14B``: 12, 13, 14, 14A, 14B), letters and Roman
    numbers. Where that is not possible, or there would be more than MAX_RANGE, the two ends.
    """
    if not last or first == last:
        return (first,)
    if first in known and last in known:
        begin, end = sorted((known.index(first), known.index(last)))
        level = first.count("/")
        stem = first.rpartition("/")[0]
        found = [
            path
            for path in known[begin : end + 1]
            if path.count("/") == level and path.rpartition("/")[0] == stem
        ]
        if last in found:
            return tuple(found)
    stem, _, begin_number = first.rpartition("/")
    last_stem, _, end_number = last.rpartition("/")
    steps = _steps(begin_number, end_number) if stem == last_stem else None
    if steps is None:
        return (first, last)
    return tuple(f"{stem}/{step}" if stem else step for step in steps)


def _steps(begin: str, end: str) -> list[str] | None:
    first = re.fullmatch(r"(\d{1,9})([A-Z]*)", begin)
    last = re.fullmatch(r"(\d{1,9})([A-Z]*)", end)
    if first and last:
        low, high = int(first.group(1)), int(last.group(1))
        if low == high:
            if len(last.group(2)) != 1 or len(first.group(2)) > 1:
                return None
            begin_letter = first.group(2)
            steps = [] if begin_letter else [begin]
            return steps + [
                f"{low}{letter}" for letter in _letters(begin_letter or "A", last.group(2))
            ]
        if high < low or high - low > MAX_RANGE:
            return None
        steps = [begin, *(str(number) for number in range(low + 1, high + 1))]
        letters = last.group(2)
        if len(letters) == 1:
            steps += [f"{high}{letter}" for letter in _letters("A", letters)]
        elif letters:
            steps.append(end)
        return steps
    if (
        _ROMAN.fullmatch(begin)
        and _ROMAN.fullmatch(end)
        and (
            # i to v is Roman, c to d are letters.
            len(begin + end) > 2 or begin.lower() == "i"
        )
    ):
        low, high = _roman(begin), _roman(end)
        if low < high <= low + MAX_RANGE:
            lower = begin.islower()
            return [_to_roman(number, lower) for number in range(low, high + 1)]
    if re.fullmatch(r"[a-z][a-z]|[A-Z][A-Z]", begin + end) and begin < end:
        return _letters(begin, end)
    return None


def _letters(begin: str, end: str) -> list[str]:
    return [chr(code) for code in range(ord(begin), ord(end) + 1)]


_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
_STEPS = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


def _roman(text: str) -> int:
    values = [_VALUES[letter] for letter in text.lower()]
    following = [*values[1:], 0]
    return sum(-one if one < after else one for one, after in zip(values, following, strict=True))


def _to_roman(number: int, lower: bool) -> str:
    text = ""
    for value, letters in _STEPS:
        text += letters * (number // value)
        number %= value
    return text if lower else text.upper()


def _is_year(part: str) -> bool:
    return _YEAR.fullmatch(part) is not None


def _has_regnal_years(kind: str, year: str) -> bool:
    """Say whether the address of such a law has a regnal year: Acts up to 1962, not the Scottish ones."""
    acts = ("ukpga", "ukla", "ukppa", "apgb", "gbla", "gbppa", "aep", "aip", "apni")
    return kind in acts and bool(re.fullmatch(r"\d{4}", year)) and int(year) <= 1962
