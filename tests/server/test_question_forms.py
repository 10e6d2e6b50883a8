"""Forms of questions: names for things, sorting, workbooks, the way to the editor."""

import csv
import io
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from flask.testing import FlaskClient
from server_support import faults, read

from reformgraph.server.spreadsheet import MOST_TEXT, workbook

HTML = {"Accept": "text/html"}


def _column(client: FlaskClient, query: str, column: str) -> list[str]:
    text = client.get(f"/questions/antecedents.csv?{query}").text
    return [row[column] for row in csv.DictReader(io.StringIO(text))]


def test_a_name_stands_for_the_one_thing_that_bears_it(client: FlaskClient) -> None:
    by_name = client.get("/questions/institution-fate?institution=DCSF", headers=HTML)
    assert by_name.status_code == 200 and not faults(by_name.text)
    assert "Department for Children, Schools and Families" in read(by_name.text).text
    named = client.get("/questions/antecedents.csv?item=every%20child%20matters").text
    assert named == client.get("/questions/antecedents.csv?item=every-child-matters-2003").text


def test_a_name_that_nothing_bears_is_answered_with_choices(client: FlaskClient) -> None:
    page = client.get("/questions/antecedents?item=chldrens+plan&sort=-to", headers=HTML)
    assert page.status_code == 404 and not faults(page.text)
    choices = [h for h in read(page.text).hrefs if h.startswith("/questions/antecedents?item=")]
    assert "/questions/antecedents?item=childrens-plan-2007" in choices
    assert client.get(choices[0], headers=HTML).status_code == 200


def test_entity_and_date_fields_have_pickers(client: FlaskClient) -> None:
    page = client.get("/questions/duties-followed", headers=HTML).text
    fields = {field.get("name", ""): field for field in read(page).fields}
    assert (
        fields["duty"]["data-pick"] == "/search.json" and fields["duty"]["list"] in read(page).ids
    )
    page = client.get("/questions/institutions-on", headers=HTML).text
    assert {f["name"]: f["type"] for f in read(page).fields}["date"] == "date"


def test_every_format_is_sorted_alike(client: FlaskClient) -> None:
    plain, up, down = (_column(client, q, "toLabel") for q in ("", "sort=to", "sort=-to"))
    assert sorted(plain) == sorted(up) and up != plain
    assert up == sorted(up, key=str.casefold) and down == sorted(down, key=str.casefold)[::-1]
    depths = [int(n) for n in _column(client, "sort=-depth", "depth")]
    assert depths == sorted(depths, reverse=True)
    rows = client.get("/questions/antecedents.json?sort=-depth").get_json()["rows"]
    assert [int(row["depth"]["value"]) for row in rows] == depths
    page = client.get("/questions/antecedents?sort=-depth", headers=HTML).text
    assert 'aria-sort="descending"' in page and not faults(page)
    wrong = client.get("/questions/antecedents.csv?sort=nothing")
    assert wrong.status_code == 400 and "toLabel" in wrong.get_json()["detail"]


def test_a_workbook_has_the_rows_and_says_what_they_are(client: FlaskClient) -> None:
    answer = client.get("/questions/antecedents.xlsx?item=every-child-matters-2003&sort=-depth")
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    head, *rows = book["Answer"].iter_rows(values_only=True)
    assert [row[0] for row in rows] == [
        int(n) for n in _column(client, "item=every-child-matters-2003&sort=-depth", "depth")
    ]
    assert "sentence" in head
    about = dict(book["About"].iter_rows(values_only=True))
    assert about["item"] == "every-child-matters-2003" and "SELECT" in str(about["query"])
    assert book["Answer"].freeze_panes == "A2"


def test_hazard_67_no_cell_of_a_workbook_is_a_formula_or_a_link() -> None:
    cells = ["=cmd|x", "+1", "-1", "@x", "http://evil.example/", "a\x00b\ud800", "x" * 40_000]
    made = workbook(["n", *"abcdefg"], [[1, *cells], [None, *[""] * 7]], {"=a": "=b"})
    sheet = openpyxl.load_workbook(io.BytesIO(made))["Answer"]
    row = sheet[2]
    assert row[0].data_type == "n" and {cell.data_type for cell in row[1:]} == {"s"}
    assert [cell.value for cell in row[1:6]] == cells[:5]
    assert row[6].value == "a\ufffdb\ufffd" and len(str(row[7].value)) == MOST_TEXT
    assert not any(cell.hyperlink for cell in row)


@pytest.mark.parametrize("name", ["antecedents", "institutions-on"])
def test_the_date_of_the_site_disturbs_no_question(client: FlaskClient, name: str) -> None:
    page = client.get(f"/questions/{name}?date=1999-05-01", headers=HTML)
    assert page.status_code == 200 and "1 May 1999" in page.text


def test_the_query_opens_in_the_editor(client: FlaskClient) -> None:
    page = read(client.get("/questions/triggers", headers=HTML).text)
    [address] = [href for href in page.hrefs if href.startswith("/sparql?query=")]
    query = parse_qs(urlsplit(address).query)["query"][0]
    assert query == client.get("/questions/triggers.rq").text
    assert client.get(address, headers=HTML).status_code == 200
