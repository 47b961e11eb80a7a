"""A leaf as a strategist reads it, and the customer that the tests lack for it."""

from __future__ import annotations

from typing import Final

from nextplay.authoring.readings import value_text
from nextplay.rules.condition import FactLeaf, Leaf, Operator, Parameter

_SIGNS: Final[dict[Operator, str]] = {
    "eq": "is",
    "ne": "is not",
    "in": "is one of",
    "not_in": "is none of",
    "lt": "under",
    "lte": "at most",
    "gt": "over",
    "gte": "at least",
    "between": "within",
    "contains": "has",
    "contains_any": "has one of",
    "is_known": "is known",
    "is_unknown": "is unknown",
}
_LIMITS: Final[dict[tuple[Operator, bool], str]] = {
    ("gte", True): "at {}",
    ("gte", False): "just below {}",
    ("gt", True): "just above {}",
    ("gt", False): "at {}",
    ("lte", True): "at {}",
    ("lte", False): "just above {}",
    ("lt", True): "just below {}",
    ("lt", False): "at {}",
    ("eq", True): "that is {}",
    ("eq", False): "that is not {}",
    ("ne", True): "that is not {}",
    ("ne", False): "that is {}",
    ("in", True): "that is one of {}",
    ("in", False): "that is none of {}",
    ("not_in", True): "that is none of {}",
    ("not_in", False): "that is one of {}",
    ("between", True): "inside {}",
    ("between", False): "just outside {}",
    ("contains", True): "that has {}",
    ("contains", False): "that has no {}",
    ("contains_any", True): "that has one of {}",
    ("contains_any", False): "that has none of {}",
}


def asked(leaf: Leaf) -> str:
    """Word what a leaf asks: `support.tickets_90d at least 3`, `signal renewal_near`."""
    if not isinstance(leaf, FactLeaf):
        return f"signal {leaf.signal}"
    if leaf.operator in ("is_known", "is_unknown"):
        return f"{leaf.fact} {_SIGNS[leaf.operator]}"
    return f"{leaf.fact} {_SIGNS[leaf.operator]} {_operand(leaf)}"


def lacking(leaf: Leaf, *, truth: bool) -> str:
    """Say which customer the tests lack: `no customer with support.tickets_90d just below 3`."""
    if not isinstance(leaf, FactLeaf):
        return f"no customer for whom signal {leaf.signal} is {'true' if truth else 'false'}"
    if leaf.operator in ("is_known", "is_unknown"):
        known = truth == (leaf.operator == "is_known")
        return f"no customer whose {leaf.fact} is {'known' if known else 'unknown'}"
    return f"no customer with {leaf.fact} {_LIMITS[leaf.operator, truth].format(_operand(leaf))}"


def _operand(leaf: FactLeaf) -> str:
    operand = leaf.operand
    if isinstance(operand, Parameter):
        return operand.name
    if leaf.operator == "between" and isinstance(operand, tuple):
        return " to ".join(map(value_text, operand))
    return value_text(operand)
