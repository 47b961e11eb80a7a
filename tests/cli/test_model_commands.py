"""`nextplay model`: from an export with outcomes to a model that is served, and a look into it."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.cli.console import ROOT, Ended, nextplay

from nextplay.churn.training.learner import load_learner
from nextplay.facts import Vocabulary

EXAMPLE = ROOT / "examples" / "training"


def trained(out: Path, *arguments: str | Path, folder: Path = EXAMPLE) -> Ended:
    """Train on the example."""
    data, config = folder / "book.csv", folder / "train.toml"
    return nextplay("model", "train", "--data", data, "--config", config, "--out", out, *arguments)


@pytest.fixture(name="report", scope="module")
def trained_example(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Train on the example once, and return the report."""
    ended = trained(tmp_path_factory.mktemp("models"), "--format", "json")
    assert ended.code == 0, ended.stderr
    report: dict[str, Any] = json.loads(ended.stdout)
    return report


def test_the_report_accounts_for_the_data_and_shows_baselines(report: dict[str, Any]) -> None:
    """Rows, churners and facts are counted, and the measures of the plain baselines stand beside the model's."""
    assert (report["rows"], report["judged_rows"], report["split"]) == (460, 230, "time")
    assert report["churners"] == 127
    assert {"usage.active_ratio", "relationship.executive_sponsor", "surveys.csat.mean"} <= set(report["facts"])
    assert report["measures"]["this model"]["auc"] > 0.6
    assert report["bands"] == {"low": 0.23, "moderate": 0.43, "high": 0.6, "critical": 1.0}
    assert set(report["tables"]) < set(report["facts"])
    assert report["rivals"][0]["name"] in {"logistic", "spline logistic"}
    assert {"prevalence", "health score", "logistic", "default boosting"} < set(report["measures"])


def test_what_was_trained_is_served(report: dict[str, Any]) -> None:
    """Once `current` names it, decisions come from it, and say that it was learned from an invented book."""
    folder = Path(report["folder"])
    (folder.parent / "current").write_text(f"{folder.name}\n", encoding="utf-8")
    assert "predicts nobody's customers" in (folder / "card.md").read_text(encoding="utf-8").replace("\n", " ")
    models = folder.parents[1]
    snapshot = ROOT / "examples" / "snapshots" / "slow_answers.json"
    decision = json.loads(nextplay("decide", "--models", models, "--format", "json", snapshot).stdout)
    assert (decision["churn"]["model_version"], decision["churn"]["provenance"]) == ("example-1", "synthetic")


def test_snapshots_with_a_file_of_outcomes_are_learned_from(tmp_path: Path) -> None:
    """The generator's book and truth are data to train on as they are, and to evaluate on."""
    book, truth, config = tmp_path / "book.jsonl", tmp_path / "truth.jsonl", tmp_path / "train.toml"
    generated = nextplay("snapshots", "generate", "--accounts", "600", "--output", book, "--truth", truth)
    assert generated.code == 0
    label = 'file = "truth.jsonl"\nkey = "outcome.churned_within_90_days"\nleft = ["true"]'
    facts = '["usage.active_ratio", "objectives.any_overdue", "support.open_p1"]'
    config.write_text(
        f'version = "made-1"\nhorizon_days = 90\nprovenance = "synthetic"\nsplit = "account"\nfacts = {facts}\n'
        f"[label]\n{label}\n",
        encoding="utf-8",
    )
    asked = ("--data", book, "--config", config, "--format", "json")
    ended = nextplay("model", "train", *asked, "--out", tmp_path)
    assert ended.code == 0, ended.stderr
    report = json.loads(ended.stdout)
    assert (report["rows"], report["left_out"], report["outcomes_without_row"]) == (report["judged_rows"], {}, 0)
    truth.write_text(truth.read_text(encoding="utf-8").split("\n", 1)[1], encoding="utf-8")
    told = json.loads(nextplay("model", "evaluate", *asked).stdout)
    assert (told["rows_of_the_file"], told["left_out"]) == (report["rows"], {"no label": 1})


