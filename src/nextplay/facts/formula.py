"""Formulas: what a fact is of what it reads, as one Python expression that a plan writes where the value is needed.

Most facts are so little that a call of a function for each would be most of their cost. The expressions are made here,
of paths and limits that facts declare; nothing that anybody sends or writes into a rulebook becomes part of one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression with `{it}` where what is read stands; it may assign to `a`, `b` and `c`."""

    text: str

    def of(self, name: str) -> str:
        """Return the expression over the variable `name`."""
        return self.text.format(it=name)

    def compiled(self) -> Callable[[Any], Any]:
        """Return the formula as a function."""
        function: Callable[[Any], Any] = eval(f"lambda it: {self.of('it')}")  # noqa: S307  made of declared paths
        return function


def field(path: str) -> Formula:
    """Return the attribute at `path`."""
    return Formula(f"{{it}}.{path}")


def through(path: str, field: str) -> Formula:
    """Return a field of what stands at `path`, unknown where nothing does."""
    return Formula(f"None if (a := {{it}}.{path}) is None else a.{field}")


def iso_day(path: str) -> Formula:
    """Return the date at `path` as ISO 8601 text."""
    return Formula(f"None if (a := {{it}}.{path}) is None else a.isoformat()")


def divided(over: str, under: str, *, high: float | None) -> Formula:
    """Return one attribute divided by another, held to `high`; unknown where either is, or the other is 0."""
    quotient = "a / b" if high is None else f"{high!r} if {high!r} < (c := a / b) else c"
    return Formula(f"None if (a := {{it}}.{over}) is None or not (b := {{it}}.{under}) else {quotient}")


def days_between(path: str, *, today: str, low: int, high: int) -> Formula:
    """Return the days from the date at `path` to the ordinal at `today`, held between `low` and `high`."""
    days = f"(b := {{it}}.{today} - a.toordinal())"
    return Formula(
        f"None if (a := {{it}}.{path}) is None else {low} if {days} < {low} else {high} if b > {high} else b"
    )
