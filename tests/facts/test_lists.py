"""Facts over objectives, events and touchpoints: what decides them, and what leaves them unknown."""

from __future__ import annotations

from typing import Any

import pytest
from tests.facts.reading import fact

from nextplay.decision import FactValue

BEHIND = {
    "status": "active", "baseline": 100, "target": 20, "current": 80, "starts_on": "2026-01-01", "due_on": "2026-04-11",
    "blocked_by": "joint", "touchpoint": "product",
}  # fmt: skip
LATE = {**BEHIND, "due_on": "2026-02-20", "blocked_by": "unowned", "current": 10, "touchpoint": "support"}
DONE = {"status": "achieved", "last_verified_on": "2026-01-31"}


def _over(name: str, *objectives: dict[str, Any]) -> FactValue:
    return fact(f"objectives.{name}", objectives=list(objectives))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("count", 3),
        ("count_active", 2),
        ("count_achieved", 1),
        ("count_abandoned", 0),
        ("any_active", True),
        ("any_achieved", True),
        ("any_abandoned", False),
        ("all_achieved", False),
        ("any_overdue", True),
        ("worst_days_overdue", 10),
        ("any_blocked_by_vendor", True),
        ("any_blocked_by_customer", True),
        ("any_overdue_blocked_by_vendor", False),
        ("any_overdue_blocked_by_customer", True),
        ("any_active_at_product", True),
        ("any_active_at_billing", False),
        ("worst_attainment", 0.25),
        ("best_attainment", 1.0),
        ("most_elapsed_share", 1.0),
        ("least_elapsed_share", 0.6),
        ("worst_progress_gap", -0.35),
        ("days_since_verified", 30),
    ],
)
def test_facts_over_objectives(name: str, expected: FactValue) -> None:
    """Each sums up the objectives that it is about, also where less is better."""
    assert _over(name, BEHIND, LATE, DONE) == expected


@pytest.mark.parametrize(
    ("name", "missing", "unknown"),
    [
        ("any_overdue", {"due_on": None}, None),
        ("any_blocked_by_vendor", {"blocked_by": None}, None),
        ("worst_attainment", {"target": None}, None),
        ("worst_attainment", {"target": 100}, None),
        ("worst_progress_gap", {"starts_on": None}, None),
        ("count_active", {"status": None}, None),
        ("worst_days_overdue", {"due_on": None}, None),
    ],
)
def test_an_undecided_objective_leaves_a_fact_unknown(name: str, missing: dict[str, Any], unknown: None) -> None:
    """What one row keeps back is not made up from the others."""
    assert _over(name, {**BEHIND, **missing}) is unknown


def test_the_worst_is_of_the_objectives_that_can_be_measured() -> None:
    """A goal without date or target does not hide that another is behind; one that is not known active is left out."""
    assert _over("worst_progress_gap", BEHIND, {**BEHIND, "due_on": None}) == _over("worst_progress_gap", BEHIND)
    assert _over("worst_attainment", BEHIND, {**BEHIND, "target": None}) == _over("worst_attainment", BEHIND)
    assert _over("worst_progress_gap", {**BEHIND, "status": None}) is None
    assert _over("most_elapsed_share", BEHIND, {**BEHIND, "due_on": None}) is None


def test_an_undecided_objective_does_not_hide_what_another_decides() -> None:
    """Kleene: one true entry is enough, and an achieved one cannot be late."""
    assert _over("any_overdue", {"status": "active"}, LATE) is True
    assert _over("any_overdue", {"status": "achieved"}) is False
    assert _over("any_overdue", {"due_on": "2026-05-01"}) is False
    assert _over("worst_days_overdue", {"due_on": "2026-05-01"}) == 0
    assert _over("any_blocked_by_vendor", {"blocked_by": "nobody"}) is False


def test_no_objectives_is_a_finding_and_no_list_is_none() -> None:
    """An empty list decides counts and flags; an absent one decides nothing."""
    assert _over("count_active") == 0
    assert _over("any_active") is False
    assert _over("all_achieved") is False
    assert _over("worst_attainment") is None
    assert _over("worst_days_overdue") == 0
    assert fact("objectives.count_active") is None
    assert fact("objectives.any_active") is None
    assert _over("all_achieved", DONE) is True


