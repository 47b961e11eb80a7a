"""What changed between two conditions, leaf by leaf: `support.tickets_90d gte 3 → 5`."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Final

from nextplay.authoring.difference.rule_parts import leaf_text, operand_text
from nextplay.rules.condition import (
    All,
    AnyOf,
    Condition,
    FactLeaf,
    Leaf,
    Not,
    Parameter,
    SignalLeaf,
    SignedLeaf,
    signed_leaves,
)

_ARRANGED: Final = "the same comparisons are combined in another way"


def condition_words(old: Condition, new: Condition) -> list[str]:
    """Say what changed, a line each: leaves that ask something else, then leaves that are gone, then new ones."""
    if _form(old) == _form(new):
        return []
    before, after = _asked_of(old), _asked_of(new)
    gone, come = list((before - after).elements()), list((after - before).elements())
    found = []
    for entry in list(gone):
        other = _counterpart(entry, come)
        if other is not None:
            gone.remove(entry)
            come.remove(other)
            found.append(_changed(entry, other))
    if not gone and not come and (not found or _form(old, leaves=False) != _form(new, leaves=False)):
        found.append(_ARRANGED)
    found += [f"no longer asks {_asked(entry)}" for entry in gone]
    return found + [f"also asks {_asked(entry)}" for entry in come]


def _asked_of(condition: Condition) -> Counter[SignedLeaf]:
    """Count the leaves; of a parameter by its name alone, because its values are told once, apart."""
    return Counter(SignedLeaf(_unvalued(leaf), positive) for leaf, positive in signed_leaves(condition))


def _unvalued(leaf: Leaf) -> Leaf:
    if isinstance(leaf, FactLeaf) and isinstance(leaf.operand, Parameter):
        return replace(leaf, operand=Parameter(leaf.operand.name, "", {}, None))
    return leaf


def _counterpart(entry: SignedLeaf, come: list[SignedLeaf]) -> SignedLeaf | None:
    """Find the comparison of the same fact that took its place: of the same operator first."""
    leaf, positive = entry
    if isinstance(leaf, SignalLeaf):
        return next((other for other in come if other[0] == leaf), None)
    same = [other for other in come if isinstance(other[0], FactLeaf) and other[0].fact == leaf.fact]
    same.sort(key=lambda other: (_operator(other[0]) != leaf.operator, other[1] != positive))
    return same[0] if same else None


def _operator(leaf: FactLeaf | SignalLeaf) -> str:
    return leaf.operator if isinstance(leaf, FactLeaf) else ""


def _changed(old: SignedLeaf, new: SignedLeaf) -> str:
    before, after = old[0], new[0]
    if isinstance(before, FactLeaf) and isinstance(after, FactLeaf) and old[1] == new[1]:
        if before.operator == after.operator:
            return f"{before.fact} {before.operator} {_operand(before)} → {_operand(after)}"
        return f"{before.fact} {_compared(before)} → {_compared(after)}"
    return f"{_asked(old)} → {_asked(new)}"


def _compared(leaf: FactLeaf) -> str:
    return f"{leaf.operator} {operand_text(leaf)}".strip()


def _operand(leaf: FactLeaf) -> str:
    return operand_text(leaf) or "no choice"


def _asked(entry: SignedLeaf) -> str:
    leaf, positive = entry
    return leaf_text(leaf) if positive else f"not {leaf_text(leaf)}"


def _form(condition: Condition, *, leaves: bool = True) -> tuple[object, ...]:
    """Return how a condition is put together, whatever the order of its parts, with or without what its leaves ask."""
    match condition:
        case FactLeaf() | SignalLeaf():
            return ("leaf", leaf_text(condition) if leaves else "")
        case Not(FactLeaf() | SignalLeaf()) if not leaves:
            return ("leaf", "")
        case Not(child):
            return "not", _form(child, leaves=leaves)
        case All(children):
            return "all", *sorted((_form(child, leaves=leaves) for child in children), key=repr)
        case AnyOf(children):
            return "any", *sorted((_form(child, leaves=leaves) for child in children), key=repr)
