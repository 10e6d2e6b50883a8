"""Several timelines in one build: what they share, and what two of them may not both hold."""

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from reformgraph.ingest.faults import Fault, InvalidInput
from reformgraph.ingest.mapping import map_timeline
from reformgraph.ingest.readers.timeline import read_timelines
from reformgraph.ontology.terms import ELI, ORG, RDFS, RG

BASE = "https://w3id.org/reformgraph/"

TOML = """\
id = "other"
title = "Another timeline"
description = "It refers to the small one."
licence = "https://spdx.org/licenses/Apache-2.0"
publisher = "Nobody"
language = "en"
focal_item = "act-2010"
uses = ["small"]
"""

TABLES = {
    "sources": """\
id,title,author,year,publisher,kind,identifier,url,note
other-page,Another page,,,,web page,,,
""",
    "legislation": """\
id,iri,title,kind,year,number,made,in_force,extent,department,summary,source,locator,status,note
act-2010,http://www.legislation.gov.uk/id/ukpga/2010/1,An Act 2010,Act,2010,c. 1,2010-01-01,,,\
dept-new,,other-page,,verified,
""",
    "provisions": """\
id,legislation,provision,heading,effect,in_force,ceased,ceased_by,source,locator,status,note
act-2004-s11,act-2004,s 11,Safeguarding,,2005-10-01,2010-01-01,act-2010,src-page,,verified,
""",
    "institutions": """\
id,name,alt_names,kind,start,end,part_of,wikidata,url,summary,source,locator,status,note
agency,Agency for Things,,executive agency,2008,..,dept-new,,,,other-page,,verified,
""",
    "tenures": """\
id,person,wikidata,post,start,end,source,locator,status,note
tenure-other,Zoë O'Name,,minister,2007,2008,other-page,,verified,
""",
    "relations": """\
id,subject,predicate,object,claim,basis,source,locator,status,note
rel-other,act-2010,buildsOn,plan-2007,It says so.,stated,other-page,,verified,
""",
    "concepts": """\
id,pref_label,alt_labels,broader,related,definition,source,locator,status,note
concept-other-trust,Trust between bodies,,concept-other,concept-part,,other-page,,verified,
""",
    "articulations": """\
id,document,concept,frame,paraphrase,quote,source,locator,status,note
art-other,plan-2007,concept-other-trust,undefined,It says little.,,other-page,,verified,
""",
    "rivals": """\
id,subject,property,value,claim,basis,source,locator,status,note
rival-across,dept-old,start,2001-05,Another page says May.,reported,other-page,,verified,
""",
}


def write(folder: Path, changes: dict[str, tuple[str, str]] | None = None) -> Path:
    """Write the other timeline; ``changes`` replace text by table, ``toml`` for the manifest."""
    texts = {"toml": TOML, **TABLES}
    for table, (old, new) in (changes or {}).items():
        assert old in texts[table], f"{old!r} is not in {table}"
        texts[table] = texts[table].replace(old, new)
    folder.mkdir()
    (folder / "timeline.toml").write_text(texts.pop("toml"), encoding="utf-8")
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def faults(*folders: Path) -> list[Fault]:
    with pytest.raises(InvalidInput) as caught:
        read_timelines(folders)
    return list(caught.value.faults)


def mapped(*folders: Path) -> dict[str, set[Quad]]:
    found = read_timelines(folders)
    return {t.manifest.id: set(map_timeline(t, BASE, t.used(found))) for t in found}


def entity(slug: str) -> NamedNode:
    return NamedNode(f"{BASE}id/{slug}")


