"""Calibration drifts by its mean, its slope or its ranking, each with its own remedy."""

from __future__ import annotations

import numpy as np
import pytest

from nextplay.churn.drift import Finding
from nextplay.churn.matured import calibration_drift
from nextplay.churn.training.measures import sigmoids


def judged(rows: int, *, slope: float = 1.0, intercept: float = 0.0, auc: float | None = None) -> dict[str, Finding]:
    """Return the findings about outcomes that follow a line over the model's log-odds."""
    chance = np.random.default_rng(2)
    log_odds = chance.normal(-2, 1.2, rows)
    label = chance.random(rows) < sigmoids(slope * log_odds + intercept)
    found = calibration_drift(sigmoids(log_odds), label, np.arange(rows), trained_auc=auc, seed=1)
    return {one.measure: one for one in found}


def test_what_is_calibrated_is_steady() -> None:
    """Outcomes that follow the probabilities alarm nothing; without figures of the training no ranking is judged."""
    assert {name: one.verdict for name, one in judged(800).items()} == {"mean": "steady", "slope": "steady"}


def test_a_rate_that_moved_asks_for_the_intercept() -> None:
    """Twice as many leave: the mean is off, the slope is not."""
    found = judged(1500, intercept=0.9)
    assert (found["mean"].verdict, found["slope"].verdict) == ("drifted", "steady")
    assert found["mean"].figure > found["mean"].threshold > 0
    assert "fit the intercept" in found["mean"].remedy


def test_signs_that_weigh_otherwise_ask_for_the_slope() -> None:
    """Half the slope is found, with the interval in the words."""
    found = judged(1500, slope=0.5, intercept=-1.0)
    assert found["slope"].verdict == "drifted"
    assert found["slope"].figure == pytest.approx(-0.5, abs=0.15)


def test_a_ranking_that_is_lost_asks_for_training() -> None:
    """A ranking far below that of the training is told; one as good is not."""
    assert judged(1500, auc=0.95)["auc"].verdict == "drifted"
    assert judged(1500, auc=0.76)["auc"].verdict == "steady"


def test_few_outcomes_get_no_verdict() -> None:
    """Under ten accounts that left nothing is judged, and that is said."""
    found = judged(30)
    assert {one.verdict for one in found.values()} == {"too few"}
    assert "10 needed" in found["mean"].says
