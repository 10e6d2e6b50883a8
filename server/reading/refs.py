"""A named link to an entity: what every list on every page is made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias
from weakref import WeakKeyDictionary

from pyoxigraph import Literal

from reformgraph.ontology.terms import compact
from reformgraph.server import dates
from reformgraph.server.links import Links, local_name
from reformgraph.server.reading import graph
from reformgraph.server.words import CLASSES, OTHER_CLASSES, class_words
from reformgraph.store import Store
from reformgraph.store.base import Brief, Term

# A label longer than this is cut in lists; its own page has it whole.
LONGEST = 300
UNNAMED = "(without a name)"
# Not printable, yet wanted: they hold emoji and some scripts together.
JOINERS = "\u200c\u200d"

# What has several classes is called by the first of these.
_RANK = {name: place for place, name in enumerate((*CLASSES, *OTHER_CLASSES))}


@dataclass(frozen=True, slots=True)
class Ref:
    """One entity as a link. ``when`` is brief (``2001–2007``); ``sort`` orders by time."""

    iri: str
    href: str
    label: str
    slug: str = ""
    type: str = ""
    kind: str = ""
    when: str = ""
    sort: str = ""

    @property
    def word(self) -> str:
        """The kind if there is one, else the word for the class."""
        return self.kind or (class_words(self.type) if self.type else "")


_QUERY = """
SELECT ?x ?label ?slug ?type ?kindLabel ?date ?start ?end ?on {{
  VALUES ?x {{ {iris} }}
  OPTIONAL {{ ?x rdfs:label|skos:prefLabel ?own }}
  OPTIONAL {{ ?x rdfs:comment ?sentence }}
  BIND(COALESCE(?own, ?sentence) AS ?label)
  OPTIONAL {{ ?x rg:slug ?slug }}
  OPTIONAL {{ {typed} }}
  OPTIONAL {{ ?x rg:kind ?kind . ?kind rdfs:label|skos:prefLabel ?kindLabel }}
  OPTIONAL {{ ?x rg:date ?date }}
  OPTIONAL {{ ?x rg:start ?start }}
  OPTIONAL {{ ?x rg:end ?end }}
  OPTIONAL {{ ?x rg:isOngoing ?on }}
}}"""


# A generation never changes, so what is once read of it holds as long as its store is open.
_Known: TypeAlias = dict[tuple[str, str], Ref]
_known: WeakKeyDictionary[Store, _Known] = WeakKeyDictionary()
REMEMBERED = 20_000


def refs(store: Store, links: Links, iris: Iterable[str]) -> dict[str, Ref]:
    """Return a link for each IRI.

    What has no label is named by its sentence (claims have one), its slug or its local name; of
    several labels the English one counts, of several classes the most telling one.
    """
    wanted = list(dict.fromkeys(iri for iri in iris if iri))
    known = _known.setdefault(store, {})
    found = {iri: ref for iri in wanted if (ref := known.get((links.root, iri)))}
    if missing := [iri for iri in wanted if iri not in found]:
        read = _read(store, links, missing)
        if len(known) + len(read) > REMEMBERED:
            known.clear()
        known.update({(links.root, iri): ref for iri, ref in read.items()})
        found |= read
    return found


def _read(store: Store, links: Links, wanted: list[str]) -> dict[str, Ref]:
    found = {iri: _of(brief, links) for iri, brief in store.briefs(wanted).items()}
    # Claims, evidence, effects and whatever else has no slug is in no index.
    others = [iri for iri in wanted if iri not in found]
    return found | _asked(store, links, others) if others else found


def _of(brief: Brief, links: Links) -> Ref:
    return Ref(
        iri=brief.iri,
        href=links.page(brief.iri, brief.slug),
        label=shown(brief.label, brief.slug, brief.iri),
        slug=brief.slug,
        type=min(map(class_name, brief.classes), key=_rank, default=""),
        kind=brief.kind,
        when=when(brief.date, brief.start, brief.end, ongoing=brief.ongoing),
        sort=brief.date or brief.start or brief.end,
    )


def _asked(store: Store, links: Links, wanted: list[str]) -> dict[str, Ref]:
    query = _QUERY.format(iris=graph.nodes(wanted), typed=graph.said(store, "?x a ?type"))
    found: dict[str, Ref] = {}
    ranks: dict[str, tuple[int, int, str]] = {}
    for x, label, slug, type_, kind, date, start, end, on in graph.rows(store, query):
        iri, name = graph.text(x), class_name(graph.text(type_))
        rank = (_rank(name), _language(label), graph.text(label))
        if iri in found and ranks[iri] <= rank:
            continue
        times = [graph.text(t) for t in (date, start, end)]
        ranks[iri] = rank
        found[iri] = Ref(
            iri=iri,
            href=links.page(iri, graph.text(slug)),
            label=shown(graph.text(label), graph.text(slug), iri),
            slug=graph.text(slug),
            type=name,
            kind=graph.text(kind),
            when=when(*times, ongoing=graph.text(on) == "true"),
            sort=times[0] or times[1] or times[2],
        )
    return found


def shown(label: str, slug: str, iri: str) -> str:
    """Return the label as lists show it: never empty, never endless, controls made visible."""
    visible = "".join(c if c.isprintable() or c in JOINERS else " " for c in label).strip()
    visible = visible.strip(JOINERS)
    if not visible:
        visible = slug or local_name(iri) or UNNAMED
    return visible if len(visible) <= LONGEST else visible[: LONGEST - 1].rstrip() + "…"


def when(date: str, start: str, end: str, *, ongoing: bool) -> str:
    """Say in few characters when a thing was or stood; a law is dated by its making."""
    if not date and (start or end or ongoing):
        return dates.brief(start, end, ongoing=ongoing)
    return dates.in_words(date)


@lru_cache(maxsize=1024)
def class_name(iri: str) -> str:
    """Return the local name of a class IRI."""
    return compact(iri).rpartition(":")[2].rpartition("#")[2] if iri else ""


def literal_words(value: Literal) -> str:
    """Say a literal in words: dates by their precision, all else as it stands."""
    kind = value.datatype.value.rpartition("/")[2].rpartition("#")[2]
    if kind in ("EDTF", "date", "gYear", "gYearMonth"):
        return dates.in_words(value.value)
    return value.value


def _language(label: Term | None) -> int:
    """Rank the language of a label: English, none, any other."""
    language = label.language if isinstance(label, Literal) else None
    return 1 if not language else 0 if language.startswith("en") else 2


def _rank(class_name: str) -> int:
    return _RANK.get(class_name, len(_RANK) + (not class_name))
