"""``reformgraph diff``: what the last build learned."""

import json
from pathlib import Path

import pyoxigraph
import pytest
from click.testing import CliRunner, Result

from reformgraph.cli import cli
from reformgraph.errors import Gone, NotFound, UsageError
from reformgraph.store import generations, publish

BASE = "https://w3id.org/reformgraph/"
TRIG = """@prefix rg: <https://w3id.org/reformgraph/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@base <https://w3id.org/reformgraph/> .
<graph/t> {{ <id/plan> a rg:Policy ; rg:slug "plan" ; rdfs:label "{}"@en . }}"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("diff") / "store"
    for label in ("Plan", "The plan", "The great plan"):
        quads = pyoxigraph.parse(TRIG.format(label), format=pyoxigraph.RdfFormat.TRIG)
        publish(folder, quads, base=BASE)
    generations.prune(folder, 2)
    return folder


def diff(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["diff", "--store", str(root), *arguments])


def test_the_last_build_is_compared_with_the_one_before(root: Path) -> None:
    first, second = (each.id for each in generations.list_generations(root))
    done = diff(root, "--format", "json")
    assert json.loads(done.stdout) == [
        {"state": "changed", "item": "plan", "label": "The great plan", "class": "Policy",
         "added": 1, "removed": 1}
    ]  # fmt: skip
    assert f"{first} to {second}: 1 statements added, 1 removed" in done.stderr
    assert diff(root, first, "--format", "csv").stdout == diff(root, "--format", "csv").stdout


def test_statements_and_a_patch(root: Path) -> None:
    first, second = (each.id for each in generations.list_generations(root))
    lines = diff(root, first, second, "--statements", "--format", "csv").stdout.splitlines()
    assert lines[0] == "change,subject,predicate,object,graph"
    assert [line[:2] for line in lines[1:]] == ["A,", "D,"]
    patch = diff(root, second, first, "--format", "rdfp").stdout.splitlines()
    assert [line[0] for line in patch] == ["D", "A"] and '"The plan"@en' in patch[1]


def test_what_is_not_kept_and_what_never_was(root: Path) -> None:
    (old,) = generations.pruned(root)
    first, _ = (each.id for each in generations.list_generations(root))
    assert isinstance(diff(root, old.id).exception, Gone)
    assert isinstance(diff(root, "nonsense").exception, NotFound)
    # Nothing is kept before the oldest that is kept.
    assert isinstance(diff(root, "", first).exception, UsageError)