@pytest.mark.parametrize("turned", [False, True], ids=["after", "before"])
def test_a_row_refers_to_a_row_of_another_timeline(
    small: Path, tmp_path: Path, turned: bool
) -> None:
    folders = [small, write(tmp_path / "other")]
    quads = mapped(*(reversed(folders) if turned else folders))["other"]
    triples = {(q.subject, q.predicate, q.object) for q in quads}
    law = NamedNode("http://www.legislation.gov.uk/id/ukpga/2004/31")
    section = NamedNode("http://www.legislation.gov.uk/id/ukpga/2004/31/section/11")
    act = NamedNode("http://www.legislation.gov.uk/id/ukpga/2010/1")
    assert (act, RG.buildsOn, entity("plan-2007")) in triples
    assert (entity("agency"), ORG.subOrganizationOf, entity("dept-new")) in triples
    # The address of a provision is made of its law's, wherever the law stands.
    assert (section, ELI.is_part_of, law) in triples
    # Labels and sentences name what stands in the other timeline.
    said = {str(o.value) for _, p, o in triples if isinstance(o, Literal) and p == RDFS.label}
    assert "An Act 2004, s 11: Safeguarding" in said
    comments = {o.value for _, p, o in triples if isinstance(o, Literal) and p == RDFS.comment}
    assert "The Agency for Things belonged to the New Department." in comments
    # What it refers to is not said again.
    assert not any(s == entity("dept-new") and p == RG.slug for s, p, _ in triples)
    assert not any(s == law and p == RDFS.label for s, p, _ in triples)


def test_the_other_timeline_is_the_same_with_and_without_company(
    small: Path, tmp_path: Path
) -> None:
    alone = mapped(small)["small"]
    assert mapped(small, write(tmp_path / "other"))["small"] == alone


def test_a_rival_may_contradict_another_timeline(small: Path, tmp_path: Path) -> None:
    quads = mapped(small, write(tmp_path / "other"))["other"]
    asserted, rival = (
        NamedNode(f"{BASE}claim/{name}") for name in ("dept-old.start", "rival-across")
    )
    pairs = {(q.subject, q.object) for q in quads if q.predicate == RG.rivals}
    assert pairs == {(asserted, rival), (rival, asserted)}
    graphs = {q.graph_name for q in quads}
    assert graphs == {NamedNode(f"{BASE}graph/other")}


def test_without_uses_a_reference_across_is_refused_and_told_how(
    small: Path, tmp_path: Path
) -> None:
    other = write(tmp_path / "other", {"toml": ('uses = ["small"]\n', "")})
    found = faults(small, other)
    told = next(each for each in found if each.file == "other/relations.csv")
    assert told.column == "object"
    assert 'uses = ["small"]' in told.hint
    assert "small/policies.csv row" in told.hint


def test_a_timeline_that_is_not_built_along_is_named_once(tmp_path: Path) -> None:
    found = faults(write(tmp_path / "other"))
    assert [(f.file, f.column, f.value) for f in found] == [("timeline.toml", "uses", "small")]
    assert "built along" in str(found[0])
    assert "reformgraph build small other" in found[0].hint


@pytest.mark.parametrize(
    ("uses", "said"),
    [
        ('uses = ["smal"]', "did you mean 'small'?"),
        ('uses = ["other"]', "a timeline knows its own rows"),
        ('uses = "small"', "a list of ids of other timelines"),
        ('uses = ["Small One"]', "lower-case words"),
    ],
)
def test_uses_that_is_wrong_is_told(small: Path, tmp_path: Path, uses: str, said: str) -> None:
    other = write(tmp_path / "other", {"toml": ('uses = ["small"]', uses)})
    found = [fault for fault in faults(small, other) if fault.column == "uses"]
    assert len(found) == 1
    assert said in str(found[0])


