"""One comparison as a person reads it: the fact, its value, and what was asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_ASKED: Final = {
    "eq": "asked for {}",
    "ne": "asked for anything but {}",
    "in": "asked for one of {}",
    "not_in": "asked for none of {}",
    "lt": "asked for under {}",
    "lte": "asked for at most {}",
    "gt": "asked for over {}",
    "gte": "asked for at least {}",
    "between": "asked for {}",
    "contains": "asked for {} among them",
    "contains_any": "asked for one of {} among them",
    "is_known": "asked for any known value",
    "is_unknown": "asked for an unknown value",
}


def value_text(value: object) -> str:
    """Word a value: numbers without noise, flags as yes and no, lists in their order, unknown as such."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, str):
        return value
    return ", ".join(map(value_text, value)) or "none" if isinstance(value, Sequence) else str(value)


def number_text(number: float) -> str:
    """Word a number with at most four digits behind the point and commas between thousands."""
    return f"{number:,.4f}".rstrip("0").rstrip(".") if number != int(number) else f"{int(number):,}"


def reading_text(fact: str, value: object, operator: str, threshold: object) -> str:
    """Word a comparison: `usage.setup_errors_14d is 2, asked for at least 3`."""
    if operator == "between" and isinstance(threshold, Sequence) and len(threshold) > 1:
        asked = f"{value_text(threshold[0])} to {value_text(threshold[1])}"
    else:
        asked = value_text(threshold)
    return f"{fact} is {value_text(value)}, {_ASKED.get(operator, operator + ' {}').format(asked)}"
