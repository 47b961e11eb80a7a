"""Every condition of a rulebook over one flat state: facts first, then signals, each at its own slot.

A fact that a gap, a play or the lead compares by itself becomes an anonymous signal, so that everything after the
signals is made of signals alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from operator import itemgetter
from typing import Any, NamedTuple

from nextplay.decision import FactValue
from nextplay.errors import EngineFault
from nextplay.facts import ITEM_KINDS, Facts, Item, ItemKind, kind_of
from nextplay.rules.compiled import (
    Compiled,
    ItemLists,
    Probe,
    State,
    compile_condition,
    compile_item_program,
    compile_probes,
)
from nextplay.rules.compiled_program import Decided, compile_program
from nextplay.rules.condition import (
    All,
    AnyOf,
    Condition,
    FactLeaf,
    Not,
    Parameter,
    SignalLeaf,
    Truth,
    always_decides,
    facts_of,
    facts_of_leaf,
    leaves_of,
    signals_of,
)
from nextplay.rules.rulebook import GapRule, Rulebook


class Program:
    """The signals of a rulebook, decided in one go.

    `conditions` gives the condition of every signal, anonymous ones included; what a gap stands or falls with counts as
    one, and `mains` names these in the order of the gaps. `order` names each signal after those that it names. `slots`
    says where in the state its truth stands; those with a name of their own come first, as in the rulebook.

    `watched` names the signals that are noted where they are unknown: those that are not unknown with their one fact.

    `lists` says which conditions are asked of every item of a list. The facts of items that they read (`item_names`)
    have slots behind those of the account: whether every item has the fact known, or, in the state of one item, its
    value. `known_names` are both together, by slot.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        """Lay the rulebook out. Raises `graphlib.CycleError` where signals name each other in a circle."""
        self.conditions: dict[str, Condition] = {rule.id: rule.when for rule in rulebook.signals}
        self._named = tuple(self.conditions)
        self._anonymous: dict[FactLeaf, str] = {}
        for condition in stated_conditions(rulebook):
            for leaf in leaves_of(condition):
                if isinstance(leaf, FactLeaf) and leaf not in self._anonymous:
                    self._anonymous[leaf] = self._add(leaf_name(leaf), leaf)
        self.lists: dict[str, ItemKind] = {rule.id: rule.for_each for rule in rulebook.signals if rule.for_each}
        self.mains: list[str] = []
        for gap in rulebook.gaps:
            self.mains.append(self._add(f"gap {gap.id}", main_condition(gap)))
            if gap.for_each:
                self.lists[self.mains[-1]] = gap.for_each
        self.order = _decidable_order(self.conditions)
        self._reads: dict[str, frozenset[str]] = {}
        for name in self.order:
            self._reads[name] = self.facts_read(self.conditions[name])
        read = sorted(set().union(*map(facts_of, self.conditions.values())))
        self.fact_names = tuple(name for name in read if kind_of(name) is None)
        self._items = _item_lists(self.lists, read)
        self.item_names = tuple(name for names in self._items.names.values() for name in names)
        self.known_names = self.fact_names + self.item_names
        self.fact_slots: Mapping[str, int] = {name: slot for slot, name in enumerate(self.known_names)}
        self.slots: Mapping[str, int] = {
            name: len(self.known_names) + place for place, name in enumerate(self.conditions)
        }
        self.watched = frozenset(name for name in self._named if not self.is_sure(name))
        self._watched_slots = tuple(self.slots[name] for name in self._named if name in self.watched)
        self._named_places = {name: self.slots[name] for name in self._named}
        if self.lists:
            self._decide_items = compile_item_program(self.fact_names, self._items, self.conditions, self.order)
        else:
            self._decide = self._compiled()
        self._picked: tuple[tuple[str, ...], Callable[[Sequence[Any]], Sequence[Any]]] = ((), tuple)

    def _compiled(self) -> Callable[[Sequence[Any]], tuple[list[Any], list[int], list[int]]]:
        mains = {name: self.over_signals(self.conditions[name]) for name in self.mains}
        others = {name: condition for name, condition in self.conditions.items() if name not in mains}
        order = [name for name in self.order if name in others]
        return compile_program(self.fact_names, others, order, mains, watched=self.watched)

    def reads(self) -> dict[str, frozenset[str]]:
        """Return, for each signal that has a name, the facts that can leave it unknown."""
        return {name: self._reads[name] for name in self._named}

    def is_sure(self, name: str) -> bool:
        """Tell whether a signal is unknown exactly where one fact is, which it compares."""
        return isinstance(self.conditions[name], FactLeaf) and len(self._reads[name]) == 1 and name not in self.lists

    def main_slots(self) -> slice:
        """Return where in the state stands what gaps stand or fall with, in the order of the rulebook."""
        first = len(self.known_names) + len(self.conditions) - len(self.mains)
        return slice(first, first + len(self.mains))

    def state(self, facts: Facts) -> list[Any]:
        """Decide every signal: the values of `known_names`, then the truths, by slot.

        Where conditions are asked of items, the last element is an `ItemStates`.
        """
        return self.decided(facts)[0]

    def decided(self, facts: Facts) -> tuple[list[Any], list[int], list[int]]:
        """Decide every signal: the `Decided` of the facts, as a plain tuple. The mains are in any order."""
        names, pick = self._picked
        if facts.names is not names and facts.names != names:
            positions = {name: position for position, name in enumerate(facts.names)}
            pick = picker([positions[name] for name in self.fact_names])
            self._picked = (facts.names, pick)
        if self.lists:
            return self._noted(self._state_with_items(pick(facts.values), facts.items))
        return self._decide(pick(facts.values))

    def _noted(self, state: list[Any]) -> Decided:
        mains = self.main_slots()
        undecided = [slot for slot in range(mains.start, mains.stop) if state[slot] is None]
        return Decided(state, [slot for slot in self._watched_slots if state[slot] is None], undecided)

    def _state_with_items(self, values: Sequence[Any], items: Mapping[ItemKind, tuple[Item, ...] | None]) -> list[Any]:
        rows = {kind: _rows(items[kind], names) for kind, names in self._items.names.items()}
        state = self._decide_items(values, rows)
        state[-1] = ItemStates(self, state, items, rows, state[-1])
        return state

    def item_facts(self, kind: ItemKind) -> Sequence[str]:
        """Return the facts of items of this kind that conditions read, in the order of their slots."""
        return self._items.names[kind]

    def truths(self, state: Sequence[Any]) -> Mapping[str, Truth]:
        """Return the truth of every signal that has a name, in the order of the rulebook."""
        return Truths(self._named_places, state)

    def compile(self, condition: Condition) -> Compiled:
        """Compile a condition over facts and signals that the rulebook mentions."""
        return compile_condition(self.over_signals(condition), self.fact_slots, self.slots)

    def probing(self, probes: Sequence[Probe]) -> Callable[[Sequence[Any]], list[int]]:
        """Compile probes over facts and signals that the rulebook mentions."""
        return compile_probes(probes, self.fact_slots, self.slots)

    def over_signals(self, condition: Condition) -> Condition:
        """Put its anonymous signal in the place of every fact leaf that a gap, a play or the lead states."""
        match condition:
            case FactLeaf() if condition in self._anonymous:
                return SignalLeaf(self._anonymous[condition])
            case FactLeaf() | SignalLeaf():
                return condition
            case Not(child):
                return Not(self.over_signals(child))
            case All(children):
                return All(tuple(map(self.over_signals, children)))
            case AnyOf(children):
                return AnyOf(tuple(map(self.over_signals, children)))

    def facts_read(self, condition: Condition) -> frozenset[str]:
        """Name the facts that can leave a condition unknown, directly or through the signals it names."""
        found: set[str] = set()
        for leaf in leaves_of(condition):
            if isinstance(leaf, SignalLeaf):
                found |= self._reads[leaf.signal]
            elif not always_decides(leaf):
                found.update(facts_of_leaf(leaf))
        return frozenset(found)

    def _add(self, name: str, condition: Condition) -> str:
        """Add a signal under a name of its own."""
        tries = (f"{name} ({number})" if number else name for number in range(len(self.conditions) + 1))
        unused = next(one for one in tries if one not in self.conditions)
        self.conditions[unused] = condition
        return unused


