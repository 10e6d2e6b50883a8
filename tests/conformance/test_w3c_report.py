"""The report in docs/conformance/ says what the tests have just found; `make conformance` writes it."""

from pathlib import Path

import pytest
from w3c_exceptions import FAILS
from w3c_manifests import EVALUATED, HOME, ROOT, conversations, evaluations, names
from w3c_report import Outcomes, keep, replaced

DOCS = Path(__file__).resolve().parents[2] / "docs" / "conformance"


def _all_tests() -> set[str]:
    tests = {case.iri for suite in EVALUATED for case in evaluations(suite)}
    for path in ("protocol/manifest.ttl", "graph-store-protocol/manifest-direct.ttl",
                 "graph-store-protocol/manifest-indirect.ttl"):  # fmt: skip
        tests |= {case.iri for case in conversations(path)}
    return tests | {iri for iri, _ in names("service-description/manifest.ttl")}


def test_the_report_is_what_was_found(outcomes: Outcomes, regold: bool) -> None:
    missing = _all_tests() - outcomes.found.keys()
    if missing:
        pytest.skip(f"{len(missing)} of the W3C's tests did not run, so there is nothing to report")
    keep(DOCS / "earl.ttl", outcomes.earl(), regold)
    page = (DOCS / "README.md").read_text(encoding="utf-8")
    page = replaced(page, "table", outcomes.table())
    keep(DOCS / "README.md", replaced(page, "exceptions", outcomes.exceptions()), regold)


def test_every_exception_is_of_a_test_that_there_is() -> None:
    assert {HOME + name for name in FAILS} <= _all_tests(), ROOT
