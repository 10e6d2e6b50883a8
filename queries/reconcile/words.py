"""Names made comparable, and citations of British law read from text. Pure functions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from reformgraph.store.search_index import fold

MAX_NAME = 500
"""Characters of a name that are looked at; what is longer is no name and finds nothing."""
MAX_WORDS = 40
KEPT = 20_000
"""Names of which what was found out is kept; each is compared again and again."""

STOP = frozenset(
    ["a", "an", "and", "by", "for", "from", "in", "into", "of", "on", "or", "the", "to", "with"]
)
# Written short in spreadsheets. Each is one word for one word, so that nothing changes its place.
_SHORT = {
    "auth": "authority", "auths": "authorities", "assoc": "association", "asscn": "association",
    "bd": "board", "cllr": "councillor", "cmte": "committee", "comm": "commission",
    "commn": "commission", "cttee": "committee", "dep": "department", "dept": "department",
    "depts": "departments", "dev": "development", "dpt": "department", "edn": "education",
    "educ": "education", "eng": "england", "gov": "government", "govt": "government",
    "grp": "group", "insp": "inspectorate", "min": "ministry", "nat": "national",
    "natl": "national", "ofc": "office", "org": "organisation", "regs": "regulations",
    "reg": "regulations", "sch": "school", "sec": "secretary", "serv": "services",
    "svc": "service", "svcs": "services", "prog": "programme", "progs": "programmes",
    "program": "programme", "programs": "programmes",
}  # fmt: skip
_YEAR = re.compile(r"\b(1[5-9]\d\d|20\d\d)\b")
_DOTTED = re.compile(r"(?<!\w)(?:[^\W\d_]\.){2,}[^\W\d_]?(?!\w)")
_POSSESSIVE = re.compile(r"['’`´]s?\b")


def plain(text: str) -> str:
    """Make a name comparable: folded, "&" as and, short words written out, possessives joined.

    "Dept. for Children, Schools & Families" gives "department for children schools and families",
    "D.C.S.F." gives "dcsf".
    """
    text = _DOTTED.sub(lambda hit: hit[0].replace(".", ""), text)
    text = _POSSESSIVE.sub(lambda hit: "s" if "s" in hit[0] else "", text.replace("&", " and "))
    words = [_SHORT.get(word, word) for word in fold(text).split()[:MAX_WORDS]]
    return " ".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)


def telling(name: str) -> list[str]:
    """Return the words of a :func:`plain` name that tell things apart."""
    return [word for word in name.split() if word not in STOP]


@lru_cache(maxsize=KEPT)
def word_set(name: str) -> frozenset[str]:
    """Return :func:`telling` as a set; kept, for each name is compared with many."""
    return frozenset(telling(name))


@lru_cache(maxsize=KEPT)
def initials(name: str) -> str:
    """Return the first letters of the telling words of a plain name; empty for under three."""
    words = telling(name)
    return "".join(word[0] for word in words) if len(words) >= 3 else ""


@lru_cache(maxsize=KEPT)
def years(text: str) -> frozenset[str]:
    """Return the years that a name holds."""
    return frozenset(_YEAR.findall(text))


@lru_cache(maxsize=KEPT)
def without_years(name: str) -> str:
    """Return a plain name without the years in it: "dfe 1992" gives "dfe"."""
    return " ".join(_YEAR.sub(" ", name).split())


@dataclass(frozen=True, slots=True)
class Citation:
    """A law as somebody cited it.

    ``law`` is the title as written, or empty when ``year`` and ``number`` name it; ``series`` is
    ``c`` for chapters and ``si`` for instruments; ``path`` is the provision below the law's IRI
    (``/section/10``) or empty; ``deeper`` is what follows and has no IRI of ours (``(2)(a)``).
    """

    law: str = ""
    series: str = ""
    year: str = ""
    number: str = ""
    path: str = ""
    deeper: str = ""


_CHAPTER = re.compile(r"\b(\d{4})\W{0,3}(?:c|ch|chap|chapter)\b\.?\s*(\d{1,4})\b", re.IGNORECASE)
_CHAPTER_FIRST = re.compile(
    r"\b(?:c|ch|chap|chapter)\b\.?\s*(\d{1,4})\s+(?:of\s+)?(\d{4})\b", re.IGNORECASE
)
_INSTRUMENT = re.compile(
    r"\b(?:S\.?\s?I\.?|statutory instrument)\s*(?:no\.?\s*)?(\d{4})\s*[/,]?\s*(?:no\.?)?\s*(\d{1,4})\b",
    re.IGNORECASE,
)
_INSTRUMENT_NUMBER = re.compile(r"\b(\d{4})\s*(?:/|,?\s*no\.?)\s*(\d{1,5})\b", re.IGNORECASE)
_NUMBER = r"(\d{1,4}[A-Z]{0,3})\b((?:\s?\([0-9a-z]{1,4}\))*)"
_PARTS = (
    (re.compile(rf"\b(?:schedule|sched|sch)\b\.?\s*(\d{{0,3}}[A-Z]{{0,2}})\b,?\s*"
                rf"(?:paragraph|para|p)\b\.?\s*{_NUMBER}", re.IGNORECASE), "schedule+paragraph"),
    (re.compile(rf"\b(?:schedule|sched|sch)\b\.?\s*{_NUMBER}", re.IGNORECASE), "schedule"),
    (re.compile(rf"(?:\b(?:sections?|sec|ss|s)(?:\b|(?=\d))\.?|§)\s*{_NUMBER}", re.IGNORECASE), "section"),
    (re.compile(rf"\b(?:regulations?|reg)\b\.?\s*{_NUMBER}", re.IGNORECASE), "regulation"),
    (re.compile(rf"\b(?:articles?|art)\b\.?\s*{_NUMBER}", re.IGNORECASE), "article"),
    (re.compile(rf"\b(?:part|pt)\b\.?\s*{_NUMBER}", re.IGNORECASE), "part"),
)  # fmt: skip
_LAW = re.compile(r"\b(act|order|regulations|regs|rules|measure)\b", re.IGNORECASE)


def citation(text: str) -> Citation | None:
    """Read a citation of a law or of a provision: "Children Act 2004 s 10", "2004 c. 31 s.10(2)".

    Returns None when the text cites nothing: no chapter, no instrument, and no provision beside a
    title with Act, Order, Regulations, Rules or Measure in it.
    """
    rest, path, deeper = text[:MAX_NAME], "", ""
    series = year = number = ""
    for pattern, kind, turned in (
        (_CHAPTER, "c", False),
        (_CHAPTER_FIRST, "c", True),
        (_INSTRUMENT, "si", False),
        (_INSTRUMENT_NUMBER, "si", False),
    ):
        if hit := pattern.search(rest):
            year, number = (hit[2], hit[1]) if turned else (hit[1], hit[2])
            series, rest = kind, rest[: hit.start()] + " " + rest[hit.end() :]
            break
    for pattern, kind in _PARTS:
        if hit := pattern.search(rest):
            if kind == "schedule+paragraph":
                schedule = f"/schedule/{hit[1]}" if hit[1] else "/schedule"
                path, deeper = f"{schedule}/paragraph/{hit[2].upper()}", hit[3]
            else:
                path, deeper = f"/{kind}/{hit[1].upper()}", hit[2]
            rest = rest[: hit.start()] + " " + rest[hit.end() :]
            break
    law = re.sub(r"^\W*(of\s+)?(the\s+)?|\W+$", "", rest, flags=re.IGNORECASE)
    law = re.sub(r"\s+of\s*$", "", law)
    if series:
        return Citation(law, series, year, str(int(number)), path, deeper.strip())
    return Citation(law, path=path, deeper=deeper.strip()) if path and _LAW.search(law) else None
