"""Near misses: which numbers nearly bring about a gap, and how far away they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.rules.books import VOCABULARY, assess, book, contested, flag, known, plain, when

from nextplay.decision import FactValue, Reading
from nextplay.rules import compiled, near_misses
from nextplay.rules.condition import All, AnyOf, Condition, FactLeaf, Not, Operand, Operator, Parameter
from nextplay.rules.evaluation import Evaluator

N0, N1, N2 = "attributes.n0", "attributes.n1", "attributes.n2"
"""Numbers with a step of 1, with a step of 0.5, and without one."""


def near(rulebook_of: Condition, **facts: FactValue) -> list[tuple[str, float]]:
    """Return (fact, distance) for a rulebook of one gap."""
    return [
        (one.reading.fact, one.distance)
        for one in assess(book({}, [plain("gap", rulebook_of)]), known(**facts)).near_misses
    ]


@pytest.mark.parametrize(
    ("operator", "operand", "value", "distance"),
    [
        ("gt", 5, 5, 0.0),
        ("gt", 5, 4, 1.0),
        ("gt", 5, 3, 2.0),
        ("gt", 5, 2.9, None),
        ("gt", 5, 6, None),
        ("gte", 5, 4.5, 0.5),
        ("lt", 5, 5, 0.0),
        ("lt", 5, 7, 2.0),
        ("lte", 5, 6.25, 1.25),
        ("lte", 5, 7.5, None),
        ("between", (0, 4), -2, 2.0),
        ("between", (0, 4), 5, 1.0),
        ("between", (0, 4), 7, None),
        ("eq", 5, 5.5, None),
        ("gt", 5, None, None),
    ],
)
def test_the_distance_counts_steps_to_the_threshold(
    operator: Operator, operand: Operand, value: float | None, distance: float | None
) -> None:
    """|value - threshold| / step, up to two steps; only ordered comparisons of known numbers count."""
    expected = [] if distance is None else [(N0, distance)]
    assert near(FactLeaf(N0, operator, operand), n0=value) == expected


def test_distances_do_not_suffer_from_binary_fractions() -> None:
    """Two steps of 0.5 are two, and just over two are too far."""
    leaf = FactLeaf(N1, "gt", 1.3)
    assert near(leaf, n1=0.3) == [(N1, 2.0)]
    assert near(leaf, n1=0.29) == []


def test_a_fact_without_a_step_has_no_distance() -> None:
    """Where the vocabulary declares no step, nothing can be called near."""
    assert near(FactLeaf(N2, "gt", 5), n2=5) == []


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (All((FactLeaf(N0, "gt", 1), flag())), [(N0, 1.0)]),
        (All((FactLeaf(N0, "gt", 1), Not(flag()))), []),
        (All((FactLeaf(N0, "gt", 1), FactLeaf(N1, "gt", 1))), []),
        (All((FactLeaf(N0, "gt", 1), FactLeaf(N2, "gt", 1))), []),
        (AnyOf((FactLeaf(N0, "gt", 1), FactLeaf(N1, "gt", 2))), [(N0, 1.0)]),
        (All((AnyOf((FactLeaf(N0, "gt", 1), Not(flag()))), flag())), [(N0, 1.0)]),
        (Not(FactLeaf(N0, "lt", 1)), [(N0, 1.0)]),
        (Not(AnyOf((FactLeaf(N0, "lt", 1), Not(flag())))), [(N0, 1.0)]),
        (All((FactLeaf(N0, "gt", 1), FactLeaf(N0, "gt", 1))), [(N0, 1.0)]),
        (All((FactLeaf(N0, "gt", 1), Not(FactLeaf(N0, "gt", 1)))), []),
        (AnyOf((FactLeaf(N0, "gt", 2), FactLeaf(N0, "gt", 1))), [(N0, 1.0)]),
    ],
)
def test_one_leaf_must_suffice(condition: Condition, expected: list[tuple[str, float]]) -> None:
    """A leaf counts if the gap stands as soon as that comparison alone turns, wherever it is written."""
    assert near(condition, flag=True, n0=0, n1=0.0) == expected


def test_leaves_are_found_through_signals() -> None:
    """The leaf may stand in a signal that a signal of the gap names, also under `not`; it turns everywhere at once."""
    signals: dict[str, Condition] = {
        "low": FactLeaf(N0, "lt", 1),
        "fine": All((Not(when("low")), flag())),
        "late": AnyOf((when("fine"), FactLeaf(N1, "gt", 9))),
    }
    found = assess(book(signals, [plain("gap", All((when("late"), Not(when("low")))))]), known(n0=0, n1=0.0, flag=True))
    (miss,) = found.near_misses
    assert (miss.rule.id, miss.distance) == ("gap", 1.0)
    assert miss.reading == Reading(N0, 0, "lt", 1, truth=True)


def test_a_threshold_by_fact_is_measured_where_the_fact_is_known() -> None:
    """The case that holds gives the distance; under an unknown fact there is no one threshold."""
    leaf = FactLeaf(N0, "gt", Parameter("limit", "attributes.word", {"red": 9}, 2))
    assert near(leaf, n0=1, word="green") == [(N0, 1.0)]
    assert near(leaf, n0=1, word="red") == []
    assert near(leaf, n0=1) == []


def test_only_the_reading_of_a_contested_gap_counts() -> None:
    """A contested gap is near when its reading is; its sides may be anything."""
    rulebook = book({}, [contested("use", FactLeaf(N0, "gt", 1), FactLeaf(N1, "gt", 1), flag())])
    assert [(one.rule.id, one.reading.fact) for one in assess(rulebook, known(n0=1, n1=1.0)).near_misses] == [
        ("use", N0)
    ]
    assert assess(rulebook, known(n0=2, n1=1.0, flag=False)).near_misses == ()


def test_a_gap_that_would_be_explained_is_not_near() -> None:
    """Where `unless` is true the gap would not stand; false or unknown, it would."""
    rulebook = book({}, [plain("gap", FactLeaf(N0, "gt", 1), unless=flag())])
    assert [len(assess(rulebook, known(n0=1, flag=truth)).near_misses) for truth in (True, False, None)] == [0, 1, 1]


def test_the_nearest_three_gaps_each_once() -> None:
    """Each gap comes with its nearest leaf; by distance, then gap, then fact, three at the most."""
    far_or_near = AnyOf((FactLeaf(N0, "gt", 2), FactLeaf(N1, "gt", 0.5)))
    gaps = [
        plain("d", FactLeaf(N0, "gt", 2)),
        plain("c", far_or_near),
        plain("b", FactLeaf(N0, "gt", 1)),
        plain("a", FactLeaf(N0, "gt", 1)),
        plain("e", FactLeaf(N0, "gt", 0)),
    ]
    found = assess(book({}, gaps), known(n0=0, n1=0.0)).near_misses
    assert [(one.distance, one.rule.id, one.reading.fact) for one in found] == [
        (0.0, "e", N0),
        (1.0, "a", N0),
        (1.0, "b", N0),
    ]
    rest = assess(book({}, gaps[:2]), known(n0=0, n1=0.0)).near_misses
    assert [(one.distance, one.rule.id, one.reading.fact) for one in rest] == [(1.0, "c", N1), (2.0, "d", N0)]


def test_equally_near_leaves_of_one_gap_are_told_apart_by_fact() -> None:
    """A tie within a gap goes to the first fact by name."""
    leaves = (FactLeaf(N1, "gt", 0.5), FactLeaf(N0, "gt", 1))
    assert near(AnyOf(leaves), n0=0, n1=0.0) == [(N0, 1.0)]


def test_a_gap_of_doubling_signals_is_searched() -> None:
    """Signals that name each other twice over would be 2 ** 39 leaves if written out: each turns once instead."""
    signals: dict[str, Condition] = {"s00": FactLeaf(N0, "gt", 1)}
    for number in range(1, 40):
        signals[f"s{number:02}"] = AnyOf((All((when(f"s{number - 1:02}"), flag())), when(f"s{number - 1:02}")))
    gaps = [plain("wide", when("s39")), plain("narrow", when("s01"))]
    found = Evaluator(book(signals, gaps), VOCABULARY, inference="python").assess(known(n0=1, flag=True))
    assert [one.rule.id for one in found.near_misses] == ["narrow", "wide"]


@pytest.mark.parametrize(("count", "searched"), [(64, 1), (65, 0)])
def test_a_gap_of_too_many_leaves_is_not_searched(count: int, searched: int) -> None:
    """What spans more than 64 leaves through its signals is left out: one of them hardly suffices."""
    signals: dict[str, Condition] = {
        "few": FactLeaf(N0, "gt", 100),
        "many": AnyOf(tuple(FactLeaf(N0, "gt", 100 + limit) for limit in range(1, count))),
        "all": AnyOf((when("few"), when("many"))),
    }
    found = Evaluator(book(signals, [plain("gap", when("all"))]), VOCABULARY, inference="python")
    assert len(found.assess(known(n0=100)).near_misses) == searched


def test_the_search_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rulebook whose leaves would turn too many signals is searched as far as the bound, the first leaves first."""
    monkeypatch.setattr(near_misses, "MAX_TURNED", 10)
    signals: dict[str, Condition] = {"s0": AnyOf((FactLeaf(N0, "gt", 3), FactLeaf(N1, "gt", 3)))}
    signals |= {f"s{number}": All((when(f"s{number - 1}"), flag())) for number in range(1, 9)}
    evaluator = Evaluator(book(signals, [plain("gap", when("s8"))]), VOCABULARY, inference="python")
    assert [one.reading.fact for one in evaluator.assess(known(n0=3, n1=0.0, flag=True)).near_misses] == [N0]
    assert evaluator.assess(known(n0=0, n1=3.0, flag=True)).near_misses == ()


