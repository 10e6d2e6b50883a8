"""What stands at the head of an entity page: name, summary, when it stood, plain facts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from pyoxigraph import Literal

from reformgraph.ontology.terms import compact
from reformgraph.server import dates
from reformgraph.server.links import local_name
from reformgraph.server.reading.page import Fact
from reformgraph.server.reading.refs import JOINERS, Ref, literal_words
from reformgraph.server.words import CLASSES, FACTS, HIDDEN, class_words, edge, spaced
from reformgraph.store.base import Term

Statements = Sequence[tuple[str, Term]]

# How the date and the period of each class are worded.
_DATE = {"Policy": "published", "Legislation": "made"}
_PERIOD = {
    "Legislation": "in force",
    "Provision": "in force",
    "Institution": "stood",
    "Initiative": "ran",
    "Component": "stood",
    "Post": "existed",
    "Tenure": "held",
    "Timeline": "covers",
}
_CONTESTED = {
    "rg:isOngoing": "whether it still stands",
    "rdfs:label": "name",
    "dcterms:description": "what is said of it",
}


def literals(out: Statements) -> dict[str, list[Literal]]:
    """Group the literal values of an entity by compact predicate."""
    found: dict[str, list[Literal]] = {}
    for predicate, term in out:
        if isinstance(term, Literal):
            found.setdefault(compact(predicate), []).append(term)
    return found


def title(iri: str, slug: str, values: Mapping[str, list[Literal]], sources: Iterable[Ref]) -> str:
    """Return the whole name: the label, a sentence for claims, a description for evidence."""
    for predicate in ("rdfs:label", "skos:prefLabel", "rdfs:comment"):
        if label := _best(values.get(predicate, ())):
            visible = "".join(c if c.isprintable() or c in JOINERS else " " for c in label)
            if visible.strip().strip(JOINERS):
                return visible.strip()
    if read_in := "; ".join(source.label for source in sources):
        return f"Evidence in {read_in}"
    return slug or local_name(iri) or iri


def also_known(values: Mapping[str, list[Literal]], name: str) -> tuple[str, ...]:
    """Return other names than ``name``, each once."""
    keys = ("skos:altLabel", "rdfs:label", "foaf:name")
    every = (value.value for key in keys for value in values.get(key, ()))
    return tuple(dict.fromkeys(other for other in every if other.strip() not in ("", name)))


def summary(values: Mapping[str, list[Literal]]) -> str:
    """Return the one text that says what it is, "" when there is none."""
    for predicate in ("dcterms:description", "skos:definition", "rg:paraphrase", "rg:purpose"):
        if found := _best(values.get(predicate, ())):
            return found.strip()
    return ""


def when_words(type_: str, values: Mapping[str, list[Literal]]) -> str:
    """Say when it was or stood: "Made 15 November 2004; in force since 1 April 2005; …"."""

    def first(predicate: str) -> str:
        return values[predicate][0].value if predicate in values else ""

    ongoing = first("rg:isOngoing") == "true"
    parts = []
    if date := first("rg:date"):
        parts.append(f"{_DATE.get(type_, '')} {dates.in_words(date)}".strip())
    start, end = first("rg:start"), first("rg:end")
    if type_ == "Legislation" and start and not end and not ongoing:
        # The build knows only the main commencement of a law, not whether it still stands.
        parts.append(f"in force from {dates.in_words(start)}")
    elif period := dates.period(start, end, ongoing=ongoing):
        parts.append(f"{_PERIOD.get(type_, '')} {period}".strip())
    said = "; ".join(parts)
    return said[:1].upper() + said[1:]


def facts(
    values: Mapping[str, list[Literal]], disputed: Iterable[str], said: Collection[str]
) -> tuple[Fact, ...]:
    """Return the rows of plain facts; what was ``said`` above them is not repeated."""
    contested = set(disputed)
    known = [(p, FACTS[p]) for p in FACTS if p in values]
    other = [(p, spaced(p)) for p in sorted(values) if p not in FACTS and p not in HIDDEN]
    rows = []
    for predicate, label in (*known, *other):
        texts = dict.fromkeys(literal_words(value) for value in values[predicate])
        shown = tuple(text for text in texts if text.strip() and text.strip() not in said)
        if shown:
            rows.append(Fact(label, shown, predicate in contested))
    return tuple(rows)


def predicate_words(predicate: str) -> str:
    """Say what a contested predicate is about, for people."""
    curie = compact(predicate)
    return FACTS.get(curie) or _CONTESTED.get(curie) or edge(predicate).words


def type_of(names: Iterable[str]) -> str:
    """Return the most telling of several class names."""
    rank = {name: place for place, name in enumerate(CLASSES)}
    return min(names, key=lambda name: (rank.get(name, len(rank)), name), default="")


def word_for(type_: str, kind: str) -> str:
    """Return what to call the entity: its kind if it has one, else its class."""
    return kind or (class_words(type_) if type_ else "thing")


def _best(labels: Sequence[Literal]) -> str:
    def rank(label: Literal) -> tuple[int, str]:
        language = label.language or ""
        return (0 if language.startswith("en") else 1 if not language else 2, label.value)

    return min(labels, key=rank).value if labels else ""
