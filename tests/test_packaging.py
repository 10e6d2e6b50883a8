"""The wheel and the sdist carry everything: install one in a clean environment, build and serve."""

import json
import os
import subprocess
import sys
import tarfile
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest
from tests_support import free_port, running

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build sdist and, from it, the wheel, as a release does."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return folder


def test_the_sdist_holds_the_rooms_and_the_tests(distributions: Path) -> None:
    [sdist] = distributions.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        "pyproject.toml",
        "README.md",
        "ontology/reform.ttl",
        "tests/test_packaging.py",
    } <= names


def test_the_wheel_holds_every_data_file_and_nothing_else(distributions: Path) -> None:
    [wheel] = distributions.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "ontology", "store", "ingest", "queries", "server"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert {f"reformgraph/{name}" for name in tracked} <= names
    assert all(name.startswith(("reformgraph/", "reformgraph-")) for name in names)
    assert not [n for n in names if "/tests/" in n or n.endswith(".pyc")]


def test_an_installed_wheel_builds_and_serves_outside_the_checkout(
    distributions: Path, tmp_path: Path
) -> None:
    [wheel] = distributions.glob("*.whl")
    home = tmp_path / "clean environment"
    venv.create(home, symlinks=True)
    python = home / "bin" / "python"
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    environ["PIP_CONSTRAINT"] = str(ROOT / "requirements.lock")

    def run(*command: str) -> str:
        return subprocess.run(
            command, cwd=tmp_path, env=environ, check=True, capture_output=True, text=True,
            timeout=300,
        ).stdout  # fmt: skip

    # By our pip, and only what is imported is compiled: both take seconds otherwise.
    pip = (sys.executable, "-m", "pip", "--python", str(python))
    run(*pip, "install", "--quiet", "--no-compile", str(wheel))
    reformgraph = str(home / "bin" / "reformgraph")
    assert "site-packages" in run(
        str(python), "-c", "import reformgraph; print(reformgraph.__file__)"
    )
    run(reformgraph, "build", "--store", "store")
    rows = json.loads(
        run(reformgraph, "ask", "antecedents", "--store", "store", "--format", "json")
    )
    assert len(rows) >= 30
    port = free_port()
    with running([reformgraph, "serve", "--store", "store", "--port", str(port)], port, tmp_path):
        for address in ("/", "/page/childrens-plan-2007", "/questions/antecedents.csv"):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{address}", timeout=30) as answer:
                assert answer.status == 200
                assert answer.read()