@pytest.mark.parametrize("at_once", [1, 2, 3, 200])
def test_the_search_may_be_compiled_in_parts(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    """However many probes go into one function, the same gaps are near, also where one fact is in several functions."""
    monkeypatch.setattr(compiled, "PROBES_AT_ONCE", at_once)
    gaps = [plain(f"gap{fact[-2:]}{limit}", FactLeaf(fact, "gt", limit)) for fact in (N0, N1) for limit in (5, 6, 9)]
    evaluator = Evaluator(book({}, gaps), VOCABULARY, inference="python")
    found = evaluator.assess(known(n0=4.5, n1=5.5)).near_misses
    assert [(one.rule.id, one.distance) for one in found] == [("gapn05", 0.5), ("gapn16", 1.0), ("gapn06", 1.5)]


LINKS: dict[str, Callable[[Condition], Condition]] = {
    "name": lambda before: before,
    "not": Not,
    "all": lambda before: All((before, flag())),
    "any": lambda before: AnyOf((before, Not(flag()))),
}


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("length", [2, 40, 1000])
def test_a_gap_behind_a_chain_of_signals_is_assessed(link: str, length: int) -> None:
    """A thousand signals, each naming the one before, exhaust neither the stack nor the compiler, and are searched."""
    signals: dict[str, Condition] = {"s0000": FactLeaf(N0, "gt", 1)}
    for number in range(1, length + 1):
        signals[f"s{number:04}"] = LINKS[link](when(f"s{number - 1:04}"))
    rulebook = book(signals, [plain("far", when(f"s{length:04}"))])
    evaluator = Evaluator(rulebook, VOCABULARY, inference="python")
    assert [gap.rule.id for gap in evaluator.assess(known(n0=2, flag=True)).gaps] == ["far"]
    assert len(evaluator.assess(known(n0=1, flag=True)).near_misses) == 1
