"""The law folder in a build: only what changed is read again, and the result is that of a fresh build."""

import os
import random
import time
from pathlib import Path

import pytest
from law_support import FIXTURES

from reformgraph.errors import InputError
from reformgraph.ingest import build as building
from reformgraph.ingest.build import BuildResult, Silence, build
from reformgraph.ingest.law import units
from reformgraph.ingest.law.folder import Entry, LawFolder
from reformgraph.ingest.law.units import Crew, Units
from reformgraph.store import open_store

BASE = "https://w3id.org/reformgraph/"
NAMES = ("act-2099.xml", "order-2099-as-published.xml", "changes-2099.feed", "list-2099.feed")


class Watched(Silence):
    """Progress that keeps what is said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, text: str) -> None:
        self.said.append(text)


@pytest.fixture(scope="module")
def timeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("line") / "invented"
    folder.mkdir()
    (folder / "timeline.toml").write_text(
        'id = "invented"\ntitle = "An invented story"\ndescription = "For tests."\n'
        'licence = "https://spdx.org/licenses/CC0-1.0"\npublisher = "Nobody"\nlanguage = "en"\n'
        'focal_item = "lantern-act"\n',
        encoding="utf-8",
    )
    (folder / "sources.csv").write_text("id,title,kind\nsrc-a,A book,book\n", encoding="utf-8")
    (folder / "legislation.csv").write_text(
        "id,iri,title,kind,year,number,made,source,locator,status\n"
        "lantern-act,http://www.legislation.gov.uk/id/ukpga/2099/901,The Lantern Act 2099,Act,2099,"
        "c. 901,2099-07-30,src-a,p. 1,verified\n",
        encoding="utf-8",
    )
    return folder


def put(folder: Path, name: str, content: bytes | None = None) -> None:
    bytes_ = (FIXTURES / name).read_bytes() if content is None else content
    LawFolder(folder).put(Entry(f"file:{name}", "", name), bytes_)


@pytest.fixture
def law(tmp_path: Path) -> Path:
    folder = tmp_path / "law"
    for name in NAMES:
        put(folder, name)
    return folder


def made(
    timeline: Path, store: Path, law: Path | None, progress: Silence | None = None
) -> BuildResult:
    return build([timeline], store, base=BASE, law=law, progress=progress)


def fresh(timeline: Path, tmp_path: Path, law: Path) -> str:
    return made(timeline, tmp_path / f"fresh-{random.random()}", law).generation.digest


def seen(monkeypatch: pytest.MonkeyPatch) -> list[Units]:
    """Keep what each build's units report."""
    found: list[Units] = []
    prepare = units.prepare

    def watched(*args: object, **kwargs: object) -> Units:
        found.append(prepare(*args, **kwargs))  # type: ignore[arg-type]
        return found[-1]

    monkeypatch.setattr(building.law_units, "prepare", watched)
    return found


