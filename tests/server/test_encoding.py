"""Content codings: which one, what it holds, and what a repeated request gets."""

import gzip
import json
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from flask.testing import FlaskClient

from reformgraph.server.encoding import choose

MANY = "/sparql?query=SELECT * { ?s ?p ?o } LIMIT 2000"
GRAPH = "/graph-store?graph=https://w3id.org/reformgraph/graph/inferences"
UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
}


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        (None, ""),
        ("", ""),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP", "gzip"),
        ("deflate", ""),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("gzip;q=0", ""),
        ("identity", ""),
        ("identity;q=0.5, gzip;q=0.1", ""),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("*", "zstd"),
        ("*;q=0.1, gzip", "gzip"),
        ("*, zstd;q=0, br;q=0", "gzip"),
        ("*;q=0", ""),
        ("identity;q=0", ""),
        ("gzip;q=abc", ""),
        (";;,,=", ""),
        ("gzip," * 5_000, "gzip"),
    ],
)
def test_the_coding_that_is_liked_best(header: str | None, coding: str) -> None:
    assert choose(header) == coding


@pytest.mark.parametrize("coding", UNPACK)
@pytest.mark.parametrize("path", [MANY, "/page/dcsf.ttl", "/", GRAPH])
def test_what_is_packed_is_what_is_sent_plain(client: FlaskClient, path: str, coding: str) -> None:
    plain = client.get(path, buffered=True)
    packed = client.get(path, headers={"Accept-Encoding": coding}, buffered=True)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == coding
    assert packed.content_length == len(packed.data) < len(plain.data)
    assert UNPACK[coding](packed.data) == plain.data
    for response in (plain, packed):
        assert "Accept-Encoding" in response.headers["Vary"]
        assert response.content_type == plain.content_type
    assert plain.headers["ETag"] != packed.headers["ETag"]


@pytest.mark.parametrize("path", [MANY, "/page/dcsf.ttl", GRAPH])
def test_hazard_94_tags_of_packed_answers(client: FlaskClient, path: str) -> None:
    headers = {"Accept-Encoding": "gzip"}
    tag = client.get(path, headers=headers, buffered=True).headers["ETag"]
    again = client.get(path, headers={**headers, "If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert "Content-Encoding" not in again.headers


def test_hazard_94_a_small_answer_keeps_its_tag(client: FlaskClient) -> None:
    headers = {"Accept-Encoding": "gzip"}
    tag = client.get("/sparql?query=ASK{}", headers=headers).headers["ETag"]
    again = client.get("/sparql?query=ASK{}", headers={**headers, "If-None-Match": tag})
    assert (again.status_code, again.headers["ETag"]) == (304, tag)


def test_hazard_37_head_says_what_get_would(client: FlaskClient) -> None:
    headers = {"Accept-Encoding": "br"}
    got, head = client.get(MANY, headers=headers), client.head(MANY, headers=headers)
    assert head.data == b""
    for name in ("Content-Encoding", "Content-Type", "ETag", "Vary"):
        assert head.headers[name] == got.headers[name]
    assert head.headers.get("Content-Length") in (None, got.headers["Content-Length"])


def test_little_answers_and_pictures_stay_plain(client: FlaskClient) -> None:
    headers = {"Accept-Encoding": "gzip"}
    assert "Content-Encoding" not in client.get("/sparql?query=ASK{}", headers=headers).headers
    svg = client.get("/lineage/dcsf.svg", headers=headers)
    assert svg.headers["Content-Encoding"] == "gzip"


def test_problems_are_packed_like_all_else(client: FlaskClient) -> None:
    query = "/sparql?query=" + "x" * 2_000
    response = client.get(query, headers={"Accept-Encoding": "gzip"})
    assert response.status_code == 400
    body = response.data
    if response.headers.get("Content-Encoding") == "gzip":
        body = zlib.decompress(body, 31)
    assert json.loads(body)["status"] == 400
