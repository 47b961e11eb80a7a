"""Inverses: for every fact and every kind of value there is a snapshot that has it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.facts.reading import VOCABULARY

from nextplay.decision import FactValue
from nextplay.facts import AttributeSpec, FactSpec, Vocabulary, snapshot_with
from nextplay.snapshot import read_snapshot

AS_OF = datetime(2026, 3, 2, 9, tzinfo=UTC)
INVERTIBLE = [name for name in VOCABULARY.specs if not name.startswith("churn.")]
TEXTS = {"contract.currency_code": ("EUR", "BRL")}


def _samples(spec: FactSpec) -> Sequence[FactValue]:
    """Return the ends of the range, some values between, and every word."""
    if spec.type == "number":
        low, high = spec.low or 0, spec.high or 0
        between = [low + (high - low) * part for part in (0.13, 0.25, 0.5, 0.8)]
        near = [low + step for step in (0.01, 0.37, 0.7, 1, 1.5, 2, 3, 7)]
        values = [low, high, 0, *between, *near]
        rounded = {int(value) if spec.whole or value == int(value) else round(value, 3) for value in values}
        return sorted(value for value in rounded if low <= value <= high)
    if spec.type == "flag":
        return [True, False]
    if spec.type == "words":
        return [(), (spec.words[0],), tuple(sorted(spec.words[:3]))]
    if spec.type == "day":
        return ["2024-02-29", "2026-03-02", "2027-12-31"]
    return spec.words or TEXTS.get(spec.name, ("acme", "Żółw 1"))


@pytest.mark.parametrize("name", INVERTIBLE)
def test_every_fact_can_be_brought_about(name: str) -> None:
    """Reading the inverse gives the value back, at both ends of the range and between, and for every word."""
    for value in _samples(VOCABULARY.specs[name]):
        raw = snapshot_with({name: value}, as_of=AS_OF)
        read = VOCABULARY.plan([name]).read(read_snapshot(raw, strict=True).snapshot).value(name)
        assert read == value
        assert type(read) is type(value) or not isinstance(value, bool)


@pytest.mark.parametrize(
    "values",
    [
        {"contract.seats": 40, "usage.license_utilization": 0.25, "usage.active_ratio": 0.5},
        {"usage.active_users_28d": 12, "usage.license_utilization": 0.6},
        {"contract.days_to_renewal": 60, "contract.days_to_decision_deadline": 30},
        {"contract.auto_renew": True, "contract.auto_renew_cancelled": True, "contract.days_to_decision_deadline": 45},
        {"contract.days_to_decision_deadline": -3, "contract.decision_deadline_passed": True},
        {"contract.decision_deadline_assumed": True, "contract.days_to_decision_deadline": 20},
        {"contract.auto_renew": False, "contract.auto_renew_cancelled_before_term": True},
        {
            "contract.days_since_auto_renew_cancelled": 10,
            "contract.days_to_decision_deadline": 30,
            "contract.decision_deadline_assumed": True,
        },
        {"contract.days_since_start": 400, "contract.term_elapsed_share": 0.5, "contract.days_to_renewal": 182},
        {"surveys.csat.support.worst": 2, "surveys.csat.support.newest": 5, "surveys.csat.count": 4},
        {"surveys.csat.low_count": 2, "surveys.csat.worst": 1, "surveys.csat.days_since_newest": 20},
        {"surveys.nps.executive_sponsor.newest": 9, "surveys.nps.worst": 3, "surveys.nps.worst_drivers": ("effort",)},
        {"surveys.nps.newest": 3, "surveys.nps.largest_drop": 4, "surveys.nps.newest_drivers": ("price", "results")},
        {"surveys.any_low_names_effort": True, "surveys.any_low_names_price": False, "surveys.nps.newest": 9},
        {"surveys.ces.onboarding.newest": 0.25, "surveys.any_low": True, "surveys.nps.low_open_days": 4},
        {"touchpoints.support.response_ratio": 2.5, "touchpoints.any_expectation_below": True},
        {"touchpoints.product.failure_share": 0.3, "touchpoints.product.friction_share": 0.45},
        {"touchpoints.support.expectation": "met", "touchpoints.worst_cohort_failure_share": 0.4},
        {"support.tickets_90d": 40, "support.how_to_share": 0.85, "support.ticket_ratio": 2},
        {"objectives.worst_attainment": 0.3, "objectives.most_elapsed_share": 0.8, "objectives.any_active": True},
        {"objectives.worst_progress_gap": -0.4, "objectives.worst_attainment": 0.3, "objectives.count_achieved": 2},
        {"objectives.any_overdue": True, "objectives.any_blocked_by_vendor": True, "objectives.count_active": 1},
        {
            "objectives.any_overdue_blocked_by_customer": True,
            "objectives.any_overdue_blocked_by_vendor": False,
            "objectives.any_active_at_support": True,
            "objectives.any_active_at_product": False,
        },
        {"objectives.any_blocked_by_vendor": True, "objectives.any_blocked_by_customer": True},
        {"objectives.best_attainment": 0.9, "objectives.worst_attainment": 0.1, "objectives.days_since_verified": 200},
        {"objectives.count_active": 0, "objectives.any_achieved": True, "objectives.all_achieved": True},
        {"objectives.any_achieved": True, "objectives.all_achieved": False, "objectives.any_abandoned": False},
        {"events.champion_left.days_since": 12, "events.champion_left.any_confirmed": True},
        {"events.incident.count_30d": 1, "events.incident.count_180d": 3, "events.incident.any_explained": True},
        {"events.bulk_export.count_90d": 0, "events.layoffs.count_90d": 1},
        {"usage.first_value_reached": False, "usage.first_value_ratio": 1.5},
        {"contract.annual_value": 1200, "contract.currency_code": "BRL", "contract.lifetime_value": 9000},
        {"usage.setup_error_share": None, "usage.setup_attempts_14d": 0, "objectives.any_active": None},
    ],
)  # fmt: skip
def test_facts_that_can_coexist_are_brought_about_together(values: dict[str, FactValue]) -> None:
    """One snapshot has them all, and is valid even when read strictly."""
    raw = snapshot_with(values, as_of=AS_OF)
    facts = VOCABULARY.plan(values).read(read_snapshot(raw, strict=True).snapshot)
    assert {name: facts.value(name) for name in values} == values


@pytest.mark.parametrize(
    "values",
    [
        {"usage.active_users_28d": 5, "contract.seats": 10, "usage.license_utilization": 0.9},
        {"surveys.csat.worst": 4, "surveys.csat.newest": 2},
        {"objectives.any_active": False, "objectives.count_active": 2},
        {"contract.seats": "many"},
        {"contract.seats": 2.5},
        {"contract.days_since_start": 1_000_000},
        {"events.incident.count_30d": 4, "events.incident.count_90d": 2},
        {"churn.probability": 0.5},
        {"contract.seats": 10, "usage.license_utilization": 0.333},
    ],
)
def test_what_cannot_be_is_refused(values: dict[str, FactValue]) -> None:
    """Facts that contradict one another, or that no field can carry, are a `ValueError` and never a wrong snapshot."""
    with pytest.raises(ValueError, match=r"\w"):
        snapshot_with(values, as_of=AS_OF)


def test_unknown_names_are_refused() -> None:
    """A fact that does not exist is a `KeyError`."""
    with pytest.raises(KeyError):
        snapshot_with({"usage.no_such_fact": 1}, as_of=AS_OF)


def test_attributes_have_inverses_too() -> None:
    """With the vocabulary of a rulebook its own fields can be brought about."""
    vocabulary = Vocabulary.of(attributes=[AttributeSpec("plan", "word", words=("basic", "pro"))])
    raw = snapshot_with({"attributes.plan": "pro"}, as_of=AS_OF, vocabulary=vocabulary)
    assert raw["attributes"] == {"plan": "pro"}


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_pairs_are_brought_about_or_refused(data: st.DataObject) -> None:
    """For any two facts there is a snapshot that was checked, or a `ValueError`; nothing in between."""
    names = data.draw(st.lists(st.sampled_from(INVERTIBLE), min_size=2, max_size=3, unique=True))
    values = {name: data.draw(st.sampled_from(_samples(VOCABULARY.specs[name]))) for name in names}
    try:
        raw = snapshot_with(values, as_of=AS_OF)
    except ValueError:
        return
    facts = VOCABULARY.plan(values).read(read_snapshot(raw, strict=True).snapshot)
    assert {name: facts.value(name) for name in values} == values
