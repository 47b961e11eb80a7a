"""All signals compiled to one function say what the reference says of each, however they are looked up or guarded."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from tests.rules.strategies import LAW, VALUES, Values, conditions, facts

from nextplay.rules.compiled_program import MAX_BLOCK, MIN_BLOCK, compile_program, guard_of
from nextplay.rules.condition import (
    All,
    AnyOf,
    Condition,
    FactLeaf,
    Not,
    SignalLeaf,
    SignedLeaf,
    Truth,
    evaluate,
    negation_normal_form,
)

NAMES = tuple(VALUES)
SIGNALS = ("s0", "s1", "s2", "s3")
mains = st.recursive(
    st.sampled_from(SIGNALS).map(SignalLeaf),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, max_size=5).map(tuple).map(All),
        st.lists(inner, max_size=5).map(tuple).map(AnyOf),
    ),
    max_leaves=12,
)


def decided_by_reference(
    named: dict[str, Condition], last: dict[str, Condition], known: Values
) -> tuple[list[Truth], list[Truth]]:
    """Evaluate every condition, each after those that it names."""
    truths: dict[str, Truth] = {}
    for name, condition in named.items():
        truths[name] = evaluate(condition, known, truths)
    return list(truths.values()), [evaluate(condition, known, truths) for condition in last.values()]


@LAW
@given(st.lists(conditions(named=()), min_size=4, max_size=4), st.lists(mains, max_size=6), facts())
def test_signals_and_mains_are_what_the_reference_says(
    drawn: list[Condition], wanted: list[Condition], values: dict[str, int | None]
) -> None:
    """The state is the values and the truth of each signal and main, guarded or not; what is unknown is noted once."""
    named = dict(zip(SIGNALS, drawn, strict=True))
    last = {f"gap {place}": condition for place, condition in enumerate(wanted)}
    program = compile_program(NAMES, named, SIGNALS, last, watched=SIGNALS[:3])
    known = [values[name] for name in NAMES]
    truths, judged = decided_by_reference(named, last, Values(values))
    state, unknown, undecided = program(known)
    assert state == [*known, *truths, *judged]
    first = len(NAMES)
    assert sorted(unknown) == [first + place for place, truth in enumerate(truths[:3]) if truth is None]
    first += len(SIGNALS)
    assert sorted(undecided) == [first + place for place, truth in enumerate(judged) if truth is None]


def one_number(random: Random, count: int) -> dict[str, Condition]:
    """Draw conditions over one number, of every operator that fits, some of them composite."""
    found: dict[str, Condition] = {}
    for place in range(count):
        low = random.randint(-9, 9)
        leaves: Sequence[FactLeaf] = (
            FactLeaf("n", random.choice(["lt", "lte", "gt", "gte", "eq", "ne"]), low),
            FactLeaf("n", "between", (low, low + 2)),
            FactLeaf("n", random.choice(["in", "not_in"]), (low, low + 3)),
            FactLeaf("n", "gte", low + 0.5, random.choice([True, False, None])),
        )
        one, other = random.choice(leaves), random.choice(leaves)
        shapes: Sequence[Condition] = (one, Not(one), All((one, Not(other))), AnyOf((one, other)))
        found[f"s{place}"] = random.choice(shapes)
    return found


@LAW
@given(st.integers(0, 2**32), st.sampled_from([MIN_BLOCK - 1, MIN_BLOCK, 20, 2 * MAX_BLOCK + 1]))
def test_numbers_looked_up_between_thresholds_are_what_comparing_says(seed: int, count: int) -> None:
    """At, between and beyond all thresholds, asked twice, and unknown, a lookup says what comparing says."""
    named = one_number(Random(seed), count)  # noqa: S311  repeatable, not secret
    program = compile_program(["n"], named, tuple(named), {}, watched=set(named))
    asked = [None, *(half / 2 for half in range(-24, 30)), *range(-12, 15)]
    for value in (*asked, *asked):
        truths, _ = decided_by_reference(named, {}, Values({"n": value}))
        unknown = [place for place, truth in enumerate(truths, 1) if truth is None]
        state, noted, _ = program([value])
        assert (state, sorted(noted)) == ([value, *truths], unknown)


@LAW
@given(mains)
def test_a_condition_is_false_where_its_guard_is(condition: Condition) -> None:
    """With every leaf of the guard false as it counts, and the others true or unknown, the condition is false."""
    guard = guard_of(negation_normal_form(condition), {})
    if guard is None:
        return
    signs: dict[str, set[bool]] = {}
    for leaf, positive in guard:
        assert isinstance(leaf, SignalLeaf)
        signs.setdefault(leaf.signal, set()).add(positive)
    if any(len(both) == 2 for both in signs.values()):
        return  # no account makes a signal and its negation false at once
    fixed = {signal: not positive for signal, (positive,) in signs.items()}
    for other in (True, False, None):
        truths = dict.fromkeys(SIGNALS, other) | fixed
        assert evaluate(condition, Values({}), truths) is False


def test_of_two_guards_the_one_that_fewer_conditions_read_is_chosen() -> None:
    """A guard is small, then positive, then seldom read."""
    often, seldom = SignalLeaf("often"), SignalLeaf("seldom")
    readers = {SignedLeaf(often, positive=True): 9, SignedLeaf(seldom, positive=True): 1}
    assert guard_of(All((often, seldom)), readers) == frozenset({SignedLeaf(seldom, positive=True)})
    assert guard_of(All((Not(seldom), often)), readers) == frozenset({SignedLeaf(often, positive=True)})
    assert guard_of(All((AnyOf((often, seldom)), often)), readers) == frozenset({SignedLeaf(often, positive=True)})
    assert guard_of(All(()), readers) is None
    assert guard_of(AnyOf(()), readers) == frozenset()
