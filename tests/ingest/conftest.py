"""A small sound timeline, to be spoilt one way at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reformgraph.ingest.faults import Fault, InvalidInput
from reformgraph.ingest.readers.timeline import read_timeline

TOML = """\
id = "small"
title = "A small timeline"
description = "Four items and what is around them."
licence = "https://spdx.org/licenses/Apache-2.0"
publisher = "Nobody"
language = "en"
focal_item = "plan-2007"
start = "1998"
end = "2010"
"""

TABLES = {
    "sources": """\
id,title,author,year,publisher,kind,identifier,url,note
src-paper,A paper,A. N. Author,2008,A press,journal article,doi:10.1/1,https://example.org/a,
src-page,A page,,,,web page,,,seen once
""",
    "legislation": """\
id,iri,title,kind,year,number,made,in_force,extent,department,summary,source,locator,status,note
act-2004,http://www.legislation.gov.uk/id/ukpga/2004/31,An Act 2004,Act,2004,c. 31,2004-11-15,\
2005-03-01,England,dept-old,What it does.,src-page,s 1,verified,
""",
    "provisions": """\
id,legislation,provision,heading,effect,in_force,ceased,ceased_by,source,locator,status,note
act-s10,act-2004,s 10,Co-operation,Who co-operates.,2005-04-01,..,,src-page,s 10,verified,
act-s12,act-2004,ss 12A-12D,Boards,,,,,src-page,,unverified,
""",
    "policies": """\
id,title,kind,published,publisher,author,identifier,summary,source,locator,status,note
paper-2003,A Green Paper,green paper,2003-09,dept-old,,Cm 1,,src-paper;src-page,p 1; p 2,verified,
plan-2007,A Plan,plan,2007-12-11,dept-new,The Secretary,Cm 2,Ten years.,src-paper;src-page,p 3,\
verified,a doubt
""",
    "initiatives": """\
id,title,kind,start,end,led_by,summary,source,locator,status,note
pilots,Pilots,pilot,2003~,2006?,dept-old,Try it.,src-page,,unverified,
""",
    "institutions": """\
id,name,alt_names,kind,start,end,part_of,wikidata,url,summary,source,locator,status,note
dept-old,Old Department,OD;Old Dept,department,2001-06-08,2007-06-28,,,,,src-page,,verified,
dept-new,New Department,,department,2007-06-28,..,,Q123,https://example.org/new,,src-page,,verified,
unit,A Unit,,unit,2003,,dept-old;dept-new,,,,src-page,,verified,
""",
    "institution_changes": """\
id,date,kind,before,after,legal_basis,summary,functions,moved,closed_as,source,locator,status,note
rename-2007,2007-06-28,rename,dept-old,dept-new,,A new name.,,,,src-page,,verified,
transfer-2007,2007,transfer of functions,unit,dept-new,act-2004,,planning,comp-duty,,src-page,,\
verified,
""",
    "posts": """\
id,title,institution,start,end,legal_basis,summary,source,locator,status,note
minister,Minister,dept-old;dept-new,2003-06,..,act-s10,,src-page,,verified,
""",
    "tenures": """\
id,person,wikidata,post,start,end,source,locator,status,note
tenure-one,Zoë O'Name,,minister,2003-06,2005-05,src-page,,verified,
tenure-two,Zoë O'Name,Q42,minister,2006,..,src-paper,,unverified,
""",
    "relations": """\
id,subject,predicate,object,claim,basis,source,locator,status,note
rel-one,plan-2007,buildsOn,paper-2003,The Plan says so.,stated,src-paper,p 4,verified,a remark
rel-two,paper-2003,announces,act-2004,It came next.,inferred,src-page,,unverified,
""",
    "concepts": """\
id,pref_label,alt_labels,broader,related,definition,source,locator,status,note
concept-whole,Working together,joint working,,,All of it.,src-paper,,verified,
concept-part,Co-operation,,concept-whole,concept-other,,src-paper,,verified,
concept-other,Trust,,,,,src-paper,,verified,
""",
    "articulations": """\
id,document,concept,frame,paraphrase,quote,source,locator,status,note
art-one,plan-2007,concept-whole;concept-part,means in place,It is all there.,now in place,src-paper,\
§7.12,verified,
""",
    "components": """\
id,label,kind,introduced_by,responsible,start,end,purpose,facilitates,source,locator,status,note
comp-duty,A duty,duty,act-s10,dept-old;minister,2005-04-01,..,So that they do.,concept-part,\
src-page,,verified,
""",
    "tensions": """\
id,kind,label,articulations,components,description,attributed_to,source,locator,status,note
tension-one,absence,No definition,art-one,comp-duty,Nobody says.,An author,src-paper,,verified,
""",
    "rivals": """\
id,subject,property,value,claim,basis,source,locator,status,note
rival-plan-date,plan-2007,date,2007-09,The paper says September.,reported,src-paper,p 9,verified,wrong
rival-plan-summary,plan-2007,description,Five years.,The page says five.,reported,src-page,,verified,
rival-dept-end,dept-new,end,2010,The page ends it.,reported,src-page,,unverified,
rival-kind,rename-2007,kind,merger,The page calls it a merger.,reported,src-page,,verified,
""",
}

Spoil = Callable[..., list[Fault]]


def write(folder: Path, tables: dict[str, str] | None = None, toml: str = TOML) -> Path:
    """Write a timeline folder; out: the folder."""
    folder.mkdir(exist_ok=True)
    (folder / "timeline.toml").write_text(toml, encoding="utf-8")
    for name, text in (TABLES if tables is None else tables).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The small timeline, as a folder."""
    return write(tmp_path / "small")


@pytest.fixture
def spoil(small: Path) -> Spoil:
    """Replace text in tables, read, and give the faults: ``spoil(policies=("plan", "plna"))``."""

    def run(**changes: tuple[str, str] | bytes) -> list[Fault]:
        for table, change in changes.items():
            path = small / ("timeline.toml" if table == "toml" else f"{table}.csv")
            if isinstance(change, bytes):
                path.write_bytes(change)
                continue
            old, new = change
            text = path.read_text(encoding="utf-8")
            assert old in text, f"{old!r} is not in {path.name}"
            path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(InvalidInput) as caught:
            read_timeline(small)
        return list(caught.value.faults)

    return run
