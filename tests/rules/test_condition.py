"""What conditions mean: the truth tables of the rule language, operator by operator."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.rules.strategies import Values

from nextplay.decision import FactValue
from nextplay.rules.compiled import compile_condition
from nextplay.rules.condition import (
    All,
    AnyOf,
    Condition,
    FactLeaf,
    Not,
    Operand,
    Operator,
    Parameter,
    SignalLeaf,
    SignedLeaf,
    Truth,
    alternatives,
    evaluate,
    facts_of,
    negation_normal_form,
    signals_of,
)

T, F, U = True, False, None
A, B, C, D = (SignalLeaf(name) for name in "abcd")


def truths(condition: Condition, facts: Mapping[str, FactValue], signals: Mapping[str, Truth]) -> tuple[Truth, Truth]:
    """Evaluate by reference and by closure."""
    fact_slots = {name: slot for slot, name in enumerate(facts)}
    signal_slots = {name: len(facts) + slot for slot, name in enumerate(signals)}
    compiled = compile_condition(condition, fact_slots, signal_slots)
    return evaluate(condition, Values(facts), signals), compiled([*facts.values(), *signals.values()])


KLEENE = [
    (T, T, T, T),
    (T, F, F, T),
    (T, U, U, T),
    (F, T, F, T),
    (F, F, F, F),
    (F, U, F, U),
    (U, T, U, T),
    (U, F, F, U),
    (U, U, U, U),
]


@pytest.mark.parametrize(("one", "other", "both", "either"), KLEENE)
def test_all_and_any_follow_kleenes_tables(one: Truth, other: Truth, both: Truth, either: Truth) -> None:
    """`all` and `any` of two give Kleene's conjunction and disjunction, in every spelling of the condition."""
    signals = {"a": one, "b": other, "c": other}
    for first, second in ((A, B), (B, A), (A, Not(Not(B))), (Not(Not(A)), Not(Not(B)))):
        assert truths(All((first, second)), {}, signals) == (both, both)
        assert truths(AnyOf((first, second)), {}, signals) == (either, either)
    three = (Not(Not(A)), Not(Not(B)), Not(Not(C)))
    assert truths(All(three), {}, signals) == (both, both)
    assert truths(AnyOf(three), {}, signals) == (either, either)


@pytest.mark.parametrize(("given", "negated"), [(T, F), (F, T), (U, U)])
def test_not_swaps_true_and_false_only(given: Truth, negated: Truth) -> None:
    """`not` swaps true and false and leaves unknown."""
    assert truths(Not(A), {}, {"a": given}) == (negated, negated)


def test_an_empty_all_is_true_and_an_empty_any_false() -> None:
    """Nothing to fail is true, nothing to hold is false."""
    assert truths(All(()), {}, {}) == (T, T)
    assert truths(AnyOf(()), {}, {}) == (F, F)


LEAVES: list[tuple[Operator, Operand, FactValue, Truth]] = [
    ("eq", "smb", "smb", T),
    ("eq", "smb", "enterprise", F),
    ("eq", True, False, F),
    ("eq", 3, 3.0, T),
    ("ne", "smb", "smb", F),
    ("ne", "smb", "enterprise", T),
    ("in", ("a", "b"), "b", T),
    ("in", ("a", "b"), "c", F),
    ("in", (1.0, 2.0), 2, T),
    ("not_in", ("a", "b"), "b", F),
    ("not_in", ("a", "b"), "c", T),
    ("lt", 5, 4.99, T),
    ("lt", 5, 5, F),
    ("lte", 5, 5, T),
    ("lte", 5, 5.01, F),
    ("gt", 5, 5, F),
    ("gt", 5, 5.01, T),
    ("gte", 5, 5, T),
    ("gte", 5, 4.99, F),
    ("between", (0, 120), 0, T),
    ("between", (0, 120), 120, T),
    ("between", (0, 120), -0.01, F),
    ("between", (0, 120), 121, F),
    ("contains", "effort", ("price", "effort"), T),
    ("contains", "effort", ("price",), F),
    ("contains", "effort", (), F),
    ("contains_any", ("effort", "fit"), ("price", "fit"), T),
    ("contains_any", ("effort", "fit"), ("price",), F),
]


@pytest.mark.parametrize(("operator", "operand", "value", "expected"), LEAVES)
def test_each_operator_decides_known_values(
    operator: Operator, operand: Operand, value: FactValue, expected: Truth
) -> None:
    """A known value is compared as the operator says, ends of `between` included, whatever `unknown` states."""
    for when_unknown in (U, T, F):
        leaf = FactLeaf("f", operator, operand, when_unknown)
        assert truths(leaf, {"f": value}, {}) == (expected, expected)


