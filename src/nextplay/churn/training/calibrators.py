"""Which calibrator: chosen on scores of rows that the model never saw, and each judged on rows it never saw itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from sklearn.isotonic import IsotonicRegression

from nextplay.churn.calibration import (
    AnyCalibrator,
    IsotonicCalibrator,
    NoCalibrator,
    SigmoidCalibrator,
    calibration,
)
from nextplay.churn.training.measures import log_losses, logistic_line
from nextplay.churn.training.splits import parted
from nextplay.churn.training.table import Flags, Floats, Whole

FEWEST_ROWS: Final = 1000
FEWEST_EVENTS: Final = 100
"""Under these a curve of steps learns the noise: isotonic is not tried."""
_KINDS: Final = ("none", "sigmoid", "isotonic")


@dataclass(frozen=True, slots=True)
class Choice:
    """The calibrator for use, the mean log-loss of each kind, and probabilities of rows each calibrated unseen."""

    calibrator: AnyCalibrator
    log_loss: dict[str, float]
    probability: Floats


def chosen_calibrator(log_odds: Floats, label: Flags, folds: Whole) -> Choice:
    """Choose by nested cross-validation: the simplest whose log-loss is within one standard error of the best.

    `log_odds` are of rows that were scored by models that never saw their account; `folds` keep accounts whole.
    """
    kinds = _KINDS if len(label) >= FEWEST_ROWS and min(label.sum(), (~label).sum()) >= FEWEST_EVENTS else _KINDS[:2]
    unseen = {kind: _crossed(kind, log_odds, label, folds) for kind in kinds}
    losses = {kind: log_losses(probability, label) for kind, probability in unseen.items()}
    best = min(kinds, key=lambda kind: float(losses[kind].mean()))
    kind = next(kind for kind in kinds if kind == best or _within_error(losses[kind] - losses[best]))
    means = {kind: float(loss.mean()) for kind, loss in losses.items()}
    return Choice(fitted_calibrator(kind, log_odds, label), means, unseen[kind])


def calibrated(calibrator: AnyCalibrator, log_odds: Floats) -> Floats:
    """Return the probabilities of log-odds, by the very function that serves."""
    function = calibration(calibrator)
    return np.array([function(one) for one in log_odds.tolist()])


def fitted_calibrator(kind: str, log_odds: Floats, label: Flags) -> AnyCalibrator:
    """Fit a calibrator of a kind. A sigmoid that would turn the ranking round is none."""
    if kind == "sigmoid":
        slope, intercept = logistic_line(log_odds, label)
        if slope > 0:
            return SigmoidCalibrator(kind="sigmoid", slope=slope, intercept=intercept)
    if kind == "isotonic":
        return _isotonic(log_odds, label)
    return NoCalibrator(kind="none")


def _crossed(kind: str, log_odds: Floats, label: Flags, folds: Whole) -> Floats:
    probability = np.empty(len(label))
    for learn, judge in parted(folds):
        probability[judge] = calibrated(fitted_calibrator(kind, log_odds[learn], label[learn]), log_odds[judge])
    return probability


def _within_error(differences: Floats) -> bool:
    return bool(differences.mean() <= differences.std(ddof=1) / np.sqrt(len(differences)))


def _isotonic(log_odds: Floats, label: Flags) -> AnyCalibrator:
    """Fit steps and keep their ends. No account is certain: the ends stay half an event away from 0 and 1."""
    steps = IsotonicRegression(out_of_bounds="clip").fit(log_odds, label.astype(np.float64))
    edge = 0.5 / len(label)
    places, probabilities = steps.X_thresholds_.tolist(), np.clip(steps.y_thresholds_, edge, 1 - edge).tolist()
    if len(places) < 2:  # noqa: PLR2004  a line has two ends
        return NoCalibrator(kind="none")
    return IsotonicCalibrator(kind="isotonic", log_odds=places, probabilities=probabilities)
