"""`rules cohorts` over the sample book as a strategist runs it: the file, the summary, JSON, and what ends with 2."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.console import ROOT, nextplay
from tests.golden import matches_golden

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sample book of 300 accounts."""
    path = tmp_path_factory.mktemp("book") / "sample.jsonl"
    assert nextplay("snapshots", "generate", "--accounts", "300", "--output", path).code == 0
    return path


def test_the_file_of_the_sample_book(book: Path) -> None:
    """Without --out the very file comes on stdout, small cohorts named at its end."""
    ended = nextplay("rules", "cohorts", book)
    assert (ended.code, ended.stderr) == (0, "")
    matches_golden(ended.stdout, GOLDEN / "cohorts.yaml.txt")


def test_written_and_told(book: Path, tmp_path: Path) -> None:
    """With --out the same file is written, and people are told what is in it."""
    out = tmp_path / "cohorts.yaml"
    ended = nextplay("rules", "cohorts", book, "--out", out)
    assert ended.code == 0
    assert out.read_text() == (GOLDEN / "cohorts.yaml.txt").read_text()
    matches_golden(ended.stdout.replace(str(out), "cohorts.yaml"), GOLDEN / "cohorts.txt")


def test_as_json(book: Path) -> None:
    """Machines get the numbers behind each share, and the cohorts that have none."""
    found = json.loads(nextplay("rules", "cohorts", book, "--format", "json", "--least", "50").stdout)
    assert found["book"] == {"rows": 300, "decided": 300, "bad": 0}
    assert {"stage", "touchpoint", "accounts", "failing", "share"} == set(found["shares"][0])
    assert all(one["accounts"] < 50 for one in found["too_few"])


def test_a_book_without_accounts_writes_nothing(tmp_path: Path) -> None:
    """Rows that cannot be used end with 2 and their reasons, and no file is written over the one of yesterday."""
    out = tmp_path / "cohorts.yaml"
    ended = nextplay("rules", "cohorts", "-", "--out", out, stdin='{"account_id": "a-1"}\n')
    assert (ended.code, ended.stdout, out.exists()) == (2, "", False)
    assert "row 1: as_of: is missing" in ended.stderr


def test_a_diff_shows_what_new_shares_change(tmp_path: Path) -> None:
    """The same rules with a share that was not there before decide otherwise about whom it concerns."""
    account = {
        "account_id": "a-1",
        "as_of": "2026-03-02T09:00:00Z",
        "journey_stage": "onboarding",
        "touchpoints": [{"name": "website", "interactions_30d": 100, "failed_attempts_30d": 15}],
    }
    book, folder = tmp_path / "book.jsonl", tmp_path / "rules"
    book.write_text(json.dumps(account) + "\n")
    for path in (ROOT / "rules").rglob("*.yaml"):
        target = folder / path.relative_to(ROOT / "rules")
        if target.parent.name != "tests":
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    (folder / "cohorts.yaml").write_text(
        "as_of: 2026-03-01\naccounts: 90\nleast_accounts: 20\nfailing_from: 0.2\n"
        "shares: {onboarding: {website: {accounts: 40, share: 0.4}}}\n"
    )
    asked = ("rules", "diff", ROOT / "rules", folder, "--models", ROOT / "models", "--snapshots", book)
    assert nextplay(*asked, "--fail-if", "accounts-changed>0").code == 5


def test_a_book_without_stages_says_why_nothing_was_counted() -> None:
    """Accounts without a journey stage give no share, and stderr says so where the file goes to stdout."""
    ended = nextplay("rules", "cohorts", "-", stdin='{"account_id": "a-1", "as_of": "2026-03-02T00:00:00Z"}\n')
    assert ended.code == 0
    assert "shares: {}" in ended.stdout
    assert "no share could be counted over 1 account: none has a journey stage (`journey_stage`)" in ended.stderr
