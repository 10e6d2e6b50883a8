"""How laws and provisions are called: slugs, numbers and labels."""

from __future__ import annotations

import re
from typing import Final

from reformgraph.ingest import slugs
from reformgraph.ingest.law import addresses

_WORDS: Final = {
    "section": "s",
    "article": "art",
    "regulation": "reg",
    "rule": "rule",
    "part": "Part",
    "chapter": "Chapter",
    "group": "Group",
    "schedule": "Sch",
    "paragraph": "para",
    "title": "Title",
    "annex": "Annex",
    "appendix": "Appendix",
    "division": "Division",
    "attachment": "Attachment",
    "crossheading": "heading",
}
_ACTS: Final = frozenset(
    (
        *("ukpga", "ukla", "ukppa", "ukcm", "apgb", "gbla", "gbppa", "aep", "aosp", "asp", "aip"),
        *("apni", "mnia", "nia", "mwa", "anaw", "asc"),
    )
)
_INSTRUMENTS: Final = frozenset(
    (
        *("uksi", "ssi", "wsi", "nisr", "nisi", "nisro", "uksro", "ukci", "ukmo", "ukmd"),
        *("ukdsi", "sdsi", "nidsr", "nidsi", "wdsi"),
    )
)
_PREFIXES: Final = {"asp": "asp", "anaw": "anaw", "asc": "asc", "mwa": "nawm", "nia": "c."}


def slug(law: str, path: str = "") -> str:
    """Make the slug of a law or provision: ``ukpga-2004-31-section-10``; at most 200 characters."""
    text = slugs.slugify(f"{law}/{path}".replace("/", " "))
    return text[: slugs.LONGEST].rstrip("-")


def number(path: str) -> str:
    """Write a path as tables do: ``section/10/2/a`` → ``s 10(2)(a)``, ``schedule/2`` → ``Sch 2``."""
    parts = path.split("/")
    found: list[str] = []
    place = 0
    while place < len(parts):
        word = _WORDS.get(parts[place])
        if word is None:
            # Levels below the one that has a name: (2)(a).
            if found and place:
                found[-1] += f"({parts[place]})"
            else:
                found.append(parts[place].replace("-", " "))
            place += 1
            continue
        value = parts[place + 1] if place + 1 < len(parts) else ""
        if value in _WORDS:
            value = ""
        found.append(f"{word} {value.replace('-', ' ') if word == 'heading' else value}".strip())
        place += 2 if value else 1
    return " ".join(found)


def unnamed(law: str) -> str:
    """Call a law whose title no file gives: ``Statutory Instrument 2005/2213``."""
    kind, _, rest = law.partition("/")
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", addresses.CLASSES.get(kind, kind))
    return f"{words} {rest}"


def law_number(law: str) -> str:
    """Give the number as tables write it: ``c. 31``, ``SI 2005/2213``; empty for other types."""
    kind, _, rest = law.partition("/")
    number = rest.rpartition("/")[2]
    if kind in ("uksi", "ssi", "wsi"):
        return f"{'SSI' if kind == 'ssi' else 'SI'} {rest}"
    if kind in _ACTS:
        return f"{_PREFIXES.get(kind, 'c.')} {number}"
    return rest


def kind(law: str) -> str:
    """Give the kind of the scheme, ``Act`` or ``statutory instrument``; empty for law of the EU."""
    type_ = law.partition("/")[0]
    if type_ in _ACTS:
        return "Act"
    return "statutory instrument" if type_ in _INSTRUMENTS else ""


def whole(path: str) -> str:
    """Give the section, article or paragraph that a path lies in; itself where it is none deeper."""
    parts = path.split("/")
    if parts[0] in ("section", "article", "regulation", "rule"):
        return "/".join(parts[:2])
    if "paragraph" in parts:
        return "/".join(parts[: parts.index("paragraph") + 2])
    return path


def same(one: str, other: str) -> bool:
    """Say whether two titles or headings differ in nothing but letter case, points and spaces."""
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    text = text.replace("’", "'").replace("‘", "'").replace("–", "-").casefold()
    text = re.sub(r"[^\w']+", " ", text).strip()
    return re.sub(r"^the ", "", text)
