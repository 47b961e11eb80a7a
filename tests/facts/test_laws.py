"""Laws over all facts and any snapshot: values fit their declaration, order does not matter, knowledge only grows."""

from __future__ import annotations

from dataclasses import fields, replace
from random import Random
from typing import Any, Final, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.facts.reading import VOCABULARY
from tests.facts.snapshots import GROUPS, ROWS, drawn_snapshot

from nextplay.decision import FactValue
from nextplay.facts import Facts, FactSpec
from nextplay.snapshot import CustomerSnapshot

T = TypeVar("T")
PLAN = VOCABULARY.plan(VOCABULARY.specs)
ABSENCE_HAS_A_MEANING: Final = frozenset(
    {
        "contract.auto_renew_cancelled_on",  # absent beside `auto_renew: true`: nobody cancelled
        "contract.auto_renew",  # the deadline is taken as the earlier one until it is known
        "contract.notice_period_days",  # thirty days are assumed, and said so
        "contract.term_started_on",  # the start of the contract stands for it
        "contract.started_on",  # an opt-out before it belongs to an old term; without it, one is taken for a year
        "usage.expected_active_ratio",  # 1 is as usual
        "usage.first_value_reached",  # days that it took say that it was
        "usage.days_to_first_value",  # until then the days since the start count
        "support.oldest_p1_days",  # 0 where no P1 is open
        "events.status",  # unverified: nobody has said more
        "events.kind",  # a row of no known kind is undecided for every kind, and then belongs to one
        "objectives.last_verified_on",  # the newest verification on record
        "surveys.touchpoint",  # about the whole
        "surveys.respondent_id",  # an answer that replaces none
        "surveys.respondent_role",  # of none of the roles
        "surveys.drivers",  # beside `driver`: no further reason
        "surveys.driver",  # beside `drivers`: no further reason
        "surveys.followed_up_on",  # beside `follow_up: open`: not yet
    }
)
"""Fields whose absence is itself a statement, as their facts declare; all others are unknown when absent."""
OF_THOSE_MEASURED: Final = ("touchpoints.worst_", "objectives.worst_attainment", "objectives.worst_progress_gap")
"""Worst of the touchpoints or goals where something was measured: a further measurement may make them worse."""


def _fits(value: object, spec: FactSpec) -> bool:
    if spec.type == "number":
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and spec.low <= value <= spec.high and (not spec.whole or isinstance(value, int))  # type: ignore[operator]
    if spec.type == "words":
        return isinstance(value, tuple) and set(value) <= set(spec.words) and list(value) == sorted(set(value))
    if spec.type == "word":
        return value in spec.words
    return isinstance(value, bool if spec.type == "flag" else str)


@pytest.mark.parametrize("seed", range(0, 400, 100))
def test_every_known_value_fits_its_declaration(seed: int) -> None:
    """Type, range, whole numbers and words hold for whatever snapshot: the linter relies on it."""
    for snapshot in map(drawn_snapshot, range(seed, seed + 100)):
        wrong = {
            name: value
            for name, value in _known(PLAN.read(snapshot)).items()
            if not _fits(value, VOCABULARY.specs[name])
        }
        assert wrong == {}


def test_every_fact_is_known_for_some_snapshot() -> None:
    """The snapshots of these laws reach every fact, so that none is lawful only because it is never known."""
    known = {name for seed in range(800) for name in _known(PLAN.read(drawn_snapshot(seed)))}
    assert sorted(set(PLAN.names) - known) == ["churn.band", "churn.probability"]


@pytest.mark.parametrize("seed", range(0, 200, 100))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    """The same rows in another order are the same customer."""
    for snapshot in map(drawn_snapshot, range(seed, seed + 100)):
        turned = {name: rows and rows[::-1] for name in ROWS if (rows := getattr(snapshot, name)) is not None}
        assert PLAN.read(replace(snapshot, **turned)).values == PLAN.read(snapshot).values


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10_000), names=st.lists(st.sampled_from(PLAN.names), max_size=8))
def test_a_plan_of_few_agrees_with_the_plan_of_all(seed: int, names: list[str]) -> None:
    """What else is read never changes a value."""
    snapshot = drawn_snapshot(seed)
    few, every = VOCABULARY.plan(names).read(snapshot), PLAN.read(snapshot)
    assert few.values == tuple(every.value(name) for name in few.names)


@pytest.mark.parametrize("seed", range(0, 600, 100))
def test_knowledge_only_grows(seed: int) -> None:
    """A fact that is known keeps its value when something unknown is filled in: what is decided stays decided."""
    for number in range(seed, seed + 100):
        snapshot = drawn_snapshot(number)
        before, after = PLAN.read(_forgetful(snapshot, Random(number))), PLAN.read(snapshot)  # noqa: S311
        changed = {
            name: (old, after.value(name))
            for name, old in _known(before).items()
            if old != after.value(name) and not name.startswith(OF_THOSE_MEASURED)
        }
        assert changed == {}


def _known(facts: Facts) -> dict[str, FactValue]:
    return {name: value for name, value in zip(facts.names, facts.values, strict=True) if value is not None}


def _forgetful(snapshot: CustomerSnapshot, random: Random) -> CustomerSnapshot:
    """Forget some fields whose absence has no meaning of its own, and sometimes whole lists."""
    changed: dict[str, Any] = {name: _without_some(getattr(snapshot, name), name, random) for name in GROUPS}
    for name in ROWS:
        rows = getattr(snapshot, name)
        if rows is not None:
            changed[name] = tuple(_without_some(row, name, random) for row in rows) if random.random() < 0.8 else None
    return replace(snapshot, **changed)


def _without_some(item: T, prefix: str, random: Random) -> T:
    names = [field.name for field in fields(item)]  # type: ignore[arg-type]
    free = [name for name in names if f"{prefix}.{name}" not in ABSENCE_HAS_A_MEANING]
    return replace(item, **dict.fromkeys(random.sample(free, min(len(free), random.randrange(4)))))  # type: ignore[type-var]
