"""validate: what a build checks and more, each finding with its row, and times."""

from pathlib import Path

import pytest

from reformgraph.ingest.build import chosen
from reformgraph.ingest.faults import InvalidInput
from reformgraph.ingest.validate import validate
from reformgraph.ontology import gate
from reformgraph.ontology.gate import Finding

BASE = "https://w3id.org/reformgraph/"
[STORY] = chosen(["childrens-plan"])


def test_the_story_conforms_and_its_warnings_name_rows() -> None:
    told = validate([STORY], base=BASE)
    assert set(told.seconds) == {"read, map, reason", "gate", "shapes"}
    assert not told.left_out and told.rows > 2300 and told.quads > 50_000
    assert told.warnings
    assert all(each.file.endswith(".csv") and each.row > 1 for each in told.warnings)
    # The shapes say the same, and it is not said twice.
    assert not [each for each in told.warnings if each.check.startswith("shape")]


def test_without_shapes_only_the_gate_is_asked(small: Path) -> None:
    assert "shapes" not in validate([small], base=BASE, shapes=False).seconds


def test_a_finding_of_the_shapes_names_the_row(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reformgraph.ontology import shapes

    focus = f"{BASE}id/plan-2007"
    wrong = Finding("shape Dated", "error", focus, "It has two dates.")
    monkeypatch.setattr(shapes, "check", lambda graph: [wrong])
    with pytest.raises(InvalidInput) as caught:
        validate([small], base=BASE)
    [fault] = caught.value.faults
    assert fault.file == "policies.csv" and fault.row > 1
    assert "It has two dates." in str(fault)


def test_what_the_gate_has_named_the_shapes_do_not_repeat(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reformgraph.ontology import shapes

    focus = f"{BASE}id/plan-2007"
    monkeypatch.setattr(gate, "check", lambda s: [Finding("x", "warning", focus, "Once.")])
    monkeypatch.setattr(shapes, "check", lambda g: [Finding("shape X", "warning", focus, "Twice.")])
    assert [each.message for each in validate([small], base=BASE).warnings] == ["Once."]
