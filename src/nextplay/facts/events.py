"""Facts about single events. What was checked and found harmless (`explained`) does not count.

An event sent without a status is unverified: nobody has said more of it. A row whose kind is unknown may be of any
kind, one without a day may be of any day; a count is unknown while such a row could change it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, get_args

from nextplay.facts.account_view import AccountView
from nextplay.facts.declare import DAYS, FLAG, MOST_DAYS, RARE_ROW_COUNT, Fact, Shape, derived, spec_of
from nextplay.facts.events_inverse import EVENT_WINDOWS, STATUS_WINDOW, event_writer
from nextplay.facts.kleene import any_of
from nextplay.snapshot import Event, EventKind, EventStatus

_READS: Final = ("events.kind", "events.occurred_on", "events.status")
_ALWAYS: Final = -1
"""Age of a row without a day: it may lie within every window."""


class _Happened(NamedTuple):
    """Events of one kind as (age in days, status); the `doubtful` may be of this kind, or of any day (`_ALWAYS`)."""

    rows: Sequence[tuple[int, str]]
    doubtful: Sequence[tuple[int, str]]


def event_facts() -> Iterator[Fact]:
    """Yield the facts of every kind of event."""
    for kind in get_args(EventKind):
        yield from _facts_of(kind)


def _facts_of(kind: str) -> Iterator[Fact]:
    shown, source, write = kind.replace("_", " "), _happened(kind), event_writer(kind)

    def fact(name: str, shape: Shape, meaning: str, read: Callable[[_Happened], int | None]) -> Fact:
        return derived(
            spec_of(f"events.{kind}.{name}", shape, meaning, reads=_READS), source=source, read=read, write=write
        )

    age = f"Days since the newest {shown} that is not explained; unknown where there is none."
    yield fact("days_since", DAYS, age, _days_since)
    for window in EVENT_WINDOWS:
        counted = f"Events of kind {shown} in {window} days that are not explained."
        yield fact(f"count_{window}d", RARE_ROW_COUNT, counted, _count(window))
    for status in get_args(EventStatus):
        yield fact(f"any_{status}", FLAG, f"Whether any {shown} of {STATUS_WINDOW} days is {status}.", _any(status))


def _happened(kind: str) -> Callable[[AccountView], _Happened]:
    def select(view: AccountView) -> _Happened:
        events = view.events()
        own, unknown = events.get(kind, ()), events.get(None, ())
        if not own and not unknown:
            return _NOTHING
        aged = [_aged(event, view.today) for event in own]
        doubtful = [row for row in aged if row[0] == _ALWAYS] + [_aged(event, view.today) for event in unknown]
        return _Happened([row for row in aged if row[0] != _ALWAYS], doubtful)

    return select


_NOTHING: Final = _Happened((), ())


def _aged(event: Event, today: int) -> tuple[int, str]:
    age = _ALWAYS if event.occurred_on is None else max(0, min(MOST_DAYS, today - event.occurred_on.toordinal()))
    return (age, event.status or "unverified")


def _days_since(happened: _Happened) -> int | None:
    if happened is _NOTHING:
        return None
    newest = min((age for age, status in happened.rows if status != "explained"), default=None)
    doubtful = min((age for age, status in happened.doubtful if status != "explained"), default=MOST_DAYS + 1)
    return newest if newest is not None and newest <= doubtful else None


def _count(window: int) -> Callable[[_Happened], int | None]:
    def count(happened: _Happened) -> int | None:
        if happened is _NOTHING:
            return 0
        if any(age <= window and status != "explained" for age, status in happened.doubtful):
            return None
        return sum(age <= window and status != "explained" for age, status in happened.rows)

    return count


def _any(wanted: str) -> Callable[[_Happened], bool | None]:
    def any_with(happened: _Happened) -> bool | None:
        if happened is _NOTHING:
            return False
        known = (age <= STATUS_WINDOW and status == wanted for age, status in happened.rows)
        doubt = (None if age <= STATUS_WINDOW and status == wanted else False for age, status in happened.doubtful)
        return any_of((*known, *doubt))

    return any_with
