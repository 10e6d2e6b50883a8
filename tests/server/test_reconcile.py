"""Reconciliation API 0.2: the specification's schemas, matching, and what hostile clients send."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

SCHEMAS = (
    Path(__file__).resolve().parents[2].parent / "shared/conformance/reconciliation/0.2/schemas"
)


def conforms(value: object, name: str) -> None:
    """Validate with the specification's schema; skips the test where it is absent."""
    jsonschema = pytest.importorskip("jsonschema")
    referencing = pytest.importorskip("referencing")
    if not SCHEMAS.is_dir():
        pytest.skip("../shared/conformance is not here")
    registry = referencing.Registry()
    for path in SCHEMAS.glob("*.json"):
        schema = json.loads(path.read_text(encoding="utf-8"))
        if "$id" in schema:
            registry = registry.with_resource(
                schema["$id"],
                referencing.Resource.from_contents(
                    schema, default_specification=referencing.jsonschema.DRAFT7
                ),
            )
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    if name == "manifest":  # its definition of authentication stands on a site of others
        schema["properties"].pop("authentication")
    jsonschema.Draft7Validator(schema, registry=registry).validate(value)


def ask(client: FlaskClient, queries: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/reconcile", data={"queries": json.dumps(queries)})
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def first(client: FlaskClient, name: str, **more: Any) -> dict[str, Any]:
    found = ask(client, {"q": {"query": name, **more}})["q"]["result"]
    return dict(found[0]) if found else {}


def test_the_manifest_is_one_of_the_specification(client: FlaskClient) -> None:
    answer = client.get("/reconcile")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    manifest = answer.json
    assert manifest["identifierSpace"].endswith("/id/")
    assert manifest["view"]["url"] == "http://localhost/page/{{id}}"
    conforms(manifest, "manifest")


@pytest.mark.parametrize("method", ["get", "post"])
def test_batches_by_get_and_by_form(client: FlaskClient, method: str) -> None:
    queries = {"a": {"query": "DCSF", "type": "Institution", "limit": 2}, "b": {"query": "Ofsted"}}
    text = json.dumps(queries)
    if method == "get":
        answer = client.get("/reconcile", query_string={"queries": text})
    else:
        answer = client.post("/reconcile", data={"queries": text})
    found = answer.json
    assert set(found) == {"a", "b"}
    assert found["a"]["result"][0]["id"] == "dcsf"
    assert len(found["a"]["result"]) <= 2
    assert found["b"]["result"][0]["match"] is True
    conforms(queries, "reconciliation-query-batch")
    conforms(found, "reconciliation-result-batch")


def test_single_queries_as_text_and_as_json(client: FlaskClient) -> None:
    for text in ("DCSF", '{"query": "DCSF"}'):
        found = client.get("/reconcile", query_string={"query": text}).json
        assert found["result"][0]["id"] == "dcsf"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("DCSF", "dcsf"),
        ("Dept. for Children, Schools & Families", "dcsf"),
        ("Children Act 2004", "children-act-2004"),
        ("Childrens Act 2004", "children-act-2004"),
        ("2004 c. 31", "children-act-2004"),
        ("Children Act 2004 s 10", "ca2004-s10"),
        ("section 10(2) of the Children Act 2004", "ca2004-s10"),
        ("http://www.legislation.gov.uk/id/ukpga/2004/31", "children-act-2004"),
        ("Every Chld Matters", "every-child-matters-2003"),
        ("Departmnt for Educaton and Skils", "dfes"),
    ],
)
def test_names_citations_and_typos_match(client: FlaskClient, name: str, slug: str) -> None:
    found = first(client, name)
    assert found["id"] == slug
    assert found["match"] is True
    assert found["description"]


def test_a_provision_that_is_not_here_proposes_its_law_without_a_match(client: FlaskClient) -> None:
    found = first(client, "Children Act 2004 s 999")
    assert (found["id"], found["match"]) == ("children-act-2004", False)
    assert "section 999 is not in the graph" in found["description"]


