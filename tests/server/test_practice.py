"""What a local authority could use: each thing once, with its sources, on two sheets of paper."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from server_support import HTML, faults, read

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


def test_the_page_tells_means_evaluations_problems_and_what_is_not_known(
    client: FlaskClient,
) -> None:
    response = client.get("/practice", headers=HTML)
    assert response.status_code == 200 and not faults(response.text)
    page = read(response.text)
    assert "11 December 2007" in page.text and "What this does not tell" in page.text
    assert "/page/comp-s10-la-duty" in page.hrefs
    assert any(href.startswith("/questions/facilitate-on") for href in page.hrefs)
    numbers = {int(n) for n in re.findall(r'href="#source-(\d+)"', response.text)}
    assert numbers == {int(n) for n in re.findall(r'id="source-(\d+)"', response.text)}
    assert numbers == set(range(1, len(numbers) + 1))


def test_json_says_the_same_and_each_thing_has_a_source(client: FlaskClient) -> None:
    found = json.loads(client.get("/practice.json").data)
    listed = client.get("/questions/facilitate-on.json").get_json()
    assert found["date"] == "2007-12-11" and listed
    everything = [*found["available"], *found["evaluations"], *found["problems"]]
    assert len({each["href"] for each in everything}) == len(everything)
    assert all(each["sources"] for each in everything)
    duty = next(each for each in found["available"] if each["href"] == "/page/comp-s10-la-duty")
    assert duty["certain"] and duty["when"] == "1 April 2005"
    assert any("s 10" in law["label"] for law in duty["law"])
    late = {each["label"]: each["hindsight"] for each in found["evaluations"]}
    assert late["The Children's Plan: One Year On"] and sum(late.values()) < len(late)
    assert found["tiedToTheIdeaItself"] == 0


def test_an_idea_and_a_day_narrow_it(client: FlaskClient) -> None:
    def available(query: str) -> set[str]:
        found = json.loads(client.get(f"/practice.json?{query}").data)
        return {each["href"] for each in found["available"]}

    assert "/page/comp-s10-la-duty" in available("concept=concept-co-operation")
    assert available("concept=concept-co-operation") < available("")
    assert "/page/comp-s10-la-duty" not in available("date=2004-06-01")
    assert not available("date=1900-01-01")


@pytest.mark.parametrize(
    ("query", "status"), [("date=yesterday", 400), ("date=2007-02-30", 400), ("concept=zz", 404)]
)
def test_nonsense_is_said_to_be_nonsense(client: FlaskClient, query: str, status: int) -> None:
    page = client.get(f"/practice?{query}", headers=HTML)
    assert page.status_code == status and not faults(page.text)
    assert client.get(f"/practice.json?{query}").status_code == status


def test_graphs_without_components_have_a_page(hostile: FlaskClient, hub: FlaskClient) -> None:
    for each in (hostile, hub):
        response = each.get("/practice", headers=HTML)
        assert response.status_code == 200 and not faults(response.text)


@pytest.mark.skipif(BROWSER is None, reason="no Chromium to print with")
def test_it_prints_on_two_sheets_of_a4(client: FlaskClient, tmp_path: Path) -> None:
    text = client.get("/practice", headers=HTML).text

    def style(match: re.Match[str]) -> str:
        return f"<style>{client.get(urlsplit(match[1]).path).text}</style>"

    page, sheet = tmp_path / "practice.html", tmp_path / "practice.pdf"
    page.write_text(
        re.sub(r'<link rel="stylesheet" href="([^"]+)">', style, text), encoding="utf-8"
    )
    assert BROWSER is not None
    subprocess.run(
        [
            *(BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"),
            *(f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={sheet}", page.as_uri()),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    data = sheet.read_bytes()
    assert re.findall(rb"/Count (\d+)", data) == [b"2"]
    boxes = re.findall(rb"/MediaBox *\[0 0 ([\d.]+) ([\d.]+)\]", data)
    assert boxes and all(round(float(w)) == 595 and round(float(h)) == 842 for w, h in boxes)