@pytest.mark.parametrize(("operator", "operand"), {leaf[0]: leaf[1] for leaf in LEAVES}.items())
@pytest.mark.parametrize("when_unknown", [U, T, F])
def test_an_unknown_fact_is_unknown_or_what_the_author_chose(
    operator: Operator, operand: Operand, when_unknown: Truth
) -> None:
    """Every comparison with an unknown fact is unknown, unless `unknown:` states the choice."""
    assert truths(FactLeaf("f", operator, operand, when_unknown), {"f": None}, {}) == (when_unknown, when_unknown)


@pytest.mark.parametrize(("value", "known"), [(0, T), (F, T), ("", T), ((), T), (None, F)])
def test_asking_about_knowledge_always_decides(value: FactValue, known: bool) -> None:  # noqa: FBT001  a table's column
    """`is_known` and `is_unknown` decide for every value; zero, false and empty are known."""
    assert truths(FactLeaf("f", "is_known"), {"f": value}, {}) == (known, known)
    assert truths(FactLeaf("f", "is_unknown"), {"f": value}, {}) == (not known, not known)


SILENT = Parameter("silent_days", "segment", {"enterprise": 45, "smb": 120}, 75)


@pytest.mark.parametrize(
    ("days", "segment", "expected"),
    [
        (46, "enterprise", T),
        (46, "smb", F),
        (76, "mid_market", T),
        (75, "mid_market", F),
        (121, None, T),
        (120, None, U),
        (46, None, U),
        (45, None, F),
        (None, "smb", U),
        (None, None, U),
    ],
)
def test_a_parameter_decides_without_its_fact_only_where_every_case_agrees(
    days: int | None, segment: str | None, expected: Truth
) -> None:
    """A threshold by segment uses its case, else `otherwise`; under an unknown segment all of them must agree."""
    facts: dict[str, FactValue] = {"days": days, "segment": segment}
    assert truths(FactLeaf("days", "gt", SILENT), facts, {}) == (expected, expected)
    chosen = F if expected is None else expected
    assert truths(FactLeaf("days", "gt", SILENT, when_unknown=False), facts, {}) == (chosen, chosen)


def test_a_condition_names_the_facts_and_signals_it_reads() -> None:
    """`facts_of` and `signals_of` find every name, also under `not` and behind a parameter."""
    condition = All((A, Not(AnyOf((B, FactLeaf("days", "gt", SILENT)))), FactLeaf("nps", "is_known")))
    assert facts_of(condition) == {"days", "segment", "nps"}
    assert signals_of(condition) == {"a", "b"}


def test_a_leaf_with_a_parameter_can_stand_in_sets() -> None:
    """Normal forms put leaves into sets, so leaves hash by what they say."""
    again = Parameter("silent_days", "segment", {"smb": 120, "enterprise": 45}, 75)
    assert {FactLeaf("days", "gt", SILENT), FactLeaf("days", "gt", again)} == {FactLeaf("days", "gt", SILENT)}


def test_negation_normal_form_leaves_not_only_on_leaves() -> None:
    """De Morgan, in writing."""
    assert negation_normal_form(Not(All((A, Not(B), AnyOf((C, Not(D))))))) == AnyOf((Not(A), B, All((Not(C), D))))


def signed(*names: str) -> frozenset[SignedLeaf]:
    """Build an alternative: `a` or `-a`."""
    return frozenset(SignedLeaf(SignalLeaf(name.removeprefix("-")), not name.startswith("-")) for name in names)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (A, [signed("a")]),
        (Not(A), [signed("-a")]),
        (All(()), [signed()]),
        (AnyOf(()), []),
        (Not(AnyOf(())), [signed()]),
        (AnyOf((A, B, A)), [signed("a"), signed("b")]),
        (All((AnyOf((A, B)), C)), [signed("a", "c"), signed("b", "c")]),
        (Not(All((A, B))), [signed("-a"), signed("-b")]),
        (AnyOf((All((A, B)), A)), [signed("a")]),
        (All((A, Not(A))), [signed("a", "-a")]),
        (All((AnyOf((A, B)), AnyOf((A, C)))), [signed("a"), signed("b", "c")]),
    ],
)
def test_alternatives_are_distinct_and_minimal(condition: Condition, expected: list[frozenset[SignedLeaf]]) -> None:
    """The disjunctive normal form keeps the order of writing, and no alternative contains another."""
    assert list(alternatives(condition)) == expected


def pairs(count: int) -> All:
    """Build `count` choices between two: 2 ** count alternatives."""
    return All(tuple(AnyOf((SignalLeaf(f"x{i}"), SignalLeaf(f"y{i}"))) for i in range(count)))


def test_over_64_alternatives_are_refused() -> None:
    """64 alternatives pass; one more choice is refused with a remedy, before it grows without bound."""
    assert len(alternatives(pairs(6))) == 64
    assert len(alternatives(AnyOf((pairs(6), pairs(6))))) == 64
    for size in (7, 30):
        with pytest.raises(ValueError, match="more than 64 alternatives; gather some of them in a signal"):
            alternatives(pairs(size))
