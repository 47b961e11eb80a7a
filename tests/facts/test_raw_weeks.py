"""Raw weeks of use: only whole weeks without a hole, and weeks divided by weeks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from statistics import median
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.facts.reading import fact, facts_of

MONDAY: Final = date(2026, 2, 23)
"""The newest week that is over on Monday, 2 March 2026."""


def _weeks(count: int = 14, *, last: date = MONDAY, people: Sequence[int] = (10,)) -> list[dict[str, Any]]:
    return [
        {"week_start": str(last - timedelta(weeks=back)), "active_users": people[back % len(people)], "volume": 5.0}
        for back in range(count)
    ]


def _volume(weeks: list[dict[str, Any]]) -> tuple[object, ...]:
    return facts_of(["usage.median_volume_90d", "usage.volume_28d"], {"usage_weekly": weeks}).values


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 6), st.lists(st.integers(0, 50), min_size=14, max_size=14), st.randoms())
def test_weeks_are_divided_by_weeks(lag: int, people: list[int], random: Any) -> None:  # noqa: ANN401  of Hypothesis
    """Whatever day weeks begin on, and in whatever order: the median of four by the median of the ten in the past."""
    last = MONDAY - timedelta(days=lag)
    weeks = _weeks(last=last, people=people)
    inside = [
        week["active_users"]
        for week in weeks
        if date(2025, 12, 2) < date.fromisoformat(week["week_start"]) <= date(2026, 2, 10)
    ]
    assert len(inside) == 10
    usual = median(inside)
    expected = min(1000, round(median(people[:4]) / usual, 6)) if usual else None
    random.shuffle(weeks)
    assert fact("usage.active_ratio", usage_weekly=weeks) == expected


def test_people_of_a_week_are_not_people_of_a_month() -> None:
    """Shares of seats stay unknown, and so do the 28 days themselves."""
    facts = facts_of(
        ["usage.active_ratio", "usage.active_users_28d", "usage.license_utilization"],
        {"usage_weekly": _weeks(), "contract": {"seats": 20}},
    )
    assert facts.values == (1.0, None, None)


def test_sent_numbers_make_the_ratio_where_both_are_there() -> None:
    """Weeks stand in for neither of two numbers that were sent; the season counts either way."""
    sent = {"active_users_28d": 30, "median_active_users_90d": 60}
    assert fact("usage.active_ratio", usage=sent, usage_weekly=_weeks()) == 0.5
    assert fact("usage.active_ratio", usage={"active_users_28d": 30}, usage_weekly=_weeks()) == 1.0
    assert fact("usage.active_ratio", usage={"expected_active_ratio": 0.5}, usage_weekly=_weeks()) == 2.0


def test_volume_of_four_weeks_against_the_own_past() -> None:
    """Sums of four weeks, now and in the past."""
    assert _volume(_weeks()) == (20.0, 20.0)
    assert _volume(_weeks(4)) == (None, 20.0)
    assert _volume([]) == (None, None)


@pytest.mark.parametrize("lost", ["week_start", "volume"])
def test_a_hole_leaves_unknown_what_needs_it(lost: str) -> None:
    """A week without its volume is missing where it is needed; one without its day might be any week."""
    weeks = _weeks()
    del weeks[9][lost]
    assert _volume(weeks) == ((None, 20.0) if lost == "volume" else (None, None))


def test_weeks_that_contradict_each_other_say_nothing() -> None:
    """A week that stands twice, or begins within another, is no basis."""
    assert _volume([*_weeks(), *_weeks(1)]) == (None, None)
    assert _volume([*_weeks(), *_weeks(1, last=MONDAY - timedelta(days=3))]) == (None, None)


def test_old_weeks_and_weeks_that_are_not_over_do_not_count() -> None:
    """The running week and those ahead change nothing; where the newest whole week is missing nothing is recent."""
    running = [{"week_start": "2026-03-02", "volume": 900.0}, {"week_start": "2026-03-09", "volume": 900.0}]
    assert _volume([*_weeks(), *running]) == (20.0, 20.0)
    assert _volume(_weeks(last=MONDAY - timedelta(weeks=1))) == (20.0, None)


def test_a_volume_of_the_very_same_days_is_compared() -> None:
    """Where the newest week ended yesterday another volume is told; where it ended before, days differ."""
    fields: dict[str, Any] = {"usage": {"volume_28d": 3}, "usage_weekly": _weeks()}
    facts = facts_of(["usage.volume_28d"], fields)
    assert facts.values == (3.0,)
    assert [warning.path for warning in facts.input_warnings] == ["usage.volume_28d"]
    fields["usage_weekly"] = _weeks(last=MONDAY - timedelta(days=1))
    assert facts_of(["usage.volume_28d"], fields).input_warnings == ()
