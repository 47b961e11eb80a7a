"""Facts about what was bought and until when, and the day by which the customer must decide.

Decision deadline: renewal less notice where the contract renews by itself (30 days where the notice is unknown), the
renewal where it does not, the earlier of both where that is unknown. `decision_deadline_assumed` says that the
notice or the renewing had to be assumed. An opt-out counts for the term it was declared in; where the start of the
present term is unknown, the start of the contract stands for it. Without either, an opt-out less than a year before a
renewal that has not passed counts for the present term; any other stays undecided.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from nextplay.facts.account_view import AccountView
from nextplay.facts.contract_inverse import (
    write_currency,
    write_days_since_term_start,
    write_days_to_renewal,
    write_money,
    write_renewal,
    write_term_elapsed_share,
)
from nextplay.facts.declare import (
    COUNT,
    DAY,
    DAYS,
    FLAG,
    LEVEL,
    MONEY,
    MOST_DAYS,
    SHARE,
    SIGNED_DAYS,
    TEXT,
    VOLUME,
    Fact,
    calendar_day,
    days_since,
    derived,
    mirror,
    quotient,
    spec_of,
    whole_snapshot,
    whole_view,
    words_of,
)
from nextplay.facts.formula import Formula, field, iso_day, through
from nextplay.snapshot import CancelledBy, Contract, RenewalStage

ASSUMED_NOTICE_DAYS: Final = 30
"""Notice where a contract renews by itself and nobody sent the period: the trade's usual month."""
_YEAR: Final = 365


def _term_start(contract: Contract) -> date | None:
    return contract.started_on if contract.term_started_on is None else contract.term_started_on


class _Term:
    """How the present term ends, worked out once for the facts that say it."""

    __slots__ = (
        "assumed", "cancelled", "cancelled_before", "days_to_deadline", "days_to_renewal", "deadline", "passed",
        "renews",
    )  # fmt: skip

    def __init__(self, view: AccountView) -> None:
        """Take the renewal, and the deadline that follows from it; both are unknown without the day of the renewal."""
        contract = view.snapshot.contract
        self.cancelled_before = _cancelled_before_term(contract, today=view.today)
        self.cancelled = _cancelled(contract, before=self.cancelled_before)
        self.renews = _renews(contract, cancelled=self.cancelled)
        self.deadline: date | None = None
        self.assumed: bool | None = None
        self.passed: bool | None = None
        self.days_to_deadline: int | None = None
        self.days_to_renewal: int | None = None
        if contract.renewal_on is not None:
            self._end(contract.renewal_on.toordinal(), notice=contract.notice_period_days, today=view.today)

    def _end(self, renewal: int, *, notice: int | None, today: int) -> None:
        """Take the ordinal of the renewal."""
        day = renewal
        if self.renews is not False:
            day = max(1, renewal - (ASSUMED_NOTICE_DAYS if notice is None else notice))
        self.deadline = date.fromordinal(day)
        self.assumed = self.renews is None or (self.renews and notice is None)
        self.passed = day < today
        self.days_to_deadline = _within(day - today)
        self.days_to_renewal = _within(renewal - today)


def _cancelled_before_term(contract: Contract, *, today: int) -> bool | None:
    """Tell whether the opt-out on record belongs to a term that is over."""
    cancelled = contract.auto_renew_cancelled_on
    if cancelled is None:
        return False if contract.auto_renew else None
    start = _term_start(contract)
    if start is None:
        return False if _shortly_before_renewal(cancelled, contract.renewal_on, today=today) else None
    return cancelled < start


def _shortly_before_renewal(cancelled: date, renewal: date | None, *, today: int) -> bool:
    """Tell whether an opt-out can only mean the renewal ahead: terms of less than a year are rare."""
    if renewal is None or renewal.toordinal() < today:
        return False
    return 0 <= (renewal - cancelled).days < _YEAR


def _cancelled(contract: Contract, *, before: bool | None) -> bool | None:
    """Tell whether the renewal of the present term was cancelled."""
    if contract.auto_renew_cancelled_on is None:
        return False if contract.auto_renew else None
    return None if before is None else not before


def _renews(contract: Contract, *, cancelled: bool | None) -> bool | None:
    if contract.auto_renew is False:
        return False
    if cancelled is None and contract.auto_renew_cancelled_on is not None:
        return None
    return False if cancelled else contract.auto_renew


def _days_since_term_start(view: AccountView) -> int | None:
    start = _term_start(view.snapshot.contract)
    return None if start is None else _within(view.today - start.toordinal())


def _term_elapsed_share(view: AccountView) -> float | None:
    contract = view.snapshot.contract
    start, renewal = contract.term_started_on, contract.renewal_on
    if start is None or renewal is None or renewal <= start:
        return None
    gone = (view.today - start.toordinal()) / (renewal - start).days
    return min(1.0, max(0.0, gone))


def _within(days: int) -> int:
    return days if -MOST_DAYS <= days <= MOST_DAYS else max(-MOST_DAYS, min(MOST_DAYS, days))


_RENEWAL_READS: Final = (
    "contract.renewal_on",
    "contract.notice_period_days",
    "contract.auto_renew",
    "contract.auto_renew_cancelled_on",
    "contract.term_started_on",
    "contract.started_on",
)
_OPT_OUT_READS: Final = tuple(path for path in _RENEWAL_READS if path != "contract.notice_period_days")

