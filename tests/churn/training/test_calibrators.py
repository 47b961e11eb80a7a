"""The calibrator is chosen on rows nobody learned from, and the simplest wins a tie."""

from __future__ import annotations

import numpy as np
import pytest

from nextplay.churn.calibration import NoCalibrator, SigmoidCalibrator
from nextplay.churn.training.calibrators import calibrated, chosen_calibrator, fitted_calibrator
from nextplay.churn.training.measures import sigmoids

_CHANCE = np.random.default_rng(11)
LOG_ODDS = _CHANCE.normal(-1, 1.5, 3000)
LABEL = _CHANCE.random(3000) < sigmoids(LOG_ODDS)
FOLDS = np.arange(3000) % 5


def test_what_is_calibrated_is_left_alone() -> None:
    """Honest log-odds need no calibrator."""
    assert chosen_calibrator(LOG_ODDS, LABEL, FOLDS).calibrator == NoCalibrator(kind="none")


def test_too_sure_a_model_is_pulled_in() -> None:
    """Log-odds that are twice too large get a sigmoid with a slope of about a half."""
    choice = chosen_calibrator(2 * LOG_ODDS, LABEL, FOLDS)
    assert isinstance(choice.calibrator, SigmoidCalibrator)
    assert choice.calibrator.slope == pytest.approx(0.5, abs=0.05)


def test_a_bent_model_gets_steps_only_with_enough_events() -> None:
    """Where no line fits, isotonic is chosen; with few rows it is not even tried."""
    bent = np.sign(LOG_ODDS + 1) * np.abs(LOG_ODDS + 1) ** 3
    assert chosen_calibrator(bent, LABEL, FOLDS).calibrator.kind == "isotonic"
    assert set(chosen_calibrator(bent[:900], LABEL[:900], FOLDS[:900]).log_loss) == {"none", "sigmoid"}


@pytest.mark.parametrize("kind", ["none", "sigmoid", "isotonic"])
def test_a_calibrator_never_turns_the_ranking(kind: str) -> None:
    """Higher log-odds never get a lower probability, and none is certain."""
    probability = calibrated(fitted_calibrator(kind, LOG_ODDS, LABEL), np.sort(LOG_ODDS))
    assert (np.diff(probability) >= 0).all()
    assert 0 < probability.min() <= probability.max() < 1


def test_a_line_that_falls_is_none() -> None:
    """A model that ranks the wrong way round is not saved by turning it."""
    assert fitted_calibrator("sigmoid", -LOG_ODDS, LABEL).kind == "none"
