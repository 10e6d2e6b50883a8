"""A run over a plan: what it leads to, what it keeps, and where it goes on."""

import gzip
import os
from pathlib import Path

import pytest
from law_site import FakeClock, Reply, Site, change, client, feed, law, listed, terms

from reformgraph.errors import Busy
from reformgraph.ingest.law.fetch.client import Client
from reformgraph.ingest.law.fetch.journal import journal
from reformgraph.ingest.law.fetch.references import WWW, Search, changes
from reformgraph.ingest.law.fetch.run import Plan, Result, Step, run
from reformgraph.ingest.law.folder import LawFolder

ACT = "ukpga/2004/31"
ROOT = Path(__file__).resolve().parents[4]
SAMPLES = Path(os.environ.get("REFORMGRAPH_SHARED", ROOT.parent / "shared")) / "samples"


class Told:
    """Keeps what a run says; raises KeyboardInterrupt after ``stop_after`` files."""

    def __init__(self, stop_after: int = 0) -> None:
        self.steps: list[Step] = []
        self.notes: list[str] = []
        self.totals: list[tuple[int, int]] = []
        self._stop_after = stop_after

    def step(self, step: Step, done: int, total: int) -> None:
        self.steps.append(step)
        self.totals.append((done, total))

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.fixture
def folder(tmp_path: Path) -> LawFolder:
    return LawFolder(tmp_path / "law")


def go(site: Site, folder: LawFolder, plan: Plan, told: Told | None = None) -> Result:
    return run(folder, client(site), plan, site.url, told or Told())


def play(site: Site, path: str, body: bytes = b"", etag: str = "") -> None:
    site.play(f"/{path}/data.xml", Reply(body or law(path), etag=etag))


def outcomes(result: Result) -> list[tuple[str, str]]:
    return [(step.name, step.outcome) for step in result.steps]


def keys(folder: LawFolder) -> list[str]:
    return [entry.key.removeprefix(WWW) for entry in folder.entries()]


def test_a_named_law_lands_with_its_provenance(site: Site, folder: LawFolder) -> None:
    play(site, ACT, etag='"1"')
    assert outcomes(go(site, folder, Plan((ACT,)))) == [(ACT, "got")]
    [entry] = folder.entries()
    assert entry.key == f"{WWW}{ACT}/data.xml"
    assert entry.url == f"{site.url}/{ACT}/data.xml"
    assert (entry.name, entry.media_type, entry.etag) == (ACT, "application/xml", '"1"')
    assert entry.retrieved.endswith("+00:00")
    assert folder.read(entry) == law(ACT)
    assert not list((folder.root / "runs").iterdir())


def test_a_second_run_asks_whether_it_has_changed(site: Site, folder: LawFolder) -> None:
    play(site, ACT, etag='"1"')
    go(site, folder, Plan((ACT,)))
    [before] = folder.entries()
    assert outcomes(go(site, folder, Plan((ACT,)))) == [(ACT, "unchanged")]
    assert site.asked[-1].headers["if-none-match"] == '"1"'
    [after] = folder.entries()
    assert after.retrieved == before.retrieved
    assert after.checked >= before.checked
    assert outcomes(go(site, folder, Plan((ACT,), refresh=True))) == [(ACT, "unchanged")]
    assert "if-none-match" not in site.asked[-1].headers


def test_hazard_71_a_changed_source_is_reported_and_both_digests_stay(
    site: Site, folder: LawFolder
) -> None:
    play(site, ACT, etag='"1"')
    go(site, folder, Plan((ACT,)))
    [old] = folder.entries()
    play(site, ACT, law(ACT, cites=("ukpga/1989/41",)), etag='"2"')
    result = go(site, folder, Plan((ACT,)))
    [new] = folder.entries()
    assert outcomes(result) == [(ACT, "changed")]
    assert result.steps[0].detail == f"was {old.digest[:12]}, is {new.digest[:12]}"
    assert new.previous == (old.digest,)
    assert folder.read(old) == law(ACT)


