"""What we read, write and serve as SSSOM, validated by the library of the standard's makers."""

import subprocess
import sys
from pathlib import Path

from reformgraph.ingest.build import bundled_timelines
from reformgraph.queries.linking.ranking import Proposed
from reformgraph.queries.linking.review import propose
from reformgraph.queries.reconcile.entities import read
from reformgraph.store import open_store

ROOT = Path(__file__).resolve().parents[2]


def test_the_sssom_library_finds_nothing_wrong(both_root: Path, tmp_path: Path) -> None:
    store = open_store(both_root)
    served = tmp_path / "served.sssom.tsv"
    served.write_bytes(store.attached("mappings.sssom.tsv"))
    bodies = [entity for entity in read(store).all if entity.type == "Institution"][:3]
    store.close()
    review = tmp_path / "review.tsv"
    proposed = {each.slug: [Proposed("https://x.example/1", "One", 90.0, "x")] for each in bodies}
    propose(bodies, lambda _: proposed, review, day="2026-01-01")
    wrong = tmp_path / "wrong.sssom.tsv"
    text = served.read_text(encoding="utf-8").replace("semapv:LexicalMatching", "semapv:Guess", 1)
    wrong.write_text(text, encoding="utf-8")
    files = [
        *(path / "links.sssom.tsv" for path in bundled_timelines()),
        *(ROOT / "docs" / "examples").rglob("*.sssom.tsv"),
        *(served, review, wrong),
    ]
    files = [path for path in files if path.is_file()]
    command = [sys.executable, str(ROOT / "tests" / "sssom_check.py"), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    told = {path.name: [] for path in files}
    for line in done.stdout.splitlines():
        name = Path(line.partition(": ")[0]).name
        told[name].append(line.partition(": ")[2])
    assert told["wrong.sssom.tsv"][0].startswith("JsonSchema: Severity.ERROR: 'semapv:Guess'")
    rest = [each for name, lines in told.items() if name != "wrong.sssom.tsv" for each in lines]
    assert all(each.endswith(" rows") for each in rest), rest
    assert len(rest) == len(files) - 1
    assert "3 rows" in told["review.tsv"]
