"""Due dates: days on the working calendar, bounded by the decision deadline."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final

from nextplay.errors import EngineFault
from nextplay.rules.condition import Parameter
from nextplay.rules.rulebook import Due

_LAST_DAY: Final = date.max.toordinal()
_EVERY_DAY: Final = frozenset(range(7))


class WorkingCalendar:
    """The days on which a team works. Immutable; make it with `calendar_of`.

    `working_days` counts Monday as 0, as `date.weekday` does; none at all means every day. `holidays` are ISO dates.
    """

    def __init__(self, working_days: tuple[int, ...], holidays: tuple[str, ...]) -> None:
        self._working_days = frozenset(working_days) or _EVERY_DAY
        self._holidays = frozenset(date.fromisoformat(day).toordinal() for day in holidays)

    def works(self, day: int) -> bool:
        """Tell whether the day (a proleptic ordinal) is a working day."""
        return (day + 6) % 7 in self._working_days and day not in self._holidays

    def after(self, start: int, days: int) -> int:
        """Return the `days`-th working day after `start`; for 0 the first working day from `start` on."""
        day, left = (start, days) if days else (start - 1, 1)
        while left and day < _LAST_DAY:
            day += 1
            left -= self.works(day)
        return day

    def until(self, limit: int, *, start: int) -> int:
        """Return the last working day up to `limit`; where none is left from `start` on, the later of the two."""
        for day in range(limit, start - 1, -1):
            if self.works(day):
                return day
        return max(limit, start)


@lru_cache(maxsize=64)
def calendar_of(working_days: tuple[int, ...], holidays: tuple[str, ...]) -> WorkingCalendar:
    """Return the one calendar of these working days and holidays."""
    return WorkingCalendar(working_days, holidays)


def due_on(due: Due, start: date, *, deadline: date | None, calendar: WorkingCalendar) -> date:
    """Return the day by which a play that is suggested or accepted on `start` is to be done.

    `due.within_days` working days after `start` (0: the first working day from `start` on). Where the decision
    deadline is `start` or later, at the latest the last working day up to `by_days_before_deadline` before it (0
    where not written); a limit that has passed means `start` itself. A deadline before `start` bounds nothing.
    """
    first = start.toordinal()
    if isinstance(due.within_days, Parameter):
        raise EngineFault("the days of a due date differ by a fact and were not chosen")
    day = _nth_working_day(calendar, first, due.within_days)
    if deadline is not None and deadline >= start:
        limit = deadline.toordinal() - (due.by_days_before_deadline or 0)
        if day > limit:
            day = calendar.until(limit, start=first)
    return date.fromordinal(day)


@lru_cache(maxsize=8192)
def _nth_working_day(calendar: WorkingCalendar, start: int, days: int) -> int:
    return calendar.after(start, days)
