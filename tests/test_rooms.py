"""Imports point one way: the table of rooms in docs/architecture.md, enforced."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EDGE = {"errors"}
MAY_IMPORT = {
    "ontology": EDGE,
    "store": EDGE | {"ontology"},
    "ingest": EDGE | {"ontology", "store"},
    "queries": EDGE | {"ontology", "store"},
    "server": EDGE | {"ontology", "store", "queries", "settings"},
    "src/reformgraph/cli": EDGE
    | {"ontology", "store", "ingest", "queries", "server", "settings", "cli"},
}
# Longer files need a reason; write it here.
LONG_FILES: dict[str, str] = {}
MAX_LINES = 400


def _imports(path: Path) -> set[str]:
    """Return the rooms that a file imports; '' stands for the package itself."""
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        modules: list[str] = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            modules = (
                [f"{module}.{alias.name}" for alias in node.names]
                if module == "reformgraph"
                else [module]
            )
        for module in modules:
            package, _, rest = module.partition(".")
            if package == "reformgraph":
                rooms.add(rest.split(".")[0])
            assert package not in MAY_IMPORT, f"{path}: import reformgraph.{package} instead"
    return rooms - {"", "__version__"}


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_the_table_allows(room: str) -> None:
    own = room.rpartition("/")[2]
    files = sorted((ROOT / room).rglob("*.py"))
    assert files
    for path in files:
        stray = _imports(path) - MAY_IMPORT[room] - {own}
        assert not stray, f"{path.relative_to(ROOT)} imports {sorted(stray)}"


def test_rooms_within_the_store_point_one_way() -> None:
    later = {"known": ("processes", "remote"), "processes": ("remote",)}
    for room, others in later.items():
        files = sorted((ROOT / "store" / room).glob("*.py"))
        assert len(files) > 3
        for path in files:
            text = path.read_text(encoding="utf-8")
            stray = [each for each in others if f"from reformgraph.store.{each}" in text]
            assert not stray, f"{path.relative_to(ROOT)} imports {stray}"


def test_only_the_edges_know_flask_and_click() -> None:
    for room in ("ontology", "store", "ingest", "queries"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = []
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom):
                    names = [node.module or ""]
                for name in names:
                    assert name.split(".")[0] not in {"flask", "click"}, path


def test_no_file_is_too_long_to_hold_in_mind() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for folder in (*MAY_IMPORT, "tests", "benchmarks")
        for path in (ROOT / folder).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES
    }
    assert set(long) <= set(LONG_FILES), long
