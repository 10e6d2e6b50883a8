"""No code, query, shape or template names a term that the ontology lacks."""

import re
from pathlib import Path

import pytest

from reformgraph.ontology.terms import NAMESPACES, RG, RGS

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("ontology", "store", "ingest", "queries", "server", "src/reformgraph/cli")
CLOSED = {each.prefix: each for each in NAMESPACES}
OWN = {each.prefix: each for each in (RG, RGS)}
# rg:name in SPARQL, Turtle, templates and docs. A hyphen or dot is part of a name only inside it,
# and "rg:" ahead of a name in prose ("rg: terms") is not followed by one.
PREFIXED = re.compile(r"(?<![\w:/.-])(rgs?):([A-Za-z][\w-]*)")
PYTHON = re.compile(r"(?<![\w.])([A-Z]+)(?:\.([A-Za-z]\w*)|\[\"([\w-]+)\"\])")


def _files(*suffixes: str) -> list[Path]:
    found = [
        path
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.suffix in suffixes and not {"__pycache__", "migrations"} & set(path.parts)
    ]
    return sorted(found)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", _files(".rq", ".ttl", ".html", ".jinja", ".toml"), ids=_name)
def test_prefixed_names_exist(path: Path) -> None:
    used = set(PREFIXED.findall(path.read_text(encoding="utf-8")))
    assert {f"{prefix}:{name}" for prefix, name in used if name not in OWN[prefix]} == set()


@pytest.mark.parametrize("path", _files(".py"), ids=_name)
def test_names_in_python_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if "reformgraph.ontology" not in text:
        return
    unknown = {
        f"{owner}.{attribute or item}"
        for owner, attribute, item in PYTHON.findall(text)
        if (namespace := CLOSED.get(owner.lower())) is not None
        and (attribute or item) not in namespace
        and (attribute or item) not in {"iri", "prefix"}
    }
    # SPARQL inside Python strings counts like SPARQL in a file.
    unknown |= {
        f"{prefix}:{name}" for prefix, name in PREFIXED.findall(text) if name not in OWN[prefix]
    }
    assert unknown == set()


def test_the_patterns_see_what_they_should() -> None:
    text = "?x rg:buildsOn|^rg:drawsOn rgs:policy-plan . # `rg:slug`, <http://x/rg:no>"
    assert PREFIXED.findall(text) == [
        ("rg", "buildsOn"),
        ("rg", "drawsOn"),
        ("rgs", "policy-plan"),
        ("rg", "slug"),
    ]
    assert PYTHON.findall('RG.buildsOn, RGS["policy-plan"]') == [
        ("RG", "buildsOn", ""),
        ("RGS", "", "policy-plan"),
    ]
