"""How far a value is from where a comparison turns, in the fact's own unit and in its declared steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from nextplay.decision import FactValue
from nextplay.facts import FactSpec
from nextplay.rules.condition import FactLeaf, Operand

_ORDERED: Final = frozenset({"lt", "lte", "gt", "gte", "between"})
_DECIMALS: Final = 6
"""Distances are rounded, so that from 0.25 to 0.3 is one step of 0.05 and no more."""


@dataclass(frozen=True, slots=True)
class Distance:
    """`amount` (0 or more) in the unit of the fact; `steps` is absent where the fact declares no step."""

    amount: float
    steps: float | None
    side: Literal["at_limit", "above", "below", "inside"]


def distance_of(leaf: FactLeaf, value: FactValue, operand: Operand, spec: FactSpec) -> Distance | None:
    """Return the way from a known number to the limit, of two the nearer; `None` for everything else."""
    if leaf.operator not in _ORDERED or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    limits = operand if isinstance(operand, tuple) else (operand,)
    numbers = [limit for limit in limits if isinstance(limit, int | float)]
    if not numbers:
        return None
    limit = min(numbers, key=lambda one: abs(value - one))
    amount = round(abs(value - limit), _DECIMALS)
    steps = round(amount / spec.step, _DECIMALS) if spec.step else None
    if not amount:
        return Distance(0, 0 if spec.step else None, "at_limit")
    if len(numbers) > 1 and min(numbers) < value < max(numbers):
        return Distance(amount, steps, "inside")
    return Distance(amount, steps, "above" if value > limit else "below")