def _events(name: str, *events: dict[str, Any]) -> FactValue:
    return fact(f"events.champion_left.{name}", events=list(events))


LEFT = {"kind": "champion_left", "occurred_on": "2026-01-31"}


def test_explained_events_do_not_count() -> None:
    """What was checked and found harmless is no event any more, but is remembered as explained."""
    older = {**LEFT, "occurred_on": "2025-12-02"}
    rows = ({**LEFT, "status": "explained"}, {**older, "status": "confirmed"})
    assert _events("days_since", *rows) == 90
    assert [_events(f"count_{window}d", *rows) for window in (30, 90, 180)] == [0, 1, 1]
    assert _events("any_explained", *rows) is True
    assert _events("any_confirmed", *rows) is True
    assert _events("any_unverified", *rows) is False


def test_an_event_without_status_is_unverified() -> None:
    """Who sends an event says that it happened, as far as they know."""
    assert _events("days_since", LEFT) == 30
    assert _events("any_unverified", LEFT) is True


def test_undecided_events() -> None:
    """A row without day or kind leaves open what it could change, and nothing else."""
    assert _events("count_90d", LEFT, {"kind": "champion_left"}) is None
    assert _events("days_since", LEFT, {"occurred_on": "2026-01-01"}) == 30
    assert _events("days_since", LEFT, {"occurred_on": "2026-02-10"}) is None
    assert _events("count_90d", LEFT, {"occurred_on": "2025-02-10"}) == 1
    assert _events("any_unverified", LEFT, {"occurred_on": "2026-02-10"}) is True
    assert _events("count_90d", {"kind": "champion_left", "status": "explained"}) == 0


def test_events_unknown_and_none() -> None:
    """Without the list nothing is known; with an empty one nothing happened."""
    assert fact("events.incident.count_90d") is None
    assert fact("events.incident.count_90d", events=[]) == 0
    assert fact("events.incident.any_confirmed", events=[LEFT]) is False
    assert fact("events.incident.days_since", events=[LEFT]) is None


def test_shares_and_ratios_at_a_touchpoint() -> None:
    """Quotients are of the touchpoint's own fields; without interactions there is no share."""
    row = {
        "name": "delivery", "interactions_30d": 200, "failed_attempts_30d": 50, "abandoned_30d": 30,
        "median_response_hours": 46, "promised_response_hours": 8,
    }  # fmt: skip
    names = ("failure_share", "abandoned_share", "friction_share", "response_ratio")
    values = [fact(f"touchpoints.delivery.{name}", touchpoints=[row]) for name in names]
    assert values == [0.25, 0.15, 0.4, 5.75]
    assert fact("touchpoints.delivery.failure_share", touchpoints=[{**row, "interactions_30d": 0}]) is None
    assert fact("touchpoints.support.failure_share", touchpoints=[row]) is None


def test_more_failures_than_interactions_is_all_of_them() -> None:
    """Counters of two systems may disagree; a share stays a share."""
    row = {"name": "website", "interactions_30d": 10, "failed_attempts_30d": 12}
    assert fact("touchpoints.website.failure_share", touchpoints=[row]) == 1


def test_the_worst_touchpoint() -> None:
    """The worst is of those measured; expectations are Kleene over all that were sent."""
    rows = [
        {"name": "support", "expectation": "met", "interactions_30d": 10, "failed_attempts_30d": 1},
        {"name": "billing"},
    ]
    assert fact("touchpoints.worst_failure_share", touchpoints=rows) == 0.1
    assert fact("touchpoints.worst_response_ratio", touchpoints=rows) is None
    assert fact("touchpoints.any_expectation_below", touchpoints=rows) is None
    assert (
        fact("touchpoints.any_expectation_below", touchpoints=[*rows, {"name": "sales", "expectation": "below"}])
        is True
    )
    assert fact("touchpoints.any_expectation_below", touchpoints=[]) is False