class Truths(Mapping[str, Truth]):
    """Truths by name, read off a state where they are asked for: few ever are, and a dictionary costs all of them."""

    __slots__ = ("_places", "_state")

    def __init__(self, places: Mapping[str, int], state: State) -> None:
        """Take the slot of every name."""
        self._places = places
        self._state = state

    def __getitem__(self, name: str) -> Truth:
        truth: Truth = self._state[self._places[name]]
        return truth

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __repr__(self) -> str:
        return f"Truths({dict(self)})"


class ItemReading(NamedTuple):
    """One item, and the state as it is for this item alone."""

    item: Item
    state: list[Any]


class ItemStates:
    """The states of single items, made when they are first asked for."""

    __slots__ = ("_found", "_items", "_program", "_rows", "_state", "_truths")

    def __init__(
        self,
        program: Program,
        state: list[Any],
        items: Mapping[ItemKind, tuple[Item, ...] | None],
        rows: Mapping[ItemKind, Sequence[State] | None],
        truths: Mapping[str, Sequence[Truth] | None],
    ) -> None:
        """Take the state of the account, the items with their values, and the truths of conditions item by item."""
        self._program = program
        self._state = state
        self._items = items
        self._rows = rows
        self._truths = truths
        self._found: dict[ItemKind, tuple[ItemReading, ...]] = {}

    def of(self, kind: ItemKind) -> tuple[ItemReading, ...]:
        """Return the items of a list, in their order; none where the list is unknown."""
        if kind not in self._found:
            self._found[kind] = tuple(self._read(kind))
        return self._found[kind]

    def is_unknown(self, kind: ItemKind) -> bool:
        """Say whether the list was not sent."""
        return self._items[kind] is None

    def shown(self, signal: str) -> Item | None:
        """Return the item that a signal is told by: the first of which it is true, else unknown, else the first."""
        truths = self._truths.get(signal) or ()
        items = self._items[self._program.lists[signal]] or ()
        for wanted in (True, None):
            for item, truth in zip(items, truths, strict=False):
                if truth is wanted:
                    return item
        return items[0] if items else None

    def _read(self, kind: ItemKind) -> Iterator[ItemReading]:
        program = self._program
        facts = [program.fact_slots[name] for name in program.item_facts(kind)]
        apart = [(program.slots[name], self._truths[name] or ()) for name, own in program.lists.items() if own == kind]
        rows = self._rows[kind] or ()
        for place, item in enumerate(self._items[kind] or ()):
            state = list(self._state)
            for slot, value in zip(facts, rows[place], strict=True):
                state[slot] = value
            for slot, truths in apart:
                state[slot] = truths[place]
            yield ItemReading(item, state)


