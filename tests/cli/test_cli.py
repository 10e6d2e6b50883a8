"""The command line as a shell sees it: output, exit codes, pipes, nonsense."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reformgraph.cli import COMMANDS

HEAVY = ("rdflib", "flask", "pyoxigraph", "rich", "pydantic")


def reformgraph(*arguments: str, cwd: Path, text_in: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "reformgraph", *arguments],
        cwd=cwd,
        input=text_in,
        capture_output=True,
        text=True,
        timeout=120,
    )


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from reformgraph.cli import run; run(['--help']);"
        f"sys.exit(any(m in sys.modules for m in {HEAVY}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    # The group's help names each command, which loads the commands but not the engine.
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in COMMANDS)


def test_an_unknown_command_and_option_exit_2(tmp_path: Path) -> None:
    for arguments in (["nonsense"], ["build", "--nonsense"], ["serve", "--port", "x"]):
        done = reformgraph(*arguments, cwd=tmp_path)
        assert done.returncode == 2, done
        assert "Traceback" not in done.stderr


def test_without_a_graph_reading_exits_3_and_creates_nothing(tmp_path: Path) -> None:
    for arguments in (
        ["search", "x"],
        ["ask", "antecedents"],
        ["serve", "--port", "1"],
        ["query", "ASK {}"],
        ["lineage", "x"],
        ["generations"],
    ):
        done = reformgraph(*arguments, cwd=tmp_path)
        assert done.returncode == 3, (arguments, done)
        assert "reformgraph build" in done.stderr
        assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_hazards_84_and_115_an_unknown_setting_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "reformgraph.toml").write_text("stor = 'x'\n")
    done = reformgraph("info", cwd=tmp_path)
    assert done.returncode == 2
    assert "unknown setting 'stor', did you mean 'store'" in done.stderr


def test_info_says_where_each_setting_came_from(tmp_path: Path) -> None:
    (tmp_path / "reformgraph.toml").write_text("port = 8123\n")
    done = reformgraph("info", cwd=tmp_path)
    assert done.returncode == 0
    assert ["port", "8123", "reformgraph.toml"] in rows(done.stdout)
    assert ["host", "127.0.0.1", "default"] in rows(done.stdout)


def test_ask_answers_in_csv_and_json(story_root: Path) -> None:
    cwd = story_root.parent
    arguments = ("ask", "antecedents", "--item", "childrens-plan-2007", "--store", str(story_root))
    done = reformgraph(*arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr
    header, *body = rows(done.stdout)
    assert {"from", "to", "depth", "claim", "source", "locator", "status"} <= set(header)
    assert len(body) >= 30
    as_json = json.loads(reformgraph(*arguments, "--format", "json", cwd=cwd).stdout)
    assert len(as_json) == len(body)


def test_ask_lists_and_refuses(story_root: Path) -> None:
    cwd, store = story_root.parent, ("--store", str(story_root))
    assert len(rows(reformgraph("ask", *store, cwd=cwd).stdout)) >= 11
    for arguments, said in (
        (["antecedent"], "antecedents"),
        (["antecedents", "--itm", "x"], "item"),
        (["antecedents", "--item", "childrens-plan-2008"], "childrens-plan-2007"),
        (["components-on", "--date", "2007-02-30"], "2007-02-30"),
        (["antecedents", "stray"], "--name value"),
    ):
        done = reformgraph("ask", *arguments, *store, cwd=cwd)
        assert done.returncode == 2, (arguments, done)
        assert said in done.stderr, (arguments, done.stderr)


def test_query_from_argument_file_and_standard_input(story_root: Path, tmp_path: Path) -> None:
    store = ("--store", str(story_root))
    text = "SELECT (COUNT(*) AS ?n) { ?c a rg:Claim }"
    text = "PREFIX rg: <https://w3id.org/reformgraph/ontology#>\n" + text
    (tmp_path / "q.rq").write_text(text)
    answers = {
        reformgraph("query", text, *store, cwd=tmp_path).stdout,
        reformgraph("query", "--file", "q.rq", *store, cwd=tmp_path).stdout,
        reformgraph("query", *store, cwd=tmp_path, text_in=text).stdout,
    }
    [answer] = answers
    assert int(answer.split()[1]) > 300


@pytest.mark.parametrize(
    ("query", "code", "said"),
    [
        ("SELECT * {", 2, "line 1"),
        ("INSERT DATA { <a:a> <a:b> <a:c> }", 2, "update"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 2, "SERVICE"),
    ],
)
def test_query_refuses(story_root: Path, query: str, code: int, said: str) -> None:
    done = reformgraph("query", query, "--store", str(story_root), cwd=story_root.parent)
    assert done.returncode == code, done
    assert said.lower() in done.stderr.lower()


def test_hazard_105_a_closed_pipe_is_no_failure(story_root: Path) -> None:
    command = (
        f"set -o pipefail; '{sys.executable}' -m reformgraph ask claims "
        f"--store '{story_root}' | head -1"
    )
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done
    assert "Traceback" not in done.stderr


def test_hazard_105_no_terminal_no_colour_a_tiny_window(story_root: Path) -> None:
    for surroundings in (
        {"TERM": "dumb", "COLUMNS": "12", "LINES": "2"},
        {"NO_COLOR": "1", "COLUMNS": "1"},
        {"TERM": "", "LC_ALL": "C", "PYTHONIOENCODING": "ascii:replace"},
    ):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "reformgraph", "ask", "claims", "--format", "table"),
                *("--store", str(story_root)),
            ],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **surroundings},
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        assert b"\x1b" not in done.stdout + done.stderr
        assert b"Traceback" not in done.stderr and b" rows" in done.stderr
    command = (
        f"set -o pipefail; '{sys.executable}' -m reformgraph query 'SELECT * {{' "
        f"--store '{story_root}' | head -1"
    )
    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=60)
    assert done.returncode == 2  # the work's own, not the reader's


def test_lineage_search_and_generations(story_root: Path) -> None:
    cwd, store = story_root.parent, ("--store", str(story_root))
    steps = rows(reformgraph("lineage", "childrens-plan-2007", *store, cwd=cwd).stdout)
    assert len(steps) > 30
    direct = rows(
        reformgraph("lineage", "childrens-plan-2007", "--depth", "1", *store, cwd=cwd).stdout
    )
    assert 30 < len(direct) < len(steps)
    found = rows(reformgraph("search", "DCSF", *store, cwd=cwd).stdout)
    assert found[1][0] == "dcsf"
    listed = rows(reformgraph("generations", "--verify", *store, cwd=cwd).stdout)
    assert listed[1][-1] == "sound"


def test_generations_roll_back_and_prune(tmp_path: Path) -> None:
    store = ("--store", "store")
    (tmp_path / "one.ttl").write_text('<urn:a> <urn:p> "one" .', encoding="utf-8")
    build = ("build", "--force", "--quiet", "--data", "one.ttl", *store)
    for _ in range(3):
        assert reformgraph(*build, cwd=tmp_path).returncode == 0
    listed = rows(reformgraph("generations", *store, cwd=tmp_path).stdout)[1:]
    assert [row[0] for row in listed] == ["", "", "*"]
    first = listed[0][1]
    back = rows(reformgraph("generations", "--rollback", first, *store, cwd=tmp_path).stdout)[1:]
    assert [row[0] for row in back] == ["*", "", ""]
    done = reformgraph("generations", "--prune", "1", *store, cwd=tmp_path)
    # The served one stays, and the newest.
    assert [row[1] for row in rows(done.stdout)[1:]] == [first, listed[2][1]]
    assert "removed" in done.stderr
    wrong = reformgraph("generations", "--rollback", "9-000000000000", *store, cwd=tmp_path)
    assert wrong.returncode == 2
    assert first in wrong.stderr


def test_why_tells_the_rule_and_what_is_asserted_under_it(story_root: Path) -> None:
    cwd, store = story_root.parent, ("--store", str(story_root))
    ends = ("childrens-plan-2007", "rg:drawsOn", "every-child-matters-2003")
    done = reformgraph("why", *ends, *store, cwd=cwd)
    assert done.returncode == 0, done.stderr
    assert "inferred by super-properties (ontology/rules/super-properties.rq)" in done.stdout
    assert "rg:buildsOn" in done.stdout and "verified: " in done.stdout
    told = json.loads(reformgraph("why", *ends, "--format", "json", *store, cwd=cwd).stdout)
    assert told["premises"][0]["claims"]
    assert "asserted in" in reformgraph("why", "dcsf", "slug", "dcsf", *store, cwd=cwd).stdout


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        (("childrens-plan-2007", "rg:funds", "dcsf"), "does not say"),
        (("childrens-plan-2007", "hasAntecedent", "every-child-matters-2003"), "transitive"),
        (("childrens-plan-2008", "a", "rg:Item"), "childrens-plan-2007"),
        (("dcsf", "< >", "dcsf"), "predicate"),
    ],
)
def test_why_of_what_is_not_there_exits_2(
    story_root: Path, ends: tuple[str, str, str], said: str
) -> None:
    done = reformgraph("why", *ends, "--store", str(story_root), cwd=story_root.parent)
    assert done.returncode == 2 and not done.stdout
    assert said in done.stderr and "Traceback" not in done.stderr


def test_timelines_are_built_by_name_and_the_setting_names_those_of_a_bare_build(
    tmp_path: Path,
) -> None:
    wrong = reformgraph("build", "childrens-pln", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "did you mean 'childrens-plan'?" in wrong.stderr
    assert not (tmp_path / "reformgraph-store").exists()
    alone = reformgraph("build", "-q", "health-social-care", cwd=tmp_path)
    assert alone.returncode == 1
    assert "reformgraph build childrens-plan health-social-care" in alone.stderr
    config = tmp_path / "reformgraph.toml"
    config.write_text('timelines = "childrens-plan health-social-care"\n', encoding="utf-8")
    assert reformgraph("build", "-q", cwd=tmp_path).returncode == 0
    done = reformgraph("lineage", "health-and-care-act-2022", cwd=tmp_path)
    assert "Health Act 1999" in done.stdout
