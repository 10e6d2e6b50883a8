"""How to cite a page: in words and as BibTeX."""

from __future__ import annotations

from dataclasses import dataclass

from reformgraph.server.reading.page import EntityPage
from reformgraph.server.reading.refs import LONGEST
from reformgraph.store.base import Generation


@dataclass(frozen=True, slots=True)
class Citing:
    """How to cite a page."""

    plain: str
    bibtex: str


# Characters that mean something to TeX (The TeXbook, chapter 7).
_TEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{c: f"\\{c}" for c in "#$%&_{}"},
}


def citing(page: EntityPage, generation: Generation, public_url: str = "") -> Citing:
    """Return the citation of a page of one generation; the IRI is the lasting address."""
    where = "; ".join(timeline.label for timeline in page.timelines)
    inside = f"in: {where}. " if where else ""
    day = generation.created[:10]
    name = page.label.rstrip(".")
    name = name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
    plain = f"“{name}”, {inside}reformgraph, generation {generation.id}, {day}. {page.iri}"
    if public_url and page.slug:
        plain += f" ({public_url.rstrip('/')}/page/{page.slug})"
    key = page.slug or "entry"
    fields = {
        "title": "{" + _tex(name) + "}",
        "howpublished": "{"
        + _tex(f"{inside[:1].upper()}{inside[1:]}reformgraph, generation {generation.id}")
        + "}",
        "year": "{" + generation.created[:4] + "}",
        "url": "{" + page.iri.replace("{", "%7B").replace("}", "%7D") + "}",
    }
    body = ",\n".join(f"  {name} = {value}" for name, value in fields.items())
    return Citing(plain, f"@misc{{{key},\n{body}\n}}")


def _tex(text: str) -> str:
    return "".join(_TEX.get(c, c) for c in text)
