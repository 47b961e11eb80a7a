"""A simulation counts what online decisions say, whatever the processes and the order of the rows."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import closing
from typing import Any

import pytest
from tests.authoring.whole_books import MODELS, SMALL, edited, rows

from nextplay.authoring.book import Row, RowReader
from nextplay.authoring.simulation import Simulating, simulate, simulation_document
from nextplay.decider import Decider
from nextplay.decision import Decision
from nextplay.release import load_release

TRIAL_GAP = """- id: trial
  status: shadow
  title: {en: On trial}
  kind: cs
  root_cause: goals_not_agreed
  when: nobody_tries
  severity: {base: 0.9}
"""
TRIAL_PLAY = """- id: try_it
  status: shadow
  for: {gap: trial}
  purpose: outcome
  title: {en: Try it}
  rationale: {en: On trial.}
  owner: csm
  due: {within_days: 2}
  channel: phone
  effort_hours: 1
  checklist: {en: [Try]}
  effect: large
"""
SHADOW = edited(
    SMALL,
    [
        ("gaps/gaps.yaml", "- id: no_goal_agreed", f"{TRIAL_GAP}- id: no_goal_agreed"),
        ("plays/plays.yaml", "- id: agree_goal", f"{TRIAL_PLAY}- id: agree_goal"),
    ],
)
"""The small rulebook with a gap and a play on trial."""


def document(book: list[Row], files: Any = SMALL, workers: int | None = 1) -> dict[str, Any]:  # noqa: ANN401  rule files
    """Return the document of a simulation."""
    with closing(load_release(files, MODELS)) as release:
        return simulation_document(simulate(book, Simulating(files, MODELS), workers=workers), release)


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    """Simulate the book once."""
    return document(rows())


@pytest.fixture(scope="module")
def decisions() -> list[Decision]:
    """Decide every account of the book as online."""
    reader = RowReader()
    readings = [reading for reading in map(reader.read, rows()) if reading is not None]
    with closing(load_release(SMALL, MODELS)) as release:
        decider = Decider(release)
        return [decider.decide(reading) for reading in readings]


def test_processes_do_not_matter(whole: dict[str, Any]) -> None:
    """Two processes count what one does."""
    assert document(rows(), workers=2) == whole


def test_the_order_of_rows_does_not_matter(whole: dict[str, Any]) -> None:
    """A shuffled book has the same counts; only the first bad rows are others."""
    shuffled = rows()
    random.Random(1).shuffle(shuffled)  # noqa: S311  no secret
    found = document(shuffled)
    assert found | {"bad_rows": None} == whole | {"bad_rows": None}
    assert found["bad_rows"]["reasons"] == whole["bad_rows"]["reasons"]


def test_every_row_is_accounted_for(whole: dict[str, Any]) -> None:
    """Decided and bad rows are all rows; every account has one diagnosis, and gets nothing or something."""
    book = whole["book"]
    assert (book["rows"], book["bad"]) == (120, 12)
    assert book["decided"] + book["bad"] == book["rows"]
    assert sum(row["rows"] for row in whole["bad_rows"]["reasons"]) == book["bad"]
    assert sum(row["accounts"] for row in whole["diagnosis"]) == book["decided"]
    assert whole["actions"]["accounts"] + whole["nothing"]["accounts"] == book["decided"]
    assert sum(whole["nothing"]["why"].values()) == whole["nothing"]["accounts"]
    for row in whole["signals"]:
        assert row["true"] + row["false"] + row["unknown"] == book["decided"]


def test_counts_are_those_of_online_decisions(whole: dict[str, Any], decisions: list[Decision]) -> None:
    """Gaps, actions, hours, withheld and diagnoses are what `decide` says, added up."""
    gaps = Counter(gap.gap for decision in decisions for gap in decision.gaps)
    assert {row["gap"]: row["accounts"] for row in whole["gaps"] if row["accounts"]} == gaps
    actions = Counter(action.play for decision in decisions for action in decision.actions)
    assert {row["play"]: row["actions"] for row in whole["plays"] if row["actions"]} == actions
    hours: Counter[str] = Counter()
    for action in (action for decision in decisions for action in decision.actions):
        hours[action.owner_role] += round(action.effort_hours * 1000)
    assert {row["owner"]: row["hours"] for row in whole["actions"]["by_owner"]} == {
        owner: effort / 1000 for owner, effort in hours.items()
    }
    assert sum(row["actions"] for row in whole["actions"]["by_week"]) == actions.total()
    kinds = Counter(decision.diagnosis.kind for decision in decisions)
    assert {row["kind"]: row["accounts"] for row in whole["diagnosis"] if row["accounts"]} == kinds
    reasons = Counter(str(entry.reason) for decision in decisions for entry in decision.withheld)
    assert {row["reason"]: row["candidates"] for row in whole["withheld"]} == reasons


def test_rules_that_fire_for_nobody_and_for_most(whole: dict[str, Any]) -> None:
    """What never fires and what fires for more than half are named by the counts that stand beside them."""
    gaps = {row["gap"]: row["accounts"] for row in whole["gaps"]}
    assert whole["never"]["gaps"] == sorted(gap for gap, accounts in gaps.items() if not accounts)
    assert whole["for_most"]["signals"] == sorted(row["signal"] for row in whole["signals"] if row["share"] > 0.5)


def test_a_shadow_rule_changes_nothing_and_is_counted(whole: dict[str, Any]) -> None:
    """Rules on trial leave every count as it is; for whom they would fire stands apart."""
    found = document(rows(), SHADOW)
    apart = {"shadow": None, "rulebook": None, "release": None}
    assert found | apart == whole | apart
    (gap,), (play,) = found["shadow"]["gaps"], found["shadow"]["plays"]
    nobody_tries = next(row["true"] for row in found["signals"] if row["signal"] == "nobody_tries")
    assert gap["accounts"] == play["accounts"] == nobody_tries > 0
    assert all(0 < beside["accounts"] <= gap["accounts"] for beside in gap["beside"])


def test_an_empty_book() -> None:
    """No rows: nothing is counted, and no rule is called silent."""
    found = document([])
    assert found["book"] == {"rows": 0, "decided": 0, "bad": 0, "segments": {}}
    assert not any(found["never"].values())
    assert found["actions"]["total"] == 0
