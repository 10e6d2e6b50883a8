"""Migrations, on a made-up renaming; the ontology itself has had none."""

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from reformgraph.ontology import migrate
from reformgraph.ontology.migrate import MigrationError, migrations

MADE_UP = Path(__file__).with_name("migrations")
WORKED = MADE_UP / "9.9.0"


def _store(name: str) -> Store:
    store = Store()
    store.load(path=WORKED / name, format=RdfFormat.TRIG)
    return store


def test_a_worked_pair_takes_before_to_after_and_then_rests() -> None:
    (pair,) = migrations(MADE_UP)
    assert (pair.version, pair.name) == ("9.9.0", "takes-from")
    store = _store("before.trig")
    found = migrate.detect(store, pair)
    assert [each.focus.rsplit("/", 1)[1] for each in found] == ["a", "later", "plan"]
    assert all("rg:buildsOn since 9.9.0" in each.message for each in found)
    assert migrate.migrate(store, pair) == 3
    assert set(store) == set(_store("after.trig"))
    assert migrate.migrate(store, pair) == 0
    assert set(store) == set(_store("after.trig"))


def test_data_that_is_up_to_date_is_left_alone() -> None:
    (pair,) = migrations(MADE_UP)
    store = _store("after.trig")
    assert migrate.detect(store, pair) == []
    assert migrate.migrate(store, pair) == 0


def test_an_update_that_leaves_something_is_told() -> None:
    (pair,) = migrations(MADE_UP)
    idle = migrate.Migration(pair.version, pair.name, pair.detect, "DELETE WHERE { <a:a> <a:b> 1 }")
    with pytest.raises(MigrationError, match=r"left 3 things as they were"):
        migrate.migrate(_store("before.trig"), idle)


def test_versions_go_by_number_and_halves_are_refused(tmp_path: Path) -> None:
    for version in ("0.10.0", "0.9.0"):
        for half in ("detect", "migrate"):
            file = tmp_path / version / f"{half}-x.rq"
            file.parent.mkdir(exist_ok=True)
            file.write_text("", encoding="utf-8")
    assert [each.version for each in migrations(tmp_path)] == ["0.9.0", "0.10.0"]
    (tmp_path / "0.9.0" / "migrate-x.rq").unlink()
    with pytest.raises(MigrationError, match=r"0\.9\.0 has no migrate-x\.rq"):
        migrations(tmp_path)


def test_a_detector_that_is_no_select_is_refused() -> None:
    odd = migrate.Migration("9.9.0", "odd", "ASK { ?s ?p ?o }", "")
    with pytest.raises(MigrationError, match="is no SELECT"):
        migrate.detect(Store(), odd)


def test_the_ontology_has_had_no_such_change() -> None:
    assert migrations() == ()
