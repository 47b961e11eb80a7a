"""How good probabilities are: AUC, log-loss, Brier, calibration slope and intercept, with intervals over accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np

from nextplay.churn.training.table import Flags, Floats, Whole

_CLIP: Final = 1e-6
"""Served probabilities have six decimals; one that reads 0 or 1 is meant to be within this of it."""
_STEPS: Final = 50


@dataclass(frozen=True, slots=True)
class Measures:
    """`slope` and `intercept` are those of a logistic line of the label over the log-odds (Cox, 1958).

    A slope of 1 and an intercept of 0 are calibrated; a slope under 1 is too sure of itself. `mean` is the mean
    probability, `rate` the share that left.
    """

    auc: float
    log_loss: float
    brier: float
    slope: float
    intercept: float
    mean: float
    rate: float


def measured(probability: Floats, label: Flags) -> Measures:
    """Measure probabilities against what happened; both outcomes must occur."""
    slope, intercept = logistic_line(log_odds_of(probability), label)
    return Measures(
        auc=auc(probability, label),
        log_loss=log_loss(probability, label),
        brier=float(np.mean((probability - label) ** 2)),
        slope=slope,
        intercept=intercept,
        mean=float(probability.mean()),
        rate=float(label.mean()),
    )


def intervals(
    probability: Floats, label: Flags, accounts: Whole, *, seed: int, resamples: int = 200, level: float = 0.95
) -> dict[str, tuple[float, float]]:
    """Return percentile intervals of each measure, of 95 % or `level`, whole accounts drawn with replacement."""
    drawn = [
        asdict(measured(probability[rows], label[rows]))
        for rows in resampled(label, accounts, seed=seed, resamples=resamples)
    ]
    ends_at = [50 * (1 - level), 50 * (1 + level)]
    ends = {name: np.percentile([one[name] for one in drawn], ends_at) for name in drawn[0]}
    return {name: (float(low), float(high)) for name, (low, high) in ends.items()}


def resampled(label: Flags, accounts: Whole, *, seed: int, resamples: int = 200) -> Iterator[Whole]:
    """Yield the rows of so many books of the same size, whole accounts drawn with replacement; in each both outcomes.

    The same seed, labels and accounts give the same rows: two models measured on them are measured in pairs.
    """
    order = np.argsort(accounts, kind="stable")
    starts = np.flatnonzero(np.diff(accounts[order], prepend=accounts[order][0] - 1))
    rows_of = np.split(order, starts[1:])
    chance = np.random.default_rng(seed)
    drawn = 0
    while drawn < resamples:
        rows = np.concatenate([rows_of[one] for one in chance.integers(0, len(rows_of), len(rows_of))])
        if 0 < label[rows].sum() < len(rows):
            drawn += 1
            yield rows


def auc(score: Floats, label: Flags) -> float:
    """Return the chance that one who left scores above one who stayed; ties count half. 0.5 where either is absent."""
    left = int(label.sum())
    stayed = len(label) - left
    if not left or not stayed:
        return 0.5
    _, places, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    return float((ranks[label].sum() - left * (left + 1) / 2) / (left * stayed))


def auc_error(area: float, left: int, stayed: int) -> float:
    """Return the standard error of an AUC, after Hanley and McNeil (1982)."""
    one, two = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (left - 1) * (one - area**2) + (stayed - 1) * (two - area**2)
    return float(np.sqrt(max(spread, 0.0) / max(left * stayed, 1)))


def log_losses(probability: Floats, label: Flags) -> Floats:
    """Return the log-loss of each row, in nats."""
    clipped = np.clip(probability, _CLIP, 1 - _CLIP)
    losses: Floats = -np.log(np.where(label, clipped, 1 - clipped))
    return losses


def log_loss(probability: Floats, label: Flags) -> float:
    """Return the mean log-loss, in nats."""
    return float(log_losses(probability, label).mean())


def log_odds_of(probability: Floats) -> Floats:
    """Return log(p / (1 - p)), of probabilities kept away from 0 and 1."""
    clipped = np.clip(probability, _CLIP, 1 - _CLIP)
    odds: Floats = np.log(clipped / (1 - clipped))
    return odds


def sigmoids(log_odds: Floats) -> Floats:
    """Return 1 / (1 + exp(-log_odds)) of each; far below, what is too small for a float is 0."""
    chances: Floats = 1.0 / (1.0 + np.exp(-np.clip(log_odds, -700, 700)))
    return chances


def logistic_line(log_odds: Floats, label: Flags) -> tuple[float, float]:
    """Fit the label by a logistic line over the log-odds, by Newton's steps; return its slope and intercept.

    Where all log-odds are equal no slope can be told: 0 and the log-odds of the rate.
    """
    rate = float(np.clip(label.mean(), _CLIP, 1 - _CLIP))
    if np.ptp(log_odds) == 0:
        return 0.0, float(np.log(rate / (1 - rate)))
    centre, scale = log_odds.mean(), log_odds.std()
    design = np.column_stack([np.ones_like(log_odds), (log_odds - centre) / scale])
    line = np.array([np.log(rate / (1 - rate)), 0.0])
    for _ in range(_STEPS):
        chance = sigmoids(design @ line)
        weight = np.maximum(chance * (1 - chance), 1e-9)
        step = np.linalg.solve((design * weight[:, None]).T @ design + 1e-9 * np.eye(2), design.T @ (label - chance))
        line = line + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-9:  # noqa: PLR2004  Newton's steps square: this is the last digit
            break
    slope = float(line[1] / scale)
    return slope, float(line[0] - slope * centre)