@pytest.mark.parametrize(
    ("changes", "at", "said"),
    [
        pytest.param(
            {"institutions": ("agency,", "dept-new,")},
            ("other/institutions.csv", "id", "dept-new"),
            "small/institutions.csv row 3 has it: leave the row out",
            id="one id twice",
        ),
        pytest.param(
            {"legislation": ("ukpga/2010/1,", "ukpga/2004/31,")},
            ("other/legislation.csv", "iri", "http://www.legislation.gov.uk/id/ukpga/2004/31"),
            "act-2004 (small/legislation.csv row 2) is the same",
            id="one law twice",
        ),
        pytest.param(
            {"provisions": ("s 11,", "s 10,")},
            ("other/provisions.csv", "provision", "s 10"),
            "act-s10 (small/provisions.csv row 2) is the same",
            id="one provision twice",
        ),
        pytest.param(
            {"tenures": ("Zoë O'Name", "Zoe O'Name")},
            ("other/tenures.csv", "person", "Zoe O'Name"),
            '"Zoë O\'Name" of the timeline small makes the same slug',
            id="two spellings of a name",
        ),
        pytest.param(
            {"tenures": ("Zoë O'Name", "Dept New")},
            ("other/tenures.csv", "person", "Dept New"),
            "small/institutions.csv row 3 has that id",
            id="a person called as a body of the other",
        ),
        pytest.param(
            {"institutions": ("agency,", "small-concepts,")},
            ("other/institutions.csv", "id", "small-concepts"),
            "the timeline small or its concept scheme has it",
            id="a row called as the other's scheme",
        ),
        pytest.param(
            {"relations": ("act-2010,buildsOn,plan-2007", "paper-2003,buildsOn,act-2010")},
            ("other/relations.csv", "predicate", "buildsOn"),
            "paper-2003 was over by 2003-09, act-2010 began 2010-01-01",
            id="a cause after its effect",
        ),
        pytest.param(
            {"relations": ("plan-2007", "dept")},
            ("other/relations.csv", "object", "dept"),
            "expected an id of one of policies",
            id="an id that nobody has",
        ),
        pytest.param(
            {"institutions": (",dept-new,", ",act-2004,")},
            ("other/institutions.csv", "part_of", "act-2004"),
            "small/legislation.csv row 2 has it, so it names one of legislation",
            id="an id of another kind of thing",
        ),
    ],
)
def test_what_two_timelines_may_not_both_hold(
    small: Path,
    tmp_path: Path,
    changes: dict[str, tuple[str, str]],
    at: tuple[str, str, str],
    said: str,
) -> None:
    found = faults(small, write(tmp_path / "other", changes))
    told = [fault for fault in found if (fault.file, fault.column, fault.value) == at]
    assert told, [str(each) for each in found]
    assert any(said in str(each) for each in told)


def test_a_circle_through_two_timelines_is_found(small: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other")
    toml = small / "timeline.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + 'uses = ["other"]\n', encoding="utf-8")
    table = small / "concepts.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(
        text.replace("concept-other,Trust,,,", "concept-other,Trust,,concept-other-trust,"),
        encoding="utf-8",
    )
    told = [fault for fault in faults(small, other) if fault.column == "broader"]
    assert {fault.file for fault in told} == {"small/concepts.csv", "other/concepts.csv"}
    assert all("no cycle of broader" in str(fault) for fault in told)


def test_faults_of_the_other_do_not_make_rows_dangle(small: Path, tmp_path: Path) -> None:
    table = small / "policies.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("plan-2007,A Plan,plan", "plan-2007,A Plan,pla"), "utf-8")
    found = faults(small, write(tmp_path / "other"))
    assert [(fault.file, fault.column) for fault in found] == [("small/policies.csv", "kind")]


def test_a_label_may_reach_through_two_timelines(small: Path, tmp_path: Path) -> None:
    third = tmp_path / "third"
    third.mkdir()
    toml = TOML.replace('"other"', '"third"').replace('["small"]', '["other"]')
    (third / "timeline.toml").write_text(toml.replace("act-2010", "note-2011"), encoding="utf-8")
    (third / "policies.csv").write_text(
        "id,title,kind,published,publisher,author,identifier,summary,source,locator,status,note\n"
        "note-2011,A Note,guidance,2011,agency,,,,other-page,,verified,\n",
        encoding="utf-8",
    )
    (third / "tensions.csv").write_text(
        "id,kind,label,articulations,components,description,attributed_to,source,locator,status,"
        "note\ntension-third,absence,Nothing,art-other,,Nothing.,A,other-page,,verified,\n",
        encoding="utf-8",
    )
    quads = mapped(third, write(tmp_path / "other"), small)["third"]
    comments = {q.object.value for q in quads if isinstance(q.object, Literal)}
    assert "“Nothing” concerns “Trust between bodies as undefined in A Plan”." in comments
    # Only what it uses itself may be referred to.
    (third / "policies.csv").write_text(
        "id,title,kind,published,publisher,author,identifier,summary,source,locator,status,note\n"
        "note-2011,A Note,guidance,2011,dept-new,,,,other-page,,verified,\n",
        encoding="utf-8",
    )
    [told] = faults(third, tmp_path / "other", small)
    assert 'uses = ["small"]' in told.hint
