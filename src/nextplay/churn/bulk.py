"""Many accounts at once, in numpy: equal bit for bit to one account after the other.

Values of tables are multiples of 2^-44, so their sums are exact in whatever order numpy adds them; the calibrator and
the rounding are the very functions that one account goes through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from nextplay.churn.model import ChurnScore, Lookup

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Contributions:
    """What each fact (column) adds for each account (row), whether it was known, and whether beyond the tables."""

    adds: Floats
    known: Flags
    beyond: Flags


class ScoredMany(Sequence["ChurnScore"]):
    """Scores by column, and as a sequence of `ChurnScore`, each made when it is asked for.

    `log_odds`, `probability` (rounded as in `ChurnScore`) and `completeness` have one value for each account;
    `families` one column of contributions for each family.
    """

    def __init__(
        self,
        contributions: Contributions,
        *,
        log_odds: Floats,
        probability: list[float],
        families: Mapping[str, Floats],
        score: Callable[[tuple[float, ...], int, Flags], ChurnScore],
    ) -> None:
        self.log_odds = log_odds
        self.probability: Floats = np.asarray(probability, dtype=np.float64)
        self.families = families
        self._contributions = contributions
        self._score = score

    @property
    def completeness(self) -> Floats:
        """Return the share (0..1) of the model's facts that are known, for each account."""
        known = self._contributions.known
        completeness: Floats = 1.0 - (known.shape[1] - known.sum(axis=1)) / known.shape[1]
        return completeness

    def __len__(self) -> int:
        return len(self.log_odds)

    @overload
    def __getitem__(self, place: int) -> ChurnScore: ...
    @overload
    def __getitem__(self, place: slice) -> list[ChurnScore]: ...
    def __getitem__(self, place: int | slice) -> ChurnScore | list[ChurnScore]:
        if isinstance(place, slice):
            return [self._one(one) for one in range(*place.indices(len(self)))]
        return self._one(range(len(self))[place])

    def __iter__(self) -> Iterator[ChurnScore]:
        return map(self._one, range(len(self)))

    def _one(self, place: int) -> ChurnScore:
        found = self._contributions
        unknown = found.known.shape[1] - int(found.known[place].sum())
        return self._score(tuple(found.adds[place].tolist()), unknown, found.beyond[place])


def contributions(lookups: Sequence[Lookup], columns: Mapping[str, Sequence[Any]], rows: int) -> Contributions:
    """Look every value up. A fact without a column is unknown for all `rows`."""
    shape = (rows, len(lookups))
    found = Contributions(np.empty(shape, order="F"), np.zeros(shape, bool, "F"), np.zeros(shape, bool, "F"))
    for place, lookup in enumerate(lookups):
        target = (found.adds[:, place], found.known[:, place], found.beyond[:, place])
        column = columns.get(lookup.fact)
        if column is None:
            target[0][:] = lookup.missing
        elif lookup.by_value is None:
            _numbers(lookup, column, *target)
        else:
            _words(lookup, column, *target)
    return found


def _numbers(lookup: Lookup, column: Sequence[Any], adds: Floats, known: Flags, beyond: Flags) -> None:
    values = np.asarray(column, dtype=np.float64)  # None becomes NaN
    np.logical_not(np.isnan(values), out=known)
    table = np.asarray([*lookup.by_interval, lookup.missing])
    places = np.searchsorted(np.asarray(lookup.thresholds, dtype=np.float64), values)
    adds[:] = table[np.where(known, places, len(table) - 1)]
    np.logical_and(known, (values < lookup.low) | (values > lookup.high), out=beyond)


def _words(lookup: Lookup, column: Sequence[Any], adds: Floats, known: Flags, beyond: Flags) -> None:
    words = [*(lookup.by_value or {})]
    place_of = {word: place for place, word in enumerate(words)} | {None: -1}
    values = column.tolist() if isinstance(column, np.ndarray) else column
    places = np.fromiter((place_of.get(value, -2 if value == value else -1) for value in values), np.intp, len(values))  # noqa: PLR0124  only NaN differs from itself
    table = np.asarray([*(lookup.by_value or {}).values(), lookup.missing])
    np.greater_equal(places, 0, out=known)
    np.equal(places, -2, out=beyond)
    adds[:] = table[np.where(known, places, len(words))]
