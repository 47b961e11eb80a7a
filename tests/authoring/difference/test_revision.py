"""A side is a folder or a revision of one, read out of a real git repository without touching its files."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.authoring.whole_books import SMALL
from tests.cli.console import RULEBOOK

from nextplay.authoring.difference import read_rules
from nextplay.errors import NextplayError, RulebookInvalid
from nextplay.rules.source import read_rulebook_folder, without_tests


def git(folder: Path, *arguments: str) -> str:
    """Run git as nobody in particular."""
    name = ("-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *name, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository whose folder `rules` was committed once and edited since; commands run at its top."""
    shutil.copytree(RULEBOOK, tmp_path / "rules")
    (tmp_path / "rules" / "schema").mkdir()
    (tmp_path / "rules" / "schema" / "more.yaml").write_text("not: read", encoding="utf-8")
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "First")
    book = tmp_path / "rules" / "rulebook.yaml"
    book.write_text(book.read_text(encoding="utf-8").replace("material: 0.4", "material: 0.5"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_folder(repository: Path) -> None:
    """A folder is read as it stands now, without its tests, which decide nothing."""
    found = read_rules("rules")
    assert (found.files, found.commit) == (without_tests(read_rulebook_folder(repository / "rules")), None)


@pytest.mark.parametrize("asked", ["HEAD:rules", "main:rules", "main", "HEAD"])
def test_a_revision(repository: Path, asked: str) -> None:
    """A revision gives the files that were committed, with its commit, and leaves the edited ones alone."""
    edited = read_rulebook_folder(repository / "rules")
    found = read_rules(asked)
    assert found.files == without_tests(SMALL) != without_tests(edited)
    assert found.commit == git(repository, "rev-parse", "HEAD")
    assert read_rulebook_folder(repository / "rules") == edited


def test_a_revision_of_the_other_side(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A revision alone is that of the folder on the other side, from wherever one stands."""
    monkeypatch.chdir(repository.parent)
    assert read_rules("main", beside=str(repository / "rules")).files == without_tests(SMALL)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("no_such_branch", "neither a folder nor a revision that git knows here"),
        ("HEAD:no_such_folder", "neither a folder nor a revision that git knows here .*no_such_folder"),
        ("--output=/dev/null", "neither a folder nor a git revision"),
        (":rules", "neither a folder nor a git revision"),
    ],
)
@pytest.mark.usefixtures("repository")
def test_what_is_neither(asked: str, says: str) -> None:
    """A wrong name is told with what it might have been."""
    with pytest.raises(NextplayError, match=says):
        read_rules(asked)


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("HEAD:rules/plays", "name the folder in that revision as `HEAD:FOLDER`"),
        ("rules/plays", "name the folder of a rulebook"),
    ],
)
@pytest.mark.usefixtures("repository")
def test_what_is_no_rulebook(asked: str, hint: str) -> None:
    """A folder without `rulebook.yaml` has the fault that `rules check` tells of it."""
    with pytest.raises(RulebookInvalid) as raised:
        read_rules(asked)
    (fault,) = raised.value.faults
    assert (fault.path, fault.code, fault.hint) == ("rulebook.yaml", "missing-file", hint)


def test_outside_of_any_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no repository, a revision is told so."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(NextplayError, match="neither a folder nor a revision"):
        read_rules("main")


@pytest.mark.usefixtures("repository")
def test_without_git(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where git is not installed, two folders still serve."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NextplayError, match=r"git cannot be run .*name two folders"):
        read_rules("main")