def test_the_page_stands_beside_the_model(report: dict[str, Any]) -> None:
    """`report.html` is about this model, and says first that it was learned from an invented book."""
    page = (Path(report["folder"]) / "report.html").read_text(encoding="utf-8")
    assert page.index("Churn model example-1") < page.index("predicts nobody") < page.index("Verdict")
    assert f"{report['measures']['this model']['auc']:.3f}" in page


def test_without_plots_the_model_is_trained_all_the_same(tmp_path: Path) -> None:
    """Where matplotlib is missing one line says so and how to get it; asked for by name, a page is refused."""
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['matplotlib'] = None", encoding="utf-8")
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    data, config = EXAMPLE / "book.csv", EXAMPLE / "train.toml"
    asked = ("--data", data, "--config", config)
    ended = nextplay("model", "train", *asked, "--out", tmp_path / "models", PYTHONPATH=path)
    assert ended.code == 0
    assert ended.stderr.splitlines() == [
        "report.html is left out: its plots need the extra `report`; install `nextplay[report]`"
    ]
    assert sorted(file.name for file in (tmp_path / "models" / "churn" / "example-1").iterdir()) == [
        "card.md",
        "model.json",
    ]
    ended = nextplay("model", "evaluate", *asked, "--report", tmp_path / "report.html", PYTHONPATH=path)
    assert (ended.code, ended.stdout) == (2, "")
    assert "--report: its plots need the extra `report`; install `nextplay[report]`" in ended.stderr


def test_evaluate_writes_a_page_about_the_model_it_measured(tmp_path: Path) -> None:
    """It says that the numbers were set by hand, and shows baselines learned from other accounts of the rows."""
    data, config, page = EXAMPLE / "book.csv", EXAMPLE / "train.toml", tmp_path / "report.html"
    ended = nextplay("model", "evaluate", "--version", "expert-1", "--data", data, "--config", config, "--report", page)
    assert ended.code == 0, ended.stderr
    text = page.read_text(encoding="utf-8")
    assert "Set by hand, learned from nobody" in text
    assert "in five folds, each account judged by those that never saw it" in text
    assert "spline logistic" in text


def test_the_learner_is_kept_where_it_is_asked_for(tmp_path: Path) -> None:
    """`--keep-learner` writes it with its note, and it says what the tables say."""
    ended = trained(tmp_path, "--keep-learner")
    assert ended.code == 0, ended.stderr
    learner = load_learner(tmp_path / "churn" / "example-1", Vocabulary.of().specs)
    assert "usage.active_ratio" in learner.columns


def test_without_skops_a_learner_cannot_be_kept(tmp_path: Path) -> None:
    """One sentence says what is missing and how to get it, before anything is learned."""
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['skops'] = None", encoding="utf-8")
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    asked = ("--data", EXAMPLE / "book.csv", "--config", EXAMPLE / "train.toml", "--out", tmp_path / "models")
    ended = nextplay("model", "train", *asked, "--keep-learner", PYTHONPATH=path)
    assert ended.code == 2
    assert "--keep-learner: needs the extra `learner`; install `nextplay[learner]`" in ended.stderr
    assert not (tmp_path / "models").exists()


def test_a_version_is_never_written_over(report: dict[str, Any]) -> None:
    """A folder that is there stays what it was."""
    ended = trained(Path(report["folder"]).parents[1])
    assert ended.code == 2
    assert "is there already; a version stays what it was" in ended.stderr


