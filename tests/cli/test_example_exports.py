"""The examples for CRMs: every command of their READMEs runs, and the decisions tell the stories that are promised."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import orjson
import pytest
from tests.cli.console import ROOT, nextplay
from tests.golden import matches_golden

GOLDEN = Path(__file__).parent / "golden"


def commands_of(name: str) -> list[list[str]]:
    """Return the arguments of every command of an example's README."""
    page = (ROOT / "examples" / name / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```sh\n(.*?)```", page, flags=re.DOTALL)
    return [shlex.split(line)[1:] for line in block.replace("\\\n", " ").splitlines()]


def told(decision: bytes) -> str:
    """Tell of a decision what does not change with every number: diagnosis, gaps and actions."""
    found = orjson.loads(decision)
    gaps = ", ".join(f"{gap['gap']} ({gap['kind']})" for gap in found["gaps"]) or "none"
    actions = ", ".join(action["play"] for action in found["actions"]) or "none"
    return f"{found['account_id']}: {found['diagnosis']['kind']}; gaps: {gaps}; actions: {actions}"


@pytest.mark.parametrize("name", ["salesforce", "hubspot"])
def test_the_way_from_export_to_decisions(name: str, tmp_path: Path) -> None:
    """What each command says is as recorded, from what can be fed to what each account gets."""
    page = []
    for arguments in commands_of(name):
        moved = [str(tmp_path / word) if word == f"{name}.jsonl" else word for word in arguments]
        ended = nextplay(*moved)
        assert ended.code == 0, ended.stderr
        page.append(f"$ nextplay {' '.join(arguments)}")
        match arguments[:2]:
            case ["decide", _]:
                page += map(told, ended.stdout.encode().splitlines())
            case ["rules", "explain"]:
                assert len(ended.stdout.splitlines()) > 10
            case _:
                page += [ended.stdout + ended.stderr]
    matches_golden("\n".join(page) + "\n", GOLDEN / f"example_{name}.txt")


@pytest.mark.parametrize("name", ["salesforce", "hubspot"])
def test_the_readme_tells_what_comes_out(name: str) -> None:
    """Every customer of the table is one of the export, under the name that it has there."""
    folder = ROOT / "examples" / name
    (accounts,) = (path for path in (folder / "exports").iterdir() if path.stem in {"Account", "companies"})
    table = (folder / "README.md").read_text(encoding="utf-8").partition("## What comes out")[2]
    named = [
        cell.strip() for row in re.findall(r"^\| ([^|]+) \|", table, flags=re.MULTILINE) for cell in row.split(",")
    ]
    text = accounts.read_text(encoding="utf-8")
    assert len([cell for cell in named if cell in text]) >= 5
