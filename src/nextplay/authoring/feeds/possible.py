"""Which truths a condition can have with the facts that can be fed: sets of true, false and unknown.

Leaves are taken each alone, so a truth that is not in the set never occurs, while one that is may need values that no
customer has together. What is said to stay undecided therefore does so for every customer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import product
from typing import Final

from nextplay.decision import FactValue
from nextplay.rules.condition import (
    All,
    AnyOf,
    Condition,
    FactLeaf,
    Not,
    Parameter,
    SignalLeaf,
    Truth,
    conjunction,
    disjunction,
    evaluate,
)
from nextplay.rules.rulebook import SignalRule

Truths = frozenset[Truth]
_EVER: Final = 2
"""From so many different numbers on, a number is taken to have any value."""


class Possible:
    """Works out the truths that conditions can have. `values` holds, by fact, what samples have shown, if it is fed."""

    def __init__(self, values: Mapping[str, Collection[FactValue]], signals: Mapping[str, SignalRule]) -> None:
        """Take the facts and the signals of a rulebook."""
        self._values = values
        self._signals = signals
        self._known: dict[str, Truths] = {}

    def with_facts(self, names: Collection[str]) -> Possible:
        """Return the same with further facts, which may have any value."""
        return Possible({**self._values, **dict.fromkeys(names, (0, 1, 2))}, self._signals)

    def truths(self, condition: Condition | None) -> Truths:
        """Return every truth that the condition may have; one that is not written is true."""
        match condition:
            case None:
                return frozenset({True})
            case FactLeaf():
                return self._leaf(condition)
            case SignalLeaf(signal):
                return self._signal(signal)
            case Not(child):
                return frozenset(None if truth is None else not truth for truth in self.truths(child))
            case All(children):
                return _joined(children, self, every=True)
            case AnyOf(children):
                return _joined(children, self, every=False)

    def _signal(self, name: str) -> Truths:
        if name not in self._known:
            rule = self._signals[name]
            found = self.truths(rule.when)
            self._known[name] = found | {False} if rule.for_each and found != {None} else found
        return self._known[name]

    def _leaf(self, leaf: FactLeaf) -> Truths:
        values = self._values.get(leaf.fact)
        alone = frozenset({evaluate(leaf, _One(leaf.fact, None), {})})
        if not values:
            return alone
        if isinstance(leaf.operand, Parameter):
            return frozenset({True, False, leaf.when_unknown}) | alone
        numbers = {value for value in values if isinstance(value, int | float) and not isinstance(value, bool)}
        if len(numbers) >= _EVER or any(isinstance(value, tuple) for value in values):
            return frozenset({True, False}) | alone
        return frozenset(evaluate(leaf, _One(leaf.fact, value), {}) for value in values) | alone


class _One:
    """Knows one fact."""

    def __init__(self, name: str, value: FactValue) -> None:
        self._name, self._value = name, value

    def value(self, name: str) -> FactValue:
        """Return the value; every other fact is unknown."""
        return self._value if name == self._name else None


def _joined(children: tuple[Condition, ...], possible: Possible, *, every: bool) -> Truths:
    join = conjunction if every else disjunction
    found: Truths = frozenset({every})
    for child in children:
        found = frozenset(join(pair) for pair in product(found, possible.truths(child)))
    return found