def test_a_column_that_knows_the_outcome_is_named(tmp_path: Path) -> None:
    """An export in which a mapped column is filled from the outcome is refused by the fact that it feeds."""
    shutil.copytree(EXAMPLE, tmp_path / "book")
    header, *lines = (EXAMPLE / "book.csv").read_text(encoding="utf-8").splitlines()
    columns = header.split(",")
    cells = [dict(zip(columns, line.split(","), strict=True)) for line in lines]
    spoiled = [",".join((one | {"Open P1": "9" if one["Left"] == "yes" else "0"}).values()) for one in cells]
    (tmp_path / "book" / "book.csv").write_text("\n".join([header, *spoiled]), encoding="utf-8")
    ended = trained(tmp_path / "models", folder=tmp_path / "book")
    assert ended.code == 2
    told = "support.open_p1 (column `Open P1`): tells the outcome alone (AUC 1.000); leave it out, or vouch for it"
    assert [line for line in ended.stderr.splitlines() if line.startswith(told)]
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('version = "Mine!"', "version: string should match pattern"),
        ("rounds = 3", "rounds: extra inputs are not permitted"),
        ('leave_out = ["usage.wizardry"]', r"usage.wizardry: is no fact; docs/facts.md lists them"),
        ('signs = {"usage.active_ratio" = 1}', "usage.active_ratio: is declared `higher_is_better`"),
        ("version =", "train.toml: is not TOML"),
    ],
)
def test_mistakes_in_the_file_are_named_by_their_key(tmp_path: Path, line: str, message: str) -> None:
    """What is no key, no fact or against the vocabulary ends as a sentence with exit code 2."""
    shutil.copytree(EXAMPLE, tmp_path / "book")
    path = tmp_path / "book" / "train.toml"
    kept = path.read_text(encoding="utf-8").replace('version = "example-1"', "")
    version = "" if line.startswith("version") else 'version = "mine-1"'
    path.write_text(f"{version}\n{line}\n{kept}", encoding="utf-8")
    ended = trained(tmp_path / "models", folder=tmp_path / "book")
    assert ended.code == 2
    assert message in ended.stderr


def test_evaluate_measures_what_is_served() -> None:
    """The shipped prior ranks another invented book better than chance, and is no rate; intervals hold the figures."""
    data, config = EXAMPLE / "book.csv", EXAMPLE / "train.toml"
    asked = ("model", "evaluate", "--data", data, "--config", config)
    told = json.loads(nextplay(*asked, "--format", "json").stdout)
    assert (told["version"], told["rows"], told["left"]) == ("synthetic-1", 460, 154)
    assert told["measures"]["auc"] > 0.6
    assert told["measures"]["mean"] < told["measures"]["rate"]
    assert all(low <= told["measures"][name] <= high for name, (low, high) in told["intervals"].items())
    assert nextplay(*asked).stdout.startswith("synthetic-1 (synthetic) on 460 rows, 154 left\n")


def test_show_tells_the_origin_and_the_tables() -> None:
    """The shipped model says that it was learned from what was invented; one fact is shown whole."""
    shown = nextplay("model", "show").stdout
    assert shown.startswith("synthetic-1: synthetic, risk within 90 days\n")
    assert "usage.active_ratio (usage)" in shown
    assert "cross-validated over those rows, each judged by a model that never saw its account: auc 0.7" in shown
    table = nextplay("model", "show", "--fact", "relationship.champion").stdout
    assert [line.split()[-1] for line in table.splitlines()[-3:]] == ["left", "present", "unknown"]
    assert nextplay("model", "show", "--fact", "usage.wizardry").code == 2
    assert nextplay("model", "show", "--version", "synthetic-0").code == 3


def test_explain_adds_up() -> None:
    """Base and the contributions of all facts are the log-odds exactly, and families are sums of their facts."""
    snapshot = ROOT / "examples" / "snapshots" / "slow_answers.json"
    told = json.loads(nextplay("model", "explain", "--format", "json", snapshot).stdout)
    facts = [fact["contribution"] for family in told["families"] for fact in family["facts"]]
    assert told["base"] + sum(facts) == told["log_odds"]
    for family in told["families"]:
        assert sum(fact["contribution"] for fact in family["facts"]) == family["contribution"]
    text = nextplay("model", "explain", snapshot).stdout
    assert "log-odds" in text
    assert not re.search(r"\d\.\d{7}", text)
