"""Every condition of a rulebook over one flat state: facts first, then signals, each at its own slot.

A fact that a gap, a play or the lead compares by itself becomes an anonymous signal, so that everything after the
signals is made of signals alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from operator import itemgetter
from typing import Any

from nextplay.errors import EngineFault
from nextplay.facts import Facts
from nextplay.rules.compiled import Compiled, Probe, compile_condition, compile_probes, compile_program
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
    says where in the state its truth stands; those with a name of their own stand in `named_slots`, as in the rulebook.
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
        self.mains = [self._add(f"gap {gap.id}", main_condition(gap)) for gap in rulebook.gaps]
        self.order = _decidable_order(self.conditions)
        self._reads: dict[str, frozenset[str]] = {}
        for name in self.order:
            self._reads[name] = self.facts_read(self.conditions[name])
        self.fact_names = tuple(sorted(set().union(*map(facts_of, self.conditions.values()))))
        self.fact_slots: Mapping[str, int] = {name: slot for slot, name in enumerate(self.fact_names)}
        self.slots: Mapping[str, int] = {
            name: len(self.fact_names) + place for place, name in enumerate(self.conditions)
        }
        self.named_slots = slice(len(self.fact_names), len(self.fact_names) + len(self._named))
        self._decide = compile_program(self.fact_names, self.conditions, self.order)
        self._picked: tuple[tuple[str, ...], Callable[[Sequence[Any]], Sequence[Any]]] = ((), tuple)

    def reads(self) -> list[frozenset[str]]:
        """Return, for each signal that has a name, the facts that can leave it unknown."""
        return [self._reads[name] for name in self._named]

    def main_slots(self) -> slice:
        """Return where in the state stands what gaps stand or fall with, in the order of the rulebook."""
        first = len(self.fact_names) + len(self.conditions) - len(self.mains)
        return slice(first, first + len(self.mains))

    def state(self, facts: Facts) -> list[Any]:
        """Decide every signal: the values of `fact_names`, then the truths, by slot."""
        names, pick = self._picked
        if facts.names is not names and facts.names != names:
            positions = {name: position for position, name in enumerate(facts.names)}
            pick = picker([positions[name] for name in self.fact_names])
            self._picked = (facts.names, pick)
        return self._decide(pick(facts.values))

    def truths(self, state: Sequence[Any]) -> dict[str, Truth]:
        """Return the truth of every signal that has a name, in the order of the rulebook."""
        return dict(zip(self._named, state[self.named_slots]))  # noqa: B905  as many; checking costs a third more

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


def stated_conditions(rulebook: Rulebook) -> Iterator[Condition]:
    """Walk every condition that gaps, plays and the lead state, in the order of the rulebook."""
    found: list[Condition | None] = []
    for gap in rulebook.gaps:
        found += [gap.when, gap.reading, *(side.when for side in (gap.cx, gap.cs) if side), gap.unless]
    for play in rulebook.plays:
        found += [play.eligibility, play.applicability, play.suitability, play.done_when]
    found += [line.when for line in rulebook.diagnosis.lead]
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
