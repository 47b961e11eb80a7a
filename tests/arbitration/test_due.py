"""Due dates: working days, holidays, the deadline."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextplay.arbitration.due import calendar_of, due_on
from nextplay.rules.rulebook import Due

WEEKDAYS = (0, 1, 2, 3, 4)
MONDAY, FRIDAY, SATURDAY = date(2026, 3, 2), date(2026, 3, 6), date(2026, 3, 7)


def due(start: date, days: int, *, deadline: date | None = None, by_days: int | None = None) -> str:
    """Return the due date on a Monday-to-Friday calendar with a holiday on Wednesday 2026-03-11."""
    calendar = calendar_of(WEEKDAYS, ("2026-03-11",))
    return due_on(Due(days, by_days), start, deadline=deadline, calendar=calendar).isoformat()


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (MONDAY, 0, "2026-03-02"),
        (MONDAY, 1, "2026-03-03"),
        (MONDAY, 4, "2026-03-06"),
        (MONDAY, 5, "2026-03-09"),
        (FRIDAY, 1, "2026-03-09"),
        (FRIDAY, 2, "2026-03-10"),
        (FRIDAY, 3, "2026-03-12"),
        (SATURDAY, 0, "2026-03-09"),
        (SATURDAY, 1, "2026-03-09"),
    ],
)
def test_days_are_counted_on_the_working_calendar(start: date, days: int, expected: str) -> None:
    """Weekends and holidays do not count; 0 days from a weekend is the next working day."""
    assert due(start, days) == expected


@pytest.mark.parametrize(
    ("deadline", "by_days", "expected"),
    [
        (date(2026, 3, 31), None, "2026-03-16"),
        (date(2026, 3, 13), None, "2026-03-13"),
        (date(2026, 3, 31), 14, "2026-03-16"),
        (date(2026, 3, 27), 14, "2026-03-13"),
        (date(2026, 3, 22), 14, "2026-03-06"),
        (date(2026, 3, 25), 14, "2026-03-10"),
        (date(2026, 3, 10), 14, "2026-03-02"),
        (MONDAY, None, "2026-03-02"),
        (date(2026, 3, 1), None, "2026-03-16"),
        (date(2026, 3, 1), 14, "2026-03-16"),
    ],
)
def test_the_deadline_bounds_the_due_date_while_it_lies_ahead(
    deadline: date, by_days: int | None, expected: str
) -> None:
    """Nine days are the 16th; a limit on a day off moves to the working day before, a passed one to today."""
    assert due(MONDAY, 9, deadline=deadline, by_days=by_days) == expected


def test_a_weekend_with_a_deadline_on_it_keeps_the_deadline() -> None:
    """Where no working day is left before the limit, the limit itself is the due date."""
    assert due(SATURDAY, 3, deadline=date(2026, 3, 8)) == "2026-03-08"


def test_the_last_days_of_the_calendar_do_not_overflow() -> None:
    """A decision in the year 9999 ends on its last day instead of failing."""
    assert due(date(9999, 12, 30), 400) == "9999-12-31"


@settings(max_examples=60, deadline=None)
@given(
    start=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    days=st.integers(0, 60),
    ahead=st.none() | st.integers(-30, 200),
    by_days=st.none() | st.integers(0, 60),
)
def test_due_dates_keep_their_bounds(start: date, days: int, ahead: int | None, by_days: int | None) -> None:
    """Never before the start, never past a deadline ahead, nor past the days before it unless those have passed."""
    deadline = None if ahead is None else date.fromordinal(start.toordinal() + ahead)
    day = date.fromisoformat(due(start, days, deadline=deadline, by_days=by_days))
    assert day >= start
    if deadline is not None and deadline >= start:
        assert day <= deadline
        assert day == start or (deadline - day).days >= (by_days or 0)
    if deadline is None or deadline < start:
        assert day.weekday() in WEEKDAYS
