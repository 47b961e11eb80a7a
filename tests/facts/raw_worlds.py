"""Raw rows drawn at random with holes, the ways in which their holes may be filled, and plain counts over full rows.

A *world* is a list of rows of which everything is known. What is concluded from rows with holes must hold in each world
that they allow, and of full rows everything is concluded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median
from typing import Any, Final, TypeVar

from nextplay.snapshot import Interaction, Ticket

AS_OF: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
R = TypeVar("R", Ticket, Interaction)
_PLACES: Final = ("product", "support", "billing")
_DIRECTIONS: Final = ("ours", "theirs", "both")
_ROLES: Final = ("executive_sponsor", "CEO", "Economic Buyer", "end_user")
Value = object


def ago(days: float) -> datetime:
    """Return an instant before `as_of`; a negative number of days lies after it."""
    return AS_OF - timedelta(days=days)


def full_ticket(random: Random) -> Ticket:
    """Draw a ticket of which everything is known; without `resolved_at` it is open."""
    age = random.choice((-3, 0, 1, 20, 89, 90, 91, 150, 180, 181, 300, 400, 460))
    solved = random.choice((None, random.uniform(0, max(age, 0)), age - 1 if age > 1 else None))
    return Ticket(
        ticket_id=str(random.random()),
        opened_at=ago(age),
        resolved_at=None if age < 0 or solved is None else ago(solved),
        reopened_count=random.choice((0, 0, 1, 3)),
        priority=random.choice(("p1", "P1", "p3")),
        kind=random.choice(("defect", "how_to", "other")),
        cause=random.choice("ab"),
        touchpoint=random.choice(_PLACES),
        sla_breached=random.random() < 0.5,
        waiting_on=random.choice(("vendor", "customer")),
    )


def full_contact(random: Random) -> Interaction:
    """Draw a contact of which everything is known; without `no_show` it is no appointment."""
    return Interaction(
        occurred_at=ago(random.choice((-1, 0, 1, 2, 5, 13, 14, 15, 20, 28, 40, 90))),
        direction=random.choice(_DIRECTIONS),
        channel="email",
        contact_role=random.choice(_ROLES),
        no_show=random.choice((None, None, True, False)),
    )


def with_holes(row: R, random: Random, *, kept: Sequence[str] = ()) -> R:
    """Forget some fields, but never those whose absence is a statement."""
    names = [field.name for field in fields(row) if field.name not in kept]
    return replace(row, **dict.fromkeys((name for name in names if random.random() < 0.12), None))


def ticket_world(rows: Sequence[Ticket], random: Random) -> list[Ticket]:
    """Fill every hole of some tickets, in a way that what is known allows."""
    solves = any(row.resolved_at for row in rows if row.opened_at is None or row.opened_at <= AS_OF)
    world = []
    for row in rows:
        filled, last = full_ticket(random), row.resolved_at
        opened = row.opened_at or filled.opened_at
        if last is not None and opened is not None and opened > last:
            opened = last - timedelta(days=random.choice((0, 30, 100)))
        known = {field.name: value for field in fields(row) if (value := getattr(row, field.name)) is not None}
        settled = last is not None or solves or row.waiting_on is not None
        closed = opened if random.random() < 0.5 and opened and opened <= AS_OF else None
        world.append(replace(filled, **{**known, "opened_at": opened, "resolved_at": last if settled else closed}))
    return world


def contact_world(rows: Sequence[Interaction], random: Random) -> list[Interaction]:
    """Fill every hole of some contacts but that of `no_show`, whose absence says something."""
    world = []
    for row in rows:
        known = {field.name: value for field in fields(row) if (value := getattr(row, field.name)) is not None}
        world.append(replace(full_contact(random), **{"no_show": None, **known}))
    return world


def plain_support(world: Sequence[Ticket]) -> dict[str, Value]:
    """Count full tickets in the plainest way."""
    rows = [row for row in world if row.opened_at is not None and row.opened_at <= AS_OF]
    still = [row for row in rows if row.resolved_at is None or row.resolved_at > AS_OF]
    urgent = [row for row in still if str(row.priority).lower() == "p1"]
    recent = [row for row in rows if _age(row.opened_at) < timedelta(days=90)]
    half = [row for row in rows if _age(row.opened_at) < timedelta(days=180)]
    causes = Counter(row.cause for row in half)
    most = max(causes.values(), default=0)
    largest = [[row for row in half if row.cause == cause] for cause, count in causes.items() if count == most >= 2]
    states = {any(row in still for row in members) for members in largest}
    places = {_majority([row.touchpoint for row in members]) for members in largest}
    return {
        "open_tickets": len(still),
        "open_p1": len(urgent),
        "oldest_p1_days": max((_days_since(row.opened_at) for row in urgent), default=0),
        "tickets_90d": len(recent),
        "median_tickets_90d": _quarters(rows),
        "defect_tickets_90d": sum(row.kind == "defect" for row in recent),
        "how_to_tickets_90d": sum(row.kind == "how_to" for row in recent),
        "resolved_90d": sum(row.resolved_at is not None and ago(90) < row.resolved_at <= AS_OF for row in rows),
        "sla_breaches_90d": sum(bool(row.sla_breached) for row in recent),
        "largest_cluster_180d": most,
        "unresolved_cluster": states.pop() if len(states) == 1 else None if states else False,
        "cluster_touchpoint": places.pop() if len(places) == 1 else None,
        "p1_touchpoint": _majority([row.touchpoint for row in urgent]),
        "waiting_on": _majority([row.waiting_on for row in still]),
    }


def plain_relationship(world: Sequence[Interaction]) -> dict[str, Value]:
    """Read full contacts in the plainest way."""
    rows = sorted((row for row in world if _at(row) <= AS_OF), key=_at)
    voices = [row for row in rows if row.direction != "ours" and not row.no_show]
    touches = [row for row in rows if row.direction == "ours"]
    recent = [row for row in touches if _at(row) > ago(14)]
    spoke = [
        row
        for row in voices
        if row.direction == "both" or any(timedelta() <= _at(row) - _at(ours) <= timedelta(14) for ours in touches)
    ]
    executives = [row for row in voices if row.contact_role in {"executive_sponsor", "CEO"}]
    return {
        "last_two_way_contact_on": max((_at(row).date() for row in spoke), default=None),
        "last_executive_contact_on": max((_at(row).date() for row in executives), default=None),
        "outreach_14d": len(recent),
        "unanswered_14d": sum(not any(_at(voice) >= _at(row) for voice in voices) for row in recent),
        "buyer_no_shows": _missed(rows) if rows else 0,
    }


def _missed(rows: Sequence[Interaction]) -> int | None:
    """Walk back from the newest appointment of the buyer; two of one instant that differ have no order."""
    known = [row for row in rows if row.no_show is not None and row.contact_role == "Economic Buyer"]
    missed = 0
    for at in sorted({_at(row) for row in known}, reverse=True):
        here = [row.no_show for row in known if _at(row) == at]
        if len(set(here)) > 1:
            return None
        if not here[0]:
            return missed
        missed += len(here)
    return missed if known else None


def _at(row: Interaction) -> datetime:
    assert row.occurred_at is not None
    return row.occurred_at


def _age(at: datetime | None) -> timedelta:
    assert at is not None
    return AS_OF - at


def _days_since(at: datetime | None) -> int:
    assert at is not None
    return (AS_OF.date() - at.date()).days


def _majority(words: Sequence[Any]) -> object:
    ranked = Counter(words).most_common(2)
    return None if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]) else ranked[0][0]


def _quarters(rows: Sequence[Ticket]) -> float | None:
    if not rows:
        return None
    reach = max(_age(row.opened_at) for row in rows)
    ends = [90 * number for number in range(1, 5) if reach >= timedelta(days=90 * (number + 1))]
    counts = [
        sum(timedelta(days=end) <= _age(row.opened_at) < timedelta(days=end + 90) for row in rows) for end in ends
    ]
    return float(median(counts)) if len(counts) > 1 else None
