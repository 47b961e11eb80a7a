"""Conditions with everything that a box decides left out, so that a search sees what is still free and no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from nextplay.authoring.lint.boxes import Box, Space, within
from nextplay.rules.condition import All, AnyOf, Condition, FactLeaf, Not, SignalLeaf

_TRUE: Final = All(())
_FALSE: Final = AnyOf(())


class Folding:
    """Folds conditions as they are within one box; signals are folded once, however often they are named."""

    def __init__(self, space: Space, signals: Mapping[str, Condition], box: Box) -> None:
        """Take the box, and what signals stand for."""
        self._space = space
        self._signals = signals
        self._box = box
        self._found: dict[str, Condition] = {}

    def condition(self, condition: Condition) -> Condition:
        """Return a condition that has the same truth everywhere in the box."""
        match condition:
            case FactLeaf():
                return self._leaf(condition)
            case SignalLeaf(signal):
                if signal not in self._found:
                    self._found[signal] = self.condition(self._signals[signal])
                return self._found[signal]
            case Not(child):
                inner = self.condition(child)
                return _FALSE if inner is _TRUE else _TRUE if inner is _FALSE else Not(inner)
            case All(children):
                return _group(All, map(self.condition, children), neutral=_TRUE, deciding=_FALSE)
            case AnyOf(children):
                return _group(AnyOf, map(self.condition, children), neutral=_FALSE, deciding=_TRUE)
            case _:  # a condition that no search can decide stays what it is
                return condition

    def _leaf(self, leaf: FactLeaf) -> Condition:
        if any(within(self._box, one) for one in self._space.region(leaf, "true")):
            return _TRUE
        return _FALSE if any(within(self._box, one) for one in self._space.region(leaf, "false")) else leaf


def _group(
    kind: type[All | AnyOf], children: Iterable[Condition], *, neutral: Condition, deciding: Condition
) -> Condition:
    kept: dict[int, Condition] = {}  # a signal that is named twice folds to one and the same part
    for child in children:
        if child is deciding:
            return deciding
        if child is not neutral:
            kept[id(child)] = child
    if not kept:
        return neutral
    return next(iter(kept.values())) if len(kept) == 1 else kind(tuple(kept.values()))
