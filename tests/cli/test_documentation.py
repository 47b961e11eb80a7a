"""What is documented is there, and what is there is documented; every command of README and docs/cli.md runs."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.cli.console import ENVIRONMENT, ROOT
from typer.testing import CliRunner

from nextplay.cli.app import COMMANDS, app
from nextplay.cli.exits import ExitCode
from nextplay.settings import Settings

GUIDE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
PAGES = {
    "README.md": (ROOT / "README.md").read_text(encoding="utf-8"),
    "docs/cli.md": GUIDE,
    "docs/explaining.md": (ROOT / "docs" / "explaining.md").read_text(encoding="utf-8"),
}
ENGINE = ROOT / "src" / "nextplay"
WIDTH = 120
NOT_WRAPPED = ("facts.md", "sample_book.md")
WRAPPED = sorted(path for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")) if path.name not in NOT_WRAPPED)
NOT_HERE = ("nextplay serve", "nextplay healthcheck", "nextplay replay")
"""Commands that need a server or its log; `test_serve_command.py` and `test_replay_command.py` run them."""


def commands() -> Iterator[tuple[str, Any]]:
    """Return every command with its full name."""
    group = typer.main.get_command(app)
    assert group.list_commands(None) == list(COMMANDS)  # type: ignore[attr-defined]  # a group has them
    for name in COMMANDS:
        command = group.get_command(None, name)  # type: ignore[attr-defined]  # a group has it
        inner = getattr(command, "commands", None)
        if inner:
            yield from ((f"nextplay {name} {inner_name}", found) for inner_name, found in inner.items())
        else:
            yield f"nextplay {name}", command


def shell_lines(page: str) -> list[str]:
    """Return the commands of the page's shell blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", page, flags=re.DOTALL)
    lines = [line.partition("  #")[0].strip() for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [line for line in lines if line.startswith("nextplay ")]


def test_every_command_and_option_is_documented() -> None:
    """Each command stands in docs/cli.md; each option there, or as a setting of the service."""
    for name, command in commands():
        assert f"`{name}" in GUIDE, name
        for parameter in command.params:
            option = next((text for text in parameter.opts if text.startswith("--")), None)
            if option and option != "--help":
                known = option in GUIDE or option.removeprefix("--") in Settings.model_fields
                assert known, f"{name} {option}"


def test_every_command_has_help() -> None:
    """Each command and option says what it is for."""
    for name, command in commands():
        assert command.help, name
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"{name} {parameter.name}"


def test_every_exit_code_is_documented() -> None:
    """The table of exit codes has each code, and no other."""
    table = GUIDE.partition("## Exit codes")[2].partition("\n## ")[0]
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", table, flags=re.MULTILINE)] == sorted(ExitCode)


@pytest.mark.parametrize("name", PAGES)
def test_documented_commands_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every `nextplay` line of the page ends with 0, one after the other, in a folder with the shipped files."""
    for folder in ("rules", "models", "examples"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    monkeypatch.chdir(tmp_path)
    lines = shell_lines(PAGES[name])
    assert lines
    for line in lines:
        if line.startswith(NOT_HERE):
            continue
        words, _, source = line.partition(" < ")
        arguments = shlex.split(words)[1:]
        if arguments[:2] == ["rules", "schema"]:
            arguments[-1] = str(tmp_path / "schema")  # the shipped schemas are not ours to write
        text = (tmp_path / source.strip()).read_text(encoding="utf-8") if source else None
        result = CliRunner(env=dict.fromkeys(ENVIRONMENT.keys() & {"NEXTPLAY_RULES"})).invoke(
            app, arguments, input=text
        )
        assert result.exit_code == 0, f"{line}: {result.output}"


def test_help_and_completion_work() -> None:
    """The help lists the commands, and a shell that asks for completions gets them."""
    shown = CliRunner().invoke(app, ["--help"]).output
    assert all(re.search(rf"│ {name} ", shown) for name in COMMANDS)
    asked = {"_NEXTPLAY_COMPLETE": "complete_bash", "COMP_WORDS": "nextplay ", "COMP_CWORD": "1"}
    assert CliRunner(env=asked).invoke(app, [], prog_name="nextplay").output.split() == list(COMMANDS)
    asked = {"_NEXTPLAY_COMPLETE": "complete_bash", "COMP_WORDS": "nextplay rules ", "COMP_CWORD": "2"}
    found = CliRunner(env=asked).invoke(app, [], prog_name="nextplay").output.split()
    assert set(found) == {"check", "cohorts", "diff", "docs", "explain", "simulate", "test", "schema"}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/tour.md"])
def test_links_lead_somewhere(name: str) -> None:
    """Every file that the page links to is there."""
    page = ROOT / name
    targets = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []
    assert targets


def test_the_tour_leads_through_what_is_there() -> None:
    """Every module, test and folder that the tour names is there."""
    named = set(
        re.findall(r"`([a-z_]+(?:/[a-z_]+)*(?:/|\.py))`", (ROOT / "docs" / "tour.md").read_text(encoding="utf-8"))
    )
    assert len(named) > 30
    assert [name for name in sorted(named) if not any((top / name).exists() for top in (ROOT, ENGINE))] == []


@pytest.mark.parametrize("path", WRAPPED, ids=lambda path: path.name)
def test_prose_keeps_within_the_width(path: Path) -> None:
    """No line of these pages is over 120 characters, rows of tables apart; two generated pages still have some."""
    lines = path.read_text(encoding="utf-8").splitlines()
    wide = [number for number, line in enumerate(lines, 1) if len(line) > WIDTH and not line.startswith("|")]
    assert wide == []
