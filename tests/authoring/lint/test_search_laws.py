"""The analyser against brute force: random conditions over few facts, every customer tried one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.rules.strategies import Values

from nextplay.authoring.lint.boxes import TRUTHS, Demand, Space
from nextplay.authoring.lint.conditions import part_at, redundant_parts, replaced
from nextplay.authoring.lint.domains import Dimension
from nextplay.authoring.lint.search import NotDecided, Search
from nextplay.decision import FactValue
from nextplay.facts import FactSpec
from nextplay.rules.condition import (
    All,
    AnyOf,
    Condition,
    FactLeaf,
    Not,
    Parameter,
    SignalLeaf,
    Truth,
    evaluate,
    leaves_of,
)

LAW = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORDS = ("red", "blue")
SPECS: Mapping[str, FactSpec] = {
    "whole": FactSpec("whole", "number", "", "count", 0, 3, step=1, whole=True),
    "share": FactSpec("share", "number", "", "share", 0, 1, step=0.5),
    "flag": FactSpec("flag", "flag", ""),
    "word": FactSpec("word", "word", "", words=WORDS),
    "words": FactSpec("words", "words", "", words=WORDS),
}
VALUES: Mapping[str, tuple[FactValue, ...]] = {
    "whole": (None, 0, 1, 2, 3),
    "share": (None, 0, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.8, 1),
    "flag": (None, True, False),
    "word": (None, *WORDS),
    "words": (None, (), ("red",), ("blue",), ("red", "blue")),
}
"""Every known value that thresholds can tell apart, and unknown."""


def _leaves() -> st.SearchStrategy[FactLeaf]:
    ordered = st.sampled_from(["lt", "lte", "gt", "gte", "eq", "ne"])
    whole, share = st.integers(0, 3), st.sampled_from([0.25, 0.5, 0.75])
    by_word = st.builds(
        lambda cases, otherwise: Parameter("limit", "word", cases, otherwise),
        st.dictionaries(st.sampled_from(WORDS), whole, max_size=2),
        whole,
    )
    chosen = st.sampled_from([None, None, None, True, False])
    some = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2, unique=True).map(tuple)
    return st.one_of(
        st.builds(FactLeaf, st.just("whole"), ordered, whole | by_word, chosen),
        st.builds(FactLeaf, st.just("share"), ordered, share, chosen),
        st.builds(FactLeaf, st.just("whole"), st.just("between"), st.tuples(whole, whole).map(sorted).map(tuple)),
        st.builds(FactLeaf, st.just("flag"), st.sampled_from(["eq", "ne"]), st.booleans(), chosen),
        st.builds(FactLeaf, st.just("word"), st.sampled_from(["in", "not_in"]), some, chosen),
        st.builds(FactLeaf, st.just("words"), st.just("contains"), st.sampled_from(WORDS), chosen),
        st.builds(FactLeaf, st.just("words"), st.just("contains_any"), some, chosen),
        st.builds(FactLeaf, st.sampled_from(sorted(SPECS)), st.sampled_from(["is_known", "is_unknown"])),
    )


def _groups(child: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    some = st.lists(child, min_size=1, max_size=3).map(tuple)
    return some.map(All) | some.map(AnyOf) | child.map(Not)


CONDITIONS: st.SearchStrategy[Condition] = st.recursive(_leaves(), _groups, max_leaves=6)


@cache
def _customers(names: tuple[str, ...]) -> tuple[Values, ...]:
    return tuple(Values(dict(zip(names, row, strict=True))) for row in product(*(VALUES[name] for name in names)))


def _truths(*conditions: Condition) -> Iterator[tuple[Truth, ...]]:
    """Return what the conditions are worth for every customer that differs in a fact that they read."""
    read = {leaf.fact for one in conditions for leaf in leaves_of(one) if isinstance(leaf, FactLeaf)}
    if any(isinstance(getattr(leaf, "operand", None), Parameter) for one in conditions for leaf in leaves_of(one)):
        read.add("word")
    for customer in _customers(tuple(sorted(read))):
        yield tuple(evaluate(one, customer, {}) for one in conditions)


def _search(*conditions: Condition, signals: Mapping[str, Condition] | None = None) -> Search:
    every = (*conditions, *(signals or {}).values())
    leaves = [leaf for one in every for leaf in leaves_of(one) if isinstance(leaf, FactLeaf)]
    return Search(Space(leaves, SPECS), signals or {})


@LAW
@given(CONDITIONS)
def test_never_and_always_true_are_as_brute_force_says(condition: Condition) -> None:
    """A demand can be met exactly where some customer meets it: never true and always true are decided right."""
    search, truths = _search(condition), {truth for (truth,) in _truths(condition)}
    for demand, fitting in TRUTHS.items():
        assert search.is_possible((condition, demand)) == bool(truths & set(fitting)), demand


@LAW
@given(CONDITIONS, CONDITIONS)
def test_implication_is_as_brute_force_says(one: Condition, other: Condition) -> None:
    """One condition implies another exactly where no customer has the first true and the second not."""
    implied = not _search(one, other).is_possible((one, "true"), (other, "not_true"))
    assert implied == all(second is True for first, second in _truths(one, other) if first is True)


@LAW
@given(CONDITIONS)
def test_redundant_parts_are_as_brute_force_says(condition: Condition) -> None:
    """Without its redundant parts a condition is worth the same for everybody, and no other part can go."""
    rest = condition
    paths = redundant_parts(_search(condition), condition)
    for path in paths:
        neutral = All(()) if isinstance(part_at(condition, path[:-1]), All) else AnyOf(())
        rest = replaced(rest, path, neutral)
    assert all(first == second for first, second in _truths(condition, rest))
    for path in _group_parts(rest):
        if any(path[: len(one)] == one for one in paths):
            continue
        neutral = All(()) if isinstance(part_at(rest, path[:-1]), All) else AnyOf(())
        shorter = replaced(rest, path, neutral)
        assert any(first != second for first, second in _truths(rest, shorter)), path


def _group_parts(condition: Condition, path: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Yield the paths of parts that stand beside others in a group."""
    match condition:
        case Not(child):
            yield from _group_parts(child, (*path, 0))
        case All(children) | AnyOf(children):
            live = [child for child in children if child not in (All(()), AnyOf(()))]
            for place, child in enumerate(children):
                if child in live and len(live) > 1:
                    yield (*path, place)
                yield from _group_parts(child, (*path, place))


