"""Items: what rules may say of one row, in which order rows are looked at, and how a row is written back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.facts.snapshots import AS_OF, drawn_snapshot

from nextplay.decision import FactValue
from nextplay.facts import ITEM_KINDS, LIST_OF, MOST_ITEMS, Item, ItemKind, Vocabulary, kind_of, snapshot_with
from nextplay.snapshot import CustomerSnapshot, Objective, Survey, read_snapshot

VOCABULARY = Vocabulary.of()
DAY = AS_OF.date()


def _account(**lists: Sequence[object]) -> CustomerSnapshot:
    return CustomerSnapshot("a-1", AS_OF, **{name: tuple(rows) for name, rows in lists.items()})  # type: ignore[arg-type]


def _items(snapshot: CustomerSnapshot, kind: ItemKind) -> tuple[Item, ...] | None:
    names = [name for name in VOCABULARY.item_specs if kind_of(name) == kind]
    return VOCABULARY.plan(names).read(snapshot).items[kind]


def _ago(days: int) -> date:
    return DAY - timedelta(days=days)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("kind", ITEM_KINDS)
def test_the_order_of_rows_never_matters(kind: ItemKind, seed: int) -> None:
    """However rows are shuffled, the items are the same, in the same order and under the same keys."""
    snapshot = drawn_snapshot(seed)
    rows = list(getattr(snapshot, LIST_OF[kind]) or ())
    shuffled = Random(seed).sample(rows, len(rows))  # noqa: S311  repeatable, not secret
    known = getattr(snapshot, LIST_OF[kind]) is not None
    changed: dict[str, Any] = {LIST_OF[kind]: tuple(shuffled) if known else None}
    other = replace(snapshot, **changed)
    found = _items(snapshot, kind)
    assert found == _items(other, kind)
    assert found is None or len({item.key for item in found}) == len(found)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("kind", ITEM_KINDS)
def test_values_are_what_their_specs_declare(kind: ItemKind, seed: int) -> None:
    """Every known value of an item lies in the range or words that its fact declares."""
    for item in _items(drawn_snapshot(seed), kind) or ():
        for name, value in item.values.items():
            spec = VOCABULARY.item_specs[name]
            if isinstance(value, int | float) and not isinstance(value, bool):
                assert spec.type == "number"
                assert spec.low is None or value >= spec.low
                assert spec.high is None or value <= spec.high
            if spec.type == "word":
                assert value is None or value in spec.words


def test_an_unknown_list_has_no_items_and_an_empty_one_has_none_either() -> None:
    """A list that was not sent is unknown, which is something else than empty."""
    assert _items(_account(), "objective") is None
    assert _items(_account(objectives=()), "objective") == ()


def test_rules_look_at_so_many_items_and_say_how_many_are_left_out() -> None:
    """Of a long list the first count, in the stated order: active and late before achieved; the rest is counted."""
    rows = [Objective(objective_id=f"o-{number}", status="achieved", due_on=_ago(99)) for number in range(MOST_ITEMS)]
    rows += [Objective(objective_id=f"late-{number}", status="active", due_on=_ago(number)) for number in (3, 9)]
    facts = VOCABULARY.plan(["objective.status"]).read(_account(objectives=rows))
    items = facts.items["objective"] or ()
    assert [item.key for item in items[:3]] == ["late-9", "late-3", "o-0"]
    assert len(items) == MOST_ITEMS
    assert [(warning.path, warning.message[:8]) for warning in facts.input_warnings] == [("objectives", "22 rows;")]


def test_rows_without_a_name_of_their_own_are_told_apart() -> None:
    """Equal keys are numbered in the order of the items."""
    rows = [Objective(title="Grow", due_on=_ago(1)), Objective(title="Grow", due_on=_ago(5)), Objective()]
    items = _items(_account(objectives=rows), "objective") or ()
    assert [(item.key, item.values["objective.days_overdue"]) for item in items] == [
        ("Grow", 5), ("Grow (2)", 1), ("objective", None),
    ]  # fmt: skip


@given(
    names=st.lists(st.sampled_from(["a", "a (2)", "a (3)", "a (2) (2)", "b", None]), max_size=9),
    ids=st.lists(st.sampled_from(["a", "a (2)", "c"]), max_size=3, unique=True),
)
def test_no_two_items_have_one_key(names: list[str | None], ids: list[str]) -> None:
    """Whatever rows are called, each is told apart; the first of a name keeps it."""
    rows = [*(Objective(title=name) for name in names), *(Objective(objective_id=one) for one in ids)]
    keys = [item.key for item in _items(_account(objectives=rows), "objective") or ()]
    assert len({*keys}) == len(rows)
    assert {name or "objective" for name in names} | {*ids} <= {*keys}


def test_an_answer_is_newest_until_its_respondent_answers_again() -> None:
    """A later answer of the same person, kind and touchpoint replaces one; where a day is unknown so is that."""
    first = Survey(kind="nps", scale="nps_0_10", score=3, answered_on=_ago(20), respondent_id="r-1")
    later = replace(first, answered_on=_ago(4), score=8)
    unsure = replace(later, answered_on=None)
    unnamed = replace(later, respondent_id=None)

    def newest(*rows: Survey) -> list[FactValue]:
        return [item.values["survey.newest"] for item in _items(_account(surveys=rows), "survey") or ()]

    assert newest(first, later) == [True, False]
    assert newest(first, unsure) == [None, None]
    assert newest(first, unnamed) == [True, True]


@pytest.mark.parametrize(
    "wanted",
    [
        {"objective.status": "active", "objective.days_overdue": 31, "objective.blocked_by": "vendor"},
        {"objective.attainment": 0.25, "objective.elapsed": 0.75},
        {"objective.progress_gap": -0.3},
        {"objective.days_to_due": 12, "objective.title": "Grow"},
        {"survey.kind": "csat", "survey.score": 2, "survey.age_days": 9, "survey.touchpoint": "support"},
        {"survey.ease": 0.5, "survey.follow_up_owed": True},
        {"survey.newest": False, "survey.low": True},
        {"touchpoint.name": "support", "touchpoint.response_ratio": 2.5, "touchpoint.failure_share": 0.2},
        {"event.kind": "layoffs", "event.status": "explained", "event.age_days": 3},
    ],
    ids=" ".join,
)
def test_the_inverse_writes_a_row_with_these_facts(wanted: dict[str, FactValue]) -> None:
    """A snapshot for facts of an item has an item with just these values."""
    raw = snapshot_with(wanted, as_of=datetime(2026, 3, 2, 9, tzinfo=UTC))
    facts = VOCABULARY.plan(wanted).read(read_snapshot(raw, strict=True).snapshot)
    items = [item for listed in facts.items.values() for item in listed or ()]
    assert any(wanted.items() <= item.values.items() for item in items)
