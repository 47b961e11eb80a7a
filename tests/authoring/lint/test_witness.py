"""Witnesses: customers that the real evaluator confirms, as small as they can be, or none at all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.cli.console import RULEBOOK

from nextplay.authoring.lint.bench import Bench
from nextplay.authoring.lint.boxes import Demand
from nextplay.authoring.lint.search import Search
from nextplay.authoring.lint.witness import Witnesses
from nextplay.release import load_release
from nextplay.rules.condition import All, AnyOf, Condition, FactLeaf, SignalLeaf
from nextplay.rules.source import read_rulebook_folder

NEW = FactLeaf("contract.days_since_start", "lt", 5)
LATE = FactLeaf("touchpoints.support.response_ratio", "gt", 2)


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """Lay the small rulebook out, without findings."""
    files = read_rulebook_folder(RULEBOOK)
    release = load_release(files, None)
    yield Bench(release, files, with_witnesses=True)
    release.close()


def witnesses(bench: Bench, *leaves: FactLeaf) -> Witnesses:
    """Return what builds customers for conditions of these leaves."""
    space = type(bench.search.space)(leaves, bench.release.vocabulary.specs)
    return Witnesses(bench.release, Search(space, bench.signals), bench.signals)


def test_a_witness_is_as_small_as_it_can_be(bench: Bench) -> None:
    """Of two alternatives the one with fewer known facts is shown, and nothing else is known."""
    both: Condition = AnyOf((All((NEW, LATE)), LATE))
    found = witnesses(bench, NEW, LATE).find("late", (both, "true"))
    assert found is not None
    assert set(found.given) == {"touchpoints"}
    assert found.gaps == {"broken_response_promise": "cx"}


@pytest.mark.parametrize("demand", ["true", "false", "not_true", "not_false"])
def test_every_demand_has_its_customer(bench: Bench, demand: Demand) -> None:
    """What a signal of the rulebook may be worth is shown by a customer for whom it is."""
    assert bench.witnesses.find("setup", (SignalLeaf("setup_fails"), demand)) is not None


def test_what_no_snapshot_carries_has_no_witness(bench: Bench) -> None:
    """The churn score comes from the model: a finding about it can only be called possible."""
    risky = FactLeaf("churn.probability", "gt", 0.5)
    assert witnesses(bench, risky).find("risky", (risky, "true")) is None


def test_facts_that_exclude_each_other_have_no_witness(bench: Bench) -> None:
    """Facts computed from one field cannot be had apart: nothing is shown that is not so."""
    none = FactLeaf("objectives.count", "eq", 0)
    active = FactLeaf("objectives.any_active", "eq", operand=True)
    assert witnesses(bench, none, active).find("both", (All((none, active)), "true")) is None