@pytest.mark.parametrize("body", [b"", law(ACT)[:-20], b"<html>Sorry</html>", b"<x/>"])
def test_hazard_69_the_good_copy_stays_when_something_else_comes(
    site: Site, folder: LawFolder, body: bytes
) -> None:
    play(site, ACT)
    go(site, folder, Plan((ACT,)))
    site.play(f"/{ACT}/data.xml", Reply(body))
    result = go(site, folder, Plan((ACT,)))
    assert result.steps[0].outcome in ("failed", "kept")
    assert "copy of 20" in result.steps[0].detail
    [entry] = folder.entries()
    assert folder.read(entry) == law(ACT)
    assert entry.previous == ()


def test_hazard_68_offline_the_copy_stands_with_a_warning(
    folder: LawFolder, site: Site, clock: FakeClock, unused_port: int
) -> None:
    play(site, ACT)
    go(site, folder, Plan((ACT,)))
    nowhere = f"http://127.0.0.1:{unused_port}"
    names = [ACT, *(f"ukpga/2005/{n}" for n in range(1, 6))]
    with Client(terms(nowhere), clock=clock.clock()) as offline:
        result = run(folder, offline, Plan(tuple(names)), nowhere, Told())
    assert outcomes(result) == [(ACT, "kept"), *((name, "missing") for name in names[1:])]
    assert "no connection" in result.steps[0].detail
    assert "3 files in a row without an answer" in result.stopped
    assert [s.detail for s in result.steps[3:]] == ["not asked"] * 3


def test_hazard_68_a_block_ends_the_run_at_once_and_it_goes_on_later(
    site: Site, folder: LawFolder
) -> None:
    laws = tuple(f"ukpga/2004/{n}" for n in range(1, 5))
    for name in laws:
        play(site, name)
    site.play("/ukpga/2004/3/data.xml", Reply(status=403), Reply(law("ukpga/2004/3")))
    result = go(site, folder, Plan(laws))
    assert [o for _, o in outcomes(result)] == ["got", "got", "missing", "missing"]
    assert "403, which is a block" in result.stopped
    assert len(site.asked) == 3
    told = Told()
    assert outcomes(go(site, folder, Plan(laws), told)) == [(laws[2], "got"), (laws[3], "got")]
    assert told.notes == ["going on after 2 files of an earlier run"]
    assert not list((folder.root / "runs").iterdir())


def test_one_absent_law_stops_no_other(site: Site, folder: LawFolder) -> None:
    play(site, ACT)
    result = go(site, folder, Plan(("ukpga/2004/999", ACT)))
    assert outcomes(result) == [("ukpga/2004/999", "failed"), (ACT, "got")]
    assert "no such document (404)" in result.steps[0].detail


def test_a_thousand_documents_interrupted_at_600_go_on_there(site: Site, folder: LawFolder) -> None:
    laws = [f"uksi/2004/{n}" for n in range(1, 1001)]
    for name in laws:
        play(site, name)
    plan = Plan(tuple(laws))

    class Interrupted(Told):
        def step(self, step: Step, done: int, total: int) -> None:
            super().step(step, done, total)
            if done == 601:  # the file is there, its line in the journal is not yet
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        go(site, folder, plan, Interrupted())
    assert len(keys(folder)) == 601
    first = len(site.asked)
    told = Told()
    result = go(site, folder, plan, told)
    assert told.notes == ["going on after 600 files of an earlier run"]
    assert (first, len(site.asked) - first) == (601, 400)
    assert len(result.steps) == 400
    assert told.totals[0] == (601, 1000)
    assert told.totals[-1] == (1000, 1000)
    assert len(keys(folder)) == 1000
    assert not list((folder.root / "runs").iterdir())


