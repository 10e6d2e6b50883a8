"""The SPARQL editor: what it is told, and the page with and without its built files."""

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from server_support import faults

from reformgraph.queries import catalogue
from reformgraph.server.assets import Assets

HTML = {"Accept": "text/html"}
EDITOR = Path(__file__).parents[2] / "editor"


def test_it_is_told_prefixes_terms_and_every_question(client: FlaskClient) -> None:
    told = client.get("/sparql/editor.json").get_json()
    assert told["prefixes"]["rg"] == "https://w3id.org/reformgraph/ontology#"
    kinds = {term["iri"]: term["kind"] for term in told["terms"]}
    assert kinds["https://w3id.org/reformgraph/ontology#Policy"] == "class"
    assert kinds["https://w3id.org/reformgraph/ontology#buildsOn"] == "property"
    assert kinds["https://w3id.org/reformgraph/scheme#frame-leadership-task"] == "concept"
    assert {each["name"] for each in told["questions"]} == set(catalogue.load())
    assert all(term["label"] for term in told["terms"] if "/reformgraph/" in term["iri"])
    # What it offers runs: an example is the text that the question's own page shows.
    one = next(each for each in told["questions"] if each["name"] == "antecedents")
    answer = client.post("/sparql", data={"query": one["sparql"], "format": "json"})
    assert answer.status_code == 200 and answer.get_json()["results"]["bindings"]


@pytest.mark.parametrize("built", [True, False])
def test_the_plain_form_is_always_there(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, built: bool
) -> None:
    monkeypatch.setattr(Assets, "has", lambda self, name: built)
    monkeypatch.setattr(Assets, "name", lambda self, name: name)
    page = client.get("/sparql", headers=HTML).text
    assert not faults(page)
    assert "<textarea" in page
    assert ("editor/editor" in page) is built
    assert ("make editor" in page) is not built


def test_the_lock_file_names_no_place_to_download_from() -> None:
    locked = json.loads((EDITOR / "package-lock.json").read_text(encoding="utf-8"))
    wanted = json.loads((EDITOR / "package.json").read_text(encoding="utf-8"))
    packages = {name: each for name, each in locked["packages"].items() if name}
    assert all("integrity" in each and "resolved" not in each for each in packages.values())
    asked = wanted["dependencies"] | wanted["devDependencies"]
    assert {n: packages[f"node_modules/{n}"]["version"] for n in asked} == asked


def test_the_editor_asks_nobody_else() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (EDITOR / "src").glob("*.js")]
    # Addresses of others stand there as names (namespaces), never as what is fetched.
    assert not re.search(r"fetch\(\s*[\"'`]http", "".join(sources))
    assert 'prefixCcApi = ""' in "".join(sources)
