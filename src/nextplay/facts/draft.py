"""A raw snapshot in the making: the inverses of the facts write into one, and disagree where two cannot coexist."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final, get_args

from nextplay.decision import FactValue
from nextplay.snapshot import TouchpointName

_USUAL_WHOLE: Final = 100
"""Shares are written as so many of at least a hundred: 0.5 is 50 seats of 100, not 1 of 2."""


class Draft:
    """Fields already fixed stay: writing another value to one raises `ValueError`.

    A path is `contract.seats`, or `touchpoints[support].expectation` for the row of that name. `values` are all the
    facts asked for, so that an inverse can keep out of the way of the others.
    """

    def __init__(self, values: Mapping[str, FactValue], *, today: date) -> None:
        """Begin with nothing known."""
        self.values = values
        self.today = today
        self.raw: dict[str, Any] = {}

    def put(self, path: str, value: object) -> None:
        """Fix one field; `ValueError` where it is fixed otherwise."""
        group, key = self._slot(path)
        put(group, key, value)

    def held(self, path: str) -> Any:  # noqa: ANN401  the value of any field
        """Return what a field is fixed to, `None` where it is free."""
        *groups, key = path.split(".")
        place: Any = self.raw
        for group in groups:
            name, _, word = group.partition("[")
            place = place.get(name, {})
            if isinstance(place, list):
                place = next((row for row in place if row.get("name") == word.rstrip("]")), {})
        return place.get(key)

    def default(self, path: str, value: object) -> Any:  # noqa: ANN401  the value of any field
        """Fix a free field, and return what it is fixed to."""
        group, key = self._slot(path)
        return group.setdefault(key, value)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a list, which is known from now on."""
        found: list[dict[str, Any]] = self.raw.setdefault(name, [])
        return found

    def ago(self, days: int) -> str:
        """Return the ISO date that lies `days` before the day of the snapshot; `ValueError` off the calendar."""
        try:
            return (self.today - timedelta(days=days)).isoformat()
        except OverflowError as error:
            raise ValueError("a day outside of the calendar would be needed") from error

    def age(self, day: str) -> int:
        """Return how many days before the day of the snapshot an ISO date lies."""
        return (self.today - date.fromisoformat(day)).days

    def spare_touchpoint(self) -> str:
        """Return the first touchpoint that none of the facts asked for names."""
        named = {part for name in self.values for part in name.split(".")}
        names: tuple[str, ...] = get_args(TouchpointName)
        return next(name for name in names if name not in named)

    def _slot(self, path: str) -> tuple[dict[str, Any], str]:
        *groups, key = path.split(".")
        place = self.raw
        for group in groups:
            name, bracket, word = group.partition("[")
            place = self._named_row(name, word.rstrip("]")) if bracket else place.setdefault(name, {})
        return place, key

    def _named_row(self, name: str, word: str) -> dict[str, Any]:
        rows = self.rows(name)
        found = next((row for row in rows if row["name"] == word), None)
        if found is None:
            found = {"name": word}
            rows.append(found)
        return found


def put(group: dict[str, Any], key: str, value: object) -> None:
    """Fix one field of a group or row; `ValueError` where it is fixed otherwise."""
    if group.setdefault(key, value) != value:
        raise ValueError(f"`{key}` would need two values at once")


def put_quotient(draft: Draft, value: float | Fraction, *, over: str, under: str) -> None:
    """Fix two fields so that `over` divided by `under` is `value`, respecting the one that is fixed already."""
    exact = Fraction(str(value))
    fixed_over, fixed_under = draft.held(over), draft.held(under)
    if fixed_under is None and fixed_over is None:
        scale = math.ceil(_USUAL_WHOLE / max(exact.denominator, exact.numerator))
        draft.put(over, exact.numerator * scale)
        draft.put(under, exact.denominator * scale)
    elif fixed_under is not None:
        draft.put(over, plain(exact * Fraction(str(fixed_under))))
    elif exact:
        draft.put(under, plain(Fraction(str(fixed_over)) / exact))
    else:
        draft.put(over, 0)
        draft.put(under, _USUAL_WHOLE)


def plain(number: Fraction) -> int | float:
    """Return a whole number where it is one: fields that count take nothing else."""
    return number.numerator if number.denominator == 1 else float(number)
