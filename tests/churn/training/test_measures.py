"""Measures are what their names say."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from nextplay.churn.training.measures import auc, intervals, logistic_line, measured, sigmoids

_CHANCE = np.random.default_rng(5)
TRUE_LOG_ODDS = _CHANCE.normal(-1, 1.5, 4000)
LABEL = _CHANCE.random(4000) < sigmoids(TRUE_LOG_ODDS)


def test_measures_agree_with_the_usual_library() -> None:
    """AUC (with ties), log-loss and Brier are those of scikit-learn."""
    probability = np.round(sigmoids(TRUE_LOG_ODDS), 2).clip(0.01, 0.99)
    found = measured(probability, LABEL)
    assert found.auc == pytest.approx(roc_auc_score(LABEL, probability), abs=1e-12)
    assert found.log_loss == pytest.approx(log_loss(LABEL, probability), abs=1e-12)
    assert found.brier == pytest.approx(brier_score_loss(LABEL, probability), abs=1e-12)


def test_the_line_finds_how_sure_a_model_is() -> None:
    """Log-odds doubled have a slope of a half; log-odds shifted by one an intercept of minus one."""
    slope, intercept = logistic_line(2 * TRUE_LOG_ODDS + 1, LABEL)
    plain, at_zero = logistic_line(TRUE_LOG_ODDS, LABEL)
    assert slope == pytest.approx(plain / 2, abs=1e-6)
    assert intercept == pytest.approx(at_zero - plain / 2, abs=1e-6)
    assert plain == pytest.approx(1, abs=0.1)
    assert at_zero == pytest.approx(0, abs=0.15)


def test_equal_scores_have_no_slope() -> None:
    """Where nothing is told apart, AUC is a half and the slope 0."""
    found = measured(np.full(4000, 0.2), LABEL)
    assert (found.auc, found.slope) == (0.5, 0.0)
    assert auc(TRUE_LOG_ODDS, np.ones(4000, dtype=np.bool_)) == 0.5


def test_intervals_hold_the_measure_and_know_accounts() -> None:
    """The interval holds the figure, and is wider where rows repeat few accounts."""
    probability = sigmoids(TRUE_LOG_ODDS[:800])
    label = LABEL[:800]
    apart = intervals(probability, label, np.arange(800), seed=1, resamples=60)
    copies = intervals(np.repeat(probability[:200], 4), np.repeat(label[:200], 4), np.arange(800) // 4, seed=1)
    low, high = apart["auc"]
    assert low < measured(probability, label).auc < high
    assert copies["auc"][1] - copies["auc"][0] > high - low
