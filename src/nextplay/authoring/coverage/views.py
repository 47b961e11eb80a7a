"""How one customer looks to a rule: once, or for a rule about the items of a list, once for each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from nextplay.decision import FactValue
from nextplay.facts import Facts, Item
from nextplay.facts.spec import ItemKind
from nextplay.rules.condition import Condition, FactValues, Truth, evaluate
from nextplay.rules.rulebook import SignalRule


class View(NamedTuple):
    """The facts and the truths of signals that a condition is asked with."""

    facts: FactValues
    signals: Mapping[str, Truth]

    def truth(self, condition: Condition) -> Truth:
        """Say what a condition is worth."""
        return evaluate(condition, self.facts, self.signals)


class ItemFacts:
    """The facts of one item, and of the account it belongs to."""

    def __init__(self, item: Item, facts: Facts) -> None:
        self._item = item
        self._facts = facts

    def value(self, name: str) -> FactValue:
        """Return the item's own value, or the account's."""
        return self._item.values[name] if name in self._item.values else self._facts.value(name)


class ItemSignals(Mapping[str, Truth]):
    """Truths as they are for one item; a signal that is not about such items is what it is for the account."""

    def __init__(
        self, kind: ItemKind, facts: ItemFacts, account: Mapping[str, Truth], rules: Mapping[str, SignalRule]
    ) -> None:
        self._kind = kind
        self._facts = facts
        self._account = account
        self._rules = rules
        self._found: dict[str, Truth] = {}

    def __getitem__(self, signal: str) -> Truth:
        """Evaluate a signal about these items, once."""
        rule = self._rules.get(signal)
        if rule is None or rule.for_each != self._kind:
            return self._account[signal]
        if signal not in self._found:
            self._found[signal] = evaluate(rule.when, self._facts, self)
        return self._found[signal]

    def __iter__(self) -> Iterator[str]:
        """Walk the names of the signals."""
        return iter(self._account)

    def __len__(self) -> int:
        """Count the signals."""
        return len(self._account)


def views(
    kind: ItemKind | None, facts: Facts, signals: Mapping[str, Truth], rules: Mapping[str, SignalRule]
) -> Iterator[View]:
    """Yield the ways in which a rule looks at a customer: none where the list is empty or unknown."""
    if kind is None:
        yield View(facts, signals)
        return
    for item in facts.items.get(kind) or ():
        seen = ItemFacts(item, facts)
        yield View(seen, ItemSignals(kind, seen, signals, rules))