def _item_lists(kinds: Mapping[str, ItemKind], names: Sequence[str]) -> ItemLists:
    used = {*kinds.values()}
    return ItemLists(
        kinds, {kind: [name for name in names if kind_of(name) == kind] for kind in ITEM_KINDS if kind in used}
    )


def _rows(items: tuple[Item, ...] | None, names: Sequence[str]) -> list[list[FactValue]] | None:
    return None if items is None else [[item.values[name] for name in names] for item in items]


def stated_conditions(rulebook: Rulebook) -> Iterator[Condition]:
    """Walk every condition that gaps, plays and the lead state, in the order of the rulebook."""
    found: list[Condition | None] = []
    for gap in rulebook.gaps:
        found += [gap.when, gap.reading, *(side.when for side in (gap.cx, gap.cs) if side), gap.unless]
    for play in rulebook.plays:
        found += [play.eligibility, play.applicability, play.suitability, play.done_when]
    found += [*(line.when for line in rulebook.diagnosis.lead), rulebook.diagnosis.healthy_when]
    return (condition for condition in found if condition is not None)


def main_condition(gap: GapRule) -> Condition:
    """Return the condition that a gap stands or falls with: its `when`, or the `reading` of a contested one."""
    condition = gap.when if gap.reading is None else gap.reading
    if condition is None:
        raise EngineFault(f"gap `{gap.id}` has neither `when` nor `reading`")
    return condition


def _decidable_order(conditions: Mapping[str, Condition]) -> tuple[str, ...]:
    """Put signals after those that they name; the same rulebook always gives the same order."""
    named = {name: sorted(signals_of(condition)) for name, condition in sorted(conditions.items())}
    return tuple(TopologicalSorter(named).static_order())


def picker(slots: Sequence[int]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """Return a function that picks the given slots; `itemgetter` gives no tuple for fewer than two."""
    return itemgetter(*slots) if len(slots) > 1 else lambda state: tuple(state[slot] for slot in slots)


def leaf_name(leaf: FactLeaf) -> str:
    """Name a leaf by what it asks, so that evidence can show it."""
    operand = leaf.operand.name if isinstance(leaf.operand, Parameter) else json.dumps(leaf.operand)
    asked = leaf.operator if leaf.operand is None else f"{leaf.operator} {operand}"
    chosen = "" if leaf.when_unknown is None else f", unknown is {str(leaf.when_unknown).lower()}"
    return f"{leaf.fact} {asked}{chosen}"
