"""The description of the service is true: every route is in it, and nonsense never breaks one."""

import os
import re
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode

from reformgraph.server import openapi

# `make soak` tries thirty times as many.
TIMES = 30 if os.environ.get("SOAK") else 1
EXAMPLES = {GenerationMode.POSITIVE: 2 * TIMES, GenerationMode.NEGATIVE: 1 * TIMES}


@pytest.fixture(scope="module")
def app(client: FlaskClient) -> Flask:
    return client.application


def test_every_route_is_described(client: FlaskClient, app: Flask) -> None:
    found = client.get("/openapi.json").json
    assert found is not None and found["openapi"] == "3.1.0"
    rules = {
        re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", str(rule)) for rule in app.url_map.iter_rules()
    }
    assert set(found["paths"]) == rules - {"/static/{name}"}
    names = [op["operationId"] for path in found["paths"].values() for op in path.values()]
    assert len(names) == len(set(names))
    for path, operations in found["paths"].items():
        for operation in operations.values():
            placed = {p["name"] for p in operation["parameters"] if p.get("in") == "path"}
            assert placed == set(re.findall(r"\{(\w+)\}", path))
            assert operation["summary"].endswith("."), path


def test_query_parameters_belong_to_addresses_that_are_there(app: Flask) -> None:
    paths = openapi.description(app, "")["paths"]
    assert set(openapi.QUERY) <= set(paths)
    for parameters in openapi.QUERY.values():
        for schema, words in parameters.values():
            Draft202012Validator.check_schema(schema)
            assert words


LIMITS = [
    f"/problems/{name}" for name in ("busy", "query-timeout", "query-memory", "result-too-large")
]


def _attempts(operation: Any, mode: GenerationMode) -> tuple[int, list[str]]:
    """Call one operation with made-up arguments; returns how often, and what was wrong."""
    tried, found = 0, []

    @seed(8 * TIMES)
    @settings(
        max_examples=EXAMPLES[mode],
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def attempt(case: schemathesis.Case) -> None:
        nonlocal tried
        tried += 1
        answer = case.call()
        kinds = " ".join(answer.headers.get("content-type", []))
        # A limit that the service states, with a word on when to come again, is no fault.
        limit = answer.status_code in (503, 504) and any(name in answer.text for name in LIMITS)
        if answer.status_code >= 500 and not limit:
            found.append(f"{answer.status_code} {case.as_curl_command()}")
        elif answer.status_code >= 400 and "problem+json" not in kinds and "html" not in kinds:
            found.append(f"{answer.status_code} as {kinds}: {case.as_curl_command()}")

    attempt()
    return tried, found


# The library's own hooks into WSGI and hypothesis warn of their own plans.
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_schemathesis_finds_no_fault_of_ours(app: Flask, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_dict(openapi.description(app, "http://localhost"))
    schema.app = app
    total, faults = 0, []
    for result in schema.get_all_operations():
        operation = result.ok()
        if mode is GenerationMode.NEGATIVE and operation.path not in openapi.QUERY:
            continue  # without parameters nothing can be wrong but the path
        try:
            tried, found = _attempts(operation, mode)
        except Unsatisfiable:
            continue
        total += tried
        faults += found
    assert not faults, "\n".join(faults)
    assert total >= (50 if mode is GenerationMode.POSITIVE else 10)
