"""Drift of the calibration, once outcomes are known: the mean, then the slope, then the ranking.

Each has an interval over whole accounts; the three together hold 95 % (Bonferroni).
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final, Literal

import numpy as np

from nextplay.churn.chance import normal_beyond, normal_tails
from nextplay.churn.drift import FALSE_ALARMS, Finding
from nextplay.churn.training.measures import intervals, measured
from nextplay.churn.training.table import Flags, Floats, Whole

FEWEST: Final = 10
"""Under so many accounts that left, or that stayed, there is no verdict."""
_SHARE: Final = FALSE_ALARMS / 3
_RESAMPLES: Final = 600
_REMEDIES: Final = {
    "mean": "fit the intercept to these outcomes: `nextplay model adapt --data --config`",
    "slope": "fit slope and intercept to these outcomes: `nextplay model adapt --data --config`",
    "auc": "train anew: `nextplay model train`; a line behind the model mends no ranking",
}


def calibration_drift(
    probability: Floats, label: Flags, accounts: Whole, *, trained_auc: float | None, seed: int
) -> tuple[Finding, ...]:
    """Compare probabilities with outcomes whose horizon is over; both outcomes must occur.

    `trained_auc` is how well the model ranked when it was made; `None` leaves the ranking unjudged. Chances are 0 where
    an interval excludes what it should hold and 1 where it does not, but for the mean, which has one.
    """
    found = measured(probability, label)
    ends = intervals(probability, label, accounts, seed=seed, resamples=_RESAMPLES, level=1 - _SHARE)
    findings = [_mean(probability, label, accounts)]
    low, high = ends["slope"]
    says = f"slope {found.slope:.2f} ({low:.2f} to {high:.2f}), 1 is calibrated"
    findings.append(_held("slope", found.slope - 1, says, width=high - low, off=not low <= 1 <= high))
    if trained_auc is not None:
        low, high = ends["auc"]
        says = f"AUC {found.auc:.3f} ({low:.3f} to {high:.3f}), was {trained_auc:.3f} when the model was made"
        findings.append(_held("auc", found.auc - trained_auc, says, width=high - low, off=high < trained_auc))
    left = len(np.unique(accounts[label]))
    fewest = min(left, len(np.unique(accounts)) - left)
    if fewest < FEWEST:
        lack = f"; {fewest} accounts left, or stayed, {FEWEST} needed"
        findings = [replace(one, verdict="too few", says=one.says + lack) for one in findings]
    return tuple(findings)


def _mean(probability: Floats, label: Flags, accounts: Whole) -> Finding:
    """Test the share that left against the mean probability, by sums of whole accounts."""
    _, places = np.unique(accounts, return_inverse=True)
    off = np.bincount(places, weights=label - probability)
    figure = float(label.mean() - probability.mean())
    error = math.sqrt(float(off @ off)) / len(label)
    chance = normal_tails(figure / error) if error else 1.0
    threshold = normal_beyond(_SHARE) * error
    ends = f"{label.mean() - threshold:.1%} to {label.mean() + threshold:.1%}"
    says = f"{label.mean():.1%} left ({ends}), mean probability {probability.mean():.1%}"
    verdict: Literal["drifted", "steady"] = "drifted" if chance <= _SHARE else "steady"
    return Finding("calibration", "mean", "", figure, threshold, chance, verdict, says, _REMEDIES["mean"])


def _held(measure: Literal["slope", "auc"], figure: float, says: str, *, width: float, off: bool) -> Finding:
    """Judge by an interval: half its width is the threshold."""
    verdict: Literal["drifted", "steady"] = "drifted" if off else "steady"
    return Finding(
        "calibration", measure, "", figure, width / 2, 0.0 if off else 1.0, verdict, says, _REMEDIES[measure]
    )
