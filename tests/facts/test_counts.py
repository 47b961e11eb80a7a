"""Counts: windows over lists that a rulebook declares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.facts.snapshots import AS_OF

from nextplay.decision import FactValue
from nextplay.facts import CountSpec, Vocabulary, snapshot_with
from nextplay.snapshot import CustomerSnapshot, Survey, read_snapshot

LOW = CountSpec("low", "survey", (("kind", "eq", "csat"), ("score", "lte", 2)), 60)
EVER = CountSpec("ever", "survey", (("score", "lte", 2),))
LATE = CountSpec("late", "objective", (("status", "eq", "active"), ("days_overdue", "gt", 0)))
SLOW = CountSpec("slow", "touchpoint", (("response_ratio", "gt", 2),))
VOCABULARY = Vocabulary.of(counts=(LOW, EVER, LATE, SLOW))
LOW_FACTS = ("counts.low", "counts.low.newest_days", "counts.low.oldest_days")


def _answer(score: float | None, age: int | None) -> Survey:
    day = None if age is None else AS_OF.date() - timedelta(days=age)
    return Survey(kind="csat", scale="csat_1_5", score=score, answered_on=day)


def _read(rows: Sequence[Survey] | None, *names: str) -> tuple[FactValue, ...]:
    snapshot = CustomerSnapshot("a-1", AS_OF, surveys=None if rows is None else tuple(rows))
    facts = VOCABULARY.plan(names).read(snapshot)
    return tuple(facts.value(name) for name in names)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (None, (None, None, None)),
        ([], (0, None, None)),
        ([_answer(1, 5), _answer(2, 40), _answer(5, 3), _answer(1, 61)], (2, 5, 40)),
        ([_answer(1, 5), _answer(None, 61)], (1, 5, 5)),
        ([_answer(1, 5), _answer(None, 3)], (None, None, 5)),
        ([_answer(1, 5), _answer(None, 20)], (None, 5, None)),
        ([_answer(1, 5), _answer(1, None)], (None, None, None)),
        ([_answer(1, 5), _answer(5, None)], (1, 5, 5)),
    ],
    ids=["unknown", "empty", "window", "ruled out", "newer doubt", "older doubt", "any day", "no doubt"],
)
def test_rows_count_where_every_line_holds(rows: list[Survey] | None, found: tuple[FactValue, ...]) -> None:
    """A count is unknown while a row is undecided, and an age while such a row could change it."""
    assert _read(rows, *LOW_FACTS) == found


def test_without_a_window_a_row_of_any_day_counts() -> None:
    """A row without a day counts; how old the newest is cannot be told then."""
    assert _read([_answer(1, None), _answer(1, 9)], "counts.ever", "counts.ever.newest_days") == (2, None)


def test_a_list_without_ages_has_only_a_count() -> None:
    """Touchpoints sum up a month, so there is no newest of them."""
    assert "counts.slow" in VOCABULARY.specs
    assert "counts.slow.newest_days" not in VOCABULARY.specs


ROWS = st.lists(st.tuples(st.none() | st.integers(1, 5), st.none() | st.integers(0, 90)), max_size=5)


@settings(max_examples=80, deadline=None)
@given(ROWS, st.data())
def test_filling_in_an_unknown_never_changes_what_was_known(
    rows: list[tuple[int | None, int | None]], data: st.DataObject
) -> None:
    """Whatever a count or an age is known to be stays so when scores and days of its rows become known."""
    before = [_answer(score, age) for score, age in rows]
    after = []
    for row in before:
        score = data.draw(st.integers(1, 5)) if row.score is None and data.draw(st.booleans()) else row.score
        day = row.answered_on
        if day is None and data.draw(st.booleans()):
            day = AS_OF.date() - timedelta(days=data.draw(st.integers(0, 90)))
        after.append(replace(row, score=score, answered_on=day))
    for old, new in zip(_read(before, *LOW_FACTS), _read(after, *LOW_FACTS), strict=True):
        assert old is None or old == new


@pytest.mark.parametrize(
    "wanted",
    [
        {"counts.low": 0},
        {"counts.low": 3, "counts.low.newest_days": 4, "counts.low.oldest_days": 30},
        {"counts.late": 2},
        {"counts.slow": 1},
        {"counts.ever.oldest_days": 400},
    ],
    ids=" ".join,
)
def test_the_inverse_writes_rows_that_are_counted(wanted: dict[str, FactValue]) -> None:
    """A snapshot for facts of a count has as many rows, as old, as were asked for."""
    raw = snapshot_with(wanted, as_of=AS_OF, vocabulary=VOCABULARY)
    facts = VOCABULARY.plan(wanted).read(read_snapshot(raw, strict=True).snapshot)
    assert {name: facts.value(name) for name in wanted} == wanted