def test_hazard_109_a_damaged_copy_is_got_again(site: Site, folder: LawFolder) -> None:
    play(site, ACT, etag='"1"')
    go(site, folder, Plan((ACT,)))
    [entry] = folder.entries()
    folder.path(entry).write_bytes(b"<Legis")
    result = go(site, folder, Plan((ACT,)))
    assert outcomes(result) == [(ACT, "got")]
    assert result.steps[0].detail == "the copy in the folder was damaged"
    assert folder.usable(entry.key)
    [path] = (folder.root / "entries").glob("*.json")
    path.write_text("{")
    assert outcomes(go(site, folder, Plan((ACT,)))) == [(ACT, "got")]
    assert folder.usable(entry.key)


def test_hazard_109_the_same_run_twice_at_once_is_refused(site: Site, folder: LawFolder) -> None:
    plan = Plan((ACT,))
    with (
        journal(folder.root, plan.identity(site.url), fresh=False),
        pytest.raises(Busy, match="another process is getting the same"),
    ):
        go(site, folder, plan)
    assert site.asked == []


def test_hazard_109_a_half_written_line_of_a_killed_run_is_dropped(
    site: Site, folder: LawFolder
) -> None:
    laws = ("ukpga/2004/1", "ukpga/2004/2")
    play(site, laws[0])
    site.play("/ukpga/2004/2/data.xml", Reply(status=403))
    go(site, folder, Plan(laws))
    [path] = (folder.root / "runs").iterdir()
    path.write_bytes(path.read_bytes() + b'no json\n{"done": "ukpga/2004/2/data.x')
    play(site, laws[1])
    assert outcomes(go(site, folder, Plan(laws))) == [(laws[1], "got")]


def test_versions_are_all_points_in_time_that_the_file_lists(site: Site, folder: LawFolder) -> None:
    play(site, ACT, law(ACT, versions=("enacted", "2005-04-01")))
    play(site, f"{ACT}/enacted", law(ACT, versions=("2005-04-01",)))
    play(site, f"{ACT}/2005-04-01")
    result = go(site, folder, Plan((ACT,), versions=True))
    assert outcomes(result) == [
        (ACT, "got"),
        (f"{ACT}/enacted", "got"),
        (f"{ACT}/2005-04-01", "got"),
    ]


def test_effects_are_both_feeds_and_all_pages(site: Site, folder: LawFolder) -> None:
    play(site, ACT)
    affected, affecting = changes(ACT)
    site.play(
        f"/{affected}",
        Reply(feed(change("e1", "ukpga/2010/1", ACT), following=f"{WWW}{affected}&page=2")),
    )
    site.play(f"/{affected}&page=2", Reply(feed(change("e2", "ukpga/2011/2", ACT))))
    site.play(f"/{affecting}", Reply(feed()))
    result = go(site, folder, Plan((ACT,), effects=True))
    assert result.counts() == {"got": 4}
    assert sorted(keys(folder)) == sorted(
        [f"{ACT}/data.xml", affected, f"{affected}&page=2", affecting]
    )


def test_pages_that_a_feed_no_longer_has_are_dropped(site: Site, folder: LawFolder) -> None:
    test_effects_are_both_feeds_and_all_pages(site, folder)
    affected, _ = changes(ACT)
    site.play(f"/{affected}", Reply(feed(change("e1", "ukpga/2010/1", ACT))))
    go(site, folder, Plan((ACT,), effects=True))
    assert f"{affected}&page=2" not in keys(folder)


def test_following_goes_as_deep_as_asked_and_no_further(site: Site, folder: LawFolder) -> None:
    play(site, ACT, law(ACT, cites=("ukpga/1989/41/section/1", "uksi/2005/1", ACT)))
    play(site, "ukpga/1989/41", law("ukpga/1989/41", cites=("ukpga/1975/72",)))
    play(site, "uksi/2005/1")
    play(site, "ukpga/1975/72", law("ukpga/1975/72", cites=("ukpga/1933/12",)))
    one = go(site, folder, Plan((ACT,), follow=("cites",)))
    assert [n for n, _ in outcomes(one)] == [ACT, "ukpga/1989/41", "uksi/2005/1"]
    two = go(site, folder, Plan((ACT,), follow=("cites",), depth=2))
    assert [n for n, _ in outcomes(two)][3:] == ["ukpga/1975/72"]
    few = go(site, folder, Plan((ACT,), follow=("cites",), limit=2))
    assert [n for n, _ in outcomes(few)] == [ACT, "ukpga/1989/41"]
    assert few.left_out == 1


