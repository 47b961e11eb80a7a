"""Laws of the trace: it holds every condition with its truth, and enough to work each truth out again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest
from tests.rules.books import ALL_FACTS, VOCABULARY, book, contested, plain
from tests.rules.random_books import RandomBook

from nextplay.decision import ConditionTrace
from nextplay.facts import Facts, Item
from nextplay.rules.condition import (
    All,
    AnyOf,
    Condition,
    FactLeaf,
    Not,
    SignalLeaf,
    Truth,
    conjunction,
    disjunction,
    evaluate,
    leaves_of,
)
from nextplay.rules.evaluation import Evaluator
from nextplay.rules.program import main_condition
from nextplay.rules.rulebook import GapRule, Play, Rulebook
from nextplay.rules.trace import Trace

DAYS = "objective.days_overdue"


def written(rule: GapRule | Play) -> dict[str, Condition]:
    """Return the conditions of a rule by their keys."""
    if isinstance(rule, Play):
        found = {key: getattr(rule, key) for key in ("eligibility", "applicability", "suitability", "done_when")}
    else:
        sides = {key: side and side.when for key, side in (("cx", rule.cx), ("cs", rule.cs))}
        found = {"reading" if rule.reading else "when": main_condition(rule), **sides, "unless": rule.unless}
    return {key: condition for key, condition in found.items() if condition is not None}


def worked_out(condition: Condition, leaves: Mapping[FactLeaf, Truth], signals: Mapping[str, Truth]) -> Truth:
    """Work a truth out of the truths of leaves and signals alone."""
    match condition:
        case FactLeaf():
            return leaves[condition]
        case SignalLeaf(signal):
            return signals[signal]
        case Not(child):
            inner = worked_out(child, leaves, signals)
            return None if inner is None else not inner
        case All(children):
            return conjunction(worked_out(child, leaves, signals) for child in children)
        case AnyOf(children):
            return disjunction(worked_out(child, leaves, signals) for child in children)


def same(rules: Iterable[GapRule | Play], traced: Mapping[str, Iterable[ConditionTrace]]) -> list[str]:
    """Name the rules whose conditions are not those of the trace, key by key."""
    return [rule.id for rule in rules if [one.key for one in traced[rule.id]] != list(written(rule))]


def traces(rulebook: Rulebook, facts: Facts) -> Trace:
    """Trace an account through a rulebook."""
    return Evaluator(rulebook, VOCABULARY, inference="python").trace(facts)


@pytest.mark.parametrize("seed", range(60))
def test_the_trace_says_what_evaluation_says(seed: int) -> None:
    """Every condition of every rule has the truth that the reference gives it, and no condition is left out."""
    drawn = RandomBook(seed)
    evaluator = Evaluator(drawn.rulebook, VOCABULARY, inference="python")
    for _ in range(5):
        facts = drawn.account()
        truths = evaluator.assess(facts).signals
        found = evaluator.trace(facts)
        assert {entry.signal: entry.truth for entry in found.signals} == truths
        rules: dict[str, GapRule | Play] = {rule.id: rule for rule in drawn.rulebook.gaps}
        rules |= {rule.id: rule for rule in drawn.rulebook.plays}
        told = {**{one.gap: one.conditions for one in found.gaps}, **{one.play: one.conditions for one in found.plays}}
        assert same(rules.values(), told) == []
        for name, conditions in told.items():
            for one in conditions:
                assert one.truth is evaluate(written(rules[name])[one.key], facts, truths), (name, one.key)


@pytest.mark.parametrize("seed", range(60))
def test_each_signal_can_be_worked_out_of_the_trace(seed: int) -> None:
    """The own leaves of a signal and the truths of the signals that it names are all that its truth needs."""
    drawn = RandomBook(seed)
    facts = drawn.account()
    found = traces(drawn.rulebook, facts)
    truths = {entry.signal: entry.truth for entry in found.signals}
    whens = {rule.id: rule.when for rule in drawn.rulebook.signals}
    for entry in found.signals:
        when = whens[entry.signal]
        leaves = list(dict.fromkeys(leaf for leaf in leaves_of(when) if isinstance(leaf, FactLeaf)))
        told = {leaf: one.truth for leaf, one in zip(leaves, entry.readings, strict=True)}
        named = {name: truths[name] for name in entry.signals}
        assert worked_out(when, told, named) is entry.truth


def test_a_distance_counts_steps_to_the_limit() -> None:
    """A number has its way to the limit in steps of its fact; a flag, and what is unknown, have none."""
    signals: dict[str, Condition] = {
        "late": FactLeaf("contract.days_to_renewal", "lt", 60),
        "flagged": FactLeaf("attributes.flag", "eq", operand=True),
    }
    names = tuple(sorted((*ALL_FACTS, "contract.days_to_renewal")))
    values = {"contract.days_to_renewal": 74, "attributes.flag": True}
    rulebook = book(signals, [plain("gap", SignalLeaf("late"))], [])
    found = traces(rulebook, Facts(names, tuple(values.get(name) for name in names)))
    steps = {reading.fact: reading.distance for entry in found.signals for reading in entry.readings}
    step = VOCABULARY.specs["contract.days_to_renewal"].step
    assert step is not None
    assert steps == {"contract.days_to_renewal": 14 / step, "attributes.flag": None}


@pytest.mark.parametrize("items", [None, (), ((40, "a"), (5, "b"), (None, "c"))])
def test_what_is_judged_item_by_item_is_traced_so(items: tuple[tuple[int | None, str], ...] | None) -> None:
    """Each item has its own truths and values; the whole is true of some item, unknown with the list."""
    gap = contested("gap", SignalLeaf("late"), SignalLeaf("very_late"), SignalLeaf("late"))
    signals = {"late": FactLeaf(DAYS, "gt", 30), "very_late": FactLeaf(DAYS, "gt", 60)}
    made = book(signals, [replace(gap, for_each="objective")])
    rulebook = replace(made, signals=tuple(replace(rule, for_each="objective") for rule in made.signals))
    rows = None if items is None else tuple(Item("objective", key, key.upper(), {DAYS: days}) for days, key in items)
    values = tuple(None for _ in ALL_FACTS)
    found = traces(rulebook, Facts(ALL_FACTS, values, items={"objective": rows}))
    late = next(entry for entry in found.signals if entry.signal == "late")
    told = found.gaps[0]
    if not rows:
        assert late.truth is told.conditions[0].truth is (None if rows is None else False)
        assert (late.items, told.items) == ((), ())
        return
    assert late.truth is told.conditions[0].truth is True
    truths = {"a": True, "b": False, "c": None}
    assert {one.item: one.conditions[0].truth for one in late.items} == truths
    assert {one.item: one.conditions[0].truth for one in told.items} == truths
    assert [one.conditions[0].readings[0].value for one in late.items] == [40, 5, None]


def test_a_trace_tells_where_each_value_is_from() -> None:
    """Each reading names the fields of the snapshot that its fact is computed from; those of evidence do not."""
    rulebook = book({"late": FactLeaf("contract.days_to_renewal", "lt", 60)}, [plain("gap", SignalLeaf("late"))], [])
    facts = Facts(("contract.days_to_renewal",), (14,))
    evaluator = Evaluator(rulebook, VOCABULARY, inference="python")
    ((told,), (evidence,)) = evaluator.trace(facts).signals[0].readings, evaluator.readings("late", facts)
    assert told.reads == ("contract.renewal_on",)
    assert evidence.reads == ()
