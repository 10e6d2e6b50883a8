"""How to cite a page: in words, as BibTeX and as CSL-JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from reformgraph.server.reading.page import EntityPage
from reformgraph.server.reading.refs import LONGEST
from reformgraph.store.base import Generation


@dataclass(frozen=True, slots=True)
class Citing:
    """How to cite a page; ``csl`` is CSL-JSON 1.0, a list with one item."""

    plain: str
    bibtex: str
    csl: str


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
        plain += f" ({public_url.rstrip('/')}/page/{page.slug}?generation={generation.id})"
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
    return Citing(plain, f"@misc{{{key},\n{body}\n}}", _csl(page, generation, name, where))


def _csl(page: EntityPage, generation: Generation, name: str, where: str) -> str:
    """Write CSL-JSON: an entry of a dataset, with the day of its generation."""
    item: dict[str, Any] = {
        "id": page.slug or page.iri,
        "type": "dataset",
        "title": name,
        "container-title": where,
        "publisher": "reformgraph",
        "version": generation.id,
        "issued": {"date-parts": [[int(part) for part in generation.created[:10].split("-")]]},
        "URL": page.iri,
    }
    return json.dumps([{k: v for k, v in item.items() if v}], ensure_ascii=False, indent=1)


def _tex(text: str) -> str:
    return "".join(_TEX.get(c, c) for c in text)
