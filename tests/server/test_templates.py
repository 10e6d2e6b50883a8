"""Look-ups told by their bytes are what decoding and recognising them gives, or nothing."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from front_support import Line, get, served
from hypothesis import given
from hypothesis import strategies as some

from reformgraph.server.app import create_app
from reformgraph.server.front.templates import Template
from reformgraph.server.protocol.plain import query_in
from reformgraph.server.shapes import SAMPLES
from reformgraph.settings import Settings
from reformgraph.store.known import lookups
from reformgraph.store.known.lookups import LONGEST, recognise

ID = "https://w3id.org/reformgraph/id/"
ACCEPT = "Accept: application/sparql-results+json"
HEAD = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
QUERIES = (
    HEAD + "SELECT ?l {{ <{0}> rdfs:label ?l }}",
    HEAD + "SELECT ?l {{ <{0}> rdfs:label ?l }} #{1}",
    HEAD + "SELECT ?l {{ <{0}> rdfs:label ?l }} # two words #{1}",
    HEAD + "SELECT ?x ?l {{ # here\n <{0}> <urn:p> ?x . ?x rdfs:label ?l }} LIMIT 500",
    "SELECT ?p ?o {{ <{0}> ?p ?o }}",
)
BEFORE = b"GET /sparql?query="


def _quoted(query: str) -> bytes:
    return quote(query, safe="").encode()


def _template(query: str) -> Template | None:
    asked = recognise(query)
    assert asked is not None
    return Template.of(_quoted(query), asked)


def _filled(template: Template, quoted: bytes) -> lookups.LookUp | None:
    data = BEFORE + quoted + b" HTTP/1.1\r\nHost: x\r\n\r\n"
    return template.fill(data, len(BEFORE), len(BEFORE) + len(quoted))


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("iri", [ID + "dcsf", ID + "a#b_c~d.e", "https:x", ID])
def test_another_subject(query: str, iri: str) -> None:
    template = _template(query.format(ID + "childrens-plan-2007", "x"))
    assert template is not None
    other = query.format(iri, "another1")
    assert _filled(template, _quoted(other)) == recognise(other)
    assert recognise(other) is not None


@pytest.mark.parametrize(
    "other",
    [
        HEAD + "SELECT ?l {{ <urn:another-scheme> rdfs:label ?l }} #1",
        HEAD + "SELECT ?l {{ <{0}é> rdfs:label ?l }} #1",
        HEAD + "SELECT ?l {{ <{0}> rdfs:label ?l }} #1 2",
        HEAD + "SELECT ?l {{ <{0}> rdfs:label ?l }} #\nLIMIT 1",
        HEAD + "SELECT ?l {{ <{0}> rdfs:comment ?l }} #1",
        HEAD + "SELECT ?l {{ <{0}> <urn:p> ?x . <{0}> rdfs:label ?l }} #1",
        HEAD + "SELECT ?m {{ <{0}> rdfs:label ?m }} #1",
        HEAD + "SELECT ?l {{ <{0}{1}> rdfs:label ?l }} #1",
        HEAD.replace("rdf-", "rdg-") + "SELECT ?l {{ <{0}> rdfs:label ?l }} #1",
    ],
)
def test_what_is_not_of_the_template(other: str) -> None:
    template = _template(QUERIES[1].format(ID + "dcsf", "x"))
    assert template is not None and template.comment
    assert _filled(template, _quoted(other.format(ID, "x" * LONGEST))) is None


@pytest.mark.parametrize(
    "query",
    [
        HEAD + "PREFIX e: <urn:>\nSELECT ?l { e:a rdfs:label ?l }",
        HEAD + "PREFIX e: <urn:>\nSELECT ?l { e:a rdfs:label ?l } # <urn:a>",
        "SELECT ?x { <urn:a> <urn:a> ?x }",
        "PREFIX e: <urn:a>\nSELECT ?x { e:a <urn:p> ?x } # <urn:aa>",
    ],
)
def test_queries_of_which_none_can_be_taken(query: str) -> None:
    assert _template(query) is None


_NAMES = some.text(some.sampled_from("ab/#:-_.~%?&<> é"), max_size=12)
_ENDS = some.text(some.sampled_from("a1#\n .<>?"), max_size=6)


@given(some.sampled_from(QUERIES), _NAMES, _ENDS, some.booleans())
def test_whatever_is_filled_is_what_the_recogniser_says(
    query: str, name: str, end: str, raw: bool
) -> None:
    template = _template(query.format(ID + "dcsf", "x"))
    assert template is not None
    quoted = _quoted(query.format(ID + name, end))
    if raw:  # as a client may leave them
        quoted = re.sub(rb"%(2F|3A|7E)", lambda found: bytes.fromhex(found[1].decode()), quoted)
    filled = _filled(template, quoted)
    if filled is not None:
        assert filled == recognise(query_in(quoted.decode()))


@pytest.fixture(scope="module")
def app(story_root: Path) -> Iterator[Flask]:
    app = create_app(Settings(store=str(story_root)))
    yield app
    app.extensions["reformgraph"].close()


def test_over_http_nothing_is_recognised_twice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    slugs = ("dcsf", "ofsted", "hm-treasury", "children-act-2004", "youth-matters-2005", "nobody")

    def asked(slug: str, more: str) -> bytes:
        query = f"{HEAD}SELECT ?l {{ <{ID}{slug}> rdfs:label ?l }} #{more}"
        return get(f"/sparql?query={_quoted(query).decode()}", ACCEPT)

    with served(app) as (port, bridge), Line(port) as line:
        bodies = {}
        for number in range(SAMPLES + 2):
            for slug in slugs:
                line.send(asked(slug, str(number)))
                bodies[slug] = line.answer()[2]
        ((_, templates),) = bridge.known._ways.values()
        assert len(templates) == 1

        def never(query: str) -> None:
            raise AssertionError(query)

        monkeypatch.setattr(lookups, "recognise", never)
        for slug in slugs:
            request = asked(slug, "again")
            for _ in range(3):  # made, made and kept, kept
                line.send(request)
                status, headers, body = line.answer()
                assert (status, body) == (200, bodies[slug])
                assert headers["etag"]
        assert any(key[0] == request for key in bridge.known.kept._entries)
        assert not any(key[0] == asked("dcsf", "1") for key in bridge.known.kept._entries)
