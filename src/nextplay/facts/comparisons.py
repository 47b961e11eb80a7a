"""The operators of the rule language, and what each says of a known value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

Operator = Literal[
    "eq",
    "ne",
    "in",
    "not_in",
    "lt",
    "lte",
    "gt",
    "gte",
    "between",
    "is_known",
    "is_unknown",
    "contains",
    "contains_any",
]

COMPARISONS: Final[Mapping[Operator, Callable[[Any, Any], bool]]] = {
    "eq": lambda value, operand: value == operand,
    "ne": lambda value, operand: value != operand,
    "in": lambda value, operand: value in operand,
    "not_in": lambda value, operand: value not in operand,
    "lt": lambda value, operand: value < operand,
    "lte": lambda value, operand: value <= operand,
    "gt": lambda value, operand: value > operand,
    "gte": lambda value, operand: value >= operand,
    "between": lambda value, operand: operand[0] <= value <= operand[1],
    "contains": lambda value, operand: operand in value,
    "contains_any": lambda value, operand: any(item in value for item in operand),
}
"""`is_known` and `is_unknown` ask about knowledge and are not among them."""
