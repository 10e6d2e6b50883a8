"""Addresses pinned to a generation, what was learned between two, the history of an entry."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse
from server_support import BASE, HTML, application, faults, publish_trig, read

from reformgraph.store import generations, open_store
from reformgraph.store import publish as publish_quads

HEAD = (
    "@prefix rg: <https://w3id.org/reformgraph/ontology#> .\n"
    "@prefix rgs: <https://w3id.org/reformgraph/scheme#> .\n"
    "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    f"@base <{BASE}> .\n"
)
SOURCE = '<id/s> a rg:Source ; rg:slug "s" ; rdfs:label "A source"@en .\n'


def paper(slug: str, label: str, more: str = "") -> str:
    return f'<id/{slug}> a rg:Policy ; rg:slug "{slug}" ; rdfs:label "{label}"@en {more}.\n'


def claim(basis: str) -> str:
    return (
        "<claim/c> a rg:Claim ; rg:claimSubject <id/plan> ; rg:claimPredicate rg:buildsOn ;"
        f' rg:claimObject <id/act> ; rdfs:comment "One builds on the other."@en ; {basis} .\n'
        "<id/plan> rg:buildsOn <id/act> ; rg:drawsOn <id/act> . <claim/c> rg:hasEvidence <evidence/c.1> .\n"
        "<evidence/c.1> a rg:Evidence ; rg:source <id/s> ; rg:status rgs:status-unverified .\n"
    )


STATES = (
    paper("plan", "The plan") + paper("old", "An old paper") + SOURCE,
    paper("plan", "The plan") + paper("act", "An act") + SOURCE + claim("rg:basis rgs:basis-inferred"),
    paper("plan", "The great plan") + paper("act", "An act") + SOURCE
    + claim("rg:basis rgs:basis-stated"),
)  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four generations of which the first was pruned."""
    folder = tmp_path_factory.mktemp("generations") / "store"
    publish_trig(folder, f"{HEAD}<graph/t> {{ {paper('first', 'First')} }}")
    for state in STATES:
        publish_trig(folder, f"{HEAD}<graph/t> {{ {state} }}")
    generations.prune(folder, 3)
    return folder


@pytest.fixture(scope="module")
def kept(root: Path) -> list[str]:
    return [each.id for each in generations.list_generations(root)]


@pytest.fixture(scope="module")
def site(root: Path) -> Iterator[FlaskClient]:
    app = application(root)
    yield app.test_client()
    app.extensions["reformgraph"].close()


def test_a_page_is_pinned_and_its_links_and_forms_stay_pinned(
    site: FlaskClient, kept: list[str]
) -> None:
    assert "The great plan" in site.get("/page/plan", headers=HTML).text
    response = site.get(f"/page/plan?generation={kept[0]}&date=2005-01-01", headers=HTML)
    text = response.text
    assert response.status_code == 200 and not faults(text)
    assert "The great plan" not in text and f"Generation {kept[0]}" in read(text).text
    own = ("/static/", "/generations")
    loose = [
        h for h in read(text).hrefs
        if h.startswith("/") and not h.startswith(own) and "generation=" not in h
    ]  # fmt: skip
    assert loose == ["/page/plan?date=2005-01-01"]  # the way back to what is known now
    for form in re.findall(r"<form[^>]*>.*?</form>", text, re.DOTALL):
        assert f'name="generation" value="{kept[0]}"' in form
    assert response.headers["Memento-Datetime"].endswith("GMT")
    links = response.headers.get_all("Link")
    assert '</page/plan?date=2005-01-01>; rel="original"' in links
    assert any(f".ttl?date=2005-01-01&generation={kept[0]}" in each for each in links)


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/search?q=plan", "/browse/Policy", "/as-at/2005-01-01", "/matrix", "/institutions"),
        *("/questions", "/questions/antecedents?item=plan", "/quality", "/dataset", "/about"),
        *("/lineage/plan", "/story/plan", "/changes?to=2005-01-01", "/sparql", "/ontology"),
    ],
)
def test_every_kind_of_page_can_be_pinned(site: FlaskClient, kept: list[str], path: str) -> None:
    joint = "&" if "?" in path else "?"
    response = site.get(f"{path}{joint}generation={kept[1]}", headers=HTML)
    assert response.status_code == 200 and not faults(response.text)
    assert f"Generation {kept[1]}" in read(response.text).text
    assert f"generation={kept[1]}" in response.text


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("/page/plan.ttl", "The plan", "The great plan"),
        ("/page/plan.json", "The plan", "The great plan"),
        ("/lineage/plan.svg", "The plan", "The great plan"),
        ("/lineage/plan.json", '"inferred"', '"stated"'),
        ("/questions/antecedents.csv?item=plan", "inferred", "stated"),
        ("/browse/Policy", "The plan", "The great plan"),
        ("/graph-store", "The plan", "The great plan"),
        ("/sparql?query=SELECT+%3Fl+%7B+%3Fs+rdfs:label+%3Fl+%7D", "The plan", "The great plan"),
    ],
)
def test_results_are_of_the_generation_that_they_are_pinned_to(
    site: FlaskClient, kept: list[str], path: str, before: str, after: str
) -> None:
    joint = "&" if "?" in path else "?"
    then = site.get(f"{path}{joint}generation={kept[1]}")
    now = site.get(path)
    assert (then.status_code, now.status_code) == (200, 200)
    assert before in then.text and after not in then.text
    assert after in now.text and before not in now.text
    assert then.headers["ETag"] != now.headers["ETag"]
    # Asked once more, from whatever was kept of it, it is still the same.
    assert site.get(f"{path}{joint}generation={kept[1]}").data == then.data


