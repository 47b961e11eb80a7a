"""The tree of a condition with the truth of every node: signals unfolded to their leaves, items one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from nextplay.authoring.explain.case import Case, Decided
from nextplay.decision import FactValue
from nextplay.facts import Facts, FactsOfItem, FactSpec, Item
from nextplay.rules.condition import (
    All,
    AnyOf,
    Condition,
    FactLeaf,
    Not,
    Operand,
    Parameter,
    SignalLeaf,
    Truth,
    conjunction,
    disjunction,
    evaluate,
    operands,
)
from nextplay.rules.distance import Distance, distance_of
from nextplay.rules.rulebook import SignalRule
from nextplay.rules.wording import render


@dataclass(frozen=True, slots=True)
class Compared:
    """A leaf as it was found.

    `threshold` is absent where there is none, or where it differs by a fact that is unknown; `parameter` and `by` then
    say of which. `reads` are the fields of the snapshot that the fact is computed from.
    """

    fact: str
    value: FactValue
    operator: str
    threshold: Operand
    distance: Distance | None
    unit: str
    step: float | None
    reads: tuple[str, ...]
    parameter: str | None = None
    by: str | None = None
    word: str | None = None
    when_unknown: bool | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """One node: an operator, a signal (`id`, with its sentence in `text`), one item of a list, or a comparison."""

    sort: Literal["all", "any", "not", "signal", "item", "fact"]
    truth: Truth
    id: str = ""
    text: str = ""
    compared: Compared | None = None
    children: tuple[Node, ...] = ()

    def leaves(self) -> Iterator[Compared]:
        """Walk the comparisons below, from left to right."""
        if self.compared is not None:
            yield self.compared
        for child in self.children:
            yield from child.leaves()


class Trees:
    """Builds trees for one account."""

    def __init__(self, case: Case, decided: Decided | None = None) -> None:
        """Take the account as it was given, or as it was `decided` after a change."""
        self._case = case
        self._decided = decided or case.given
        self._account: dict[str, Node] = {}

    def of(self, condition: Condition, item: Item | None = None) -> Node:
        """Return the tree of a condition, as seen from the account or from one of its items."""
        match condition:
            case FactLeaf():
                return self._leaf(condition, item)
            case SignalLeaf(signal):
                return self._signal(self._case.signals[signal], item)
            case Not(child):
                inner = self.of(child, item)
                return Node("not", None if inner.truth is None else not inner.truth, children=(inner,))
            case All(children):
                parts = tuple(self.of(child, item) for child in children)
                return Node("all", conjunction(part.truth for part in parts), children=parts)
            case AnyOf(children):
                parts = tuple(self.of(child, item) for child in children)
                return Node("any", disjunction(part.truth for part in parts), children=parts)

    def signal(self, rule: SignalRule) -> Node:
        """Return the tree of a signal."""
        return self._signal(rule, None)

    def items(self, rule_kind: str) -> tuple[Item, ...] | None:
        """Return the items of a list; `None` where the list is unknown."""
        found: Mapping[str, tuple[Item, ...] | None] = {
            str(kind): rows for kind, rows in self._decided.facts.items.items()
        }
        return found.get(rule_kind)

    def per_item(self, kind: str, condition: Condition) -> Node:
        """Return the tree of a condition for each item of a list, under one node that is true where one of them is."""
        items = self.items(kind)
        if items is None:
            return Node("item", None)
        rows = tuple(
            Node("item", node.truth, id=item.key, text=item.name, children=(node,))
            for item, node in ((item, self.of(condition, item)) for item in items)
        )
        return Node("any", disjunction(row.truth for row in rows), children=rows)

    def _signal(self, rule: SignalRule, item: Item | None) -> Node:
        if rule.for_each is None:
            item = None  # what speaks of the account is the same for every item
        if item is None and rule.id in self._account:
            return self._account[rule.id]
        if rule.for_each is not None and item is None:
            inner = self.per_item(rule.for_each, rule.when)
        else:
            inner = self.of(rule.when, item)
        node = Node("signal", inner.truth, id=rule.id, text=self._title(rule, item), children=(inner,))
        if item is None:
            self._account[rule.id] = node
        return node

    def _title(self, rule: SignalRule, item: Item | None) -> str:
        return render(rule.title, self._facts(item), self._case.specs, locale=self._case.locale)

    def _facts(self, item: Item | None) -> Facts | FactsOfItem:
        return self._decided.facts if item is None else FactsOfItem(self._decided.facts, item)

    def _leaf(self, leaf: FactLeaf, item: Item | None) -> Node:
        facts, spec = self._facts(item), self._case.specs[leaf.fact]
        compared = _compared(leaf, facts, spec)
        return Node("fact", evaluate(leaf, facts, {}), id=leaf.fact, compared=compared)


def _compared(leaf: FactLeaf, facts: Facts | FactsOfItem, spec: FactSpec) -> Compared:
    possible = operands(leaf, facts)
    threshold = possible[0] if len(possible) == 1 else None
    value = facts.value(leaf.fact)
    found = Compared(
        leaf.fact,
        value,
        leaf.operator,
        threshold,
        distance_of(leaf, value, threshold, spec),
        spec.unit,
        spec.step,
        facts.sources(spec),
        when_unknown=leaf.when_unknown,
    )
    if not isinstance(leaf.operand, Parameter):
        return found
    word = facts.value(leaf.operand.by)
    listed = str(word) if word in leaf.operand.cases else None
    return replace(found, parameter=leaf.operand.name, by=leaf.operand.by, word=listed)
