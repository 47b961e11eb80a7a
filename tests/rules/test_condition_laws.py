"""Laws that hold for every condition, tried on random ones."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st
from tests.rules.strategies import LAW, SIGNALS, VALUES, Values, conditions, facts, signals

from nextplay.decision import FactValue
from nextplay.rules.compiled import compile_condition
from nextplay.rules.condition import (
    All,
    AnyOf,
    Condition,
    Not,
    Truth,
    alternatives,
    conjunction,
    disjunction,
    evaluate,
    facts_of,
    leaves_of,
    negation_normal_form,
    signals_of,
)
from nextplay.rules.writer import Writer

FACT_SLOTS = {name: slot for slot, name in enumerate(VALUES)}
SIGNAL_SLOTS = {name: len(VALUES) + slot for slot, name in enumerate(SIGNALS)}


@LAW
@given(conditions(), facts(), signals())
def test_a_compiled_condition_says_what_the_reference_says(
    condition: Condition, known: dict[str, FactValue], named: dict[str, Truth]
) -> None:
    """Closures and `evaluate` agree on every condition and every state of knowledge."""
    compiled = compile_condition(condition, FACT_SLOTS, SIGNAL_SLOTS)
    state = [*(known[name] for name in FACT_SLOTS), *(named[name] for name in SIGNAL_SLOTS)]
    assert compiled(state) is evaluate(condition, Values(known), named)


@LAW
@given(conditions(), facts(), signals())
def test_what_is_written_to_hold_where_a_condition_is_true_holds_nowhere_else(
    condition: Condition, known: dict[str, FactValue], named: dict[str, Truth]
) -> None:
    """The short form, for who need not tell false from unknown, holds exactly where `evaluate` says true."""
    writer = Writer(lambda name: f"state[{FACT_SLOTS[name]}]", lambda name: f"state[{SIGNAL_SLOTS[name]}]")
    source = f"lambda state: {writer.is_true(negation_normal_form(condition))}"
    holds = eval(source, writer.constants)  # noqa: S307  slots and operators only
    state = [*(known[name] for name in FACT_SLOTS), *(named[name] for name in SIGNAL_SLOTS)]
    assert bool(holds(state)) is (evaluate(condition, Values(known), named) is True)


@LAW
@given(st.lists(conditions(), max_size=3).map(tuple), facts(), signals())
def test_de_morgan(parts: tuple[Condition, ...], known: dict[str, FactValue], named: dict[str, Truth]) -> None:
    """Not all is any not, and not any is all not, under all three values."""
    negated = tuple(map(Not, parts))
    values = Values(known)
    assert evaluate(Not(All(parts)), values, named) is evaluate(AnyOf(negated), values, named)
    assert evaluate(Not(AnyOf(parts)), values, named) is evaluate(All(negated), values, named)


@LAW
@given(conditions(monotone=True), facts(), signals(), st.data())
def test_learning_more_never_turns_a_decided_condition(
    condition: Condition, known: dict[str, FactValue], named: dict[str, Truth], data: st.DataObject
) -> None:
    """Filling in unknowns takes unknown to true or false, never true to false or back; leaves about knowledge apart."""
    before = evaluate(condition, Values(known), named)
    assume(before is not None)
    fuller = {name: data.draw(VALUES[name]) if value is None else value for name, value in known.items()}
    decided = {name: data.draw(st.booleans()) if truth is None else truth for name, truth in named.items()}
    assert evaluate(condition, Values(fuller), decided) is before


@LAW
@given(conditions(), facts(), signals())
def test_normal_forms_keep_the_truth(
    condition: Condition, known: dict[str, FactValue], named: dict[str, Truth]
) -> None:
    """Negation normal form and alternatives are equal to the condition under all three values."""
    values = Values(known)
    expected = evaluate(condition, values, named)
    normal = negation_normal_form(condition)
    assert evaluate(normal, values, named) is expected
    try:
        found = alternatives(condition)
    except ValueError:
        assume(False)  # noqa: FBT003  hypothesis's own signature
    truth = disjunction(
        conjunction(evaluate(leaf if positive else Not(leaf), values, named) for leaf, positive in one) for one in found
    )
    assert truth is expected
    assert not any(one < other for one in found for other in found)


@LAW
@given(conditions(), facts(), signals())
def test_a_condition_reads_only_what_it_names(
    condition: Condition, known: dict[str, FactValue], named: dict[str, Truth]
) -> None:
    """`facts_of` and `signals_of` are enough to evaluate a condition."""
    only = Values({name: known[name] for name in facts_of(condition)})
    mentioned = {name: named[name] for name in signals_of(condition)}
    assert evaluate(condition, only, mentioned) is evaluate(condition, Values(known), named)
    assert set(leaves_of(negation_normal_form(condition))) == set(leaves_of(condition))
