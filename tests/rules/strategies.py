"""Random conditions and facts over a small vocabulary, for the laws of the rule language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hypothesis import settings
from hypothesis import strategies as st

from nextplay.decision import FactValue
from nextplay.rules.condition import All, AnyOf, Condition, FactLeaf, Not, Parameter, SignalLeaf, Truth

LAW: Final = settings(max_examples=80, deadline=None)
"""Moderate: laws run with every test run, on two busy cores."""
WORDS: Final = ("red", "green", "blue")
VALUES: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "attributes.n0": st.integers(-3, 3),
    "attributes.n1": st.sampled_from([-1.5, 0.0, 0.5, 1.0, 2.5]),
    "attributes.n2": st.integers(0, 4),
    "attributes.flag": st.booleans(),
    "attributes.word": st.sampled_from(WORDS),
    "attributes.words": st.lists(st.sampled_from(WORDS), max_size=3, unique=True).map(tuple),
}
"""The known values of each fact."""
SIGNALS: Final = ("s0", "s1", "s2", "s3")


@dataclass(frozen=True)
class Values:
    """Facts by name."""

    known: Mapping[str, FactValue]

    def value(self, name: str) -> FactValue:
        """Look it up."""
        return self.known[name]


def facts() -> st.SearchStrategy[dict[str, FactValue]]:
    """Draw a value or unknown for every fact."""
    return st.fixed_dictionaries({name: st.none() | known for name, known in VALUES.items()})


def signals() -> st.SearchStrategy[dict[str, Truth]]:
    """Draw a truth for every signal."""
    return st.fixed_dictionaries({name: st.sampled_from([True, False, None]) for name in SIGNALS})


def leaves(*, monotone: bool = False) -> st.SearchStrategy[FactLeaf]:
    """Draw a comparison that fits the type of its fact; `monotone` leaves out those that look at knowledge itself."""
    number = st.integers(-3, 4)
    parameter = st.builds(
        lambda cases, otherwise: Parameter("limit", "attributes.word", cases, otherwise),
        st.dictionaries(st.sampled_from(WORDS), number, max_size=2),
        number,
    )
    numeric = st.sampled_from(["attributes.n0", "attributes.n1", "attributes.n2"])
    ordered = st.sampled_from(["lt", "lte", "gt", "gte", "eq", "ne"])
    chosen = st.none() if monotone else st.sampled_from([None, None, True, False])
    some = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(tuple)
    kinds: list[st.SearchStrategy[FactLeaf]] = [
        st.builds(FactLeaf, numeric, ordered, number | parameter, chosen),
        st.builds(FactLeaf, numeric, st.just("between"), st.tuples(number, number).map(sorted).map(tuple), chosen),
        st.builds(FactLeaf, st.just("attributes.flag"), st.sampled_from(["eq", "ne"]), st.booleans(), chosen),
        st.builds(FactLeaf, st.just("attributes.word"), st.sampled_from(["in", "not_in"]), some, chosen),
        st.builds(FactLeaf, st.just("attributes.words"), st.just("contains"), st.sampled_from(WORDS), chosen),
        st.builds(FactLeaf, st.just("attributes.words"), st.just("contains_any"), some, chosen),
    ]
    if not monotone:
        kinds.append(st.builds(FactLeaf, st.sampled_from(sorted(VALUES)), st.sampled_from(["is_known", "is_unknown"])))
    return st.one_of(kinds)


def conditions(
    *, monotone: bool = False, named: tuple[str, ...] = SIGNALS, most: int = 12
) -> st.SearchStrategy[Condition]:
    """Draw a tree of up to `most` leaves over facts and the `named` signals."""
    leaf: st.SearchStrategy[Condition] = leaves(monotone=monotone)
    if named:
        leaf |= st.sampled_from(named).map(SignalLeaf)
    return st.recursive(leaf, _branches, max_leaves=most)


def _branches(child: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    some = st.lists(child, max_size=4).map(tuple)
    return some.map(All) | some.map(AnyOf) | child.map(Not)
