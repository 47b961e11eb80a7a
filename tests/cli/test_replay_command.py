"""`nextplay replay` as a person at the terminal sees it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from bench.remembered import fill
from tests.authoring.whole_books import CHANGED, MODELS
from tests.cli.console import RULEBOOK, Ended, nextplay

from nextplay.service.clock import exact_now
from nextplay.store import Store

ACCOUNTS = 12
DECISIONS = 30


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fill a file of SQLite by the small rulebook."""
    path = tmp_path_factory.mktemp("filled") / "memory.db"
    fill(f"sqlite:///{path}", RULEBOOK, MODELS, decisions=DECISIONS, accounts=ACCOUNTS)
    return path


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the small rulebook with some changes into a folder."""
    folder = tmp_path_factory.mktemp("changed") / "rules"
    for name, content in CHANGED.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def replayed(path: Path, *arguments: str | Path, rules: Path = RULEBOOK) -> Ended:
    """Run `nextplay replay` in one process."""
    return nextplay(
        "replay", "--store", f"sqlite:///{path}", "--rules", rules, "--models", MODELS, "--workers", "1", *arguments
    )


def test_the_same_release_gives_the_same_bytes(filled: Path) -> None:
    """Every decision comes out again, and that is all that is said; as JSON too."""
    ended = replayed(filled)
    assert (ended.code, ended.stderr) == (0, "")
    assert ended.stdout.splitlines()[1:] == ["30 decisions replayed, 0 differ"]
    few = json.loads(replayed(filled, "--format", "json", "--limit", "7").stdout)
    assert (few["replayed"], few["differ"], few["first"], few["other_releases"]) == (7, 0, [], [])


def test_a_difference_is_told_by_id_and_path(filled: Path, tmp_path: Path) -> None:
    """A log that lies ends with 5 and names the decision and the path, and no value of the account."""
    path = tmp_path / "memory.db"
    shutil.copyfile(filled, path)
    with Store.open(f"sqlite:///{path}", clock=exact_now) as store:
        (first, *_) = store.logged()
        answer = json.loads(first.logged.answer)
        answer["diagnosis"]["says"] = "Ostrich & Sons"
        answer = json.dumps(answer, sort_keys=True, separators=(",", ":")).encode()
        store.log([replace(first.logged, answer=answer)])
    ended = replayed(path)
    assert ended.code == 5
    assert "31 decisions replayed, 1 differ\n" in ended.stdout
    assert f"  {first.logged.decision_id}: diagnosis.says\n" in ended.stdout
    assert "Ostrich" not in ended.stdout + ended.stderr
    assert first.logged.account_id not in ended.stdout + ended.stderr


def test_a_release_whose_rules_are_gone(filled: Path, changed: Path) -> None:
    """What another release decided is counted and named, and nothing passes for replayed; asked, it is compared."""
    ended = replayed(filled, rules=changed)
    assert ended.code == 2
    assert "30 decisions of other releases not replayed:\n  r1-" in ended.stdout
    assert "nothing was replayed" in ended.stderr
    compared = json.loads(replayed(filled, "--any-release", "--format", "json", rules=changed).stdout)
    assert compared["replayed"] == 30
    assert 0 < compared["differ"] <= 30
    assert [one["decisions"] for one in compared["other_releases"]] == [30]


def test_other_rules_are_compared_as_by_a_diff(filled: Path, changed: Path, tmp_path: Path) -> None:
    """With `--rulebook` the latest question of each account is decided twice: the workbench's view, page and codes."""
    page = tmp_path / "difference.html"
    ended = replayed(filled, "--rulebook", changed, "--html", page)
    assert ended.code == 5
    assert f"of {ACCOUNTS} accounts change" in ended.stdout
    assert "<html" in page.read_text(encoding="utf-8")
    document = json.loads(replayed(filled, "--rulebook", changed, "--format", "json", "--limit", "5").stdout)
    assert document["book"]["decided"] == 5
    assert replayed(filled, "--rulebook", RULEBOOK).code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--since", "2999-01-01"], 2, "the log has no such decision"),
        (["--since", "2999-01-01", "--rulebook", str(RULEBOOK)], 2, "no accounts: nothing was compared"),
        (["--since", "yesterday"], 2, "--since"),
        (["--html", "page.html"], 2, "--html: needs --rulebook"),
        (["--fail-if", "accounts-changed>5%"], 2, "--fail-if: needs --rulebook"),
        (["--rulebook", "nowhere"], 1, "`nowhere`"),
    ],
)
def test_what_cannot_be_replayed_is_a_sentence(filled: Path, arguments: list[str], code: int, said: str) -> None:
    """An empty span never passes, and options that need others say so."""
    ended = replayed(filled, *arguments)
    assert ended.code == code
    assert said in ended.stderr


def test_a_store_that_is_not_there(tmp_path: Path) -> None:
    """Replaying makes no store."""
    ended = replayed(tmp_path / "memory.db")
    assert ended.code == 1
    assert "there is no such store" in ended.stderr
    assert list(tmp_path.iterdir()) == []
