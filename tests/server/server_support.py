"""What the server's tests share: applications, graphs, and reading served HTML."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph
from flask import Flask

from reformgraph.server.app import create_app
from reformgraph.settings import Settings
from reformgraph.store import publish

BASE = "https://w3id.org/reformgraph/"
HTML = {"Accept": "text/html"}

# Addresses that are names only: none may be followed, all must be told apart (hazard 77).
ODD_IRIS = {
    "hash": "http://example.org/thing#frag",
    "query": "http://example.org/thing?a=b&c=d",
    "escaped": "http://example.org/thing%2Fother",
    "letters": "http://example.org/d\u00e9partement/\u2713",
    "lower": "http://example.org/case",
    "upper": "http://example.org/CASE",
    "plain": "http://example.org/slash",
    "slash": "http://example.org/slash/",
}


def strange_trig() -> str:
    """Return a graph of names and addresses at their extremes, and of circles."""
    odd = "\n".join(
        f'<{iri}> a rg:Policy ; rdfs:label "odd {name}"@en .' for name, iri in ODD_IRIS.items()
    )
    names = " , ".join(f'"Alias {n}"@en' for n in range(600))
    tongues = " , ".join(f'"name in {n}"@x-t{n}' for n in range(40))
    return (
        "@prefix rg: <https://w3id.org/reformgraph/ontology#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        "@prefix edtf: <http://id.loc.gov/datatypes/edtf/> .\n"
        f"@base <{BASE}> .\n"
        "<graph/t> {\n"
        f'<id/long> a rg:Policy ; rg:slug "long" ; rdfs:label "{"long name " * 100_000}"@en .\n'
        f'<id/many> a rg:Policy ; rg:slug "many" ; rdfs:label "many"@en ; skos:altLabel {names} .\n'
        f'<id/tongues> a rg:Policy ; rg:slug "tongues" ; rdfs:label {tongues} .\n'
        '<id/jinja> a rg:Policy ; rg:slug "jinja" ; rdfs:label "{{7*7}} {% raw %} ${7*7}"@en .\n'
        '<id/node> a rg:Policy ; rg:slug "node" ; rdfs:label "node"@en ; rg:buildsOn [ a rg:Policy ] .\n'
        '<id/one> a rg:Policy ; rg:slug "one" ; rdfs:label "one"@en ; rg:buildsOn <id/two> .\n'
        '<id/two> a rg:Policy ; rg:slug "two" ; rdfs:label "two"@en ; rg:buildsOn <id/one>, <id/two> .\n'
        '<id/wide> a skos:Concept ; rg:slug "wide" ; rdfs:label "wide"@en ; skos:broader <id/narrow> .\n'
        '<id/narrow> a skos:Concept ; rg:slug "narrow" ; rdfs:label "narrow"@en ; skos:broader <id/wide> .\n'
        '<id/a> a rg:Institution ; rg:slug "a" ; rdfs:label "body a"@en .\n'
        '<id/b> a rg:Institution ; rg:slug "b" ; rdfs:label "body b"@en .\n'
        '<id/ab> a rg:Renaming ; rg:slug "ab" ; rdfs:label "ab"@en ; rg:date "2001"^^edtf:EDTF ;'
        ' rg:dateEarliest "2001-01-01"^^xsd:date ; rg:dateLatest "2001-12-31"^^xsd:date ;'
        " <http://www.w3.org/ns/org#originalOrganization> <id/a> ;"
        " <http://www.w3.org/ns/org#resultingOrganization> <id/b> .\n"
        '<id/ba> a rg:Renaming ; rg:slug "ba" ; rdfs:label "ba"@en ; rg:date "2002"^^edtf:EDTF ;'
        " <http://www.w3.org/ns/org#originalOrganization> <id/b> ;"
        " <http://www.w3.org/ns/org#resultingOrganization> <id/a> .\n"
        f"{odd}\n}}\n"
        "<graph/inferences> { <id/one> rg:drawsOn <id/two> . <id/two> rg:drawsOn <id/one> , <id/two> }"
    )


VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)
# Attributes that make a browser fetch or run something, or follow a link.
LOADING = frozenset(("src", "srcset", "data", "poster", "action", "formaction", "xlink:href"))


def application(root: Path, shared: Path | None = None) -> Flask:
    app = create_app(Settings(store=str(root)), shared=shared)
    app.testing = False  # failures are answered as for strangers
    return app


def publish_trig(root: Path, text: str) -> None:
    publish(root, pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.TRIG), base=BASE)


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.hrefs: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.words: list[str] = []
        self.headings: list[int] = []
        self.data = False
        self.blocks: list[str] = []
        self.labels: set[str] = set()
        self.fields: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if len(found) != len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice")
        # A data block is never run (HTML, 4.12.1), so that no policy has to allow it.
        self.data = tag == "script" and found == {"type": "application/ld+json"}
        if (
            tag == "script"
            and not self.data
            and not (found.get("src", "").startswith("/static/") and "defer" in found)
        ):
            self.faults.append(f"<script {found}>")
        if tag in ("style", "iframe", "object", "embed", "base", "marquee", "img"):
            self.faults.append(f"<{tag}>")
        for name, value in found.items():
            if name.startswith("on") or name == "style":
                self.faults.append(f"<{tag} {name}={value!r}>")
            if name == "href":
                (self.loads if tag == "link" else self.hrefs).append(value)
            elif name in LOADING:
                self.loads.append(value)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "label":
            self.labels.add(found.get("for", ""))
        if tag in ("input", "select", "textarea"):
            # A field inside its label needs no "for" (HTML, 4.10.4).
            self.fields.append(found | ({"aria-label": "in it"} if "label" in self.open else {}))
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:]} ")
            if tag in self.open:
                while self.open.pop() != tag:
                    pass
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script" and self.data:
            self.blocks.append(data)
            return
        if self.open and self.open[-1] == "script" and data.strip():
            self.faults.append(f"script in the page: {data[:80]!r}")
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def faults(html: str) -> list[str]:
    """Everything that no page may have."""
    page = read(html)
    found = list(page.faults)
    if page.open:
        found.append(f"never closed: {page.open}")
    for href in page.hrefs:
        if urlsplit(href).scheme not in ("", "http", "https") or href.startswith("//"):
            found.append(f"href {href!r}")
    for load in page.loads:
        parts = urlsplit(load)
        if parts.scheme or parts.netloc:
            found.append(f"loads {load!r}")
    if doubles := {one for one in page.ids if page.ids.count(one) > 1}:
        found.append(f"ids twice: {doubles}")
    if re.search(r"<summary>(?:(?!</summary>).)*<(?:a|button|input) ", html, re.DOTALL):
        found.append("something to press inside a summary")
    if page.headings.count(1) != 1:
        found.append(f"{page.headings.count(1)} h1")
    for one, following in zip(page.headings, page.headings[1:], strict=False):
        if following > one + 1:
            found.append(f"h{following} after h{one}")
    for field in page.fields:
        named = field.get("id") in page.labels or "aria-label" in field
        if field.get("type") != "hidden" and not named:
            found.append(f"field without label: {field}")
    for block in page.blocks:
        try:
            json.loads(block)
        except ValueError as error:
            found.append(f"data block is no JSON: {error}")
    return found
