"""Conditions over lists, for a search that knows facts alone.

What is asked of one item is searched over the facts of that item, by their own names: `objective.days_overdue`. What
is asked of the account is true where it is true of some item. As many items are imagined beside that one as the
rulebook has signals of the list that plain rules read: each thing that shall be true of some item has one to be true
of, so nothing that is possible is missed. Their facts end in `@2`, `@3`. How many items there are is the fact
`lists.objectives`, unknown where the list is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from nextplay.facts import LIST_OF, FactSpec, ItemKind, Vocabulary, kind_of
from nextplay.rules.condition import All, AnyOf, Condition, FactLeaf, Not, SignalLeaf, leaves_of
from nextplay.rules.program import stated_conditions
from nextplay.rules.rulebook import Rulebook

OF_ITEM: Final = " of an item"
"""Ends the name of a signal as it is for the one item that a condition is asked of."""
LISTS: Final = "lists."
MOST_IMAGINED: Final = 4
"""With more items the search would be too large; conditions that need them are not decided."""


@dataclass(frozen=True, slots=True)
class Unsearched:
    """A condition that is not searched: whoever asks for it is told that it was not decided."""


def asked_of(condition: Condition, for_each: ItemKind | None) -> Condition:
    """Return a condition that is asked of one item (`for_each`) with its signals read for that item too."""
    return condition if for_each is None else _renamed(condition)


def signal_id(name: str) -> str:
    """Return the id of a signal, be it read for one item or for the account."""
    return name.removesuffix(OF_ITEM)


def searched_signals(book: Rulebook) -> dict[str, Condition]:
    """Return what every signal stands for in a search, by its id and, for one item, by its id with `OF_ITEM`."""
    rules = {rule.id: rule for rule in book.signals}
    found: dict[str, Condition] = {}
    read: dict[ItemKind, set[str]] = {}
    for name in _read_by_account(book):
        kind = rules[name].for_each
        if kind is not None:
            read.setdefault(kind, set()).add(name)
    for rule in book.signals:
        kind = rule.for_each
        found[rule.id] = rule.when
        found[f"{rule.id}{OF_ITEM}"] = SignalLeaf(rule.id) if kind is None else _renamed(rule.when)
        if kind is not None:
            items = len(read.get(kind, ())) + 1
            several = _of_some(rule.id, kind, items, {one.id: one.when for one in book.signals if one.for_each == kind})
            found[rule.id] = several if items <= MOST_IMAGINED else Unsearched()  # type: ignore[assignment]
    return found


def searched_specs(vocabulary: Vocabulary) -> dict[str, FactSpec]:
    """Return the facts of the account, of one item, of those imagined beside it, and the lengths of the lists."""
    found = {**vocabulary.specs, **vocabulary.item_specs}
    for number in range(2, MOST_IMAGINED + 1):
        found |= {f"{name}@{number}": spec for name, spec in vocabulary.item_specs.items()}
    for name in LIST_OF.values():
        found[f"{LISTS}{name}"] = FactSpec(
            f"{LISTS}{name}", "number", "How many items there are.", "count", 0, MOST_IMAGINED, whole=True
        )
    return found


def _read_by_account(book: Rulebook) -> Iterator[str]:
    """Yield the signals that are read for the account."""
    conditions = [rule.when for rule in book.signals if rule.for_each is None]
    plain = replace(book, gaps=tuple(gap for gap in book.gaps if gap.for_each is None))
    for condition in (*conditions, *stated_conditions(plain)):
        yield from (leaf.signal for leaf in leaves_of(condition) if isinstance(leaf, SignalLeaf))


def _of_some(name: str, kind: ItemKind, items: int, rules: Mapping[str, Condition]) -> Condition:
    """Return the truth of the account: unknown where the list is, else that of some item."""
    size = f"{LISTS}{LIST_OF[kind]}"
    there = [
        All((FactLeaf(size, "gte", number), _copy(rules[name], kind, number, rules))) for number in range(1, items + 1)
    ]
    return AnyOf((FactLeaf(size, "lt", 0), *there))


def _copy(condition: Condition, kind: ItemKind, number: int, rules: Mapping[str, Condition]) -> Condition:
    """Return what a condition asks of the item with this number; `rules` are the signals that are read for items."""
    match condition:
        case FactLeaf(fact):
            return replace(condition, fact=f"{fact}@{number}") if number > 1 and kind_of(fact) == kind else condition
        case SignalLeaf(signal):
            return _copy(rules[signal], kind, number, rules) if signal in rules else condition
        case Not(child):
            return Not(_copy(child, kind, number, rules))
        case All(children):
            return All(tuple(_copy(child, kind, number, rules) for child in children))
        case AnyOf(children):
            return AnyOf(tuple(_copy(child, kind, number, rules) for child in children))


def _renamed(condition: Condition) -> Condition:
    match condition:
        case SignalLeaf(signal):
            return SignalLeaf(f"{signal}{OF_ITEM}")
        case Not(child):
            return Not(_renamed(child))
        case All(children):
            return All(tuple(map(_renamed, children)))
        case AnyOf(children):
            return AnyOf(tuple(map(_renamed, children)))
        case FactLeaf():
            return condition
