"""What a person asks of a model beyond its measures: whom one would reach, and whether it can be taken at its word.

All of it is about rows that the models never learned from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from nextplay.churn.training.measures import auc, auc_error, log_odds_of, logistic_line, resampled, sigmoids
from nextplay.churn.training.table import Flags, Floats, Whole

_DAY_ZERO: Final = date(1970, 1, 1)
_Z: Final = 1.96  # 95 % of a normal distribution lie within
_BIN_ROWS: Final = 30
_MOST_BINS: Final = 10
_FEWEST_BINS: Final = 3
_MONTHS_TO_QUARTERS: Final = 18


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Rows that judged: what each model said of each row (0..1), and what came of it.

    `accounts` numbers the accounts, `days` are as-of days since 1970-01-01, where known.
    """

    probability: Mapping[str, Floats]
    label: Flags
    accounts: Whole
    days: Whole | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A difference between two models, and its standard error over accounts, both models on the same draws."""

    difference: float
    error: float

    @property
    def beyond_error(self) -> bool:
        """Say whether the difference is above nothing by more than a standard error."""
        return self.difference > self.error


@dataclass(frozen=True, slots=True)
class Group:
    """Rows with a like probability, or of one period: their mean probability, and which share left.

    `low` and `high` are the 95 % interval of the share, after Wilson (1927), an account counted once.
    """

    rows: int
    left: int
    mean: float
    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Period:
    """The rows of a month or quarter. `area` is the AUC, `area_error` its standard error: `None` of one outcome."""

    name: str
    group: Group
    area: float | None
    area_error: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """The calibration line over probabilities: what share leaves where the model says `said`, with a 95 % band."""

    said: Floats
    found: Floats
    low: Floats
    high: Floats


def auc_gap(judged: Judged, name: str, *, over: str, seed: int) -> Gap:
    """Return by how much one model ranks better than another."""
    one, other, label = judged.probability[name], judged.probability[over], judged.label
    drawn = [
        auc(one[rows], label[rows]) - auc(other[rows], label[rows])
        for rows in resampled(label, judged.accounts, seed=seed)
    ]
    return Gap(auc(one, label) - auc(other, label), float(np.std(drawn, ddof=1)))


def reliability(probability: Floats, judged: Judged) -> tuple[Group, ...]:
    """Group rows by probability, with about as many rows each: 3 to 10 groups, equal probabilities together."""
    bins = int(np.clip(len(probability) // _BIN_ROWS, _FEWEST_BINS, _MOST_BINS))
    inner = np.unique(np.quantile(probability, np.arange(1, bins) / bins))
    places = np.searchsorted(inner, probability, side="left")
    return tuple(_group(probability, judged, places == place) for place in np.unique(places))


def calibration_line(probability: Floats, judged: Judged, *, seed: int, points: int = 60) -> Line:
    """Fit the line of slope and intercept (Cox, 1958) within the probabilities given; its band draws accounts."""
    log_odds = log_odds_of(probability)
    lowest, highest = np.quantile(log_odds, [0.005, 0.995]).tolist()
    places = np.linspace(lowest, highest, points)

    def line(rows: Whole | slice) -> Floats:
        slope, intercept = logistic_line(log_odds[rows], judged.label[rows])
        return sigmoids(slope * places + intercept)

    drawn = [line(rows) for rows in resampled(judged.label, judged.accounts, seed=seed)]
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    return Line(sigmoids(places), line(slice(None)), low, high)


def captured(score: Floats, label: Flags, shares: Floats) -> Floats:
    """Return which share of those who left is among the highest scores, for each share (0..1) of rows called.

    Rows with equal scores are taken in equal parts: the mean over every order of them.
    """
    _, places, counts = np.unique(-score, return_inverse=True, return_counts=True)
    left = np.bincount(places, weights=label, minlength=len(counts))
    rows = np.concatenate([[0.0], np.cumsum(counts) / len(score)])
    found = np.concatenate([[0.0], np.cumsum(left) / max(float(left.sum()), 1.0)])
    reached: Floats = np.interp(shares, rows, found)
    return reached


def captured_interval(score: Floats, judged: Judged, shares: Floats, *, seed: int) -> tuple[Floats, Floats]:
    """Return the 95 % interval of `captured`, whole accounts drawn with replacement."""
    drawn = [
        captured(score[rows], judged.label[rows], shares)
        for rows in resampled(judged.label, judged.accounts, seed=seed)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    return low, high


def periods(probability: Floats, judged: Judged) -> tuple[Period, ...]:
    """Return what was said and what came by month of the as-of day; by quarter where they span over 18 months."""
    if judged.days is None:
        return ()
    days = [_DAY_ZERO + timedelta(days=int(day)) for day in judged.days]
    months = {(day.year, day.month) for day in days}
    first, last = min(months), max(months)
    span = 12 * (last[0] - first[0]) + last[1] - first[1] + 1
    names = np.array([*_names(days, quarters=span > _MONTHS_TO_QUARTERS)])
    return tuple(_period(str(name), probability, judged, names == name) for name in np.unique(names))


def wilson(rate: float, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share found among `count`, after Wilson (1927)."""
    spread = _Z**2 / count
    middle = (rate + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * float(np.sqrt(rate * (1 - rate) / count + spread / (4 * count)))
    return max(0.0, middle - half), min(1.0, middle + half)


def _group(probability: Floats, judged: Judged, rows: Flags) -> Group:
    label = judged.label[rows]
    rate = float(label.mean())
    low, high = wilson(rate, len(np.unique(judged.accounts[rows])))
    return Group(len(label), int(label.sum()), float(probability[rows].mean()), rate, low, high)


def _period(name: str, probability: Floats, judged: Judged, rows: Flags) -> Period:
    group = _group(probability, judged, rows)
    if not 0 < group.left < group.rows:
        return Period(name, group, None, None)
    area = auc(probability[rows], judged.label[rows])
    return Period(name, group, area, auc_error(area, group.left, group.rows - group.left))


def _names(days: Sequence[date], *, quarters: bool) -> Iterator[str]:
    for day in days:
        yield f"{day.year} Q{(day.month + 2) // 3}" if quarters else f"{day.year}-{day.month:02d}"
