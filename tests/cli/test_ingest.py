"""``reformgraph ingest`` as a shell sees it: what lands, what is printed, how it exits."""

import csv
import gzip
import io
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from law_site import Reply, Site, change, feed, law
from tests_support import free_port

from reformgraph.ingest.law.fetch.references import changes
from reformgraph.ingest.law.folder import LawFolder

ACT = "ukpga/2004/31"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    site = Site()
    affected, affecting = changes(ACT)
    site.play(f"/{ACT}/data.xml", Reply(law(ACT), etag='"1"'))
    site.play("/uksi/2005/1/data.xml", Reply(law("uksi/2005/1")))
    site.play("/ukpga/2000/3/data.xml", Reply(b"<html>Sorry</html>", 403, type="text/html"))
    site.play(f"/{affected}", Reply(feed(change("e1", "ukpga/2010/1", ACT))))
    site.play(f"/{affecting}", Reply(feed()))
    yield site
    site.close()


def command(*arguments: str, site: str = "") -> list[str]:
    line = [sys.executable, "-m", "reformgraph", "ingest", *arguments]
    if site:
        line += ["--law-site", site, "--contact", "me@example.org", "--fetch-interval", "0"]
    return line


def ingest(cwd: Path, *arguments: str, site: str = "") -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command(*arguments, site=site), cwd=cwd, capture_output=True, text=True, timeout=120
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def summary(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    return {outcome: int(n) for outcome, n in list(csv.reader(io.StringIO(done.stdout)))[1:]}


def test_law_lands_and_is_listed_and_removed(site: Site, tmp_path: Path) -> None:
    arguments = ("legislation", ACT, "uksi/2005/1", "--effects")
    done = ingest(tmp_path, *arguments, site=site.url)
    assert done.returncode == 1, done  # the feeds of the second law are not there
    assert summary(done) == {"got": 4, "failed": 2}
    assert "[1/6] ukpga/2004/31 got" in done.stderr
    again = ingest(tmp_path, "legislation", ACT, "--quiet", site=site.url)
    assert (again.returncode, summary(again), again.stderr) == (0, {"unchanged": 1}, "")
    listing = json.loads(ingest(tmp_path, "list", "--format", "json").stdout)
    assert [row["state"] for row in listing] == ["sound"] * 4
    assert ACT in [row["name"] for row in listing]
    assert ingest(tmp_path, "remove", ACT).returncode == 0
    gone = ingest(tmp_path, "remove", ACT)
    assert gone.returncode == 2
    assert "not in reformgraph-law" in gone.stderr


def test_hazard_68_a_block_exits_3_and_names_what_is_missing(site: Site, tmp_path: Path) -> None:
    done = ingest(tmp_path, "legislation", "ukpga/2000/3", ACT, site=site.url)
    assert done.returncode == 3
    assert "which is a block, not an absence: stop" in done.stderr
    assert "2 not in reformgraph-law: ukpga/2000/3, ukpga/2004/31" in done.stderr
    assert "the same command goes on there" in done.stderr


def test_hazard_68_offline_with_a_copy_warns_and_exits_0(site: Site, tmp_path: Path) -> None:
    assert ingest(tmp_path, "legislation", ACT, site=site.url).returncode == 0
    nowhere = f"http://127.0.0.1:{free_port()}"
    kept = subprocess.Popen(command("legislation", ACT, site=nowhere), cwd=tmp_path, stderr=-1)
    missing = subprocess.Popen(
        command("legislation", "uksi/2005/1", site=nowhere), cwd=tmp_path, stderr=-1
    )
    _, said = kept.communicate(timeout=120)
    assert kept.returncode == 0, said
    assert b"Warning: ukpga/2004/31: the copy of 20" in said
    _, said = missing.communicate(timeout=120)
    assert missing.returncode == 3
    assert b"no connection" in said
    assert b"1 not in reformgraph-law: uksi/2005/1" in said


def test_an_interrupted_run_exits_130_and_goes_on(site: Site, tmp_path: Path) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def wait(handler: object) -> None:
        reached.set()
        go_on.wait(60)

    site.play("/ukpga/2001/2/data.xml", wait, Reply(law("ukpga/2001/2")))
    arguments = command("legislation", ACT, "ukpga/2001/2", site=site.url)
    process = subprocess.Popen(arguments, cwd=tmp_path, stderr=subprocess.PIPE)
    assert reached.wait(60)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    go_on.set()
    assert process.returncode == 130, said
    assert b"1 of 2 files are done; the same command goes on there" in said
    assert b"Traceback" not in said
    done = ingest(tmp_path, "legislation", ACT, "ukpga/2001/2", site=site.url)
    assert done.returncode == 0
    assert "going on after 1 files of an earlier run" in done.stderr
    assert summary(done) == {"got": 1, "in an earlier run": 1}


def test_a_dry_run_asks_and_writes_nothing(tmp_path: Path) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    done = ingest(tmp_path, "legislation", ACT, "--effects", "--dry-run", site=nowhere)
    assert done.returncode == 0
    assert f"{nowhere}/ukpga/2004/31/data.xml,document,yes" in done.stdout
    assert "changes/affecting/ukpga/2004/31/data.feed" in done.stdout
    assert "3 requests" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "nothing to get"),
        (["ukpg/2004/31"], "unknown type 'ukpg', did you mean 'ukpga'"),
        (["ukpga/2004"], "expected type/year/number"),
        (["https://evil.example/ukpga/2004/31"], "not an address of www.legislation.gov.uk"),
        (["ukpga/2004/../31"], "characters that no address"),
        (["ukpga/2004/31/sec tion"], "characters that no address"),
        ([ACT, "--follow", "everything"], "unknown 'everything', expected cites, cited, effects"),
        ([ACT, "--type", "ukpga"], "belong to --search"),
        (["--search", " "], "nothing to search for"),
        (["--search", "x", "--type", "uksj"], "did you mean 'uksi'"),
        (["--search", "x", "--from-year", "2010", "--to-year", "1989"], "is after --to-year"),
        ([ACT, "--from", "x"], "give it by itself"),
        ([ACT], "how its user can be reached"),
        ([ACT, "--contact", "nobody"], "expected an e-mail address"),
        ([ACT, "--depth", "9"], "--depth"),
    ],
)
def test_a_wrong_call_exits_2_and_says_why(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = ingest(tmp_path, "legislation", *arguments)
    assert done.returncode == 2, done
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_local_files_need_no_network_and_a_bad_one_stops_no_other(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "deep").mkdir(parents=True)
    (source / "good.xml").write_bytes(law(ACT))
    (source / "deep" / "packed.xml.gz").write_bytes(gzip.compress(law("uksi/2005/1")))
    (source / "bad.xml").write_bytes(law(ACT)[:-9])
    (source / "README.md").write_text("about")
    done = ingest(tmp_path, "legislation", "--from", "source")
    assert done.returncode == 1
    assert summary(done) == {"failed": 1, "got": 2, "skipped": 1}
    assert "bad.xml" in done.stderr
    assert [e.name for e in LawFolder(tmp_path / "reformgraph-law").entries()] == [
        "deep/packed.xml.gz",
        "good.xml",
    ]
    absent = ingest(tmp_path, "legislation", "--from", "nowhere")
    assert absent.returncode == 1
    assert "nowhere: there is no such file or folder" in absent.stderr


def test_hazard_109_a_folder_that_cannot_be_written_exits_3(tmp_path: Path) -> None:
    (tmp_path / "law").write_text("")
    (tmp_path / "good.xml").write_bytes(law(ACT))
    done = ingest(tmp_path, "legislation", "--from", "good.xml", "--law", "law")
    assert done.returncode == 3
    assert "law folder cannot be written" in done.stderr


def test_the_loss_report_names_what_is_dropped_and_what_nobody_decided(tmp_path: Path) -> None:
    folder = tmp_path / "law"
    source = tmp_path / "in"
    source.mkdir()
    text = next((Path(__file__).parents[1] / "ingest" / "law" / "fixtures").glob("*.xml"))
    (source / "one.xml").write_bytes(text.read_bytes())
    taken = ingest(tmp_path, "legislation", "--from", str(source), "--law", str(folder))
    assert taken.returncode == 0, taken.stderr
    told = ingest(tmp_path, "loss", "--law", str(folder), "--format", "json")
    found = json.loads(told.stdout)
    assert found["files"] == 1 and found["documents"] == 1 and found["refused"] == []
    assert all(line["met"] >= line["ignored"] for line in found["lines"])
    unknown = [line for line in found["lines"] if line["ignored"] and not line["reason"]]
    assert (told.returncode == 0) is (not unknown)
