"""Conditions: typed, three-valued (True, False, `None` for unknown), compiled once.

`rules/compile.py` builds these trees out of files and has checked names, types and ranges by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from nextplay.decision import FactValue

Truth = bool | None
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


@dataclass(frozen=True, slots=True)
class Parameter:
    """A threshold or play value that differs by an enumerated fact: `cases` word → value, else `otherwise`."""

    name: str
    by: str
    cases: Mapping[str, FactValue]
    otherwise: FactValue


@dataclass(frozen=True, slots=True)
class FactLeaf:
    """`fact` compared with `operand`: a constant, a tuple (`in`, `between`, `contains_any`), or a `Parameter`.

    `when_unknown` is the author's choice for an unknown fact (`unknown: true|false`); `None` leaves it unknown.
    """

    fact: str
    operator: Operator
    operand: FactValue | tuple[float, float] | tuple[FactValue, ...] | Parameter = None
    when_unknown: bool | None = None


@dataclass(frozen=True, slots=True)
class SignalLeaf:
    """The truth of another signal."""

    signal: str


@dataclass(frozen=True, slots=True)
class All:
    """False if any child is false, else unknown if any is unknown, else true."""

    children: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True if any child is true, else unknown if any is unknown, else false."""

    children: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Swaps true and false; unknown stays unknown."""

    child: Condition


Condition = FactLeaf | SignalLeaf | All | AnyOf | Not
