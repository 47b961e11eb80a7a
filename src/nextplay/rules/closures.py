"""Conditions compiled once into closures over one flat sequence: the hot path of every decision.

A closure takes the *state*: the values of the facts, then the truths of the signals, each at its own slot. `None` means
unknown in both, so a signal is read like a fact. The meaning is `condition.evaluate`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

from nextplay.rules.condition import (
    COMPARISONS,
    All,
    AnyOf,
    Condition,
    FactLeaf,
    Not,
    Operand,
    Operator,
    Parameter,
    SignalLeaf,
    Truth,
)

State = Sequence[Any]
"""Fact values and signal truths by slot. Its elements are what the slots say, so no type is checked here."""
Compiled = Callable[[State], Truth]


def compile_condition(condition: Condition, fact_slots: Mapping[str, int], signal_slots: Mapping[str, int]) -> Compiled:
    """Compile a condition; raises `KeyError` for a fact or signal that has no slot."""
    match condition:
        case FactLeaf():
            return _fact_leaf(condition, fact_slots)
        case SignalLeaf(signal):
            return itemgetter(signal_slots[signal])
        case Not(child):
            return _negation(compile_condition(child, fact_slots, signal_slots))
        case All(children):
            return _group(children, fact_slots, signal_slots, decisive=False)
        case AnyOf(children):
            return _group(children, fact_slots, signal_slots, decisive=True)


def _fact_leaf(leaf: FactLeaf, slots: Mapping[str, int]) -> Compiled:
    slot, chosen = slots[leaf.fact], leaf.when_unknown
    if leaf.operator == "is_known":
        return lambda state: state[slot] is not None
    if leaf.operator == "is_unknown":
        return lambda state: state[slot] is None
    if isinstance(leaf.operand, Parameter):
        compared = _by_parameter(leaf.operator, slot, leaf.operand, slots[leaf.operand.by])
    else:
        compared = _comparison(leaf.operator, slot, leaf.operand)
    if chosen is None:
        return compared
    return lambda state: chosen if (truth := compared(state)) is None else truth


# One closure for each common operator: calling a comparison from a table would cost as much again as the leaf.
_COMPARED: Final[Mapping[Operator, Callable[[int, Any], Compiled]]] = {
    "eq": lambda slot, limit: lambda state: None if (value := state[slot]) is None else value == limit,
    "ne": lambda slot, limit: lambda state: None if (value := state[slot]) is None else value != limit,
    "in": lambda slot, limit: lambda state: None if (value := state[slot]) is None else value in limit,
    "not_in": lambda slot, limit: lambda state: None if (value := state[slot]) is None else value not in limit,
    "lt": lambda slot, limit: lambda state: None if (value := state[slot]) is None else value < limit,
    "lte": lambda slot, limit: lambda state: None if (value := state[slot]) is None else value <= limit,
    "gt": lambda slot, limit: lambda state: None if (value := state[slot]) is None else value > limit,
    "gte": lambda slot, limit: lambda state: None if (value := state[slot]) is None else value >= limit,
}


def _comparison(operator: Operator, slot: int, operand: Operand) -> Compiled:
    if operator in _COMPARED:
        return _COMPARED[operator](slot, operand)
    compare = COMPARISONS[operator]
    return lambda state: None if (value := state[slot]) is None else compare(value, operand)


def _by_parameter(operator: Operator, slot: int, parameter: Parameter, by_slot: int) -> Compiled:
    otherwise = _comparison(operator, slot, parameter.otherwise)
    cases = {word: _comparison(operator, slot, value) for word, value in parameter.cases.items()}
    every = (*cases.values(), otherwise)

    def compared(state: State) -> Truth:
        word = state[by_slot]
        if word is not None:
            return cases.get(word, otherwise)(state)
        outcomes = {compare(state) for compare in every}
        return outcomes.pop() if len(outcomes) == 1 else None

    return compared


def _negation(child: Compiled) -> Compiled:
    return lambda state: None if (truth := child(state)) is None else not truth


def _group(
    children: Sequence[Condition],
    fact_slots: Mapping[str, int],
    signal_slots: Mapping[str, int],
    *,
    decisive: bool,
) -> Compiled:
    """Compile `all` (`decisive` false: one false child decides) or `any` (one true child decides)."""
    read = sorted({signal_slots[child.signal] for child in children if isinstance(child, SignalLeaf)})
    rest = [
        compile_condition(child, fact_slots, signal_slots) for child in children if not isinstance(child, SignalLeaf)
    ]
    if len(read) == 1:
        rest.insert(0, itemgetter(*read))
    elif read:
        rest.insert(0, _signals(itemgetter(*read), decisive=decisive))
    if len(rest) == 1:
        return rest[0]
    if len(rest) == 2:  # noqa: PLR2004  by far the commonest size, so it has a closure without a loop
        return _pair(*rest, decisive=decisive)
    return _several(tuple(rest), decisive=decisive)


def _signals(read: Callable[[State], tuple[Truth, ...]], *, decisive: bool) -> Compiled:
    neutral = not decisive

    def group(state: State) -> Truth:
        truths = read(state)
        return decisive if decisive in truths else None if None in truths else neutral

    return group


def _pair(first: Compiled, second: Compiled, *, decisive: bool) -> Compiled:
    neutral = not decisive

    def group(state: State) -> Truth:
        one = first(state)
        if one is decisive:
            return decisive
        other = second(state)
        return decisive if other is decisive else None if one is None or other is None else neutral

    return group


def _several(children: tuple[Compiled, ...], *, decisive: bool) -> Compiled:
    neutral = not decisive

    def group(state: State) -> Truth:
        outcome: Truth = neutral
        for child in children:
            truth = child(state)
            if truth is decisive:
                return decisive
            if truth is None:
                outcome = None
        return outcome

    return group
