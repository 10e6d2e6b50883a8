"""Query evaluation over HTTP: aggregates, functions, results in CSV, TSV and JSON."""

from urllib.parse import quote

import pytest
from conftest import Server
from w3c_exceptions import FAILS
from w3c_manifests import EVALUATED, HOME, ROOT, Evaluation, evaluations
from w3c_report import FAILED, PASSED, Outcomes
from w3c_results import ACCEPT, difference

CASES = [
    pytest.param(suite, case, id=f"{suite}-{case.iri.rpartition('#')[2]}")
    for suite in (EVALUATED if ROOT.is_dir() else ())
    for case in evaluations(suite)
]


def _fault(server: Server, case: Evaluation) -> str:
    # A dataset without any graph cannot be said by the protocol; one that is not there is empty.
    default = case.default or ("urn:x-empty",)
    graphs = [f"default-graph-uri={quote(iri, safe='')}" for iri in default]
    graphs += [f"named-graph-uri={quote(iri, safe='')}" for iri in case.named]
    suffix = case.result.suffix if case.result else ".srj"
    headers = {"Content-Type": "application/sparql-query", "Accept": ACCEPT[suffix]}
    status, found, body = server.send(
        "POST", "/sparql?" + "&".join(graphs), headers, case.query.read_bytes()
    )
    if case.kind == "NegativeSyntaxTest11":
        return "" if status == 400 and b"query-syntax" in body else f"expected 400, got {status}"
    if status != 200:
        return f"{status}: {body[:300].decode(errors='replace')}"
    if not found["content-type"].startswith(ACCEPT[suffix]):
        return f"got {found['content-type']}"
    assert case.result is not None
    return difference(case.result.read_bytes(), suffix, body)


@pytest.mark.parametrize(("suite", "case"), CASES)
def test_w3c(w3c: Server, outcomes: Outcomes, suite: str, case: Evaluation) -> None:
    fault = _fault(w3c, case)
    reason = FAILS.get(case.iri.removeprefix(HOME), "")
    outcomes.add(suite, case.iri, FAILED if fault else PASSED, reason)
    if reason:
        assert fault, "it passes now: take it off the list of exceptions"
    else:
        assert not fault
