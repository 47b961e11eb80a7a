"""The trees summed up as one table a column: exact, centred, in multiples of 2^-44."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from nextplay.churn.tables import LARGEST, QUANTUM
from nextplay.churn.training.stumps import Boosted, Stump
from nextplay.churn.training.table import Column, Floats, Table
from nextplay.errors import InputInvalid, Violation


@dataclass(frozen=True, slots=True)
class Steps:
    """What one column adds. Interval `i` of a number ends at `thresholds[i]`, that end included; the last has no end.

    For words without order there are no thresholds: `values` are by place in the column's words, NaN for a word that
    was never met, which counts as missing.
    """

    thresholds: Floats
    values: Floats
    missing: float

    def adds(self, values: Floats, *, categorical: bool) -> Floats:
        """Return what each value adds."""
        known = ~np.isnan(values)
        places = np.zeros(len(values), dtype=np.int64)
        if categorical:
            places[known] = values[known].astype(np.int64)
        else:
            places[known] = np.searchsorted(self.thresholds, values[known])
        found = np.where(known, self.values[places], self.missing)
        return np.where(np.isnan(found), self.missing, found)


@dataclass(frozen=True, slots=True)
class Additive:
    """The whole sum: `base` is the mean log-odds of the rows that were learned from; tables add 0 on their mean."""

    base: float
    columns: tuple[Column, ...]
    steps: tuple[Steps, ...]

    def log_odds(self, matrix: Floats) -> Floats:
        """Return the log-odds of each row of a matrix with the columns of the training, in their order."""
        parts = zip(self.columns, self.steps, matrix.T, strict=True)
        total = np.full(len(matrix), self.base)
        for column, steps, values in parts:
            total += steps.adds(values, categorical=column.categorical)
        return total


def additive(learned: Boosted, table: Table, *, rounds: int | None = None) -> Additive:
    """Sum the first `rounds` trees by column, centre on the rows of `table`, and round to multiples of 2^-44.

    Raises `InputInvalid` where a value exceeds what can be summed exactly.
    """
    stumps = learned.stumps[:rounds]
    base = learned.start
    steps = []
    for place, column in enumerate(table.columns):
        own = [stump for stump in stumps if stump.column == place]
        raw = _of_words(own, column, learned.met[place]) if column.categorical else _of_numbers(own)
        centre = float(raw.adds(column.values, categorical=column.categorical).mean())
        base += centre
        steps.append(_rounded(raw, centre, column.name))
    return Additive(_quantum(base), table.columns, tuple(steps))


def _of_numbers(stumps: Sequence[Stump]) -> Steps:
    """Sum stumps over intervals: between two thresholds nothing changes, so one place of each interval tells all."""
    thresholds = np.array(sorted({stump.threshold for stump in stumps if np.isfinite(stump.threshold)}))
    inside = np.append(thresholds, np.inf)
    values = _summed(stump.adds(inside) for stump in stumps) if stumps else np.zeros(len(inside))
    return Steps(thresholds, values, sum(stump.missing for stump in stumps))


def _of_words(stumps: Sequence[Stump], column: Column, met: frozenset[int]) -> Steps:
    words = np.arange(len(column.words), dtype=np.float64)
    values = _summed(stump.adds(words) for stump in stumps) if stumps else np.zeros(len(words))
    known = np.isin(words, list(met))
    return Steps(np.empty(0), np.where(known, values, np.nan), sum(stump.missing for stump in stumps))


def _summed(parts: Iterable[Floats]) -> Floats:
    total: Floats = np.sum(list(parts), axis=0)
    return total


def _rounded(raw: Steps, centre: float, name: str) -> Steps:
    """Centre and round; intervals that came to say the same are joined."""
    values = np.round((raw.values - centre) / QUANTUM) * QUANTUM
    missing = _quantum(raw.missing - centre)
    if np.nanmax(np.abs(np.append(values, missing))) > LARGEST:
        message = f"adds more than {LARGEST:.0f} to the log-odds: it tells the outcome; leave it out"
        raise InputInvalid([Violation(name, message)])
    if not len(raw.thresholds):
        return Steps(raw.thresholds, values, missing)
    ends = np.append(values[1:] != values[:-1], True)
    return Steps(raw.thresholds[ends[:-1]], values[ends], missing)


def _quantum(value: float) -> float:
    return round(value / QUANTUM) * QUANTUM
