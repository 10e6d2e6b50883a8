"""Each recipe of docs/joining.md is read off the page and run against a server."""

import contextlib
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests_support import free_port, running

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "joining.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^## ([^\n]+)\n(?:(?!^## ).)*?```python\n(.*?)```", re.MULTILINE | re.DOTALL)
RECIPES = dict(BLOCK.findall(PAGE))
SAYS = {
    "A CSV of school or local-authority data, by name, slug or official code": (
        r"centre\s+Sure Start local programmes\s+sure-start-local-programmes .*"
        r"2002 c. 32\s+education-act-2002\s+2002-07-24.*Cm 7280\s+childrens-plan-2007 .*"
        r"children-act-2004\s+children-act-2004 .*DCSF\s+dcsf "
    ),
    "OpenRefine, without the mouse": (
        r"\['dfe-1992', 'dfe', 'dcsf'\]\n.*2007-06-28T00:00:00Z.*'id': 'dfe'"
    ),
    "pandas": r"\d{4}",
    "DuckDB": r"\d+ \('.*(stated|reported|inferred|scholarly|legal)",
    "rdflib": r"\d{5,} \d{3,}",
    "Oxigraph": r"\d{5,} \[.*graph/inferences",
    "Another SPARQL endpoint": r"Children's Plan.* 2007-12-11",
    "A program, from the OpenAPI description": r"3\.1\.0 every-child-matters-2003 \d{2} \['",
    "Our IRIs in your catalogue": r"dcat:Catalog.* \d{2,}",
}


@pytest.fixture(scope="module")
def site(story_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "reformgraph", "serve", "--store", str(story_root)]
    home = tmp_path_factory.mktemp("joining")
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.ExitStack() as stack,
    ):
        patch.setenv("PYTHONPATH", str(ROOT / "src"))
        stack.enter_context(running([*command, "--port", str(port), "--workers", "1"], port, home))
        yield f"http://127.0.0.1:{port}"


def test_every_recipe_is_known() -> None:
    assert set(RECIPES) == set(SAYS)
    assert PAGE.count("```python") == len(SAYS)


# The libraries that users have warn of their own plans.
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("title", SAYS)
def test_recipe(title: str, site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(RECIPES[title], title, "exec"), {"SITE": site})
    assert re.search(SAYS[title], printed.getvalue(), re.DOTALL), printed.getvalue()