_FIELDS: Final = (
    calendar_day("contract.started_on", "Day since which they have been a customer."),
    calendar_day("contract.term_started_on", "First day of the present term."),
    calendar_day("contract.renewal_on", "Day on which the present term ends."),
    mirror("contract.notice_period_days", DAYS, "Days before the renewal by which notice must be given."),
    mirror("contract.auto_renew", FLAG, "Whether the contract says that it renews by itself, as sent."),
    mirror("contract.auto_renew_cancelled_by", words_of(CancelledBy), "Who cancelled the automatic renewal."),
    mirror("contract.renewal_stage", words_of(RenewalStage), "How far the renewal has come."),
    mirror("contract.seats", COUNT, "Seats in the contract.", step=5),
    mirror("contract.seats_at_term_start", COUNT, "Seats at the start of the present term.", step=5),
    mirror("contract.committed_volume", VOLUME, "Volume committed for a year, in the product's own unit."),
)

_VALUE: Final = (
    derived(
        spec_of(
            "contract.annual_value",
            MONEY,
            "What the contract is worth in a year.",
            reads=("contract.annual_value.amount",),
        ),
        source=whole_snapshot,
        read=through("contract.annual_value", "amount"),
        write=write_money("annual_value"),
    ),
    derived(
        spec_of(
            "contract.lifetime_value",
            MONEY,
            "What the customer is worth over all years.",
            reads=("contract.lifetime_value.amount",),
        ),
        source=whole_snapshot,
        read=through("contract.lifetime_value", "amount"),
        write=write_money("lifetime_value"),
    ),
    derived(
        spec_of(
            "contract.currency_code",
            TEXT,
            "Currency of the annual value, ISO 4217.",
            reads=("contract.annual_value.currency_code",),
        ),
        source=whole_snapshot,
        read=through("contract.annual_value", "currency_code"),
        write=write_currency,
        rank=2,
    ),
    quotient(
        "contract.seat_change_ratio",
        LEVEL,
        "Seats now divided by seats at the start of the term; below 1 they were cut.",
        over="contract.seats",
        under="contract.seats_at_term_start",
        prefer="higher_is_better",
        step=0.05,
    ),
)

_TIME: Final = (
    days_since("contract.days_since_start", "contract.started_on", "Days since they became a customer."),
    derived(
        spec_of(
            "contract.days_since_term_start",
            SIGNED_DAYS,
            "Days since the present term began; the start of the contract stands for it where it is unknown.",
            reads=("contract.term_started_on", "contract.started_on"),
        ),
        source=whole_view,
        read=_days_since_term_start,
        write=write_days_since_term_start,
    ),
    derived(
        spec_of(
            "contract.days_to_renewal",
            SIGNED_DAYS,
            "Days until the present term ends; negative once it has.",
            reads=("contract.renewal_on",),
        ),
        source=_Term,
        read=field("days_to_renewal"),
        write=write_days_to_renewal,
    ),
    derived(
        spec_of(
            "contract.term_elapsed_share",
            SHARE,
            "Share of the present term that has gone.",
            reads=("contract.term_started_on", "contract.renewal_on"),
        ),
        source=whole_view,
        read=_term_elapsed_share,
        write=write_term_elapsed_share,
    ),
    days_since(
        "contract.days_since_auto_renew_cancelled",
        "contract.auto_renew_cancelled_on",
        "Days since the automatic renewal was cancelled, in this term or an earlier one.",
    ),
)


def _renewal_flag(name: str, meaning: str, reads: tuple[str, ...], read: Formula) -> Fact:
    return derived(spec_of(name, FLAG, meaning, reads=reads), source=_Term, read=read, write=write_renewal)


_RENEWAL: Final = (
    _renewal_flag(
        "contract.auto_renew_cancelled",
        "Whether the automatic renewal of the present term was cancelled. Where no start was sent: less than 365 days "
        "before a renewal that has not passed; otherwise unknown.",
        _OPT_OUT_READS,
        field("cancelled"),
    ),
    _renewal_flag(
        "contract.auto_renew_cancelled_before_term",
        "Whether the cancelling on record came before the present term and says nothing about it. Where no start was "
        "sent: false less than 365 days before a renewal that has not passed; otherwise unknown.",
        _OPT_OUT_READS,
        field("cancelled_before"),
    ),
    _renewal_flag(
        "contract.renews_automatically",
        "Whether the present term renews by itself: the contract says so and nobody cancelled it.",
        _OPT_OUT_READS,
        field("renews"),
    ),
    derived(
        spec_of(
            "contract.decision_deadline",
            DAY,
            "Last day on which the customer can decide: renewal less notice, or the renewal itself.",
            reads=_RENEWAL_READS,
        ),
        source=_Term,
        read=iso_day("deadline"),
        write=write_renewal,
    ),
    _renewal_flag(
        "contract.decision_deadline_assumed",
        "Whether the notice, or whether the contract renews by itself, had to be assumed for the deadline.",
        _RENEWAL_READS,
        field("assumed"),
    ),
    derived(
        spec_of(
            "contract.days_to_decision_deadline",
            SIGNED_DAYS,
            "Days until the decision deadline; negative once it has passed.",
            reads=_RENEWAL_READS,
        ),
        source=_Term,
        read=field("days_to_deadline"),
        write=write_renewal,
    ),
    derived(
        spec_of(
            "contract.decision_deadline_passed", FLAG, "Whether the decision deadline has passed.", reads=_RENEWAL_READS
        ),
        source=_Term,
        read=field("passed"),
        write=write_renewal,
    ),
)

CONTRACT_FACTS: Final[tuple[Fact, ...]] = _FIELDS + _VALUE + _TIME + _RENEWAL
