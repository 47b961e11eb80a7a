"""`nextplay model drift`: what is told, in which order, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.console import ROOT, Ended, nextplay
from tests.golden import matches_golden

GOLDEN = Path(__file__).parent / "golden"
EXAMPLE = ROOT / "examples" / "training"
STEPS = ("missing", "fact", "score", "calibration")


@pytest.fixture(name="books", scope="module")
def invented_books(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Invent two books of the same kind."""
    folder = tmp_path_factory.mktemp("books")
    then, now = folder / "then.jsonl", folder / "now.jsonl"
    for path, seed in ((then, "7"), (now, "8")):
        ended = nextplay("snapshots", "generate", "--seed", seed, "--accounts", "200", "--output", path)
        assert ended.code == 0, ended.stderr
    return then, now


def drift(then: Path, now: Path, *arguments: str | Path) -> Ended:
    """Compare two books by the expert's model."""
    return nextplay("model", "drift", "--version", "expert-1", "--against", then, "--data", now, *arguments)


def test_books_of_one_kind_have_not_drifted(books: tuple[Path, Path]) -> None:
    """Nothing drifted: the tests are counted by step, and the gate lets it pass."""
    ended = drift(*books, "--fail-if-drift")
    assert ended.code == 0, ended.stderr
    matches_golden(ended.stdout, GOLDEN / "model_drift_none.txt")


def test_a_feed_that_broke_is_told_first(books: tuple[Path, Path], tmp_path: Path) -> None:
    """A field that no longer arrives drifts as unknown values, with what to do; the gate alone makes it fail."""
    then, now = books
    broken = tmp_path / "broken.jsonl"
    lines = [json.loads(line) for line in now.read_text(encoding="utf-8").splitlines()]
    for place, line in enumerate(lines):
        if place % 4:
            line.pop("relationship", None)
    broken.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    ended = drift(then, broken)
    assert ended.code == 0, ended.stderr
    matches_golden(ended.stdout, GOLDEN / "model_drift_broken.txt")
    assert drift(then, broken, "--fail-if-drift").code == 6


def test_too_few_accounts_get_no_verdict_and_do_not_pass_the_gate(books: tuple[Path, Path], tmp_path: Path) -> None:
    """Where no test has accounts enough nothing is said of drift, and the gate ends with a code of its own."""
    short = tmp_path / "short.jsonl"
    short.write_text("".join(books[1].read_text(encoding="utf-8").splitlines(keepends=True)[:20]), encoding="utf-8")
    ended = drift(books[0], short, "--fail-if-drift")
    assert ended.code == 7
    closing = "no verdict: none of 44 tests has enough accounts; bring at least 50 on each side\n"
    assert ended.stdout.endswith(closing)
    assert "nothing drifted" not in ended.stdout
    assert drift(books[0], short).code == 0


def test_json_has_every_test_in_order(books: tuple[Path, Path]) -> None:
    """Each finding carries figure, threshold, chance, verdict, words and remedy; `--all` shows as many lines."""
    told = json.loads(drift(*books, "--format", "json").stdout)
    steps = [STEPS.index(one["step"]) for one in told["findings"]]
    assert steps == sorted(steps)
    assert len(steps) == 44
    keys = {"step", "measure", "fact", "figure", "threshold", "chance", "verdict", "says", "remedy"}
    assert all(set(one) == keys for one in told["findings"])
    assert drift(*books, "--all").stdout.count(": steady\n") == sum(
        one["verdict"] == "steady" for one in told["findings"]
    )


def test_outcomes_are_judged_last(books: tuple[Path, Path]) -> None:
    """With outcomes the calibration stands at the end: an expert's probabilities are no rates of this book."""
    ended = drift(books[0], EXAMPLE / "book.csv", "--config", EXAMPLE / "train.toml", "--format", "json")
    last = json.loads(ended.stdout)["findings"][-2:]
    assert [(one["measure"], one["verdict"]) for one in last] == [("mean", "drifted"), ("slope", "drifted")]


def test_a_model_made_from_nobody_needs_a_book(books: tuple[Path, Path]) -> None:
    """Without a reference the command asks for --against, and a file without a usable row is a sentence."""
    ended = nextplay("model", "drift", "--version", "expert-1", "--data", books[1])
    assert ended.code == 2
    assert "--against: is needed: `expert-1` was made from no accounts" in ended.stderr
    ended = nextplay("model", "drift", "--version", "expert-1", "--data", "-", stdin="{}\n")
    assert ended.code == 2
    assert "has no row that can be used" in ended.stderr
