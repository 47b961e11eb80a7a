"""`nextplay model adapt`: a version of one's own from a served one, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.console import ROOT, Ended, nextplay
from tests.golden import matches_golden

GOLDEN = Path(__file__).parent / "golden"
EXAMPLE = ROOT / "examples" / "training"
LABELLED = ("--data", EXAMPLE / "book.csv", "--config", EXAMPLE / "train.toml")
SOURCE = ("--version", "expert-1")


def adapted(out: Path, *arguments: str | Path) -> Ended:
    """Adapt the expert's model."""
    return nextplay("model", "adapt", "--as", "own-1", "--out", out, *SOURCE, *arguments)


def few(folder: Path, *, left: int) -> tuple[str | Path, ...]:
    """Write the example with the first rows of so many accounts that left, and of 60 that stayed."""
    header, *lines = (EXAMPLE / "book.csv").read_text(encoding="utf-8").splitlines()
    columns = header.split(",")
    kept: list[str] = []
    seen: dict[str, set[str]] = {"yes": set(), "no": set()}
    for line in lines:
        cells = dict(zip(columns, line.split(","), strict=True))
        accounts = seen[cells["Left"]]
        if len(accounts) < {"yes": left, "no": 60}[cells["Left"]] and cells[columns[0]] not in seen["yes"] | seen["no"]:
            accounts.add(cells[columns[0]])
            kept.append(line)
    (folder / "few.csv").write_text("\n".join([header, *kept]), encoding="utf-8")
    return ("--data", folder / "few.csv", "--config", EXAMPLE / "train.toml")


@pytest.fixture(name="book", scope="module")
def invented_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Invent a book of snapshots."""
    path = tmp_path_factory.mktemp("book") / "book.jsonl"
    assert nextplay("snapshots", "generate", "--seed", "7", "--accounts", "60", "--output", path).code == 0
    return path


def test_outcomes_fit_a_line_and_the_gain_is_shown(tmp_path: Path) -> None:
    """Before and after stand side by side, judged on accounts not seen; card and `model show` say whose it is."""
    ended = adapted(tmp_path, *LABELLED)
    assert ended.code == 0, ended.stderr
    matches_golden(ended.stdout.replace(str(tmp_path), "OUT"), GOLDEN / "model_adapt_outcomes.txt")
    matches_golden((tmp_path / "churn" / "own-1" / "card.md").read_text(encoding="utf-8"), GOLDEN / "adapted_card.md")
    shown = nextplay("model", "show", "--models", tmp_path, "--version", "own-1").stdout.splitlines()
    assert shown[0] == "own-1: expert, risk within 90 days"
    assert shown[2].startswith("the ranking of expert-1, adapted: log-odds = ")
    assert shown[3].startswith("matched: 460 rows of 230 accounts of your own, 127 of which left")


def test_what_was_adapted_serves_and_says_its_version(tmp_path: Path, book: Path) -> None:
    """Once `current` names it, decisions carry its name, the provenance of its tables, and the shifted probability."""
    ended = adapted(tmp_path, "--base-rate", "0.04", "--data", book, "--format", "json")
    assert ended.code == 0, ended.stderr
    (tmp_path / "churn" / "current").write_text("own-1\n", encoding="utf-8")
    snapshot = ROOT / "examples" / "snapshots" / "slow_answers.json"
    own = json.loads(nextplay("decide", "--models", tmp_path, "--format", "json", snapshot).stdout)["churn"]
    assert (own["model_version"], own["provenance"]) == ("own-1", "expert")
    was = json.loads(nextplay("model", "explain", *SOURCE, "--format", "json", snapshot).stdout)
    assert own["probability"] < was["probability"]
    told = nextplay("model", "explain", "--models", tmp_path, "--format", "json", snapshot).stdout
    assert json.loads(told)["log_odds"] == was["log_odds"]


def test_a_rate_is_matched_over_the_book(tmp_path: Path, book: Path) -> None:
    """The mean probability over the book is the rate; without a book what was matched is said, and warned of."""
    ended = adapted(tmp_path / "a", "--base-rate", "0.2", "--per-days", "360", "--data", book)
    assert ended.code == 0, ended.stderr
    matches_golden(ended.stdout.replace(str(tmp_path), "OUT"), GOLDEN / "model_adapt_rate.txt")
    found: dict[str, Any] = json.loads(adapted(tmp_path / "b", "--base-rate", "0.06", "--format", "json").stdout)
    assert (found["adaptation"]["matched"], found["adaptation"]["rows"]) == ("prior", 0)
    assert "none of your accounts was looked at" in found["warnings"][0]


def test_few_outcomes_fit_less(tmp_path: Path) -> None:
    """Seven churners move the intercept alone, four are refused; both say what is needed."""
    ended = adapted(tmp_path, *few(tmp_path, left=7))
    assert ended.code == 0, ended.stderr
    assert "the intercept alone is fitted; a slope needs 10, a model of your own 50" in ended.stdout
    told = json.loads((tmp_path / "churn" / "own-1" / "model.json").read_text(encoding="utf-8"))
    assert (told["adaptation"]["kind"], told["adaptation"]["slope"]) == ("shift", 1.0)
    (tmp_path / "four").mkdir()
    ended = adapted(tmp_path / "four", *few(tmp_path / "four", left=4))
    assert ended.code == 2
    assert "only 4 accounts left" in ended.stderr


def test_what_is_no_better_is_not_written(tmp_path: Path) -> None:
    """A model adapted to a book gains nothing from it again: said, exit code 1, and written with --force alone."""
    assert adapted(tmp_path, *LABELLED).code == 0
    again = ("model", "adapt", "--as", "own-2", "--models", tmp_path, "--version", "own-1", *LABELLED)
    ended = nextplay(*again)
    assert ended.code == 1
    assert "no better than `own-1` on accounts it did not see: nothing is written" in ended.stderr
    assert not (tmp_path / "churn" / "own-2").exists()
    forced = nextplay(*again, "--force")
    assert forced.code == 0, forced.stderr
    card = (tmp_path / "churn" / "own-2" / "card.md").read_text(encoding="utf-8")
    assert "It is not better; it was written on demand" in card


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "--base-rate: or --config: name one of them"),
        (("--base-rate", "6"), "is a share above 0 and below 1"),
        (("--base-rate", "0.1", "--config", "train.toml"), "--data: is needed beside --config"),
        (("--base-rate", "0.1", "--version", "none-1"), "cannot be read; a model folder holds `model.json`"),
    ],
)
def test_mistakes_are_sentences(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    """Options that do not go together, a rate in per cent and a version that is not there are told."""
    ended = nextplay("model", "adapt", "--as", "own-1", "--out", tmp_path, *arguments)
    assert ended.code in {2, 3}
    assert message in ended.stderr


def test_another_horizon_is_refused(tmp_path: Path) -> None:
    """Outcomes of another horizon than the model's cannot calibrate it."""
    config = (EXAMPLE / "train.toml").read_text(encoding="utf-8").replace("horizon_days = 90", "horizon_days = 30")
    mapping = f'mapping = "{EXAMPLE / "mapping.yaml"}"'
    (tmp_path / "train.toml").write_text(config.replace('mapping = "mapping.yaml"', mapping), encoding="utf-8")
    ended = adapted(tmp_path, "--data", EXAMPLE / "book.csv", "--config", tmp_path / "train.toml")
    assert ended.code == 2
    assert "horizon_days: is 30, but `expert-1` speaks of 90 days" in ended.stderr