def test_hazard_79_bad_batches_are_refused_by_name(client: FlaskClient) -> None:
    many = json.dumps({str(n): {"query": "x"} for n in range(10_000)})
    for data, status, said in (
        ({"queries": "{"}, 400, "not JSON"),
        ({"queries": "[1]"}, 400, "not a JSON object"),
        ({"queries": "[" * 100_000}, 400, "queries"),
        ({"queries": many}, 413, "at most"),
        ({"queries": '{"q": {"query": "x", "limit": -1}}'}, 400, "queries.q.limit"),
        ({"queries": '{"q": {"query": "x", "limit": "many"}}'}, 400, "queries.q.limit"),
        ({"queries": '{"q": {"query": "x", "limit": NaN}}'}, 400, "queries.q.limit"),
        ({"queries": '{"q": {"query": "x", "type": "Dragon"}}'}, 400, "Dragon"),
        ({"queries": '{"q": {"query": "x", "type_strict": "yes"}}'}, 400, "type_strict"),
        ({"queries": '{"q": {"query": 7}}'}, 400, "queries.q.query"),
        ({"queries": '{"q": {}}'}, 400, "queries.q.query"),
        ({"queries": '{"q": {"query": "x", "properties": [{"pid": "zzz", "v": 1}]}}'}, 400, "pid"),
        ({"queries": '{"q": {"query": "x"}}', "callback": "alert(1)//"}, 400, "JSONP"),
        ({"extend": '{"ids": 1, "properties": []}'}, 400, "extend.ids"),
        ({"extend": '{"ids": [], "properties": [{"id": "zzz"}]}'}, 400, "extend.properties.0.id"),
    ):
        answer = client.post("/reconcile", data=data)
        assert answer.status_code == status, (data, answer.text[:200])
        assert said in answer.json["detail"]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "alert" not in answer.text


def test_hazard_80_names_that_say_nothing_get_a_quick_empty_answer(client: FlaskClient) -> None:
    first(client, "warm up")
    names = ["", " ", "x" * 100_000, "of " * 30_000, "x", "of the and", "'\"*", "%", "☃", "1"]
    begun = time.monotonic()
    found = ask(client, {str(n): {"query": name} for n, name in enumerate(names)})
    assert time.monotonic() - begun < 5
    assert all(not each["result"] for each in found.values()), found


def test_hazard_81_homonyms_never_match_by_themselves_and_a_date_decides(
    client: FlaskClient,
) -> None:
    name = "Department for Education"
    found = ask(client, {"q": {"query": name}})["q"]["result"]
    assert {each["id"] for each in found[:2]} == {"dfe", "dfe-1992"}
    assert not any(each["match"] for each in found)
    assert "as likely" in found[0]["description"]
    for day, slug in (("1993", "dfe-1992"), ("2012-03-01", "dfe"), ("01/03/2012", "dfe")):
        best = first(client, name, properties=[{"pid": "stoodOn", "v": day}])
        assert (best["id"], best["match"]) == (slug, True), day
        assert "stood on agrees" in best["description"]
    nothing = ask(client, {"q": {"query": name, "properties": [{"pid": "stoodOn", "v": "1850"}]}})[
        "q"
    ]["result"]
    assert not any(each["match"] for each in nothing)
    assert not first(client, "Children Act")["match"]  # of 1989 or of 2004?
    assert not first(client, "Children Act 2005")["match"]
    chain = [first(client, acronym)["id"] for acronym in ("DfEE", "DfES", "DCSF")]
    assert chain == ["dfee", "dfes", "dcsf"]


@pytest.mark.parametrize(
    "name", ['" OR *', "NEAR(", "label:Ofsted", "{label} : x", "a AND NOT b", '"', "*", "(", "-"]
)
def test_hazard_112_search_syntax_in_names_is_plain_words(client: FlaskClient, name: str) -> None:
    first(client, name)
    assert client.get("/reconcile/suggest/entity", query_string={"prefix": name}).status_code == 200
    same = first(client, f"Ofsted {name}")
    assert not same or same["score"] <= 100


