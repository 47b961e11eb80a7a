"""Absorbing, events, trials, days and goals where gaps are judged item by item."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest
from tests.rules.books import book, plain, play, when

from nextplay.decision import FactValue
from nextplay.facts import Facts, Item, Vocabulary
from nextplay.rules.assessment import Assessment
from nextplay.rules.condition import FactLeaf
from nextplay.rules.evaluation import Evaluator
from nextplay.rules.rulebook import GapRule, Life, Play, Rulebook, Target

VOCABULARY = Vocabulary.of()
DAY = date(2026, 3, 2)
SIGNALS = {
    "late": FactLeaf("objective.days_overdue", "gt", 0),
    "very_late": FactLeaf("objective.days_overdue", "gt", 30),
    "p1": FactLeaf("support.open_p1", "gte", 1),
}


def _book(*gaps: GapRule, plays: tuple[Play, ...] = ()) -> Rulebook:
    made = book(SIGNALS, gaps, plays)
    events = {"late": "delay", "very_late": "delay"}
    rules = tuple(
        rule if rule.id == "p1" else replace(rule, for_each="objective", same_fact=events[rule.id])
        for rule in made.signals
    )
    return replace(made, attributes=(), signals=rules)


def _each(gap: GapRule, *parts: str) -> GapRule:
    return replace(gap, for_each="objective", absorbs=parts)


def _facts(*days: int | None, p1: int | None = None) -> Facts:
    items = tuple(Item("objective", f"o{place}", "", {"objective.days_overdue": day}) for place, day in enumerate(days))
    values: tuple[FactValue, ...] = (p1,)
    return Facts(("support.open_p1",), values, items={"objective": items})


def _assess(rulebook: Rulebook, facts: Facts) -> Assessment:
    found = []
    for engine in ("durable", "python"):
        with closing(Evaluator(rulebook, VOCABULARY, inference=engine)) as evaluator:
            found.append(evaluator.assess(facts, day=DAY, with_shadow=True))
    assert found[0] == found[1]
    return found[0]


def _keys(rulebook: Rulebook, facts: Facts) -> tuple[list[str], list[str]]:
    """Return the gaps that stand and the absorbed ones, with their items."""
    one = _assess(rulebook, facts)
    parts = [part.outcome for part in one.absorbed]
    return tuple([" ".join(gap.key).strip() for gap in gaps] for gaps in (one.gaps, parts))  # type: ignore[return-value]


def test_a_compound_of_one_item_absorbs_what_is_of_that_item() -> None:
    """Of two late goals only the very late one loses its lesser gap."""
    rules = _book(_each(plain("lost", when("very_late"), base=0.8), "slow"), _each(plain("slow", when("late"))))
    assert _keys(rules, _facts(9, 40)) == (["lost o1", "slow o0"], ["slow o1"])


def test_a_compound_of_the_account_absorbs_the_part_of_every_item() -> None:
    """And a compound of some item absorbs what is of the account."""
    rules = _book(replace(plain("chaos", when("p1")), absorbs=("slow",)), _each(plain("slow", when("late"))))
    assert _keys(rules, _facts(9, 40, p1=1)) == (["chaos"], ["slow o0", "slow o1"])
    assert _keys(rules, _facts(9, 40, p1=0)) == (["slow o0", "slow o1"], [])
    turned = _book(_each(plain("slow", when("late")), "chaos"), plain("chaos", when("p1")))
    assert _keys(turned, _facts(0, 40, p1=1)) == (["slow o1"], ["chaos"])


def test_an_event_counts_once_for_each_item() -> None:
    """What an item's gap stands on silences the weight of its event, and its evidence tells it once."""
    rules = _book(_each(plain("slow", when("late"), base=0.5, each=[("very_late", 0.3)])))
    (gap,) = _assess(rules, _facts(40)).gaps
    assert (gap.severity, gap.signals) == (0.5, ("late",))


@pytest.mark.parametrize(
    ("life", "shown", "tried"),
    [
        (Life(ends_on=DAY), ["slow o0"], []),
        (Life(starts_on=date(2026, 3, 3)), [], []),
        (Life("shadow"), [], ["slow o0"]),
        (Life("shadow", ends_on=date(2026, 3, 1)), [], []),
    ],
)
def test_the_life_of_a_gap_is_that_of_all_its_items(life: Life, shown: list[str], tried: list[str]) -> None:
    """Within its days each item is judged, on trial each is told, and otherwise none."""
    rules = _book(replace(_each(plain("slow", when("late"))), life=life))
    one = _assess(rules, _facts(9, 0))
    assert [" ".join(gap.key) for gap in one.gaps] == shown
    assert [" ".join(gap.key) for gap in one.shadow.gaps] == tried
    assert one.undecided == ()


def test_a_goal_that_names_items_is_read_of_the_account() -> None:
    """`done_when` over a signal of items holds where it is true of some item."""
    mend = replace(play("mend", Target("slow")), done_when=when("very_late"))
    rules = _book(_each(plain("slow", when("late"))), plays=(mend,))
    assert [_assess(rules, _facts(*days)).done for days in ((9, 40), (9,), ())] == [{"mend"}, frozenset(), frozenset()]
