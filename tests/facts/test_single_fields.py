"""Facts derived from single fields: usage, support and the relationship."""

from __future__ import annotations

from typing import Any

import pytest
from tests.facts.reading import fact, facts_of

from nextplay.decision import FactValue


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("usage.license_utilization", {"usage": {"active_users_28d": 5}, "contract": {"seats": 80}}, 0.0625),
        ("usage.license_utilization", {"usage": {"active_users_28d": 5}, "contract": {"seats": 0}}, None),
        ("usage.license_utilization", {"contract": {"seats": 80}}, None),
        ("usage.active_ratio", {"usage": {"active_users_28d": 77, "median_active_users_90d": 110}}, 0.7),
        (
            "usage.active_ratio",
            {"usage": {"active_users_28d": 77, "median_active_users_90d": 110, "expected_active_ratio": 0.7}},
            1.0,
        ),
        ("usage.setup_error_share", {"usage": {"setup_attempts_14d": 22, "setup_errors_14d": 11}}, 0.5),
        ("usage.setup_error_share", {"usage": {"setup_attempts_14d": 0, "setup_errors_14d": 0}}, None),
        ("usage.days_since_live", {"usage": {"went_live_on": "2026-03-12"}}, -10),
        ("usage.days_since_active", {"usage": {"last_active_on": "2026-03-03"}}, 0),
        ("usage.first_value_reached", {"usage": {"days_to_first_value": 40}}, True),
        ("usage.first_value_reached", {}, None),
        ("usage.first_value_ratio", {"usage": {"days_to_first_value": 90, "target_days_to_first_value": 60}}, 1.5),
        (
            "usage.first_value_ratio",
            {
                "usage": {"first_value_reached": False, "target_days_to_first_value": 20},
                "contract": {"started_on": "2026-01-31"},
            },
            1.5,
        ),
        (
            "usage.first_value_ratio",
            {"usage": {"target_days_to_first_value": 20}, "contract": {"started_on": "2026-01-31"}},
            None,
        ),
        ("usage.committed_volume_ratio", {"usage": {"volume_28d": 28}, "contract": {"committed_volume": 730}}, 0.5),
        ("support.oldest_p1_days", {"support": {"open_p1": 0}}, 0),
        ("support.oldest_p1_days", {"support": {"open_p1": 1}}, None),
        ("support.reopen_share", {"support": {"reopened_90d": 7, "resolved_90d": 5}}, 1),
        ("support.ticket_ratio", {"support": {"tickets_90d": 12, "median_tickets_90d": 4}}, 3),
        ("support.tickets_per_100_seats", {"support": {"tickets_90d": 12}, "contract": {"seats": 40}}, 30),
        ("relationship.unanswered_share", {"relationship": {"outreach_14d": 8, "unanswered_14d": 6}}, 0.75),
        ("relationship.days_since_two_way_contact", {"relationship": {"last_two_way_contact_on": "2026-02-20"}}, 10),
    ],
)
def test_derived_facts(name: str, fields: dict[str, Any], expected: FactValue) -> None:
    """Each is its formula, and unknown where a part is missing or the divisor is 0."""
    assert facts_of([name], fields).value(name) == expected


def test_fields_are_facts_under_their_own_names() -> None:
    """What needs no derivation is the field itself, absent fields being unknown and not zero."""
    assert fact("usage.active_users_28d", usage={"active_users_28d": 0}) == 0
    assert fact("usage.active_users_28d") is None
    assert fact("relationship.champion", relationship={"champion": "left"}) == "left"
    assert fact("journey_stage", journey_stage="value") == "value"
