"""The four factors and what had to be assumed for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.arbitration.builders import ACCOUNT, RULES, candidate, day, gap, play, run

from nextplay.arbitration import Account
from nextplay.decision import Priority
from nextplay.rules.assessment import Candidate
from nextplay.rules.rulebook import ArbitrationRules, Prior, Target


def priority(of: Candidate, *, account: Account = ACCOUNT, rules: ArbitrationRules = RULES) -> Priority:
    """Weigh one candidate alone."""
    return run([of], account=account, rules=rules).actions[0].priority


def test_priority_is_the_product_of_the_four_factors_shown() -> None:
    """Propensity 0.5, severity 0.5 without a deadline, 10,000 x 0.2 x 0.5 and no lever make 250."""
    assert priority(candidate(play())) == Priority(250.0, 0.5, 0.5, 1000.0, 1.0, ("deadline_unknown",))


def test_whoever_multiplies_what_is_shown_gets_what_is_shown() -> None:
    """The product is made of the rounded factors, so that it can be checked by hand."""
    odd = candidate(play(propensity=Prior(1, 3), effect=0.333), gap(severity=0.37))
    account = ACCOUNT._replace(deadline=day(77), churn_probability=0.123457, annual_value=12_345.67)
    shown = priority(odd, account=account, rules=replace(RULES, lever_by_play={"call": 7.0}))
    assert shown.propensity == 0.3333
    assert shown.context == round(0.37 * (1 + 2 * 43 / 120), 4)
    assert shown.value == round(12_345.67 * 0.123457 * 0.333, 2)
    assert shown.lever == 1.07
    assert shown.priority == round(shown.propensity * shown.context * shown.value * shown.lever, 2)


@pytest.mark.parametrize(
    ("prior", "expected", "notes"),
    [(Prior(6, 10), 0.6, ()), (Prior(0, 10), 0.0, ()), (None, 0.5, ("default_prior",))],
)
def test_propensity_is_the_prior(prior: Prior | None, expected: float, notes: tuple[str, ...]) -> None:
    """A play without a prior of its own takes the rulebook's, and says so."""
    shown = priority(candidate(play(propensity=prior)), account=ACCOUNT._replace(deadline=day(200)))
    assert (shown.propensity, shown.notes) == (expected, notes)


@pytest.mark.parametrize(
    ("deadline", "expected", "notes"),
    [
        (None, 0.5, ("deadline_unknown",)),
        (day(400), 0.5, ()),
        (day(120), 0.5, ()),
        (day(119), round(0.5 * (1 + 2 / 120), 4), ()),
        (day(60), 1.0, ()),
        (day(0), 1.5, ()),
        (day(-1), 1.5, ("deadline_passed",)),
        (day(-400), 1.5, ("deadline_passed",)),
    ],
)
def test_context_rises_from_120_days_before_the_deadline(
    deadline: date | None, expected: float, notes: tuple[str, ...]
) -> None:
    """Severity 0.5 counts once far from the deadline, threefold at it and after it, once where it is unknown."""
    shown = priority(candidate(play()), account=ACCOUNT._replace(deadline=deadline))
    assert (shown.context, shown.notes) == (expected, notes)


@pytest.mark.parametrize(
    ("annual_value", "rules", "notes"),
    [
        (0.0, RULES, ("zero_value",)),
        (None, replace(RULES, default_annual_value={"otherwise": 0.0}), ("default_annual_value", "zero_value")),
        (0.0, replace(RULES, factors={"value": False}), ()),
        (0.01, RULES, ()),
    ],
)
def test_a_worthless_contract_is_said(
    annual_value: float | None, rules: ArbitrationRules, notes: tuple[str, ...]
) -> None:
    """Where the annual value is 0, known or assumed, and value counts, a note says why the priority is 0."""
    shown = priority(
        candidate(play()), account=ACCOUNT._replace(deadline=day(200), annual_value=annual_value), rules=rules
    )
    assert shown.notes == notes
    assert "zero_value" not in notes or shown.priority == 0


def test_an_assumed_deadline_is_said() -> None:
    """A deadline made of an assumed notice carries its note, passed or not."""
    ahead = ACCOUNT._replace(deadline=day(60), deadline_assumed=True)
    assert priority(candidate(play()), account=ahead).notes == ("deadline_assumed",)
    passed = ahead._replace(deadline=day(-3))
    assert priority(candidate(play()), account=passed).notes == ("deadline_passed", "deadline_assumed")


def test_context_takes_the_greatest_severity_of_the_gaps_answered() -> None:
    """A play that answers two gaps is weighed by the worse."""
    both = candidate(play("call", "slow", "late"), gap("slow", severity=0.3), gap("late", severity=0.8))
    assert priority(both).context == 0.8


