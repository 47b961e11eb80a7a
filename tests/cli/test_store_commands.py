"""`nextplay store` as a person at the terminal sees it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.console import nextplay


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the URL of a store in a file that is not there yet."""
    return f"sqlite:///{tmp_path}/memory.db"


def test_a_store_is_made_looked_at_and_checked(url: str) -> None:
    """`upgrade` makes the tables once, `status` counts, `check` finds nothing; each also as JSON."""
    assert nextplay("store", "upgrade", "--store", url).stdout.endswith("memory.db` went from nothing to 0001\n")
    assert "is up to date" in nextplay("store", "upgrade", NEXTPLAY_STORE=url).stdout
    again = json.loads(nextplay("store", "upgrade", "--store", url, "--format", "json").stdout)
    assert (again["before"], again["after"]) == ("0001", "0001")
    assert "no decisions\n" in nextplay("store", "status", "--store", url).stdout
    assert json.loads(nextplay("store", "status", "--store", url, "--format", "json").stdout)["decisions"] == 0
    assert nextplay("store", "check", "--store", url).stdout == "no problems found\n"
    assert json.loads(nextplay("store", "check", "--store", url, "--format", "json").stdout) == {"problems": []}


def test_commands_that_look_make_no_store(url: str, tmp_path: Path) -> None:
    """A file that is not there is a sentence with its remedy, and still not there afterwards."""
    for command in ("status", "check"):
        ended = nextplay("store", command, "--store", url)
        assert (ended.code, ended.stdout) == (1, "")
        assert "there is no such store" in ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("store", "said"),
    [
        ("postgresql://ann:s3cret@127.0.0.1:1/memory", "the store `postgresql://127.0.0.1:1/memory` does not answer"),
        ("mysql://ann:s3cret@localhost/memory", "no database that is offered"),
        ("s3cret", "no database that is offered"),
        ("postgresql://ann:s3cret@localhost:port/memory", "no database that is offered"),
        ("sqlite:///", "no database that is offered"),
        ("none", "no store is set"),
        ("sqlite:////nowhere/of/s3cret/../memory.db", "cannot be opened"),
    ],
)
def test_a_store_that_cannot_be_had_is_a_sentence(store: str, said: str) -> None:
    """No driver's text, no password: what is wrong and what to do, and 1."""
    ended = nextplay("store", "upgrade", "--store", store)
    assert ended.code == 1
    assert said in ended.stderr
    assert "ann:" not in ended.stderr
    assert "s3cret@" not in ended.stderr


def test_a_damaged_file_is_a_sentence(tmp_path: Path) -> None:
    """A file that is no database ends every command with what to do; a damaged page is found by `check`."""
    (tmp_path / "memory.db").write_text("no database, though it is quite long " * 200)
    for command in ("upgrade", "status", "check"):
        ended = nextplay("store", command, "--store", f"sqlite:///{tmp_path}/memory.db")
        assert (ended.code, ended.stdout) == (1, "")
        assert "put a backup in its place" in ended.stderr
