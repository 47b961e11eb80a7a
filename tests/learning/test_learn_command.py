"""`nextplay learn` as a strategist runs it, and what its file changes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.cli.console import ROOT, Ended, nextplay
from tests.golden import matches_golden

GOLDEN = Path(__file__).parent / "golden"


def learn(past: Path, *options: str | Path) -> Ended:
    """Learn from the invented past, up to its end."""
    asked = "learn", "--store", f"sqlite:///{past}/past.db", "--rules", ROOT / "rules", "--as-of", "2026-03-02"
    return nextplay(*asked, *options)


def test_written_and_told(past: Path, tmp_path: Path) -> None:
    """With --out the file is written and people are told what is in it; without, the very file comes on stdout."""
    out = tmp_path / "propensities.yaml"
    ended = learn(past, "--out", out)
    assert (ended.code, ended.stderr) == (0, "")
    matches_golden(ended.stdout.replace(str(out), "propensities.yaml"), GOLDEN / "learned.txt")
    assert learn(past).stdout == out.read_text()
    matches_golden(out.read_text(), GOLDEN / "propensities.yaml.txt")


def test_as_json(past: Path) -> None:
    """Machines get the same counts, and what is too little to learn from."""
    found = json.loads(learn(past, "--format", "json", "--least", "9", "--half-life", "30").stdout)
    assert (found["half_life_days"], found["least_reactions"], found["as_of"]) == (30, 9, "2026-03-02")
    assert found["too_few"] == {"hold_incident_review": 8}
    smb = found["plays"]["reset_plan_with_sponsor"]["segments"]["smb"]
    assert smb["propensity"] == pytest.approx(smb["accepted"] / smb["of"], abs=1e-4)


def test_what_comes_after_the_day_is_not_known_on_it(past: Path) -> None:
    """Before anybody reacted there is nothing to learn: a file without plays, which is sound."""
    ended = learn(past, "--as-of", "2025-08-01")
    assert (ended.code, ended.stdout.splitlines()[-1]) == (0, "plays: {}")


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--as-of", "yesterday"), 2, "must be a day"),
        (("--store", "sqlite:///nowhere.db"), 1, "there is no such store"),
        (("--half-life", "0"), 2, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_learned_from_is_said(past: Path, options: tuple[str, ...], code: int, said: str) -> None:
    """A sentence, an exit code, and no file."""
    ended = learn(past, *options)
    assert (ended.code, ended.stdout) == (code, "")
    assert said in ended.stderr


def test_a_diff_shows_what_a_new_file_changes(past: Path, tmp_path: Path) -> None:
    """The propensities stand among the changed rules, accounts change, and their actions say that it was learned."""
    rules, book = tmp_path / "rules", tmp_path / "book.jsonl"
    shutil.copytree(ROOT / "rules", rules, ignore=shutil.ignore_patterns("tests", "schema"))
    assert learn(past, "--out", rules / "propensities.yaml").code == 0
    assert nextplay("snapshots", "generate", "--accounts", "60", "--output", book).code == 0
    models = "--models", ROOT / "models"
    ended = nextplay(
        "rules", "diff", ROOT / "rules", rules, *models, "--snapshots", book, "--fail-if", "accounts-changed>0"
    )
    assert ended.code == 5
    assert "learned.reset_plan_with_sponsor.smb none → 0.70 (18.5 of 26.4)" in ended.stdout
    decided = nextplay("decide", "--rules", rules, *models, "--format", "json", book).stdout.splitlines()
    noted = {
        action["play"]
        for line in decided
        for action in json.loads(line)["actions"]
        if "propensity learned from reactions" in action["priority"]["notes"]
    }
    assert noted == {"reset_plan_with_sponsor", "welcome_new_users"}