@LAW
@given(CONDITIONS, CONDITIONS, st.sampled_from(sorted(TRUTHS)))
def test_boxes_are_all_there_is(inner: Condition, outer: Condition, demand: Demand) -> None:
    """A customer meets a demand, through a signal too, exactly where he lies in one of the boxes found."""
    whole = AnyOf((All((SignalLeaf("inner"), outer)), Not(SignalLeaf("inner"))))
    flat = AnyOf((All((inner, outer)), Not(inner)))
    search = _search(whole, flat, signals={"inner": inner})
    boxes = list(search.boxes((whole, demand)))
    dimensions = [Dimension(fact) for fact in sorted(SPECS) if Dimension(fact) in search.space.domains]
    rows = product(*((None, *search.space.domains[one].samples) for one in dimensions))
    for row in list(rows)[::3]:
        values = Values({one.fact: value for one, value in zip(dimensions, row, strict=True)})
        found = any(all(_lies_in(values, one, mask, search) for one, mask in box.items()) for box in boxes)
        assert found == (evaluate(flat, values, {}) in TRUTHS[demand])


def _lies_in(values: Values, dimension: Dimension, mask: int, search: Search) -> bool:
    value, domain = values.value(dimension.fact), search.space.domains[dimension]
    if dimension.word:
        return bool(mask & (4 if value and dimension.word in str(value) else 2))
    return bool(mask & 1) if value is None else value in list(domain.values(mask))


def test_a_search_that_is_too_large_says_so() -> None:
    """Nothing is passed over in silence: over the bound the search gives up loudly."""
    leaf = FactLeaf("whole", "gt", 1)
    search = Search(Space([leaf], SPECS), {}, most_steps=1)
    with pytest.raises(NotDecided):
        search.is_possible((All((leaf, leaf, leaf)), "true"))
