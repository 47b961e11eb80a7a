"""Many accounts at once, in numpy: equal bit for bit to one account after the other.

Values of tables are multiples of 2^-44, so their sums are exact in whatever order numpy adds them; the calibrator and
the rounding are the very functions that one account goes through.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, overload

import numpy as np
from numpy.typing import NDArray

from nextplay.churn.calibration import (
    LOWEST,
    AnyCalibrator,
    IsotonicCalibrator,
    IsotonicLineCalibrator,
    NoCalibrator,
    SigmoidCalibrator,
    calibration,
)
from nextplay.churn.tables import MILLION

if TYPE_CHECKING:
    from nextplay.churn.model import ChurnScore, Lookup

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_UNKNOWN: Final = -1
_UNSEEN: Final = -2


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
        probability: Floats,
        families: Mapping[str, Floats],
        score: Callable[[tuple[float, ...], int, Flags], ChurnScore],
    ) -> None:
        self.log_odds = log_odds
        self.probability = probability
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
    words = lookup.by_value or {}
    places = _Places({word: place for place, word in enumerate(words)} | {None: _UNKNOWN})
    values = column.tolist() if isinstance(column, np.ndarray) else column
    found = np.fromiter(map(places.__getitem__, values), np.intp, len(values))
    np.greater_equal(found, 0, out=known)
    np.equal(found, _UNSEEN, out=beyond)
    adds[:] = np.asarray([*words.values(), lookup.missing])[np.where(known, found, len(words))]


class _Places(dict[Any, int]):
    """Places of words. A word that has none is unseen; NaN, which differs from itself, is unknown."""

    def __missing__(self, word: object) -> int:
        return _UNSEEN if word == word else _UNKNOWN  # noqa: PLR0124  only NaN differs from itself


def probabilities(calibrator: AnyCalibrator, log_odds: Floats) -> Floats:
    """Calibrate and round as one account is: the same steps, and the same exponential, which numpy's is not."""
    match calibrator:
        case IsotonicCalibrator() | IsotonicLineCalibrator():
            function = calibration(calibrator)
            exact = np.array([function(one) for one in log_odds.tolist()], dtype=np.float64)
        case SigmoidCalibrator(slope=slope, intercept=intercept):
            exact = _sigmoids(slope * log_odds + intercept)
        case NoCalibrator():
            exact = _sigmoids(log_odds)
    rounded: Floats = np.rint(exact * MILLION) / MILLION
    return rounded


def _sigmoids(log_odds: Floats) -> Floats:
    within = np.maximum(log_odds, LOWEST)
    powers = np.fromiter(map(math.exp, (-within).tolist()), np.float64, len(within))
    return np.where(log_odds > LOWEST, 1.0 / (1.0 + powers), 0.0)
