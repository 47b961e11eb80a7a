"""Conditions with the signals they name written out, as far as a question needs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from nextplay.rules.condition import (
    All,
    AnyOf,
    Condition,
    FactLeaf,
    Not,
    SignalLeaf,
    leaves_of,
    negation_normal_form,
)

CONSTANT: Final[Mapping[bool, Condition]] = {True: All(()), False: AnyOf(())}
"""The conditions that are always true and always false."""


class Expansion:
    """Conditions with the signals they name written out."""

    def __init__(self, conditions: Mapping[str, Condition], order: Iterable[str]) -> None:
        """Measure every signal; `order` names each after those that it names."""
        self._conditions = conditions
        self._sizes: dict[str, int] = {}
        self._leaves: dict[str, frozenset[FactLeaf]] = {}
        for name in order:
            self._sizes[name] = self.size(conditions[name])
            self._leaves[name] = self._leaves_of(conditions[name])

    def size(self, condition: Condition) -> int:
        """Count the parts of a condition as written out."""
        match condition:
            case SignalLeaf(signal):
                return 1 + self._sizes[signal]
            case FactLeaf():
                return 1
            case Not(child):
                return 1 + self.size(child)
            case All(children) | AnyOf(children):
                return 1 + sum(map(self.size, children))

    def signed_leaves(self, condition: Condition) -> list[tuple[FactLeaf, bool]]:
        """List the fact leaves, each with the truth that favours the condition; both, where it stands on both sides."""
        normal = negation_normal_form(self._written_out(condition))
        return list(dict.fromkeys(_favoured(normal)))

    def turned(self, condition: Condition, leaf: FactLeaf, *, wanted: bool) -> Condition:
        """Put a truth in the place of a leaf wherever it stands; signals without it stay signals."""
        match condition:
            case FactLeaf():
                return CONSTANT[wanted] if condition == leaf else condition
            case SignalLeaf(signal):
                inside = leaf in self._leaves[signal]
                return self.turned(self._conditions[signal], leaf, wanted=wanted) if inside else condition
            case Not(child):
                inner = self.turned(child, leaf, wanted=wanted)
                return _simplified(Not(inner))
            case All(children):
                return _simplified(All(tuple(self.turned(child, leaf, wanted=wanted) for child in children)))
            case AnyOf(children):
                return _simplified(AnyOf(tuple(self.turned(child, leaf, wanted=wanted) for child in children)))

    def _leaves_of(self, condition: Condition) -> frozenset[FactLeaf]:
        found: set[FactLeaf] = set()
        for leaf in leaves_of(condition):
            found |= self._leaves[leaf.signal] if isinstance(leaf, SignalLeaf) else {leaf}
        return frozenset(found)

    def _written_out(self, condition: Condition) -> Condition:
        match condition:
            case FactLeaf():
                return condition
            case SignalLeaf(signal):
                return self._written_out(self._conditions[signal])
            case Not(child):
                return Not(self._written_out(child))
            case All(children):
                return All(tuple(map(self._written_out, children)))
            case AnyOf(children):
                return AnyOf(tuple(map(self._written_out, children)))


def _favoured(normal: Condition) -> Iterator[tuple[FactLeaf, bool]]:
    match normal:
        case FactLeaf():
            yield normal, True
        case Not(FactLeaf() as leaf):
            yield leaf, False
        case All(children) | AnyOf(children):
            for child in children:
                yield from _favoured(child)


def _simplified(condition: Condition) -> Condition:
    """Take constants out: what is left has the same truth."""
    true, false = CONSTANT[True], CONSTANT[False]
    match condition:
        case Not(child) if child in (true, false):
            return false if child == true else true
        case All(children):
            kept = tuple(child for child in children if child != true)
            return false if false in kept else kept[0] if len(kept) == 1 else All(kept)
        case AnyOf(children):
            kept = tuple(child for child in children if child != false)
            return true if true in kept else kept[0] if len(kept) == 1 else AnyOf(kept)
    return condition
