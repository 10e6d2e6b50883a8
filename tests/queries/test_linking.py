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
from reformgraph.queries.linking import alive, remote
from reformgraph.queries.linking.ranking import Ranking
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


def test_dates_and_kind_tell_two_of_one_name_apart(
    story_root: Path, story_store: Store, tmp_path: Path
) -> None:
    table = tmp_path / "them.csv"
    table.write_text(
        "iri,label,start,end,kind\n"
        "https://example.org/old,Department for Education,1992,1995,ministry\n"
        "https://example.org/new,Department for Education,2010-05-12,,government department\n"
        "https://example.org/bare,Department for Education,,,\n",
        encoding="utf-8",
    )
    turtle = tmp_path / "them.ttl"
    turtle.write_text(
        "@prefix s: <https://schema.org/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        '<https://example.org/new> a s:GovernmentDepartment ; rdfs:label "Department for Education" ;\n'
        '  s:foundingDate "2010-05-12" .\n'
        '<https://example.org/old> rdfs:label "Department for Education" ; s:foundingDate "1992" .',
        encoding="utf-8",
    )
    ours = entities(story_store, "dfe")
    rank = Ranking(story_store, ours)
    for number, file in enumerate((table, turtle)):
        review = tmp_path / f"review{number}.tsv"
        propose(ours, remote.in_file(file), review, day=DAY, rank=rank, least=60)
        found = rows(review)
        assert found[0]["object_id"] == "https://example.org/new"
        assert "its start agrees" in found[0]["comment"]
        assert "both are called department" in found[0]["comment"]
        old = next(row for row in found if row["object_id"].endswith("old"))
        assert float(old["confidence"]) <= 0.7 and "(1992) is another than ours" in old["comment"]


def test_an_endpoint_and_a_service_give_dates_and_kinds(story_store: Store, tmp_path: Path) -> None:
    def answer(method: str, form: dict[str, list[str]]) -> tuple[int, object]:
        if method == "GET":
            return 200, {"identifierSpace": "https://example.org/id/", "name": "them"}
        if "queries" in form:
            types = [{"id": "D", "name": "Government department"}, "other"]
            result = [{"id": "1", "name": "HM Treasury", "score": 9, "type": types}]
            return 200, {"hm-treasury": {"result": result}}
        assert "P571" in form["query"][0]
        binding = {
            "s": {"type": "uri", "value": "https://example.org/hmt"},
            "name": {"type": "literal", "value": "HM Treasury"},
            "start": {"type": "literal", "value": "1066"},
            "kind": {"type": "literal", "value": "https://example.org/def/GovernmentDepartment"},
        }
        return 200, {"head": {"vars": ["s", "name"]}, "results": {"bindings": [binding]}}

    ours = entities(story_store, "hm-treasury")
    with server(answer) as address:
        (found,) = remote.at_endpoint(address)(ours)["hm-treasury"]
        assert (found.start, found.kind) == ("1066", "government department")
        (found,) = remote.at_service(address)(ours)["hm-treasury"]
        assert found.kind == "Government department other"


def test_hazard_82_dead_and_moved_addresses_are_written_down(tmp_path: Path) -> None:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            asked.append(self.path)
            answers = {"/gone": 404, "/moved": 301, "/thing": 303, "/no-head": 405}
            status = answers.get(self.path, 200)
            self.send_response(status)
            if status in (301, 303):
                self.send_header("Location", "http://127.0.0.1:1/never-asked")
            self.end_headers()

        def do_GET(self) -> None:
            asked.append(f"GET {self.path}")
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        here = f"http://127.0.0.1:{running.server_address[1]}/"
        mappings = tmp_path / "links.sssom.tsv"
        ends = ["x:gone", "x:moved", "x:thing", f"{here}fine", "x:no-head", "x:gone",
                "http://127.0.0.1:1/closed", "urn:isbn:0000000000"]  # fmt: skip
        text = f"#curie_map:\n#  x: {here}\nobject_id\n" + "\n".join(ends) + "\n"
        mappings.write_text(text, encoding="utf-8")
        pauses: list[float] = []
        assert alive.check(mappings, day=DAY, wait=pauses.append) == (6, 3)
        assert alive.check(mappings, day=DAY) == (0, 0)
        running.shutdown()
    assert asked == ["/gone", "/moved", "/thing", "/fine", "/no-head", "GET /no-head"]
    assert len(pauses) == 5
    found = {row["object_id"].rpartition("/")[2]: row for row in rows(tmp_path / alive.CHECKED)}
    assert {name: row["status"] for name, row in found.items()} == {
        "gone": "404", "moved": "301", "thing": "303", "fine": "200", "no-head": "200",
        "closed": "0",
    }  # fmt: skip
    assert found["moved"]["location"] == "http://127.0.0.1:1/never-asked"
    (tmp_path / "empty.tsv").write_text("a\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column object_id"):
        alive.check(tmp_path / "empty.tsv", day=DAY)
