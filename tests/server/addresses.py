"""Every address of the service over a graph, found from its routes, so that none is forgotten."""

from collections.abc import Iterator, Sequence
from itertools import product
from urllib.parse import quote

from flask import Flask
from werkzeug.routing import Rule

from reformgraph.queries import catalogue
from reformgraph.server import formats

# What may follow a dot, by the first word of a route that reads its suffix itself.
_SUFFIXES = {
    "page": formats.ENTITY,
    "lineage": formats.LINEAGE,
    "story": formats.STORY,
    "concept": (formats.HTML, formats.JSON),
    "as-at": (formats.HTML, formats.CSV, formats.JSON),
    "history": (formats.HTML, formats.JSON),
}
_OF_ENTITY = ("item", "slug", "name")
# The ontology is ours: nothing of a graph stands there but counts, and its page is dear.
_LEFT_OUT = ("/static/", "/ontology")


def addresses(app: Flask, slugs: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """Yield every route that takes GET, for each of ``slugs``; ``names`` are claims and the like."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(_LEFT_OUT):
            yield from _filled(rule, slugs, names)
    for slug, path in product(slugs, ("linked?iri={}&by=rg:source", "why?s={}", "matrix?under={}")):
        yield "/" + path.format(quote(slug, safe=""))
    for slug in slugs[:2]:
        word = quote(slug, safe="")
        yield from (f"/search{end}?q={word}" for end in ("", ".json"))
        yield from (f"/matrix/cell?row={word}", f"/practice?concept={word}")
        yield from (f"/effects?iri={word}&way=on", f"/reconcile/preview?id={word}")
        yield from (f"/reconcile/suggest/entity?prefix={word}", f"/lineage/{word}?to={word}")


def _filled(rule: Rule, slugs: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    first = rule.rule.strip("/").partition("/")[0]
    if first == "questions" and rule._converters:
        for question, slug in zip(sorted(catalogue.load()), list(slugs) * 60, strict=False):
            asked = catalogue.get(question)
            entity = [each.name for each in asked.parameters if each.type == "entity"]
            query = f"?{entity[0]}={quote(slug, safe='')}" if entity else ""
            # One question in every format shows what formats do to names; the others are dear.
            every = (".csv", ".json", ".xlsx", ".rq") if question == "antecedents" else ()
            for end in ("", *every):
                yield f"/questions/{question}{end}{query}"
        return
    choices = {argument: _choices(rule, argument, slugs) for argument in rule._converters}
    for values in product(*choices.values()):
        path = rule.build(dict(zip(choices, values, strict=True)), append_unknown=False)
        assert path is not None, rule
        yield path[1]
        for form in _SUFFIXES.get(first, ()) if rule._converters else ():
            yield f"{path[1]}.{form.suffix}"
    if first in ("claim", "evidence", "graph"):
        yield from (f"/page/{name}" for name in names if name.startswith(first))


def _choices(rule: Rule, argument: str, slugs: Sequence[str]) -> Sequence[object]:
    first = rule.rule.strip("/").partition("/")[0]
    if argument in ("suffix", "what") or first == "dumps":
        known = getattr(rule._converters[argument], "items", None) or ("csv", "json", "svg", "atom")
        return sorted(each for each in known if each)
    if argument == "number":
        return [1]
    if first == "browse":
        return ["Policy", "Source", "Claim", "Concept", "Institution"]
    if first == "as-at":
        return ["2007-12-11"]
    if first in ("generations", "dumps", "ontology"):
        return ["x"]
    return slugs
