"""`model drift --store`: accounts as they were asked about last, and outcomes as far as they can be known."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from bench.remembered import fill
from tests.authoring.whole_books import MODELS
from tests.cli.console import RULEBOOK, Ended, nextplay

from nextplay.churn.artefact import model_file, verified
from nextplay.cli.drift_log import matured_rows, questions_now
from nextplay.facts import FactPlan, Vocabulary
from nextplay.release import current_model_folder
from nextplay.service.clock import exact_now
from nextplay.store import Store
from nextplay.store.records import Outcome, OutcomeKind

ACCOUNTS = 120
HORIZON = 90


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Decide about invented accounts, twice about some; every fourth leaves, and nobody tells of every tenth."""
    path = tmp_path_factory.mktemp("filled") / "memory.db"
    url = f"sqlite:///{path}"
    fill(url, RULEBOOK, MODELS, decisions=150, accounts=ACCOUNTS)
    with Store.open(url, clock=exact_now) as store:
        days = {stored.logged.account_id: stored.logged.as_of.date() for stored in store.logged()}
        for number, (account, day) in enumerate(sorted(days.items())):
            kind: OutcomeKind = "churned" if number % 4 == 0 else "renewed"
            if number % 10 != 9:
                told = Outcome(account, kind, day + timedelta(days=40 if kind == "churned" else HORIZON))
                store.record("", f"o-{number}", told)
    return path


@pytest.fixture(scope="module")
def plan() -> FactPlan:
    """Return what the shipped model reads."""
    vocabulary = Vocabulary.of()
    artefact = verified(model_file(current_model_folder(MODELS)), vocabulary.specs)
    return vocabulary.plan(table.fact for table in artefact.tables)


def drift(path: Path, *arguments: str | Path) -> Ended:
    """Run `nextplay model drift` over a store."""
    return nextplay("model", "drift", "--store", f"sqlite:///{path}", "--models", MODELS, *arguments)


def test_the_log_tells_of_drift_and_calibration(filled: Path) -> None:
    """All four steps are looked at; accounts of which nobody knows the end are counted, by no test."""
    ended = drift(filled, "--format", "json")
    assert ended.code == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert {one["step"] for one in told["findings"]} == {"missing", "fact", "score", "calibration"}
    assert told["rows"] == told["accounts"]
    assert list(told["left_out"].values()) == [told["accounts"] // 10]


def test_each_account_comes_once(filled: Path, plan: FactPlan) -> None:
    """Its latest question is what it looks like now."""
    with Store.open(f"sqlite:///{filled}", clock=exact_now) as store:
        newest = {stored.logged.account_id: stored.logged.as_of.date() for stored in store.logged()}
        book = questions_now(store, plan, since=None)
    assert sorted(book.days) == sorted(newest.values())


def test_what_is_not_over_has_no_outcome(filled: Path, plan: FactPlan) -> None:
    """Before the horizon of any question is over nothing can be judged; after it those who left are known."""
    with Store.open(f"sqlite:///{filled}", clock=exact_now) as store:
        first = min(stored.logged.as_of.date() for stored in store.logged())
        assert matured_rows(store, plan, horizon_days=HORIZON, today=first + timedelta(days=HORIZON - 1)) is None
        found = matured_rows(store, plan, horizon_days=HORIZON, today=date(2999, 1, 1))
        outcomes = [record.told for record in store.records() if isinstance(record.told, Outcome)]
    assert found is not None
    assert found.left.sum() == sum(told.kind == "churned" for told in outcomes)
    assert len(found.left) == len(outcomes)


def test_leaving_after_the_horizon_is_staying(tmp_path: Path, plan: FactPlan) -> None:
    """Who left later stayed; of who had left before the question nobody can tell."""
    url = f"sqlite:///{tmp_path / 'memory.db'}"
    fill(url, RULEBOOK, MODELS, decisions=3, accounts=4)
    with Store.open(url, clock=exact_now) as store:
        asked = {stored.logged.account_id: stored.logged.as_of.date() for stored in store.logged()}
        for (account, day), days in zip(sorted(asked.items()), (HORIZON + 1, HORIZON, -1), strict=True):
            store.record("", account, Outcome(account, "churned", day + timedelta(days=days)))
        today = datetime.now(UTC).date() + timedelta(days=HORIZON)
        found = matured_rows(store, plan, horizon_days=HORIZON, today=today)
    assert found is not None
    assert (sorted(found.left.tolist()), found.unknown) == ([False, True], 1)


@pytest.mark.parametrize("arguments", [["--data", "x.jsonl"], ["--config", "x.toml"]])
def test_one_place_for_accounts(filled: Path, arguments: list[str]) -> None:
    """A store and a file at once are refused, and so is neither."""
    ended = drift(filled, *arguments)
    assert (ended.code, "give one of --data and --store" in ended.stderr) == (2, True)
    assert nextplay("model", "drift").code == 2