def test_a_query_by_post_is_pinned_by_its_address_even_after_many(
    site: FlaskClient, kept: list[str]
) -> None:
    query = b"SELECT ?l { <https://w3id.org/reformgraph/id/plan> rdfs:label ?l }"
    kind = {"Content-Type": "application/sparql-query", "Accept": "text/csv"}
    for _ in range(6):
        assert "The great plan" in site.post("/sparql", data=query, headers=kind).text
        pinned = site.post(f"/sparql?generation={kept[1]}", data=query, headers=kind)
        assert pinned.text.split() == ["l", "The", "plan"]


def test_what_was_pruned_is_gone_and_what_never_was_is_not_found(
    site: FlaskClient, root: Path, kept: list[str]
) -> None:
    (old,) = generations.pruned(root)
    for path in ("/page/plan", "/lineage/plan.svg", "/sparql?query=ASK%7B%7D", "/"):
        joint = "&" if "?" in path else "?"
        response = site.get(f"{path}{joint}generation={old.id}")
        assert response.status_code == 410, path
        assert response.json["detail"] == (
            f"Generation {old.id} is no longer kept: it was pruned to make room."
        )
        assert response.json["hints"] == kept
    page = site.get(f"/page/plan?generation={old.id}", headers=HTML)
    assert page.status_code == 410 and "no longer kept" in page.text and not faults(page.text)
    for nonsense in ("9-aaaaaaaaaaaa", "../../etc", "<script>", "x" * 5_000):
        response = site.get("/page/plan", query_string={"generation": nonsense}, headers=HTML)
        assert response.status_code == 404 and not faults(response.text)


def test_the_current_generation_may_be_named_too(site: FlaskClient, kept: list[str]) -> None:
    page = read(site.get(f"/page/plan?generation={kept[-1]}", headers=HTML).text)
    assert "and knows now" in page.text and "What was learned since" not in page.text


def test_each_page_tells_its_lasting_address(site: FlaskClient, kept: list[str]) -> None:
    response = site.get("/lineage/plan?depth=2", headers=HTML)
    permanent = f"/lineage/plan?depth=2&generation={kept[-1]}"
    assert permanent in read(response.text).hrefs
    assert f'<{permanent}>; rel="memento"' in response.headers.get_all("Link")
    assert kept[-1] in read(site.get("/page/plan", headers=HTML).text).text


def test_generations_are_listed_with_those_no_longer_kept(
    site: FlaskClient, root: Path, kept: list[str]
) -> None:
    text = site.get("/generations", headers=HTML).text
    assert not faults(text)
    assert [h for h in read(text).hrefs if ".." in h] == [
        f"/generations/{kept[1]}..{kept[2]}", f"/generations/{kept[0]}..{kept[1]}"
    ]  # fmt: skip
    found = site.get("/generations.json").json
    assert [(each["id"], each["kept"], each["current"]) for each in found] == [
        (kept[0], True, False), (kept[1], True, False), (kept[2], True, True),
        (generations.pruned(root)[0].id, False, False),
    ]  # fmt: skip
    sent = site.get(f"/generations?from={kept[0]}&to={kept[2]}", headers=HTML)
    assert sent.headers["Location"] == f"/generations/{kept[0]}..{kept[2]}"


