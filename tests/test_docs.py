"""The docs say what the code has: every command, setting, route and question has its place.

``docs/cli.md`` and ``docs/settings.md`` are made from the code; ``pytest --regold`` rewrites them.
"""

import re
from pathlib import Path

import click
import pytest

from reformgraph import settings
from reformgraph.cli import COMMANDS, cli
from reformgraph.queries import document
from reformgraph.settings import keys as setting_names

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


def _check(path: Path, text: str, regold: bool) -> None:
    if regold:
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"{path.name} is missing: pytest --regold writes it"
    assert path.read_text(encoding="utf-8") == text, f"{path.name} is stale: pytest --regold"


def _helps(command: click.Command, name: str, parent: click.Context) -> list[str]:
    """Give the help of a command and of those under it."""
    context = click.Context(
        command, info_name=name, parent=parent, max_content_width=100, terminal_width=100
    )
    title = f"## {context.command_path}"
    parts = [f"{title}\n\n```text\n{command.get_help(context)}\n```\n"]
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            under = command.get_command(context, inner)
            assert under is not None
            parts += _helps(under, inner, context)
    return parts


def test_every_command_and_option_is_in_cli_md(regold: bool) -> None:
    intro = (
        "# Command line\n\n<!-- Made from the commands by `pytest --regold`; do not edit. -->\n\n"
        "Data goes to standard output, all else to standard error. Exit codes: 0 done, 1 the data is\n"
        "wrong, 2 the call is wrong, 3 the store is busy or unreadable or the outside world failed,\n"
        "130 interrupted.\n"
    )
    parts = [intro]
    with click.Context(cli, info_name="reformgraph", **cli.context_settings) as parent:
        for name in sorted(COMMANDS):
            command = cli.get_command(parent, name)
            assert command is not None
            parts += _helps(command, name, parent)
    _check(DOCS / "cli.md", "\n".join(parts), regold)


def test_every_setting_is_in_settings_md(regold: bool) -> None:
    lines = [
        "# Settings",
        "",
        "<!-- Made from `settings.py` by `pytest --regold`; do not edit. -->",
        "",
        "Flags win over environment variables, those over `reformgraph.toml` in the working folder",
        "(or `--config FILE`), that over the defaults. An unknown key is an error that suggests the",
        "nearest. `reformgraph info` prints each value and where it came from.",
        "",
        "| `reformgraph.toml` | environment | default | meaning |",
        "|---|---|---|---|",
    ]
    for key in setting_names():
        default = getattr(settings.Settings(), key)
        lines.append(
            f"| `{key}` | `REFORMGRAPH_{key.upper()}` | `{default or ' '}` "
            f"| {settings.help_of(key)} |"
        )
    _check(DOCS / "settings.md", "\n".join(lines) + "\n", regold)


def test_every_route_is_in_http_md() -> None:
    from reformgraph.server.app import create_app

    text = (DOCS / "http.md").read_text(encoding="utf-8")
    documented = {
        re.sub(r"\{[^}]*\}", "{}", address)
        for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
        for address in re.findall(r"`([^`]+)`", heading)
    }
    app = create_app(settings.Settings(store="nowhere"))
    rules = {re.sub(r"<[^>]*>", "{}", str(rule)) for rule in app.url_map.iter_rules()} - {
        "/static/{}"
    }
    # A suffix is one more format of the same address.
    missing = {
        rule for rule in rules if not {rule, re.sub(r"\.\{\}$|\.\w+$", "", rule)} & documented
    }
    assert not missing, f"no heading in docs/http.md for {sorted(missing)}"


def test_every_question_is_in_questions_md(regold: bool) -> None:
    _check(DOCS / "questions.md", document.markdown(), regold)


@pytest.mark.parametrize(
    "path", sorted([ROOT / "README.md", *DOCS.rglob("*.md")], key=str), ids=str
)
def test_links_between_the_docs_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"
