"""`nextplay store` as a person at the terminal sees it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.console import nextplay
from tests.store.told import Clock, a_decision, a_reaction, an_action
from typer.testing import CliRunner

from nextplay.cli.app import app
from nextplay.errors import NextplayError, StoreMisnamed, StoreUnavailable
from nextplay.store import Store


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the URL of a store in a file that is not there yet."""
    return f"sqlite:///{tmp_path}/memory.db"


def said(*arguments: str, url: str, stdin: str | None = None) -> str:
    """Return what a command of `nextplay store` writes to stdout, run in this process; raise what it raises."""
    result = CliRunner(env={"NEXTPLAY_STORE": url}).invoke(app, ["store", *arguments], input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_store_is_made_looked_at_and_checked(url: str) -> None:
    """`upgrade` makes the tables once, `status` counts, `check` finds nothing; each also as JSON."""
    assert said("upgrade", url=url).endswith("memory.db` went from nothing to 0001\n")
    assert "is up to date" in said("upgrade", url=url)
    again = json.loads(said("upgrade", "--format", "json", url=url))
    assert (again["before"], again["after"]) == ("0001", "0001")
    assert "no decisions\n" in said("status", url=url)
    assert json.loads(said("status", "--format", "json", url=url))["decisions"] == 0
    assert said("check", url=url) == "no problems found\n"
    assert json.loads(said("check", "--format", "json", url=url)) == {"problems": []}


@pytest.mark.parametrize("command", ["status", "check", "export x", "erase x --yes", "expire --days 1"])
def test_commands_that_look_make_no_store(command: str, url: str, tmp_path: Path) -> None:
    """A file that is not there is a sentence with its remedy, and still not there afterwards."""
    with pytest.raises(NextplayError, match="there is no such store"):
        said(*command.split(), url=url)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["status", "check", "export x", "erase x --yes", "expire --days 1"])
def test_commands_that_look_change_nothing(command: str, url: str, tmp_path: Path) -> None:
    """An empty file, and a database of somebody else, are refused and stay byte for byte what they were."""
    file = tmp_path / "memory.db"
    file.touch()
    with pytest.raises(NextplayError, match="there is no such store"):
        said(*command.split(), url=url)
    with closing(sqlite3.connect(file)) as theirs:
        theirs.execute("CREATE TABLE customers (id TEXT)")
    content = file.read_bytes()
    for words in (command.split(), ["upgrade"]):
        with pytest.raises(StoreMisnamed, match="holds something else than a store"):
            said(*words, url=url)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"memory.db": content}


@pytest.mark.parametrize(
    ("store", "why"),
    [
        ("postgresql://ann:s3cret@127.0.0.1:1/memory", "the store `postgresql://127.0.0.1:1/memory` does not answer"),
        ("mysql://ann:s3cret@localhost/memory", "no database that is offered"),
        ("s3cret", "no database that is offered"),
        ("postgresql://ann:s3cret@localhost:port/memory", "no database that is offered"),
        ("sqlite:///", "no database that is offered"),
        ("none", "no store is set"),
        ("sqlite:////nowhere/at/all/memory.db", "cannot be opened"),
    ],
)
def test_a_store_that_cannot_be_had_is_a_sentence(store: str, why: str) -> None:
    """No driver's text, no user, no password: what is wrong and what to do."""
    with pytest.raises(NextplayError) as error:
        said("upgrade", url=store)
    assert why in str(error.value)
    assert "ann:" not in str(error.value)
    assert "s3cret" not in str(error.value)


def test_a_damaged_file_is_a_sentence(tmp_path: Path, url: str) -> None:
    """A file that is no database ends every command with what to do, and with 1."""
    (tmp_path / "memory.db").write_text("no database, though it is quite long " * 200)
    for command in ("status", "check"):
        with pytest.raises(StoreUnavailable, match="put a backup in its place"):
            said(command, url=url)
    ended = nextplay("store", "upgrade", "--store", url)
    assert (ended.code, ended.stdout) == (1, "")
    assert "put a backup in its place" in ended.stderr


def test_an_account_is_exported_and_erased_and_what_is_old_is_forgotten(url: str) -> None:
    """`export` is JSON, `erase` says what went and that it stays so, `expire` counts."""
    with Store.open(url, clock=Clock()) as store:
        store.log([a_decision(an_action()), a_decision(account_id="b")])
        store.record("", "r-1", a_reaction("accepted"))
    assert len(json.loads(said("export", "acme", url=url))["decisions"]) == 1
    assert json.loads(said("export", "acme", "--tenant", "them", url=url))["decisions"] == []
    assert said("erase", "acme", "--yes", url=url).startswith("erased: 1 decision, 1 record, 1 action; ")
    again = said("erase", "acme", "--yes", "--format", "json", url=url)
    assert json.loads(again) == {"decisions": 0, "records": 0, "actions": 0}
    assert json.loads(said("export", "acme", url=url))["erased"] is True
    forgotten = said("expire", "--days", "1", url=url)
    assert forgotten == "forgotten: no actions, 1 decision, no records older than 1 day\n"
    as_json = json.loads(said("expire", "--days", "1", "--format", "json", url=url))
    assert as_json == {"decisions": 0, "records": 0, "actions": 0}


def test_no_account_is_no_account_to_erase(url: str) -> None:
    """A name that came out empty, as of a variable that is not set, puts up no tombstone."""
    with pytest.raises(NextplayError, match="no account is named"):
        said("erase", " ", "--yes", url=url)


def test_nothing_is_erased_unasked(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody can answer, `--yes` is asked for; where somebody says no, nothing goes; with yes it does."""
    with Store.open(url, clock=Clock()) as store:
        store.log([a_decision()])
    with pytest.raises(NextplayError, match="add --yes"):
        said("erase", "acme", url=url)
    monkeypatch.setattr("nextplay.cli.store_erase._somebody_is_there", lambda: True)
    with pytest.raises(NextplayError, match="nothing was erased"):
        said("erase", "acme", url=url, stdin="n\n")
    assert json.loads(said("status", "--format", "json", url=url))["decisions"] == 1
    assert "erased: 1 decision, " in said("erase", "acme", url=url, stdin="y\n")


def test_a_store_is_copied_into_an_empty_one(url: str, tmp_path: Path) -> None:
    """`copy` makes the tables of the other store and says what went over; a second time it refuses."""
    with Store.open(url, clock=Clock()) as store:
        store.log([a_decision(an_action())])
    there = f"sqlite:///{tmp_path}/copy.db"
    assert said("copy", there, url=url).endswith("copy.db`: 1 decision, no records, 1 action, no tombstones\n")
    with pytest.raises(NextplayError, match="copy into an empty one"):
        said("copy", there, url=url)
    other = f"sqlite:///{tmp_path}/other.db"
    assert json.loads(said("copy", other, "--format", "json", url=url))["decisions"] == 1