def test_what_was_learned_is_told_by_entry(site: FlaskClient, kept: list[str]) -> None:
    found = site.get(f"/generations/{kept[0]}..{kept[1]}.json").json
    told = {each["label"]: (each["state"], len(each["changes"])) for each in found["entries"]}
    # The claim and its evidence are told with the plan, which they are about.
    assert told == {"An act": ("new", 3), "An old paper": ("gone", 3), "The plan": ("changed", 12)}
    later = site.get(f"/generations/{kept[1]}..{kept[2]}", headers=HTML).text
    assert not faults(later)
    words = read(later).text
    assert "The plan → The great plan" in words.replace("  ", " ")
    assert "inferred" in words or "basis-inferred" in words
    rows = site.get(f"/generations/{kept[0]}..{kept[1]}.csv").text.splitlines()
    assert rows[0] == "state,item,itemLabel,class,added,removed" and len(rows) == 4
    same = site.get(f"/generations/{kept[0]}..{kept[0]}", headers=HTML).text
    assert "the two say the same" in same
    back = site.get(f"/generations/{kept[1]}..{kept[0]}", headers=HTML).text
    assert "what is “new” here was taken out" in back
    assert site.get(f"/generations/{kept[0]}..7-aaaaaaaaaaaa").status_code == 404


def test_the_patch_turns_one_graph_into_the_other(
    site: FlaskClient, root: Path, kept: list[str]
) -> None:
    with site.get(f"/generations/{kept[0]}..{kept[2]}.rdfp") as patch:
        told = patch.text
    assert patch.headers["Content-Type"].startswith("application/rdf-patch")
    before, after = (
        set(parse(site.get(f"/graph-store?format=nq&generation={each}").data, RdfFormat.N_QUADS))
        for each in (kept[0], kept[2])
    )
    for line in told.splitlines():
        (quad,) = parse(line[2:].encode(), RdfFormat.N_QUADS)
        (before.add if line[0] == "A" else before.remove)(quad)
    assert before == after


def test_the_history_of_an_entry(site: FlaskClient, kept: list[str]) -> None:
    steps = site.get("/history/plan.json").json
    assert [(each["generation"], each["state"]) for each in steps] == [
        (kept[0], "first"), (kept[1], "changed"), (kept[2], "changed")
    ]  # fmt: skip
    assert [each["state"] for each in site.get("/history/act.json").json] == ["new", "same"]
    # What is known no more has a history still.
    assert [each["state"] for each in site.get("/history/old.json").json] == [
        "first",
        "gone",
        "same",
    ]
    page = site.get("/history/plan", headers=HTML).text
    assert not faults(page) and "The great plan" in page
    assert site.get("/history/nothing-here").status_code == 404
    own = site.get("/page/plan", headers=HTML).text
    assert 'id="history"' in own and f"/page/plan?generation={kept[0]}" in read(own).hrefs
    # Pinned, the page knows nothing of what came later.
    assert kept[2] not in [
        h.partition("generation=")[2] for h in read(
            site.get(f"/page/plan?generation={kept[1]}", headers=HTML).text).hrefs
    ]  # fmt: skip


def test_a_damaged_generation_says_so(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    for state in STATES[:2]:
        publish_trig(folder, f"{HEAD}<graph/t> {{ {state} }}")
    first, _ = generations.list_generations(folder)
    (first.folder / "search.sqlite").write_bytes(b"rubbish")
    app = application(folder)
    response = app.test_client().get(f"/page/plan?generation={first.id}")
    app.extensions["reformgraph"].close()
    assert response.status_code == 410 and "cannot be read" in response.json["detail"]


def test_what_only_moved_between_graphs_was_not_learned(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    for name in ("a", "b"):
        text = f"{HEAD}<graph/{name}> {{ {paper('plan', 'The plan')} }}"
        publish_quads(folder, parse(text, format=RdfFormat.TRIG), base=BASE)
    first, second = (each.id for each in generations.list_generations(folder))
    app = application(folder)
    found = app.test_client().get(f"/generations/{first}..{second}.json").json
    app.extensions["reformgraph"].close()
    assert found["entries"] == [] and len(found["statements"]) == 2
    open_store(folder).close()
