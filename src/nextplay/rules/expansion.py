"""What becomes of conditions when one leaf turns: through every signal that it stands in, directly or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from nextplay.rules.condition import (
    All,
    AnyOf,
    Condition,
    FactLeaf,
    Not,
    SignalLeaf,
    leaves_of,
    signals_of,
    signed_leaves,
)

MAX_LEAVES: Final = 64
"""What spans more leaves than this is not looked into: one leaf is hardly ever what it takes, and tables stay small."""
MAX_INLINED: Final = 5
"""What is written within each other so many times is deep enough: signals may stand behind a thousand others."""

CONSTANT: Final[Mapping[bool, Condition]] = {True: All(()), False: AnyOf(())}
"""The conditions that are always true and always false."""

SignedLeaves = Mapping[tuple[FactLeaf, bool], None]
"""Fact leaves in order of writing, each with the truth that favours a condition; both, if it stands on both sides."""


class Expansion:
    """The leaves of conditions, through the signals that they name."""

    def __init__(
        self, conditions: Mapping[str, Condition], order: Sequence[str], *, closed: Collection[str] = ()
    ) -> None:
        """Look through every signal but the `closed` ones; `order` names each after those that it names."""
        self._conditions = conditions
        self._order = order
        self._favoured: dict[str, SignedLeaves | None] = {}
        for name in order:
            self._favoured[name] = {} if name in closed else self.favoured(conditions[name])
        self._inside: dict[FactLeaf, list[str]] = {}
        for name in order:
            for leaf in dict.fromkeys(leaf for leaf, _ in self._favoured[name] or ()):
                self._inside.setdefault(leaf, []).append(name)

    def favoured(self, condition: Condition) -> SignedLeaves | None:
        """Return the leaves of a condition; `None` where there are too many in it or in a signal that it names."""
        found: dict[tuple[FactLeaf, bool], None] = {}
        for leaf, positive in signed_leaves(condition):
            if isinstance(leaf, FactLeaf):
                found[leaf, positive] = None
                continue
            inner = self._favoured[leaf.signal]
            if inner is None:
                return None
            found |= dict.fromkeys((one, wanted is positive) for one, wanted in inner)
        return found if len(found) <= MAX_LEAVES else None

    def turned(
        self, leaf: FactLeaf, conditions: Sequence[Condition], *, wanted: bool
    ) -> tuple[list[tuple[str, Condition]], list[Condition]]:
        """Put a truth in the place of a leaf in `conditions` and in every signal through which it reaches them.

        Returns the signals as they turn, under new names, each after those that it names; then the conditions over
        them.
        """
        turned: dict[str, Condition] = {}
        for name in self._inside.get(leaf, ()):
            turned[name] = _with_truth(self._conditions[name], leaf, turned, wanted=wanted)
        results = [_with_truth(condition, leaf, turned, wanted=wanted) for condition in conditions]
        needed = {name for result in results for name in signals_of(result)}
        variants = []
        for name, condition in reversed(turned.items()):
            if turned_name(name) in needed:
                needed |= signals_of(condition)
                variants.append((turned_name(name), condition))
        return variants[::-1], results


def turned_name(signal: str) -> str:
    """Name a signal as it is when a leaf turns; no rule file can use the name."""
    return f"{signal}, turned"


def inlined(
    variants: Sequence[tuple[str, Condition]], results: Sequence[Condition]
) -> tuple[list[tuple[str, Condition]], list[Condition]]:
    """Put variants that are named but once in the place of their name: there, most are never decided.

    Takes and returns what `Expansion.turned` returns.
    """
    conditions = [*(condition for _, condition in variants), *results]
    uses = Counter(leaf.signal for one in conditions for leaf in leaves_of(one) if isinstance(leaf, SignalLeaf))
    once: dict[str, Condition] = {}
    depths: dict[str, int] = {}
    kept = []
    for name, condition in variants:
        whole = _substituted(condition, once)
        depth = 1 + max((depths.get(signal, 0) for signal in signals_of(condition)), default=0)
        if uses[name] == 1 and depth <= MAX_INLINED:
            once[name], depths[name] = whole, depth
        else:
            kept.append((name, whole))
    return kept, [_substituted(result, once) for result in results]


def _substituted(condition: Condition, found: Mapping[str, Condition]) -> Condition:
    match condition:
        case SignalLeaf(signal):
            return found.get(signal, condition)
        case Not(child):
            return Not(_substituted(child, found))
        case All(children):
            return All(tuple(_substituted(child, found) for child in children))
        case AnyOf(children):
            return AnyOf(tuple(_substituted(child, found) for child in children))
        case FactLeaf():
            return condition


def _with_truth(condition: Condition, leaf: FactLeaf, turned: Mapping[str, Condition], *, wanted: bool) -> Condition:
    """Put a truth in the place of `leaf` and take out the constants that come of it; the truth stays the same."""
    match condition:
        case FactLeaf():
            return CONSTANT[wanted] if condition == leaf else condition
        case SignalLeaf(signal) if signal in turned:
            constant = turned[signal] in CONSTANT.values()
            return turned[signal] if constant else SignalLeaf(turned_name(signal))
        case SignalLeaf():
            return condition
        case Not(child):
            return _negated(_with_truth(child, leaf, turned, wanted=wanted))
        case All(children):
            return _joined([_with_truth(child, leaf, turned, wanted=wanted) for child in children], neutral=True)
        case AnyOf(children):
            return _joined([_with_truth(child, leaf, turned, wanted=wanted) for child in children], neutral=False)


def _negated(condition: Condition) -> Condition:
    for truth in (True, False):
        if condition == CONSTANT[truth]:
            return CONSTANT[not truth]
    return Not(condition)


def _joined(children: Sequence[Condition], *, neutral: bool) -> Condition:
    kept = tuple(child for child in children if child != CONSTANT[neutral])
    if CONSTANT[not neutral] in kept:
        return CONSTANT[not neutral]
    if len(kept) == 1:
        return kept[0]
    return All(kept) if neutral else AnyOf(kept)
