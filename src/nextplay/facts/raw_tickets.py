"""What raw tickets say of the fields of `support`.

A ticket that was opened after `as_of` does not exist, and what happened to one after `as_of` has not happened. An
absent `resolved_at` says *not resolved* where the sender fills that column at all, or where the ticket waits for
somebody; every other absent field is unknown, and so is a count while a ticket is undecided.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from statistics import median
from typing import Final, NamedTuple

from nextplay.facts.declare import MOST_DAYS
from nextplay.facts.kleene import any_of, both
from nextplay.facts.raw_aggregate import Aggregate, RawList, how_many, most_named, never_compared
from nextplay.snapshot import CustomerSnapshot, Ticket

HIGHEST_PRIORITY: Final = "p1"
_QUARTER_DAYS: Final = 90
_CLUSTER_DAYS: Final = 180
_FEWEST_QUARTERS: Final = 2
_MOST_QUARTERS: Final = 4
_A_CLUSTER: Final = 2
"""Tickets of one cause that make a group of it."""


class _Row(NamedTuple):
    """A ticket that exists, or may; it is open where it exists and is not resolved."""

    raw: Ticket
    exists: bool | None
    unresolved: bool | None

    @property
    def is_open(self) -> bool | None:
        return both(self.exists, self.unresolved)


class Tickets:
    """The tickets of one account at `as_of`, each with whether it exists and whether it is open."""

    __slots__ = ("as_of", "rows")

    def __init__(self, snapshot: CustomerSnapshot) -> None:
        """Leave out what lies after `as_of`."""
        self.as_of = snapshot.as_of
        held = [(row, exists) for row in snapshot.tickets or () if (exists := self._exists(row)) is not False]
        resolves = any(row.resolved_at is not None for row, exists in held if exists)
        self.rows = [_Row(row, exists, self._unresolved(row, resolves=resolves)) for row, exists in held]

    def _exists(self, row: Ticket) -> bool | None:
        if row.opened_at is not None:
            return row.opened_at <= self.as_of
        then = _latest_opening(row)
        return True if then is not None and then <= self.as_of else None

    def _unresolved(self, row: Ticket, *, resolves: bool) -> bool | None:
        if row.resolved_at is not None:
            return row.resolved_at > self.as_of
        return True if resolves or row.waiting_on is not None else None

    def opened(self, row: _Row, days: int, *, until: int = 0) -> bool | None:
        """Return whether a ticket was opened in the `days` that end `until` days before `as_of`."""
        end = self.as_of - timedelta(days=until)
        start = end - timedelta(days=days)
        if row.raw.opened_at is not None:
            return start < row.raw.opened_at <= end
        latest = _latest_opening(row.raw)
        return False if latest is not None and latest <= start else None

    def p1(self, row: _Row) -> bool | None:
        """Return whether a ticket is open and of the highest priority."""
        priority = row.raw.priority
        return both(row.is_open, None if priority is None else priority.strip().lower() == HIGHEST_PRIORITY)


def _latest_opening(row: Ticket) -> datetime | None:
    known = [at for at in (row.first_reply_at, row.resolved_at) if at is not None]
    return min(known, default=None)


def _open_tickets(tickets: Tickets) -> int | None:
    return how_many(row.is_open for row in tickets.rows)


def _open_p1(tickets: Tickets) -> int | None:
    return how_many(map(tickets.p1, tickets.rows))


def _oldest_p1_days(tickets: Tickets) -> int | None:
    """Return the age of the oldest open P1, where none that is undecided could be older; 0 where none is open."""
    sure: list[int | None] = []
    doubtful: list[int | None] = []
    for row in tickets.rows:
        truth, opened = tickets.p1(row), row.raw.opened_at
        if truth is False:
            continue
        age = None if opened is None else min(MOST_DAYS, tickets.as_of.toordinal() - opened.toordinal())
        (sure if truth else doubtful).append(age)
    known = [age for age in sure if age is not None]
    if len(known) < len(sure) or None in doubtful:
        return None
    oldest = max(known, default=None)
    if oldest is None:
        return None if doubtful else 0
    return oldest if all(age is not None and age <= oldest for age in doubtful) else None


def _tickets_90d(tickets: Tickets) -> int | None:
    return how_many(tickets.opened(row, _QUARTER_DAYS) for row in tickets.rows)


def _median_tickets_90d(tickets: Tickets) -> float | None:
    opened = [row.raw.opened_at for row in tickets.rows]
    known = [at for at in opened if at is not None]
    if not known or len(known) < len(opened):
        return None
    past = (tickets.as_of - min(known)) // timedelta(days=_QUARTER_DAYS) - 1
    if past < _FEWEST_QUARTERS:
        return None
    counts = []
    for quarter in range(1, min(past, _MOST_QUARTERS) + 1):
        until = quarter * _QUARTER_DAYS
        counts.append(how_many(tickets.opened(row, _QUARTER_DAYS, until=until) for row in tickets.rows) or 0)
    return float(median(counts))


def _of_kind(tickets: Tickets, kind: str) -> int | None:
    return how_many(
        both(tickets.opened(row, _QUARTER_DAYS), None if row.raw.kind is None else row.raw.kind == kind)
        for row in tickets.rows
    )


def _defects(tickets: Tickets) -> int | None:
    return _of_kind(tickets, "defect")


def _how_tos(tickets: Tickets) -> int | None:
    return _of_kind(tickets, "how_to")


def _resolved_90d(tickets: Tickets) -> int | None:
    start = tickets.as_of - timedelta(days=_QUARTER_DAYS)

    def resolved(row: _Row) -> bool | None:
        at = row.raw.resolved_at
        if at is not None:
            return start < at <= tickets.as_of
        return False if row.unresolved else None

    return how_many(map(resolved, tickets.rows))


def _reopened_90d(tickets: Tickets) -> int | None:
    """Count tickets that came back: of an older one the day is not known, unless it was resolved before as well."""
    start = tickets.as_of - timedelta(days=_QUARTER_DAYS)

    def reopened(row: _Row) -> bool | None:
        count, resolved = row.raw.reopened_count, row.raw.resolved_at
        if count == 0 or (resolved is not None and resolved <= start):
            return False
        recent = tickets.opened(row, _QUARTER_DAYS)
        return True if count and recent else None

    return how_many(map(reopened, tickets.rows))


def _sla_breaches_90d(tickets: Tickets) -> int | None:
    return how_many(both(tickets.opened(row, _QUARTER_DAYS), row.raw.sla_breached) for row in tickets.rows)


def _clusters(tickets: Tickets) -> Counter[str] | None:
    """Count the tickets of 180 days by cause; unknown while a ticket or its cause is."""
    causes = []
    for row in tickets.rows:
        recent = tickets.opened(row, _CLUSTER_DAYS)
        if recent is None or (recent and row.raw.cause is None):
            return None
        if recent and row.raw.cause is not None:
            causes.append(row.raw.cause)
    return Counter(causes)


def _largest_cluster(tickets: Tickets) -> int | None:
    clusters = _clusters(tickets)
    return None if clusters is None else max(clusters.values(), default=0)


def _members(tickets: Tickets) -> list[list[_Row]] | None:
    """Return the tickets of each largest cluster: several on a tie, none where no two tickets share a cause."""
    clusters = _clusters(tickets)
    if clusters is None:
        return None
    most = max(clusters.values(), default=0)
    largest = sorted(cause for cause, count in clusters.items() if count == most >= _A_CLUSTER)
    recent = [row for row in tickets.rows if tickets.opened(row, _CLUSTER_DAYS)]
    return [[row for row in recent if row.raw.cause == cause] for cause in largest]


def _unresolved_cluster(tickets: Tickets) -> bool | None:
    members = _members(tickets)
    if members is None:
        return None
    truths = {any_of(row.is_open for row in rows) for rows in members}
    return truths.pop() if len(truths) == 1 else None if truths else False


def _cluster_touchpoint(tickets: Tickets) -> str | None:
    places = {most_named([row.raw.touchpoint for row in rows]) for rows in _members(tickets) or ()}
    return places.pop() if len(places) == 1 else None


def _p1_touchpoint(tickets: Tickets) -> str | None:
    truths = [(row.raw.touchpoint, tickets.p1(row)) for row in tickets.rows]
    return most_named(*([place for place, truth in truths if truth is wanted] for wanted in (True, None)))


def _waiting_on(tickets: Tickets) -> str | None:
    truths = [(row.raw.waiting_on, row.is_open) for row in tickets.rows]
    return most_named(*([side for side, truth in truths if truth is wanted] for wanted in (True, None)))


_OPENED: Final = "opened in 90 days"
_SINCE: Final = "the 90 days up to `as_of`"
_OPEN: Final = "it is not known of every ticket whether it is open"
_WHEN: Final = "it is not known of every ticket whether it was opened then"

TICKETS: Final = RawList(
    "tickets",
    Tickets,
    (
        Aggregate("support.open_tickets", "tickets that are open", "at `as_of`", _OPEN, _open_tickets),
        Aggregate(
            "support.open_p1",
            "open tickets whose `priority` is `p1`",
            "at `as_of`",
            "a ticket may be open whose priority is not known, or the other way round",
            _open_p1,
        ),
        Aggregate(
            "support.oldest_p1_days",
            "days since the oldest of these was opened; 0 where there is none",
            "at `as_of`",
            "an undecided ticket could be an older one",
            _oldest_p1_days,
        ),
        Aggregate("support.tickets_90d", f"tickets {_OPENED}", _SINCE, _WHEN, _tickets_90d),
        Aggregate(
            "support.median_tickets_90d",
            f"median of `tickets_90d` of earlier quarters, of {_FEWEST_QUARTERS} to {_MOST_QUARTERS} that the rows "
            "reach back over",
            "90 days each, without the last 90",
            "the rows reach back less than 270 days, or a day of opening is not known",
            _median_tickets_90d,
            never_compared,
        ),
        Aggregate(
            "support.defect_tickets_90d",
            f"tickets {_OPENED} whose `kind` is `defect`",
            _SINCE,
            "a ticket may count whose kind or day is not known",
            _defects,
        ),
        Aggregate(
            "support.how_to_tickets_90d",
            f"tickets {_OPENED} whose `kind` is `how_to`",
            _SINCE,
            "a ticket may count whose kind or day is not known",
            _how_tos,
        ),
        Aggregate("support.resolved_90d", "tickets with `resolved_at` in it", _SINCE, _OPEN, _resolved_90d),
        Aggregate(
            "support.reopened_90d",
            f"tickets {_OPENED} with a `reopened_count` above 0",
            _SINCE,
            "an older ticket came back and was not resolved before: when, no row says",
            _reopened_90d,
        ),
        Aggregate(
            "support.sla_breaches_90d",
            f"tickets {_OPENED} with `sla_breached`",
            _SINCE,
            "a ticket may count of which that is not known",
            _sla_breaches_90d,
        ),
        Aggregate(
            "support.largest_cluster_180d",
            "most tickets with one `cause`",
            "the 180 days up to `as_of`",
            "a ticket of that time has no `cause`, or no known day",
            _largest_cluster,
        ),
        Aggregate(
            "support.unresolved_cluster",
            "whether a ticket of the largest cluster is open; false where no two share a cause",
            "the 180 days up to `as_of`",
            "the cluster is not known, or two are equally large and differ",
            _unresolved_cluster,
        ),
        Aggregate(
            "support.cluster_touchpoint",
            "the `touchpoint` of most tickets of the largest cluster",
            "the 180 days up to `as_of`",
            "there is no cluster, or a tie, or rows without a touchpoint could change it",
            _cluster_touchpoint,
        ),
        Aggregate(
            "support.p1_touchpoint",
            "the `touchpoint` of most open P1",
            "at `as_of`",
            "none is open, or a tie, or undecided rows could change it",
            _p1_touchpoint,
        ),
        Aggregate(
            "support.waiting_on",
            "whom most open tickets wait for",
            "at `as_of`",
            "none is open, or a tie, or undecided rows could change it",
            _waiting_on,
        ),
    ),
)