@pytest.mark.parametrize(
    ("changes", "expected", "notes"),
    [
        ({"annual_value": None}, 5_000 * 0.2 * 0.5, ("default_annual_value",)),
        ({"annual_value": None, "segment": None}, 20_000 * 0.2 * 0.5, ("default_annual_value",)),
        ({"annual_value": None, "segment": "mid_market"}, 20_000 * 0.2 * 0.5, ("default_annual_value",)),
        ({"churn_probability": None}, 10_000 * 0.3 * 0.5, ("default_risk",)),
        ({"churn_probability": None, "segment": "enterprise"}, 10_000 * 0.2 * 0.5, ("default_risk",)),
        ({"annual_value": 0.0}, 0.0, ("zero_value",)),
        ({"churn_probability": 0.0}, 0.0, ()),
    ],
)
def test_value_and_risk_fall_back_to_the_segment(
    changes: dict[str, Any], expected: float, notes: tuple[str, ...]
) -> None:
    """What is unknown comes from the segment, else from `otherwise`, each said; a known zero stays zero."""
    account = ACCOUNT._replace(deadline=day(200), **changes)
    shown = priority(candidate(play()), account=account)
    assert (shown.value, shown.notes) == (expected, notes)


def test_gain_counts_beside_the_risk_removed() -> None:
    """Expansion is worth its gain even where nothing is at risk."""
    grow = candidate(play(purpose="expansion", effect=0.0, gain=0.1), gap(kind="opportunity"))
    assert priority(grow).value == 1_000.0


@pytest.mark.parametrize(
    ("plays", "kinds", "segments", "expected"),
    [
        ({}, {}, {}, 1.0),
        ({"call": 20.0}, {}, {}, 1.2),
        ({"other": 20.0}, {}, {}, 1.0),
        ({"call": 20.0}, {"cx": 10.0, "cs": 99.0}, {"smb": -5.0}, 1.25),
        ({"call": -150.0}, {}, {}, 0.0),
        ({"call": 150.0}, {"cx": 150.0}, {}, 3.0),
    ],
)
def test_levers_are_added_and_clipped(
    plays: dict[str, float], kinds: dict[str, float], segments: dict[str, float], expected: float
) -> None:
    """Percentages of play, kind and segment add up; the factor stays within 0..3."""
    rules = replace(RULES, lever_by_play=plays, lever_by_kind=kinds, lever_by_segment=segments)
    assert priority(candidate(play()), rules=rules).lever == expected


def test_the_lever_of_a_kind_counts_once_however_many_gaps_are_of_it() -> None:
    """Two CX gaps and a CS gap take the CX lever once and the CS lever once, whatever their severities."""
    many = candidate(play("call", "a", "b", "c"), gap("a"), gap("b"), gap("c", kind="cs", severity=0.9))
    assert priority(many, rules=replace(RULES, lever_by_kind={"cx": 10.0, "cs": 5.0})).lever == 1.15


def test_a_mixed_gap_takes_the_lever_of_mixed() -> None:
    """The lever goes by the kind of the gap as it stands, not by the side the play answers."""
    mixed = candidate(play("call", Target("slow", "cx")), gap(kind="mixed"))
    assert priority(mixed, rules=replace(RULES, lever_by_kind={"cx": 50.0, "mixed": 10.0})).lever == 1.1


@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        ("propensity", Priority(500.0, 1.0, 0.5, 1000.0, 1.0, ("default_risk", "deadline_unknown"))),
        ("context", Priority(500.0, 0.5, 1.0, 1000.0, 1.0, ("default_risk", "default_prior"))),
        ("value", Priority(0.25, 0.5, 0.5, 1.0, 1.0, ("deadline_unknown", "default_prior"))),
        ("lever", Priority(250.0, 0.5, 0.5, 1000.0, 1.0, ("default_risk", "deadline_unknown", "default_prior"))),
    ],
)
def test_a_factor_that_is_switched_off_is_one_and_assumes_nothing(factor: str, expected: Priority) -> None:
    """Without a factor its notes are gone as well: nothing was assumed for it."""
    rules = replace(
        RULES,
        factors={**RULES.factors, factor: False},
        default_risk={"otherwise": 0.2},
        lever_by_play={} if factor != "lever" else {"call": 50.0},
    )
    account = ACCOUNT._replace(churn_probability=None)
    assert priority(candidate(play(propensity=None)), account=account, rules=rules) == expected


@pytest.mark.parametrize(
    ("segment", "expected", "notes"),
    [
        ("smb", 0.9, ("learned",)),
        ("enterprise", 0.6, ("learned",)),
        (None, 0.6, ("learned",)),
    ],
)
def test_what_was_learned_stands_in_for_the_prior(segment: str | None, expected: float, notes: tuple[str, ...]) -> None:
    """The segment's own comes first, then that over all; and the priority says that it was learned."""
    rules = replace(RULES, learned={"call": {"all": Prior(6, 10), "smb": Prior(9, 10)}})
    account = ACCOUNT._replace(segment=segment, deadline=day(200))
    for prior in (Prior(1, 2), None):
        shown = priority(candidate(play(propensity=prior)), account=account, rules=rules)
        assert (shown.propensity, shown.notes) == (expected, notes)


def test_a_play_of_which_nothing_was_learned_keeps_its_prior() -> None:
    """What others learned changes nothing, nor does a factor that is off."""
    rules = replace(RULES, learned={"write": {"all": Prior(6, 10)}, "call": {"smb": Prior(9, 10)}})
    elsewhere = ACCOUNT._replace(segment="enterprise", deadline=day(200))
    shown = priority(candidate(play()), account=elsewhere, rules=rules)
    assert (shown.propensity, shown.notes) == (0.5, ())
    off = replace(rules, factors={"propensity": False})
    shown = priority(candidate(play()), account=ACCOUNT._replace(deadline=day(200)), rules=off)
    assert (shown.propensity, shown.notes) == (1.0, ())
