"""What pyLODE documents of the ontology: all terms, the same bytes each time, clean HTML."""

import json
import logging
import re
import subprocess
import sys

import pytest

from reformgraph.ontology import documented, reference
from reformgraph.ontology.terms import RG


@pytest.fixture(scope="module")
def made() -> bytes:
    return reference.make()


def test_every_own_term_is_documented(made: bytes) -> None:
    rows = documented.rows(made)
    assert set(rows) == set(RG)
    description = "http://purl.org/dc/terms/description"
    for name, some in rows.items():
        words = dict(some)
        assert words[description].startswith("<p>"), name
        assert words["http://purl.org/dc/terms/source"], name


def test_its_links_lead_to_our_terms_or_out(made: bytes) -> None:
    html = " ".join(value for some in documented.rows(made).values() for _, value in some)
    places = set(re.findall(r'href="#([^"]+)"', html))
    assert len(places) > 60
    assert places <= set(RG)
    assert set(re.findall(r"<(\w+)", html)) <= {"a", "p", "ul", "li", "code"}
    assert not re.findall(r'(?:class|style|id|on\w+)="', html)
    # Two vocabularies have an "amends"; each link goes to the one that is meant.
    rows = dict(documented.rows(made)["drawsOn"])
    assert 'href="#amends"' in rows["https://w3id.org/profile/ontdoc/superPropertyOf"]
    assert "eli/ontology" not in rows["https://w3id.org/profile/ontdoc/superPropertyOf"]


def test_the_same_ontology_is_documented_once(made: bytes) -> None:
    assert reference.make(made) is made
    old = json.loads(made) | {"made of": "something else"}
    assert reference.make(json.dumps(old).encode()) == made


def test_another_process_makes_the_same_bytes_and_logs_nothing(made: bytes) -> None:
    code = (
        "import sys, logging; from reformgraph.ontology import reference;"
        "sys.stdout.buffer.write(reference.make());"
        "logging.getLogger().debug('loud'); sys.exit(len(logging.getLogger().handlers))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0
    assert done.stdout == made
    assert done.stderr == b""
    assert logging.getLogger().level == logging.WARNING
