"""What a strategist's own repository takes from here: the hooks of pre-commit, and the workflow for pull requests."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from tests.cli.console import ROOT, RULEBOOK, surroundings

HOOKS = ROOT / ".pre-commit-hooks.yaml"
WORKFLOW = ROOT / "examples" / "github" / "rules.yml"
INSTALLS = "Install"
"""The one step of the workflow that is not tried: here, what it installs is what is tested."""


def loaded(path: Path) -> Any:  # noqa: ANN401  a file of another tool's format
    """Read a YAML file as plain values."""
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def run(repository: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command in the repository."""
    environment = surroundings(repository.parent) | more
    return subprocess.run(
        command, cwd=repository, env=environment, capture_output=True, text=True, timeout=180, check=False
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Make a repository that has only a rulebook and the models beside it, committed once."""
    folder = tmp_path / "rulebook"
    shutil.copytree(RULEBOOK, folder / "rules")
    shutil.copytree(ROOT / "models", folder / "models")
    for command in (("git", "init", "--quiet"), ("git", "add", "."), ("git", "commit", "--quiet", "-m", "start")):
        assert run(folder, *command).returncode == 0
    return folder


def hooked(repository: Path) -> None:
    """Configure the hooks as they are defined, but for their language: what is tested is installed already."""
    hooks = [{**hook, "language": "system"} for hook in loaded(HOOKS)]
    with (repository / ".pre-commit-config.yaml").open("w", encoding="utf-8") as file:
        YAML().dump({"repos": [{"repo": "local", "hooks": hooks}]}, file)


def broken(repository: Path, before: str, after: str) -> None:
    """Change every signal file's `before` into `after`."""
    for path in sorted((repository / "rules").rglob("*.yaml")):
        path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")


def test_the_hooks_pass_a_rulebook_in_order(repository: Path) -> None:
    """The real pre-commit takes the definitions, finds the rule files, and lets them through."""
    hooked(repository)
    done = run(repository, "pre-commit", "run", "--all-files")
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("Passed") == 2


def test_the_hooks_stop_a_rulebook_with_a_fault(repository: Path) -> None:
    """A typo is told with its place, and the commit does not come about."""
    hooked(repository)
    assert run(repository, "pre-commit", "install").returncode == 0
    broken(repository, "says:", "sayz:")
    assert run(repository, "git", "add", ".").returncode == 0
    done = run(repository, "git", "commit", "-m", "typo")
    assert done.returncode == 1
    assert "unknown-key" in done.stdout + done.stderr


def test_the_hooks_leave_other_files_alone(repository: Path) -> None:
    """A commit that touches no rule file does not wait for the rulebook."""
    hooked(repository)
    (repository / "notes.md").write_text("a note\n", encoding="utf-8")
    assert run(repository, "git", "add", "notes.md").returncode == 0
    done = run(repository, "pre-commit", "run", "--files", "notes.md")
    assert done.stdout.count("Skipped") == 2


PULL_REQUEST = {"BASE": "HEAD", "ACCOUNTS": "40"}
"""What the runner fills in: the revision that the request starts from; and here, a book that is quickly decided."""


def steps_of(repository: Path) -> dict[str, subprocess.CompletedProcess[str]]:
    """Run the shell steps of the workflow as the runner does: bash, stop at the first failure but for `always()`."""
    summary = repository.parent / "summary.md"
    done: dict[str, subprocess.CompletedProcess[str]] = {}
    for step in loaded(WORKFLOW)["jobs"]["rules"]["steps"]:
        failed = any(one.returncode for one in done.values())
        if "run" not in step or step["name"] == INSTALLS or (failed and step.get("if") != "always()"):
            continue
        command = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"])
        assert set(step.get("env", {})) <= set(PULL_REQUEST), "a variable that this test does not fill in"
        done[step["name"]] = run(repository, *command, GITHUB_STEP_SUMMARY=str(summary), **PULL_REQUEST)
    return done


def test_the_workflow_passes_a_rulebook_in_order(repository: Path) -> None:
    """Each step ends well, the pages are there to be uploaded, and the summary tells the result."""
    done = steps_of(repository)
    assert [(name, one.stderr) for name, one in done.items() if one.returncode] == []
    assert (repository / "site" / "index.html").exists()
    assert (repository / "site" / "difference.html").exists()
    assert "passed" in (repository.parent / "summary.md").read_text(encoding="utf-8")


def test_the_workflow_stops_a_rulebook_with_a_fault(repository: Path) -> None:
    """A fault fails the first step, and the summary says what is wrong and where."""
    broken(repository, "says:", "sayz:")
    done = steps_of(repository)
    assert done["Check"].returncode == 3
    assert "Test" not in done
    assert "unknown-key" in (repository.parent / "summary.md").read_text(encoding="utf-8")


def test_the_workflow_stops_a_change_that_touches_too_many(repository: Path) -> None:
    """Another due date for most actions passes check and test, and breaks the limit of the difference."""
    broken(repository, "due: {within_days: ", "due: {within_days: 1")
    done = steps_of(repository)
    assert (done["Check"].returncode, done["Test"].returncode) == (0, 0)
    assert done["Difference"].returncode == 5
    assert "accounts-changed" in (repository.parent / "summary.md").read_text(encoding="utf-8")
