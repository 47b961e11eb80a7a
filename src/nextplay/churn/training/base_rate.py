"""The first rung for a newcomer: no outcomes, only the share that leaves. What is matched to it is said, never guessed.

A shift of the log-odds is what a change of the rate alone does to a calibrated probability, after Saerens, Latinne and
Decaestecker (2002): who leaves shows the same signs as elsewhere, only more or fewer do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from nextplay.churn.artefact import Artefact
from nextplay.churn.calibration import calibrated_log_odds
from nextplay.churn.training.ladder import shift_to
from nextplay.churn.training.measures import log_odds_of, sigmoids
from nextplay.churn.training.table import Floats

_POINTS = 1000


@dataclass(frozen=True, slots=True)
class Shift:
    """What is added to the log-odds, what was matched to the rate, and its probability before (0..1)."""

    intercept: float
    matched: Literal["book", "reference", "prior"]
    before: float


def shift_of_rate(artefact: Artefact, rate: float, book: Floats | None) -> Shift:
    """Find the shift after which the mean probability is `rate`: over a book, else over the artefact's reference.

    `book` are log-odds of probabilities of accounts. Where there is neither, an account of which every table says 0
    gets the rate: the mean over a book will then be another.
    """
    if book is not None:
        return _shift(book, rate, "book")
    if artefact.reference is not None:
        quantiles = np.array(artefact.reference.probabilities)
        between = np.interp((np.arange(_POINTS) + 0.5) / _POINTS, np.linspace(0, 1, len(quantiles)), quantiles)
        return _shift(log_odds_of(between), rate, "reference")
    return _shift(np.array([calibrated_log_odds(artefact.calibrator)(artefact.base)]), rate, "prior")


def rate_within(rate: float, *, per_days: int, days: int) -> float:
    """Return the share that leaves within `days` where `rate` leaves within `per_days`, at an even pace."""
    within: float = 1 - (1 - rate) ** (days / per_days)
    return within


def _shift(log_odds: Floats, rate: float, matched: Literal["book", "reference", "prior"]) -> Shift:
    return Shift(shift_to(log_odds, rate), matched, float(sigmoids(log_odds).mean()))
