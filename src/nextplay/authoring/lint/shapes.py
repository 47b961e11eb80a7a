"""Conditions that say the same in the same order, signals taken for what they stand for: asked once, answered once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from nextplay.rules.condition import All, AnyOf, Condition, Not, SignalLeaf


class Shapes:
    """Numbers conditions: those that are written alike, down to the facts, have the same number."""

    def __init__(self, signals: Mapping[str, Condition]) -> None:
        """Take what every signal stands for."""
        self._signals = signals
        self._numbers: dict[Hashable, int] = {}
        self._by_identity: dict[int, int] = {}  # hashing a leaf costs more than finding what was found before
        self._kept: list[Condition] = []  # what is known by its identity must not be freed

    def of(self, condition: Condition) -> int:
        """Return the number of a condition."""
        found = self._by_identity.get(id(condition))
        if found is None:
            found = self._by_identity[id(condition)] = self._number(condition)
            self._kept.append(condition)
        return found

    def _number(self, condition: Condition) -> int:
        key: Hashable
        match condition:
            case SignalLeaf(signal):
                return self.of(self._signals[signal])
            case Not(child):
                key = (Not, self.of(child))
            case All(children) | AnyOf(children):
                key = (type(condition), *map(self.of, children))
            case _:
                key = condition
        return self._numbers.setdefault(key, len(self._numbers))
