"""The worked example of docs/ingest.md: registered, read like any other format, under 100 lines."""

import re
import sys
from pathlib import Path

import pytest
from law_support import FIXTURES, ID

from reformgraph.errors import InputError
from reformgraph.ingest.law import effect_types, loss, ranges
from reformgraph.ingest.law.readers import pick

DOCS = Path(__file__).resolve().parents[3] / "docs" / "ingest.md"
EXAMPLE = FIXTURES / "example_reader.py"


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register the example for files that begin with its columns, as a contributor would."""
    namespace = type(sys)("reformgraph.ingest.law.readers.register")
    exec(compile(EXAMPLE.read_text(encoding="utf-8"), str(EXAMPLE), "exec"), namespace.__dict__)
    monkeypatch.setitem(sys.modules, namespace.__name__, namespace)
    usual = pick.kind

    def kind(content: bytes, name: str) -> str:
        return "register" if content.startswith(b"type,year,number,") else usual(content, name)

    monkeypatch.setattr(pick, "kind", kind)


def example() -> bytes:
    match = re.search(r"```csv\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert match
    return match[1].encode()


@pytest.mark.usefixtures("registered")
def test_the_example_of_the_docs_is_read_like_any_other_format() -> None:
    reading = pick.read(example(), "register.csv")
    (document,) = reading.documents
    assert (document.iri, document.made) == (f"{ID}uksi/2100/7", "2100-01-01")
    (effect,) = reading.effects
    found = ranges.provisions(effect.affected, effect.affected_text, effect.affected_law)
    assert found.iris == (f"{ID}ukpga/2099/901",)
    assert effect_types.mapped(effect.type).predicate == effect_types.AMENDS
    report = loss.report([reading])
    assert (report.documents, report.effects, report.unknown) == (1, 1, [])


@pytest.mark.usefixtures("registered")
def test_the_example_refuses_with_file_and_line() -> None:
    with pytest.raises(InputError, match=r"register\.csv, line 3: names no law"):
        pick.read(example() + b"uksi,,,Nothing,,\n", "register.csv")
    with pytest.raises(InputError, match=r"register\.csv, line 1: the columns"):
        pick.read(b"type,year,number,other\n", "register.csv")


def test_the_example_is_short_and_the_page_says_how_short() -> None:
    lines = len(EXAMPLE.read_text(encoding="utf-8").splitlines())
    assert lines < 100
    assert f"{lines} lines" in DOCS.read_text(encoding="utf-8")
