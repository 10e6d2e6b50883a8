"""``reformgraph link``: proposals from files and from services on loopback; decisions are kept."""

import contextlib
import csv
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from reformgraph.errors import InputError, SourceBlocked, SourceUnreachable, SourceWrong
from reformgraph.queries.linking import remote
from reformgraph.queries.linking.review import propose
from reformgraph.queries.reconcile.entities import Entity, read
from reformgraph.store import Store

DAY = "2026-11-24"
Answer = Callable[[str, dict[str, list[str]]], tuple[int, object]]


@contextlib.contextmanager
def server(answer: Answer) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._give("GET", {})

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._give("POST", parse_qs(text))

        def _give(self, method: str, form: dict[str, list[str]]) -> None:
            status, value = answer(method, form)
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_address[1]}/"
        finally:
            running.shutdown()
            thread.join()


def entities(store: Store, *slugs: str) -> list[Entity]:
    return [entity for entity in read(store).all if entity.slug in slugs]


def rows(review: Path) -> list[dict[str, str]]:
    lines = [line for line in review.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    return list(csv.DictReader(lines, delimiter="\t"))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "them.csv"
    path.write_text(
        "iri,label,alt\nhttps://example.org/1,Dept for Children Schools and Families,DCSF\n"
        "https://example.org/2,Care Quality Comission,\nhttps://example.org/3,Ministry of Silly Walks,\n",
        encoding="utf-8",
    )
    return path


def test_a_csv_gives_ranked_proposals_with_evidence(
    story_store: Store, table: Path, tmp_path: Path
) -> None:
    review = tmp_path / "review.tsv"
    ours = entities(story_store, "dcsf", "cqc", "ofsted")
    outcome = propose(ours, remote.in_file(table), review, day=DAY)
    assert (outcome.asked, outcome.proposed) == (3, 2)
    found = {row["subject_id"]: row for row in rows(review)}
    assert found["rgid:dcsf"]["object_id"] == "https://example.org/1"
    assert found["rgid:cqc"]["mapping_justification"].endswith("ThresholdMatching")
    assert all(row["comment"] and not row["reviewer_label"] for row in found.values())


def test_decisions_are_kept_and_a_second_run_asks_nothing_again(
    story_store: Store, table: Path, tmp_path: Path
) -> None:
    review = tmp_path / "review.tsv"
    ours = entities(story_store, "dcsf", "cqc")
    propose(ours, remote.in_file(table), review, day=DAY)
    decided = review.read_text(encoding="utf-8").replace(
        "schema:sameAs\t\t", "schema:sameAs\tNot\t"
    )
    review.write_text(decided, encoding="utf-8")
    again = propose(ours, remote.in_file(table), review, day=DAY)
    assert (again.asked, again.before, again.proposed) == (0, 2, 0)
    (tmp_path / "review.tsv.done").unlink()
    propose(ours, remote.in_file(table), review, day="2027-01-01")
    assert review.read_text(encoding="utf-8") == decided


def test_rdf_is_read_and_json_ld_is_not(story_store: Store, tmp_path: Path) -> None:
    path = tmp_path / "them.ttl"
    path.write_text(
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        '<https://example.org/c> skos:prefLabel "Joined-up government"@en, "gouvernement"@fr .',
        encoding="utf-8",
    )
    review = tmp_path / "review.tsv"
    ours = entities(story_store, "concept-joined-up-government")
    propose(ours, remote.in_file(path), review, day=DAY)
    assert [row["predicate_id"] for row in rows(review)] == ["skos:closeMatch"]
    for name, text in (("x.jsonld", "{}"), ("x.ttl", "<"), ("x.csv", "a,b\n1,2\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=name):
            remote.in_file(tmp_path / name)


def test_a_reconciliation_service_is_asked_in_batches_and_resumed(
    story_store: Store, tmp_path: Path
) -> None:
    asked: list[int] = []

    def answer(method: str, form: dict[str, list[str]]) -> tuple[int, object]:
        if method == "GET":
            return 200, {"identifierSpace": "https://example.org/id/", "name": "them"}
        if len(asked) == 1:
            asked.append(0)
            return 429, {}
        queries = json.loads(form["queries"][0])
        asked.append(len(queries))
        return 200, {
            key: {"result": [{"id": key, "name": query["query"], "score": 99, "match": True}]}
            for key, query in queries.items()
        }

    review = tmp_path / "review.tsv"
    ours = [each for each in read(story_store).all if each.type == "Institution"][:15]
    pauses: list[float] = []
    with server(answer) as address:
        find = remote.at_service(address)
        with pytest.raises(SourceBlocked):
            propose(ours, find, review, day=DAY, wait=pauses.append)
        assert len(rows(review)) == 10
        outcome = propose(ours, find, review, day=DAY, wait=pauses.append)
    assert (outcome.asked, outcome.before) == (5, 10)
    assert asked == [10, 0, 5] and pauses == [1.0]
    assert rows(review)[0]["object_id"] == f"https://example.org/id/{ours[0].slug}"


def test_a_sparql_endpoint_is_asked_for_our_labels(story_store: Store, tmp_path: Path) -> None:
    def answer(method: str, form: dict[str, list[str]]) -> tuple[int, object]:
        assert method == "POST" and '"HM Treasury"@en' in form["query"][0]
        binding = {
            "s": {"type": "uri", "value": "https://example.org/hmt"},
            "name": {"type": "literal", "value": "HM Treasury"},
        }
        return 200, {"head": {"vars": ["s", "name"]}, "results": {"bindings": [binding]}}

    review = tmp_path / "review.tsv"
    with server(answer) as address:
        propose(entities(story_store, "hm-treasury"), remote.at_endpoint(address), review, day=DAY)
    assert [row["object_id"] for row in rows(review)] == ["https://example.org/hmt"]


def test_services_that_fail_say_so(story_store: Store) -> None:
    with server(lambda *_: (200, [1])) as address, pytest.raises(SourceWrong):
        remote.at_service(address)
    with pytest.raises(SourceUnreachable):
        remote.at_service(address)
    with pytest.raises(SourceUnreachable):
        remote.at_endpoint(address)(entities(story_store, "dcsf"))


def run(arguments: list[str]) -> int:
    command = [sys.executable, "-m", "reformgraph", *arguments]
    path = os.pathsep.join(sys.path)
    return subprocess.run(
        command, capture_output=True, env={**os.environ, "PYTHONPATH": path}
    ).returncode


def test_the_command(story_root: Path, table: Path, tmp_path: Path) -> None:
    review = str(tmp_path / "review.tsv")
    store = ["--store", str(story_root)]
    assert run(["link", review, "--file", str(table), *store]) == 0
    assert rows(Path(review))
    assert run(["link", review, *store]) == 2
    assert run(["link", review, "--service", "ftp://x", *store]) == 2
    assert run(["link", review, "--file", str(table), "--type", "Dragon", *store]) == 2
