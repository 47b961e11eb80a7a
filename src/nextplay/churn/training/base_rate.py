"""The first rung for a newcomer: no outcomes, only the share that leaves. What is matched to it is said, never guessed.

A shift of the log-odds is what a change of the rate alone does to a calibrated probability, after Saerens, Latinne and
Decaestecker (2002): who leaves shows the same signs as elsewhere, only more or fewer do.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import numpy as np

from nextplay.churn.artefact import Artefact, Reference
from nextplay.churn.calibration import calibrated_log_odds
from nextplay.churn.training.ladder import shift_to
from nextplay.churn.training.measures import log_odds_of, sigmoids
from nextplay.churn.training.table import Floats

_POINTS: Final = 2000
_HALVINGS: Final = 60
_STEEPEST: Final = 50.0


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
        return _shift(log_odds_like(artefact.reference), rate, "reference")
    return _shift(np.array([calibrated_log_odds(artefact.calibrator)(artefact.base)]), rate, "prior")


def mean_after(artefact: Artefact, slope: float, intercept: float) -> float | None:
    """Return the mean probability over the artefact's reference behind a line; `None` where no mean was known before.

    The share that a shift was matched to comes out of it within the same 4 %: see `log_odds_like`.
    """
    if artefact.reference is None or artefact.reference.mean is None:
        return None
    return float(sigmoids(slope * log_odds_like(artefact.reference) + intercept).mean())


def rate_within(rate: float, *, per_days: int, days: int) -> float:
    """Return the share that leaves within `days` where `rate` leaves within `per_days`, at an even pace."""
    within: float = 1 - (1 - rate) ** (days / per_days)
    return within


def log_odds_like(reference: Reference) -> Floats:
    """Return log-odds of answers spread like those of a reference: its tenths, and its mean where it has one.

    Within a tenth the log-odds lie evenly, but in the last: few accounts reach far up, so there they thin out at a
    steady rate (an exponential distribution cut off at the ends), chosen to make the mean that of the reference.

    With a mean, a shift found here gives accounts spread like the reference the rate within 4 % of it (1 % to 80 %);
    without one, as files of earlier writers are, a low rate is missed by up to a third.
    """
    ends = log_odds_of(np.array(reference.probabilities))
    each = max(_POINTS // (len(ends) - 1), 1)
    places = (np.arange(each) + 0.5) / each
    *tenths, (low, high) = list(pairwise(ends.tolist()))
    below = [start + (end - start) * places for start, end in tenths]

    def whole(rate: float) -> Floats:
        thinned = -np.log1p(places * np.expm1(-rate)) / rate if rate else places
        return np.concatenate([*below, low + (high - low) * thinned])

    if reference.mean is None:
        return whole(0.0)
    least, most = -_STEEPEST, _STEEPEST
    for _ in range(_HALVINGS):
        middle = (least + most) / 2
        above = float(sigmoids(whole(middle)).mean()) > reference.mean
        least, most = (middle, most) if above else (least, middle)
    return whole((least + most) / 2)


def _shift(log_odds: Floats, rate: float, matched: Literal["book", "reference", "prior"]) -> Shift:
    return Shift(shift_to(log_odds, rate), matched, float(sigmoids(log_odds).mean()))