def test_types_narrow_and_should_only_prefers(client: FlaskClient) -> None:
    found = ask(client, {"q": {"query": "Every Child Matters", "type": "Initiative"}})["q"][
        "result"
    ]
    assert all(each["type"][0]["id"] == "Initiative" for each in found)
    soft = first(client, "DCSF", type="Policy", type_strict="should")
    assert soft["id"] == "dcsf" and "another type" in soft["description"]


def test_a_query_may_be_properties_alone(client: FlaskClient) -> None:
    found = ask(client, {"q": {"properties": [{"pid": "publisher", "v": {"id": "dcsf"}}]}})
    assert found["q"]["result"] and not any(each["match"] for each in found["q"]["result"])
    conforms(found, "reconciliation-result-batch")


@pytest.mark.parametrize(
    ("what", "prefix", "id_", "schema"),
    [
        ("entity", "Department for Chil", "dcsf", "suggest-entities-response"),
        ("type", "Inst", "Institution", "suggest-types-response"),
        ("property", "stood", "stoodOn", "suggest-properties-response"),
    ],
)
def test_suggest_with_flyout(
    client: FlaskClient, what: str, prefix: str, id_: str, schema: str
) -> None:
    found = client.get(f"/reconcile/suggest/{what}", query_string={"prefix": prefix}).json
    assert id_ in {each["id"] for each in found["result"]}
    conforms(found, schema)
    shown = client.get(f"/reconcile/flyout/{what}", query_string={"id": id_}).json
    assert shown["id"] == id_ and "<p>" in shown["html"]


def test_the_preview_may_stand_in_a_frame_and_the_pages_may_not(client: FlaskClient) -> None:
    answer = client.get("/reconcile/preview", query_string={"id": "dcsf"})
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert "Department for Children, Schools and Families" in answer.text
    assert 'href="http://localhost/page/dcsf"' in answer.text
    page = client.get("/page/dcsf")
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert client.get("/reconcile/preview", query_string={"id": "nobody"}).status_code == 404


def test_previews_escape_hostile_labels(hostile: FlaskClient) -> None:
    found = hostile.get("/reconcile/suggest/entity", query_string={"prefix": "script"}).json
    for each in found["result"]:
        text = hostile.get("/reconcile/preview", query_string={"id": each["id"]}).text
        assert "<script" not in text and "<img" not in text


def test_data_extension_with_proposed_properties(client: FlaskClient) -> None:
    proposed = client.get("/reconcile/properties", query_string={"type": "Institution"}).json
    conforms(proposed, "data-extension-property-proposal")
    wanted = [{"id": each["id"]} for each in proposed["properties"]]
    assert {"id": "becameOf"} in wanted and {"id": "publisher"} not in wanted
    query = {"ids": ["dfes", "no-such-thing"], "properties": wanted}
    conforms(query, "data-extension-query")
    found = client.post("/reconcile", data={"extend": json.dumps(query)}).json
    conforms(found, "data-extension-response")
    row = found["rows"]["dfes"]
    assert row["start"] == [{"date": "2001-06-08T00:00:00Z"}]
    assert {"dcsf", "dius"} <= {cell["id"] for cell in row["becameOf"]}
    assert found["rows"]["no-such-thing"]["start"] == []
    imprecise = {"ids": ["dfe-1992"], "properties": [{"id": "start"}]}
    rows = client.post("/reconcile", data={"extend": json.dumps(imprecise)}).json["rows"]
    assert rows["dfe-1992"]["start"] == [{"str": "1992"}]


def test_scripts_of_other_sites_may_ask_first(client: FlaskClient) -> None:
    answer = client.options("/reconcile", headers={"Origin": "https://example.org"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
