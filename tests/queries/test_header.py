"""A bad header is refused by file and key."""

from __future__ import annotations

import pytest

from reformgraph.errors import InputError
from reformgraph.queries.catalogue import read

GOOD = """\
#+ title: A question
#+ question: Who?
#+ group: test
#+ parameters:
#+   - {name: date, type: date, default: 2007-12-11, help: The day.}
#+ columns:
#+   - {name: item, meaning: Who}
#+ since: 0.1.0

SELECT ?item WHERE { VALUES ?date { "2007-12-11"^^<urn:d> } ?item ?p ?date } ORDER BY ?item
"""


def test_a_header_is_read() -> None:
    question = read("who", "test", GOOD)
    assert question.parameters[0].default == "2007-12-11"
    assert question.columns[0].name == "item"
    assert question.defaults() == {"date": '"2007-12-11"^^<urn:d>'}
    assert question.fill({"date": "UNDEF"}).count("VALUES ?date { UNDEF }") == 1


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("#+ title: A question\n", "", "title"),
        ("#+ since: 0.1.0\n", "#+ since: 0.1.0\n#+ sinse: 0.2.0\n", "sinse"),
        ("type: date", "type: day", "parameters.0.type"),
        ("{name: item,", "{name: Item,", "columns.0.name"),
        ("group: test", "group: other", "group"),
        ("VALUES ?date {", "VALUES ?day {", "parameters"),
        ("#+ since", "#+ derive: depth\n#+ since", ""),
        ("#+   - {name: item, meaning: Who}\n", "", "columns"),
        ("#+   - {name: item, meaning: Who}\n", "#+   - {name: item, meaning: Who}\n" * 2, ""),
    ],
)
def test_a_fault_names_file_and_key(old: str, new: str, key: str) -> None:
    assert old in GOOD
    with pytest.raises(InputError, match=r"test/who\.rq") as caught:
        read("who", "test", GOOD.replace(old, new))
    assert caught.value.where == {"file": "test/who.rq", "field": key}


@pytest.mark.parametrize(
    "text", ["", "SELECT * {}", "#+ just text\nSELECT * {}", "#+ a: [\nSELECT * {}"]
)
def test_no_header_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"test/who\.rq"):
        read("who", "test", text)
