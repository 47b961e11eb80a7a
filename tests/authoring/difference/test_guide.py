"""The guide to simulate and diff is true: its commands run in a real repository and end as it says."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest
from tests.authoring.difference.test_revision import git
from tests.cli.console import ROOT
from tests.cli.test_documentation import shell_lines
from typer.testing import CliRunner

from nextplay.cli.app import app

GUIDE = (ROOT / "docs" / "simulate_and_diff.md").read_text(encoding="utf-8")
ENDS_WITH_5 = "# ends with 5"


def test_the_commands_of_the_guide_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command ends with the code that stands beside it, in a repository with an edited rulebook."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    (tmp_path / "models").symlink_to(ROOT / "models")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "rules")
    git(tmp_path, "commit", "--quiet", "--message", "First")
    book = tmp_path / "rules" / "rulebook.yaml"
    book.write_text(book.read_text(encoding="utf-8").replace("max_actions: 3", "max_actions: 2"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    ends = [ENDS_WITH_5 in line for line in GUIDE.splitlines() if line.startswith("nextplay ")]
    lines = shell_lines(GUIDE)
    assert len(ends) == len(lines) > 5
    for line, differs in zip(lines, ends, strict=True):
        result = CliRunner().invoke(app, shlex.split(line)[1:])
        assert result.exit_code == (5 if differs else 0), f"{line}: {result.output[-400:]}"
    assert (tmp_path / "difference.html").exists()
    assert (tmp_path / "simulation.html").exists()


def test_every_key_is_explained() -> None:
    """Every part of both documents stands in the guide."""
    for source in ("simulation", "difference"):
        text = (ROOT / "src" / "nextplay" / "authoring" / source / "document.py").read_text(encoding="utf-8")
        body = text.partition(f"def {source}_document(")[2].partition("\n\n\n")[0]
        keys = [line.split('"')[1] for line in body.splitlines() if line.startswith('        "')]
        assert len(keys) > 10
        assert [key for key in keys if f"`{key}`" not in GUIDE] == []