def test_following_effects_gets_the_laws_at_the_other_end(site: Site, folder: LawFolder) -> None:
    play(site, ACT)
    play(site, "ukpga/2010/1")
    play(site, "ukpga/1989/41")
    affected, affecting = changes(ACT)
    site.play(f"/{affected}", Reply(feed(change("e1", "ukpga/2010/1", ACT))))
    site.play(f"/{affecting}", Reply(feed(change("e2", ACT, "ukpga/1989/41"))))
    result = go(site, folder, Plan((ACT,), follow=("effects",)))
    laws = {n for n, o in outcomes(result) if o == "got" and "feed" not in n}
    assert laws == {ACT, "ukpga/2010/1", "ukpga/1989/41"}
    assert result.counts() == {"got": 5}


def test_following_cited_asks_the_site_for_the_title(site: Site, folder: LawFolder) -> None:
    play(site, ACT)
    address = "/all/data.feed?text=%22Law+31+of+2004%22&sort=published"
    site.play(address, Reply(feed(listed("uksi/2005/7"))))
    play(site, "uksi/2005/7")
    result = go(site, folder, Plan((ACT,), follow=("cited",)))
    assert [n for n, _ in outcomes(result)][2] == "uksi/2005/7"


def test_a_search_gets_what_it_lists_page_after_page(site: Site, folder: LawFolder) -> None:
    search = Search("children", "ukpga", 1989, 2010)
    address = search.address()
    assert address == "ukpga/1989-2010/data.feed?title=children&sort=published"
    second = f"http://www.legislation.gov.uk/{address}&page=2"
    site.play(f"/{address}", Reply(feed(listed(ACT), following=second)))
    site.play(f"/{address}&page=2", Reply(feed(listed("ukpga/1989/41"))))
    play(site, ACT)
    play(site, "ukpga/1989/41")
    result = go(site, folder, Plan(searches=(search,)))
    assert {n for n, _ in outcomes(result)} >= {ACT, "ukpga/1989/41"}
    assert result.counts() == {"got": 4}
    few = go(site, folder, Plan(searches=(search,), limit=1))
    assert few.left_out == 1


def test_a_feed_whose_next_page_is_itself_ends(site: Site, folder: LawFolder) -> None:
    play(site, ACT)
    affected, affecting = changes(ACT)
    site.play(f"/{affected}", Reply(feed(following=WWW + affected)))
    site.play(f"/{affecting}", Reply(feed()))
    assert go(site, folder, Plan((ACT,), effects=True)).counts() == {"got": 3}


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")
def test_real_files_lead_where_they_say(site: Site, folder: LawFolder) -> None:
    """The Human Rights Act with its versions; a page of real changes with its next page."""
    act = gzip.decompress((SAMPLES / "clml" / "ukpga-1998-42.xml.gz").read_bytes())
    page = gzip.decompress(
        (SAMPLES / "atom" / "changes-affected-ukpga-2018-12.feed.gz").read_bytes()
    )
    play(site, "ukpga/1998/42", act)
    affected, affecting = changes("ukpga/1998/42")
    site.play(f"/{affected}", Reply(page))
    site.play(f"/{affecting}", Reply((SAMPLES / "atom" / "changes-empty.feed").read_bytes()))
    plan = Plan(("ukpga/1998/42",), effects=True, versions=True, follow=("cites", "effects"))
    result = go(site, folder, plan)
    assert [step.name for step in result.of("got")] == ["ukpga/1998/42", affected, affecting]
    absent = {step.name for step in result.of("failed")}
    assert "ukpga/1998/42/enacted" in absent
    assert len({name for name in absent if name.startswith("ukpga/1998/42/")}) > 20
    assert "ukpga/2025/36" in absent  # it changed the law of the feed
    assert [name for name in absent if name.endswith("sort=modified&page=2")]
