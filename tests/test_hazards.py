"""``docs/hazards.md``: each numbered fault has tests that bear its number, or a reason.

A test belongs to a hazard by its name: ``test_hazard_45_…``, ``test_hazards_36_and_95_…``,
``test_hazards_55_to_64_…``. ``pytest --regold`` puts the tests that are there into the table.
"""

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parent
TABLE = TESTS.parent / "docs" / "hazards.md"
_TEST = re.compile(r"^\s*def (test_hazards?_(\w+))\(", re.MULTILINE)
_ROW = re.compile(r"^\| (\d+) \| ((?:[^|\\]|\\.)+) \| ([^|]*) \|$", re.MULTILINE)
_NAME = re.compile(r"`(?:[\w/]+\.py)::(test_\w+)`")
LAST = 115


def numbers(name: str) -> list[int]:
    """Read the numbers that a test's name begins with: ``36_and_95_x``, ``55_to_64_x``."""
    found: list[int] = []
    ranged = False
    for word in name.split("_"):
        if word.isdigit():
            first = found[-1] + 1 if ranged else int(word)
            if int(word) > LAST:  # 200_kills, 429_is_waited_for
                break
            found += range(first, int(word) + 1)
            ranged = False
        elif word == "to" and found:
            ranged = True
        elif word != "and":
            break
    return found


def collected() -> dict[int, list[str]]:
    """Return all tests by the hazards that they bear, as ``folder/file.py::name``."""
    found: dict[int, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        place = path.relative_to(TESTS).as_posix()
        for test in _TEST.finditer(path.read_text(encoding="utf-8")):
            for number in numbers(test[2]):
                names = found.setdefault(number, [])
                if (name := f"{place}::{test[1]}") not in names:
                    names.append(name)
    return found


def test_names_are_read() -> None:
    assert numbers("36_and_95_half_sent") == [36, 95]
    assert numbers("55_to_64_foreign_files") == list(range(55, 65))
    assert numbers("78_112_nonsense") == [78, 112]
    assert numbers("100_200_kills") == [100]
    assert numbers("101_a_cell_of_10_megabytes") == [101]


def test_every_hazard_has_a_test_or_a_reason(regold: bool) -> None:
    found = collected()
    text = TABLE.read_text(encoding="utf-8")
    if regold:

        def row(match: re.Match[str]) -> str:
            names = found.get(int(match[1]), [])
            listed = "<br>".join(f"`{name}`" for name in names)
            told = listed if names else match[3].strip()
            return f"| {match[1]} | {match[2].strip()} | {told} |"

        text = _ROW.sub(row, text)
        TABLE.write_text(text, encoding="utf-8")
    rows = {int(row[1]): row[3].strip() for row in _ROW.finditer(text)}
    assert sorted(rows) == list(range(1, LAST + 1))
    assert set(found) <= set(rows)
    there = {name.partition("::")[2] for names in found.values() for name in names}
    for number, cell in rows.items():
        named = _NAME.findall(cell)
        assert set(named) <= there, f"hazard {number}: no such test; pytest --regold"
        # Either tests of this number, or words that say why there are none yet.
        assert named or len(cell) > 20, f"hazard {number} has neither test nor reason"
