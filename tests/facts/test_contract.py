"""Facts about the contract, above all the day by which the customer must decide."""

from __future__ import annotations

from typing import Any

import pytest
from tests.facts.reading import fact

TERM = {"started_on": "2024-01-01", "term_started_on": "2025-07-01", "renewal_on": "2026-07-01"}


@pytest.mark.parametrize(
    ("contract", "deadline", "assumed"),
    [
        ({"auto_renew": True, "notice_period_days": 90}, "2026-04-02", False),
        ({"auto_renew": True}, "2026-06-01", True),
        ({"auto_renew": False, "notice_period_days": 90}, "2026-07-01", False),
        ({"auto_renew": False}, "2026-07-01", False),
        ({"notice_period_days": 90}, "2026-04-02", True),
        ({}, "2026-06-01", True),
        ({"auto_renew": True, "notice_period_days": 90, "auto_renew_cancelled_on": "2026-01-10"}, "2026-07-01", False),
        ({"auto_renew": True, "notice_period_days": 90, "auto_renew_cancelled_on": "2025-01-10"}, "2026-04-02", False),
    ],
)
def test_the_decision_deadline(contract: dict[str, Any], deadline: str, assumed: bool) -> None:  # noqa: FBT001  drawn
    """Renewal less notice where it renews by itself, the renewal where not, the earlier of both where unknown."""
    fields = {**TERM, **contract}
    assert fact("contract.decision_deadline", contract=fields) == deadline
    assert fact("contract.decision_deadline_assumed", contract=fields) is assumed


def test_without_a_renewal_there_is_no_deadline() -> None:
    """Nothing is assumed about a renewal that nobody sent."""
    for name in (
        "decision_deadline",
        "decision_deadline_assumed",
        "days_to_decision_deadline",
        "decision_deadline_passed",
    ):
        assert fact(f"contract.{name}", contract={"auto_renew": True, "notice_period_days": 30}) is None


@pytest.mark.parametrize(
    ("renewal", "days", "passed"), [("2026-03-02", 0, False), ("2026-03-01", -1, True), ("2026-03-12", 10, False)]
)
def test_the_day_of_the_deadline_is_not_past_it(renewal: str, days: int, passed: bool) -> None:  # noqa: FBT001  drawn
    """On its last day the customer still can decide; a day later the deadline is negative and passed."""
    contract = {"renewal_on": renewal, "auto_renew": False}
    assert fact("contract.days_to_decision_deadline", contract=contract) == days
    assert fact("contract.decision_deadline_passed", contract=contract) is passed


@pytest.mark.parametrize(
    ("contract", "cancelled", "before", "renews"),
    [
        ({"auto_renew": True}, False, False, True),
        ({"auto_renew": False}, None, None, False),
        ({"auto_renew_cancelled_on": "2026-01-10"}, True, False, False),
        ({"auto_renew_cancelled_on": "2025-01-10"}, False, True, None),
        ({"auto_renew": False, "auto_renew_cancelled_on": "2025-01-10"}, False, True, False),
        ({}, None, None, None),
    ],
)
def test_an_opt_out_counts_for_its_own_term(
    contract: dict[str, Any],
    cancelled: bool | None,  # noqa: FBT001  drawn
    before: bool | None,  # noqa: FBT001  drawn
    renews: bool | None,  # noqa: FBT001  drawn
) -> None:
    """What was cancelled before the present term began says nothing about it."""
    fields = {**TERM, **contract}
    assert fact("contract.auto_renew_cancelled", contract=fields) is cancelled
    assert fact("contract.auto_renew_cancelled_before_term", contract=fields) is before
    assert fact("contract.renews_automatically", contract=fields) is renews


def test_the_start_of_the_contract_stands_for_an_unknown_start_of_the_term() -> None:
    """Many systems know only since when somebody is a customer; without either nothing is decided."""
    cancelled = {"auto_renew": False, "auto_renew_cancelled_on": "2025-12-05"}
    name = "contract.auto_renew_cancelled_before_term"
    assert fact(name, contract={**cancelled, "started_on": "2025-12-17"}) is True
    assert fact(name, contract={**cancelled, "started_on": "2025-11-17"}) is False
    assert fact(name, contract=cancelled) is None
    assert fact("contract.days_since_term_start", contract={"started_on": "2026-02-20"}) == 10


@pytest.mark.parametrize(
    ("cancelled_on", "renewal_on", "cancelled"),
    [
        ("2026-03-01", "2026-03-09", True),
        ("2025-03-03", "2026-03-02", True),
        ("2025-03-02", "2026-03-02", None),
        ("2026-02-20", "2026-03-01", None),
        ("2026-03-09", "2026-03-08", None),
        ("2026-03-01", None, None),
    ],
)
def test_without_any_start_an_opt_out_shortly_before_the_renewal_counts(
    cancelled_on: str,
    renewal_on: str | None,
    cancelled: bool | None,  # noqa: FBT001  drawn
) -> None:
    """Less than a year before a renewal that has not passed it can only mean that one; otherwise nothing is decided."""
    contract = {"auto_renew": True, "auto_renew_cancelled_on": cancelled_on, "renewal_on": renewal_on}
    assert fact("contract.auto_renew_cancelled", contract=contract) is cancelled
    assert fact("contract.auto_renew_cancelled_before_term", contract=contract) is (False if cancelled else None)
    assert fact("contract.renews_automatically", contract=contract) is (False if cancelled else None)
    if cancelled:
        assert fact("contract.decision_deadline", contract=contract) == renewal_on
        assert fact("contract.decision_deadline_assumed", contract=contract) is False


def test_far_dates_are_held_within_a_hundred_years() -> None:
    """The first day of the calendar breaks nothing."""
    contract = {"started_on": "0001-01-01", "renewal_on": "0001-01-02", "notice_period_days": 36500}
    assert fact("contract.days_since_start", contract=contract) == 36_500
    assert fact("contract.days_to_decision_deadline", contract=contract) == -36_500
    assert fact("contract.decision_deadline", contract=contract) == "0001-01-01"


def test_value_seats_and_time_of_the_term() -> None:
    """Money is the amount; the seat change and the elapsed share are ratios."""
    contract = {
        **TERM,
        "seats": 80,
        "seats_at_term_start": 100,
        "annual_value": {"amount": 48000, "currency_code": "BRL"},
    }
    assert fact("contract.annual_value", contract=contract) == 48000
    assert fact("contract.currency_code", contract=contract) == "BRL"
    assert fact("contract.seat_change_ratio", contract=contract) == 0.8
    assert fact("contract.term_elapsed_share", contract=contract) == 244 / 365
    assert fact("contract.annual_value") is None
