"""The page of figures: it adds up, names rows, and says the same in each format."""

import csv
import io
import json

from flask.testing import FlaskClient
from server_support import HTML, faults, read


def test_the_page_tells_the_figures_and_the_rows_of_warnings(client: FlaskClient) -> None:
    response = client.get("/quality", headers=HTML)
    assert response.status_code == 200 and not faults(response.text)
    text = read(response.text).text
    assert "Items without lineage" in text and "Where sources disagree" in text
    assert "initiatives.csv:16" in text or "institutions.csv:93" in text
    assert "/quality" in read(client.get("/page/dcsf.html").text).hrefs


def test_formats_agree(client: FlaskClient) -> None:
    found = json.loads(client.get("/quality.json").data)
    rows = list(csv.reader(io.StringIO(client.get("/quality.csv").text)))
    assert rows[0] == ["section", "name", "figure", "value"]
    graph = {figure: value for section, _, figure, value in rows if section == "graph"}
    assert graph["statements"] == str(found["statements"])
    assert graph["lineage claims"] == str(found["thin"]["claims"])
    assert {row[0] for row in rows[1:]} >= {
        "class",
        "source",
        "conflict",
        "thin lineage",
        "warning",
    }


def test_the_figures_add_up(client: FlaskClient) -> None:
    found = json.loads(client.get("/quality.json").data)
    whole = found["whole"]
    assert 0 < whole["located"] <= whole["readings"] and whole["verified"] <= whole["readings"]
    by_class = {each["name"]: each for each in found["classes"]}
    assert by_class["Claim"]["things"] == found["claims"]
    for each in (*found["classes"], *found["sources"]):
        assert each["verified"] <= each["readings"] and each["located"] <= each["readings"]
        assert each["alone"] <= each["things"]
    for conflict in found["conflicts"]:
        assert len(conflict["versions"]) >= 2
        assert sum(version["asserted"] for version in conflict["versions"]) <= 1, conflict
    assert all(each["file"].endswith(".csv") and each["row"] > 1 for each in found["findings"])


def test_a_graph_without_findings_or_lineage_has_a_page(
    hostile: FlaskClient, hub: FlaskClient
) -> None:
    for each in (hostile, hub):
        response = each.get("/quality", headers=HTML)
        assert response.status_code == 200 and not faults(response.text)
