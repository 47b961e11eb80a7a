"""A plan is one compiled function; each of its values is what its fact gives by itself."""

from __future__ import annotations

import pytest
from tests.facts.reading import VOCABULARY
from tests.facts.snapshots import drawn_snapshot

from nextplay.facts.account_view import AccountView
from nextplay.facts.reader import compile_reader, value_of
from nextplay.facts.surveys import SHIPPED_STALE_AFTER_DAYS

FACTS = [VOCABULARY.fact(name) for name in VOCABULARY.specs]


@pytest.mark.parametrize("seed", range(0, 300, 100))
def test_a_compiled_plan_reads_what_each_fact_says(seed: int) -> None:
    """Written out in one function, every fact has the value, and the type, that its own function gives."""
    read = compile_reader(FACTS)
    for snapshot in map(drawn_snapshot, range(seed, seed + 100)):
        view = AccountView(snapshot, SHIPPED_STALE_AFTER_DAYS)
        alone = tuple(value_of(fact, view) for fact in FACTS)
        assert tuple(map(repr, read(view))) == tuple(map(repr, alone))


def test_a_plan_of_few_facts_reads_them_as_a_plan_of_all() -> None:
    """What the facts of a plan do not ask for is left out, and changes none of those that they do."""
    whole = VOCABULARY.plan(VOCABULARY.specs)
    few = [VOCABULARY.plan(list(VOCABULARY.specs)[first::40]) for first in range(40)]
    for snapshot in map(drawn_snapshot, range(150)):
        facts = whole.read(snapshot)
        for plan in few:
            assert plan.read(snapshot).values == tuple(facts.values_of(plan.names))


def test_a_plan_may_be_empty_or_hold_one_fact() -> None:
    """However few are planned, their values are a tuple."""
    view = AccountView(drawn_snapshot(1), SHIPPED_STALE_AFTER_DAYS)
    assert compile_reader([])(view) == ()
    assert compile_reader([VOCABULARY.fact("journey_stage")])(view) == ("value",)
