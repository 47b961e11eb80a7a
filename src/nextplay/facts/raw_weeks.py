"""What raw weeks of use say of the fields of `usage`.

Only whole weeks count: those of which every day lies before the day of `as_of`. Weeks must follow each other without a
hole, and each once; otherwise nothing is concluded. People of one week are not people of 28 days, so
`active_users_28d` stays unknown; a ratio of weeks to weeks does not need it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from nextplay.facts.raw_aggregate import Aggregate, RawList, never_compared
from nextplay.snapshot import CustomerSnapshot, UsageWeek

_WEEK: Final = 7
_RECENT_WEEKS: Final = 4
_PAST_WEEKS: Final = 10
"""Whole weeks that always fit in the 76 days between 90 and 14 days ago, whatever day a week begins on."""
_BASELINE_DAYS: Final = 90
_LEFT_OUT_DAYS: Final = 14
_MOST_VOLUME: Final = 1e15


class Weeks:
    """The whole weeks of one account by the ordinal of their first day; `None` where they contradict each other."""

    __slots__ = ("_today", "_weeks")

    def __init__(self, snapshot: CustomerSnapshot) -> None:
        """Leave out weeks that are not over on the day of `as_of`; a week without a day makes all of it unknown."""
        self._today = snapshot.as_of.toordinal()
        self._weeks = _by_first_day(snapshot.usage_weekly or (), today=self._today)

    def newest(self) -> list[UsageWeek] | None:
        """Return the four newest whole weeks, the newest first; `None` unless the newest ended within the last week."""
        if not self._weeks:
            return None
        first = max(self._weeks)
        if first + 2 * _WEEK <= self._today:
            return None
        return self._from(first, _RECENT_WEEKS)

    def past(self) -> list[UsageWeek] | None:
        """Return the ten whole weeks between 90 and 14 days ago, the newest first; `None` unless all are there."""
        end, start = self._today - _LEFT_OUT_DAYS, self._today - _BASELINE_DAYS
        inside = [first for first in self._weeks or () if start < first and first + _WEEK - 1 <= end]
        return self._from(max(inside), _PAST_WEEKS) if len(inside) == _PAST_WEEKS else None

    def up_to_yesterday(self) -> bool:
        """Return whether the newest whole week ended yesterday, so that four weeks are the last 28 days."""
        return bool(self._weeks) and max(self._weeks or ()) + _WEEK == self._today

    def _from(self, newest: int, count: int) -> list[UsageWeek] | None:
        weeks = self._weeks or {}
        firsts = [newest - _WEEK * back for back in range(count)]
        return [weeks[first] for first in firsts] if all(first in weeks for first in firsts) else None


def _by_first_day(rows: Sequence[UsageWeek], *, today: int) -> dict[int, UsageWeek] | None:
    """Return the whole weeks; `None` where a week has no day, stands twice, or begins within another."""
    weeks: dict[int, UsageWeek] = {}
    for row in rows:
        if row.week_start is None:
            return None
        first = row.week_start.toordinal()
        if first > today:
            continue
        if first in weeks:
            return None
        weeks[first] = row
    firsts = sorted(weeks)
    if any(later - earlier < _WEEK for earlier, later in pairwise(firsts)):
        return None
    return {first: row for first, row in weeks.items() if first + _WEEK <= today}


def _values(weeks: Sequence[UsageWeek] | None, read: Callable[[UsageWeek], float | None]) -> list[float] | None:
    """Return a value of each week; `None` where a week, or its value, is not known."""
    values = [] if weeks is None else [value for week in weeks if (value := read(week)) is not None]
    return values if weeks is not None and len(values) == len(weeks) else None


def _volume(week: UsageWeek) -> float | None:
    return week.volume


def _active(week: UsageWeek) -> float | None:
    return week.active_users


def _volume_28d(weeks: Weeks) -> float | None:
    values = _values(weeks.newest(), _volume)
    return None if values is None else min(_MOST_VOLUME, sum(values))


def _median_volume_90d(weeks: Weeks) -> float | None:
    values = _values(weeks.past(), _volume)
    if values is None:
        return None
    sums = (sum(values[at : at + _RECENT_WEEKS]) for at in range(_PAST_WEEKS - _RECENT_WEEKS + 1))
    return min(_MOST_VOLUME, median(sums))


def weekly_people(snapshot: CustomerSnapshot) -> tuple[float | None, float | None]:
    """Return the median of active people of a week: of the four newest whole weeks, and of the account's own past.

    So like is divided by like. Each is unknown where a week of it, or its people, is missing.
    """
    weeks = Weeks(snapshot)
    recent, past = _values(weeks.newest(), _active), _values(weeks.past(), _active)
    return None if recent is None else median(recent), None if past is None else median(past)


WEEKS: Final = RawList(
    "usage_weekly",
    Weeks,
    (
        Aggregate(
            "usage.volume_28d",
            "sum of `volume` of the four newest whole weeks",
            "28 days, the last of them at most a week before `as_of`",
            "one of the four weeks, or its volume, is missing",
            _volume_28d,
            Weeks.up_to_yesterday,
        ),
        Aggregate(
            "usage.median_volume_90d",
            "median of `volume` over every four weeks in a row",
            "the ten whole weeks between 90 and 14 days before `as_of`",
            "one of the ten weeks, or its volume, is missing",
            _median_volume_90d,
            never_compared,
        ),
    ),
)