def test_unchanged_changed_and_removed_files(
    timeline: Path, law: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, store = seen(monkeypatch), tmp_path / "store"
    first = made(timeline, store, law)
    assert (done[-1].read, done[-1].mapped > 2) == (len(NAMES), True)
    assert made(timeline, store, law).unchanged

    # The timeline changes, the law does not: no file is read again, and no unit but that one law.
    table = timeline / "legislation.csv"
    text = table.read_text(encoding="utf-8")
    try:
        table.write_text(text.replace("2099-07-30", "2099-07-31"), encoding="utf-8")
        made(timeline, store, law)
        assert (done[-1].read, done[-1].mapped) == (0, 1)
    finally:
        table.write_text(text, encoding="utf-8")
    assert made(timeline, store, law).generation.digest == first.generation.digest

    act = (FIXTURES / "act-2099.xml").read_bytes().replace(b"Keepers", b"Holders")
    put(law, "act-2099.xml", act)
    changed = made(timeline, store, law)
    assert done[-1].read == 1
    assert changed.generation.digest != first.generation.digest
    assert changed.generation.digest == fresh(timeline, tmp_path, law)
    before, after = first.generation.graphs, changed.generation.graphs
    assert before.keys() == after.keys()

    LawFolder(law).remove("file:changes-2099.feed")
    removed = made(timeline, store, law)
    assert done[-1].read == 0
    assert removed.generation.digest == fresh(timeline, tmp_path, law)
    assert removed.generation.quads < changed.generation.quads
    assert not set(removed.generation.graphs) - set(changed.generation.graphs)

    none = made(timeline, store, tmp_path / "nowhere")
    assert none.generation.digest == made(timeline, tmp_path / "bare", None).generation.digest
    assert not [graph for graph in none.generation.graphs if "/legislation" in graph]


def test_hazard_108_an_older_copy_does_not_win_over_a_newer(
    timeline: Path, law: Path, tmp_path: Path
) -> None:
    newer = (FIXTURES / "act-2099.xml").read_bytes()
    older = newer.replace(b"2101-05-06", b"2101-01-01").replace(b"Keepers", b"Holders")
    digests = set()
    for names in (("a.xml", "z.xml"), ("z.xml", "a.xml")):
        folder = tmp_path / names[0]
        put(folder, names[0], newer)
        put(folder, names[1], older)
        store = tmp_path / f"store-{names[0]}"
        made(timeline, store, folder)
        with_it = open_store(store)
        query = (
            "SELECT ?h { <http://www.legislation.gov.uk/id/ukpga/2099/901/section/1>"
            " <https://w3id.org/reformgraph/ontology#heading> ?h }"
        )
        digests.add(tuple(str(row[0]) for row in with_it.select(query)))
        with_it.close()
    assert digests == {('"Keepers"@en',)}


def test_damaged_memory_is_noticed_and_made_anew(timeline: Path, law: Path, tmp_path: Path) -> None:
    store, watched = tmp_path / "store", Watched()
    first = made(timeline, store, law)
    for kind in ("files", "shards", "quads"):
        for path in (store / "units" / kind).glob("*/*"):
            path.write_bytes(path.read_bytes()[:-3] + b"xxx")
    again = build([timeline], store, base=BASE, law=law, force=True, progress=watched)
    assert again.generation.digest == first.generation.digest
    assert any("made anew" in said for said in watched.said)


def test_the_order_of_files_and_processes_do_not_matter(
    timeline: Path, law: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = made(timeline, tmp_path / "one", law)
    found = list(units.entries(law))
    monkeypatch.setattr(building.law_units, "entries", lambda folder: tuple(reversed(found)))
    monkeypatch.setattr(units, "FEW", 0)  # in processes of their own
    assert made(timeline, tmp_path / "two", law).generation.digest == first.generation.digest


def whose(_: int) -> str:
    """Work of which the message is the process that did it."""
    time.sleep(0.3)
    return f"process {os.getpid()}"


def test_much_work_goes_to_every_process_and_is_told_once() -> None:
    with Crew(2) as crew, pytest.raises(InputError) as caught:
        crew.run(whose, range(6), lambda _: units.FEW)
    told = caught.value.detail.splitlines()
    assert len(told) == 6 and len(set(told)) == 2
    assert f"process {os.getpid()}" not in told


def test_a_file_that_cannot_be_read_is_named_and_the_last_graph_stays(
    timeline: Path, law: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    first = made(timeline, store, law)
    put(law, "broken.xml", b"<html><body>Blocked</body></html>")
    with pytest.raises(InputError, match=r"broken\.xml"):
        made(timeline, store, law)
    LawFolder(law).remove("file:broken.xml")
    entry = next(iter(LawFolder(law).entries()))
    LawFolder(law).path(entry).write_bytes(b"rot")
    with pytest.raises(InputError, match="missing or damaged"):
        build([timeline], tmp_path / "other", base=BASE, law=law)
    kept = open_store(store)
    assert kept.generation.id == first.generation.id
    kept.close()
