"""The tools for AI clients, called through the library's own client over real pipes."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

ROOT = Path(__file__).resolve().parents[2]
Call = Callable[..., Any]


def _talk(root: Path, calls: list[tuple[str, dict[str, Any]]]) -> tuple[list[str], list[Any]]:
    """Start ``reformgraph mcp``, list its tools, make the calls; errors come as their text."""

    async def talk() -> tuple[list[str], list[Any]]:
        command = StdioServerParameters(
            command=sys.executable,
            args=["-m", "reformgraph", "mcp", "--store", str(root)],
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        )
        async with Client(command) as client:
            tools = [tool.name for tool in (await client.list_tools()).tools]
            found = []
            for name, arguments in calls:
                answer = await client.call_tool(name, arguments)
                text = "".join(getattr(part, "text", "") for part in answer.content)
                found.append(text if answer.is_error else json.loads(text))
            return tools, found

    return asyncio.run(asyncio.wait_for(talk(), 120))


def test_every_tool_answers_with_its_evidence(story_root: Path) -> None:
    tools, answers = _talk(
        story_root,
        [
            ("search", {"text": "every child matters"}),
            ("entity", {"name": "childrens-plan-2007"}),
            ("lineage", {"name": "childrens-plan-2007", "depth": 1}),
            ("as_at", {"day": "2007-12-11"}),
            ("questions", {}),
            ("ask", {"question": "antecedents", "parameters": {"item": "childrens-plan-2007"}}),
            (
                "sparql",
                {
                    "query": "PREFIX rg: <https://w3id.org/reformgraph/ontology#> "
                    "SELECT ?p { ?p a rg:Policy } ORDER BY ?p LIMIT 3"
                },
            ),
        ],
    )
    assert tools == ["search", "entity", "lineage", "as_at", "questions", "ask", "sparql"]
    assert len({answer["generation"] for answer in answers}) == 1
    search, entity, lineage, standing, questions, ask, sparql = answers
    assert "every-child-matters-2003" in [hit["slug"] for hit in search["hits"]]
    assert all(hit["evidence"][0]["source"] for hit in search["hits"] if hit["class"] == "Policy")
    assert entity["label"] and entity["evidence"]
    assert lineage["steps"]
    for step in lineage["steps"]:
        assert step["depth"] == 1 and step["sentence"]
        assert step["evidence"]["sources"] and step["evidence"]["basis"]
    assert standing["total"]["stood"] > 5
    assert standing["stood"][0]["evidence"][0]["status"] in ("verified", "unverified")
    assert "antecedents" in [each["name"] for each in questions["questions"]]
    assert ask["rows"] and all(row["source"] and row["status"] for row in ask["rows"])
    assert len(sparql["result"]["results"]["bindings"]) == 3
    assert len(sparql["evidence"]) == 3


def test_what_cannot_be_answered_says_why(story_root: Path) -> None:
    _, answers = _talk(
        story_root,
        [
            ("entity", {"name": "childrens-plan-2006"}),
            ("as_at", {"day": "yesterday"}),
            ("ask", {"question": "antecedent"}),
            ("sparql", {"query": "SELECT * {"}),
            ("sparql", {"query": "INSERT DATA { <x:s> <x:p> 1 }"}),
            ("sparql", {"query": "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"}),
            ("sparql", {"query": "SELECT * { ?s ?p ?o }"}),
            ("lineage", {"name": "childrens-plan-2007", "depth": 0}),
        ],
    )
    for answer, words in zip(
        answers,
        (
            *("childrens-plan-2007", "2007-12-11", "antecedents", "line|column|expected"),
            *("[Uu]pdate", "SERVICE|[Ff]ederation", "LIMIT|too large", "depth"),
        ),
        strict=True,
    ):
        assert isinstance(answer, str), answer
        assert re.search(words, answer), answer
        assert "Traceback" not in answer


def test_without_a_graph_it_does_not_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from reformgraph.cli import run

    assert run(["mcp", "--store", str(tmp_path / "nowhere")]) == 3
    assert "reformgraph build" in capsys.readouterr().err


def test_the_example_of_the_docs_runs(story_root: Path, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "mcp.md").read_text(encoding="utf-8")
    code = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(code) == 1
    # The command that pip installs, without an installation.
    command = tmp_path / "reformgraph"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m reformgraph "$@"\n')
    command.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    script = tmp_path / "example.py"
    script.write_text(
        code[0]
        .replace("STORE", repr(str(story_root)))
        .replace("args=[", f"env={{'PATH': {path!r}, 'PYTHONPATH': {str(ROOT / 'src')!r}}}, args=[")
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "verified" in done.stdout and len(done.stdout.splitlines()) > 3
