"""Facts about support, as counted by the sender."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from nextplay.decision import FactValue
from nextplay.facts.declare import (
    AVERAGE,
    COUNT,
    DAYS,
    FLAG,
    RARE_COUNT,
    RARE_DAYS,
    RATIO,
    SHARE,
    Fact,
    Shape,
    derived,
    mirror,
    number,
    quotient,
    spec_of,
    whole_snapshot,
    words_of,
)
from nextplay.facts.draft import Draft, put_quotient
from nextplay.snapshot import CustomerSnapshot, TouchpointName, WaitingOn

_SEATS: Final = 100
_MOST_PER_100_SEATS: Final = 1_000_000


def _oldest_p1_days(snapshot: CustomerSnapshot) -> int | None:
    support = snapshot.support
    return 0 if support.open_p1 == 0 and support.oldest_p1_days is None else support.oldest_p1_days


def _write_oldest_p1_days(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
    draft.put("support.oldest_p1_days", wanted["support.oldest_p1_days"])


def _tickets_per_100_seats(snapshot: CustomerSnapshot) -> float | None:
    tickets, seats = snapshot.support.tickets_90d, snapshot.contract.seats
    if tickets is None or not seats:
        return None
    return min(float(_MOST_PER_100_SEATS), tickets * _SEATS / seats)


def _write_tickets_per_100_seats(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
    each = Fraction(str(number(wanted["support.tickets_per_100_seats"])))
    put_quotient(draft, each / _SEATS, over="support.tickets_90d", under="contract.seats")


_FIELDS: Final = (
    mirror("support.open_tickets", COUNT, "Tickets open now.", prefer="lower_is_better"),
    mirror("support.open_p1", RARE_COUNT, "Tickets of the highest priority open now.", prefer="lower_is_better"),
    mirror("support.tickets_90d", COUNT, "Tickets of 90 days; none at all is not always good.", step=3),
    mirror("support.median_tickets_90d", AVERAGE, "The account's own median of tickets in 90 days."),
    mirror("support.defect_tickets_90d", COUNT, "Tickets of 90 days about a defect.", prefer="lower_is_better"),
    mirror("support.how_to_tickets_90d", COUNT, "Tickets of 90 days that ask how to do something."),
    mirror("support.resolved_90d", COUNT, "Tickets resolved in 90 days.", step=3),
    mirror("support.reopened_90d", COUNT, "Resolved tickets of 90 days that came back.", prefer="lower_is_better"),
    mirror("support.sla_breaches_90d", COUNT, "Broken service levels in 90 days.", prefer="lower_is_better"),
    mirror("support.largest_cluster_180d", COUNT, "Most tickets of one cause in 180 days.", prefer="lower_is_better"),
    mirror("support.unresolved_cluster", FLAG, "Whether that cause is still there.", prefer="lower_is_better"),
    mirror("support.cluster_touchpoint", words_of(TouchpointName), "Touchpoint that the cluster is about."),
    mirror("support.p1_touchpoint", words_of(TouchpointName), "Touchpoint that the open P1 is about."),
    mirror("support.waiting_on", words_of(WaitingOn), "Whose move it is in the open tickets."),
    mirror(
        "support.escalation_overdue_days",
        RARE_DAYS,
        "Days past the date promised on an escalation.",
        prefer="lower_is_better",
    ),
)

_DERIVED: Final = (
    derived(
        spec_of(
            "support.oldest_p1_days",
            DAYS,
            "Age of the oldest open P1; 0 where none is open.",
            reads=("support.oldest_p1_days", "support.open_p1"),
            prefer="lower_is_better",
            step=2,
        ),
        source=whole_snapshot,
        read=_oldest_p1_days,
        write=_write_oldest_p1_days,
        rank=0,
    ),
    quotient(
        "support.reopen_share",
        SHARE,
        "Reopened divided by resolved tickets, 90 days.",
        over="support.reopened_90d",
        under="support.resolved_90d",
        prefer="lower_is_better",
    ),
    quotient(
        "support.defect_share",
        SHARE,
        "Share of the tickets of 90 days that is about defects.",
        over="support.defect_tickets_90d",
        under="support.tickets_90d",
        prefer="lower_is_better",
    ),
    quotient(
        "support.how_to_share",
        SHARE,
        "Share of the tickets of 90 days that asks how to do something.",
        over="support.how_to_tickets_90d",
        under="support.tickets_90d",
    ),
    quotient(
        "support.sla_breach_share",
        SHARE,
        "Broken service levels divided by tickets, 90 days.",
        over="support.sla_breaches_90d",
        under="support.tickets_90d",
        prefer="lower_is_better",
    ),
    quotient(
        "support.ticket_ratio",
        RATIO,
        "Tickets of 90 days divided by the account's own median.",
        over="support.tickets_90d",
        under="support.median_tickets_90d",
    ),
    derived(
        spec_of(
            "support.tickets_per_100_seats",
            Shape("number", "count", 0, _MOST_PER_100_SEATS, step=1),
            "Tickets of 90 days for each 100 seats.",
            reads=("support.tickets_90d", "contract.seats"),
        ),
        source=whole_snapshot,
        read=_tickets_per_100_seats,
        write=_write_tickets_per_100_seats,
    ),
)

SUPPORT_FACTS: Final[tuple[Fact, ...]] = _FIELDS + _DERIVED
