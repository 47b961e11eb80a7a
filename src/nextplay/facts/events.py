"""Facts about single events. What was checked and found harmless (`explained`) does not count.

An event sent without a status is unverified: nobody has said more of it. A row whose kind is unknown may be of any
kind, one without a day may be of any day; a count is unknown while such a row could change it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, get_args

from nextplay.facts.account_view import AccountView
from nextplay.facts.declare import DAYS, FLAG, MOST_DAYS, RARE_ROW_COUNT, Fact, Part, Shape, derived, spec_of
from nextplay.facts.events_inverse import EVENT_WINDOWS, STATUS_WINDOW, event_writer
from nextplay.facts.formula import Formula, field
from nextplay.snapshot import Event, EventKind, EventStatus

_READS: Final = ("events.kind", "events.occurred_on", "events.status")
_KINDS: Final = get_args(EventKind)
_STATUSES: Final = get_args(EventStatus)
_ALWAYS: Final = -1
"""Age of a row without a day: it may lie within every window."""


_Rows = Sequence[tuple[int, str]]
"""Age in days, and status."""


class _Happened:
    """What happened of one kind: days since the newest, how many in each window, and whether any has a status.

    The `doubtful` may be of this kind, or of any day (`_ALWAYS`).
    """

    __slots__ = ("any_with", "counts", "days_since")

    def __init__(self, rows: _Rows, doubtful: _Rows) -> None:
        """Sum up once what the facts of one kind read."""
        ages = [age for age, status in rows if status != "explained"]
        earliest = min([age for age, status in doubtful if status != "explained"], default=MOST_DAYS + 1)
        newest = min(ages, default=None)
        self.days_since = newest if newest is not None and newest <= earliest else None
        self.counts = {
            window: None if earliest <= window else sum([age <= window for age in ages]) for window in EVENT_WINDOWS
        }
        known = {status for age, status in rows if age <= STATUS_WINDOW}
        perhaps = {status for age, status in doubtful if age <= STATUS_WINDOW}
        self.any_with = {
            status: True if status in known else None if status in perhaps else False for status in _STATUSES
        }


def event_facts() -> Iterator[Fact]:
    """Yield the facts of every kind of event."""
    for kind in _KINDS:
        yield from _facts_of(kind)


def _facts_of(kind: str) -> Iterator[Fact]:
    shown, source, write = kind.replace("_", " "), Part(_by_kind, kind), event_writer(kind)

    def fact(name: str, shape: Shape, meaning: str, read: Formula) -> Fact:
        return derived(
            spec_of(f"events.{kind}.{name}", shape, meaning, reads=_READS), source=source, read=read, write=write
        )

    age = f"Days since the newest {shown} that is not explained; unknown where there is none."
    yield fact("days_since", DAYS, age, field("days_since"))
    for window in EVENT_WINDOWS:
        counted = f"Events of kind {shown} in {window} days that are not explained."
        yield fact(f"count_{window}d", RARE_ROW_COUNT, counted, Formula(f"{{it}}.counts[{window}]"))
    for status in _STATUSES:
        asked = f"Whether any {shown} of {STATUS_WINDOW} days is {status}."
        yield fact(f"any_{status}", FLAG, asked, Formula(f"{{it}}.any_with[{status!r}]"))


def _by_kind(view: AccountView) -> Mapping[str, _Happened]:
    """Return what happened of each kind; a row of unknown kind is doubtful for every one."""
    if not view.snapshot.events:
        return _NOTHING
    known: dict[str, list[tuple[int, str]]] = {}
    doubtful: dict[str, list[tuple[int, str]]] = {}
    for event in view.snapshot.events:
        aged = _aged(event, view.today)
        into = doubtful if event.kind is None or aged[0] == _ALWAYS else known
        for kind in _KINDS if event.kind is None else (event.kind,):
            into.setdefault(kind, []).append(aged)
    return _NOTHING | {kind: _Happened(known.get(kind, ()), doubtful.get(kind, ())) for kind in {*known, *doubtful}}


def _aged(event: Event, today: int) -> tuple[int, str]:
    age = _ALWAYS if event.occurred_on is None else max(0, min(MOST_DAYS, today - event.occurred_on.toordinal()))
    return (age, event.status or "unverified")


_NOTHING: Final = dict.fromkeys(_KINDS, _Happened((), ()))
