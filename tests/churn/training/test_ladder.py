"""What few outcomes can say about a foreign model: a rate, then a slope, and never more than they carry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextplay.churn.training.base_rate import rate_within
from nextplay.churn.training.ladder import SLOPE_SPREAD, fitted_line, fitted_rung, shift_to
from nextplay.churn.training.measures import logistic_line, sigmoids
from nextplay.churn.training.table import Flags, Floats
from nextplay.errors import InputInvalid


def outcomes(rows: int, *, slope: float, intercept: float, seed: int) -> tuple[Floats, Flags]:
    """Invent log-odds of a model, and outcomes that follow a line over them."""
    chance = np.random.default_rng(seed)
    log_odds = chance.normal(-1.5, 1.2, rows)
    return log_odds, chance.random(rows) < sigmoids(slope * log_odds + intercept)


@settings(max_examples=40, deadline=None)
@given(rate=st.floats(0.001, 0.999), seed=st.integers(0, 1000))
def test_a_shift_meets_the_rate(rate: float, seed: int) -> None:
    """After the shift the mean probability is the rate, whatever the book."""
    log_odds = np.random.default_rng(seed).normal(-2, 2, 50)
    assert sigmoids(log_odds + shift_to(log_odds, rate)).mean() == pytest.approx(rate, abs=1e-9)


def test_a_line_is_the_most_likely_one_with_its_prior() -> None:
    """No line near the fitted one is more likely, the normal prior of the logarithm of the slope counted in."""
    log_odds, label = outcomes(120, slope=0.4, intercept=-0.5, seed=3)

    def likely(slope: float, intercept: float) -> float:
        chance = sigmoids(slope * log_odds + intercept)
        return float(np.log(np.where(label, chance, 1 - chance)).sum() - (np.log(slope) / SLOPE_SPREAD) ** 2 / 2)

    line = fitted_line(log_odds, label)
    best = likely(line.slope, line.intercept)
    around = [
        likely(line.slope * along, line.intercept + up) for along in (0.98, 1.0, 1.02) for up in (-0.02, 0.0, 0.02)
    ]
    assert max(around) == best


def test_the_slope_is_drawn_to_one_and_let_go() -> None:
    """Few outcomes stay nearer to 1 than the plain line, many end where it ends; none goes below 0."""
    few, many = outcomes(60, slope=0.3, intercept=0.0, seed=1), outcomes(20_000, slope=0.3, intercept=0.0, seed=1)
    assert logistic_line(*few)[0] < fitted_line(*few).slope < 1
    assert fitted_line(*many).slope == pytest.approx(logistic_line(*many)[0], rel=0.02)
    log_odds, label = outcomes(500, slope=1.0, intercept=0.0, seed=2)
    assert 0 < fitted_line(-log_odds, label).slope < 0.3
    assert fitted_line(np.zeros(40), np.arange(40) < 8).slope == pytest.approx(1.0)


@pytest.mark.parametrize(("churners", "kinds"), [(7, {"unadapted", "shift"}), (12, {"unadapted", "shift", "line"})])
def test_what_is_tried_follows_from_the_churners(churners: int, kinds: set[str]) -> None:
    """Under ten accounts that left there is no slope, and what is needed is said."""
    log_odds = np.random.default_rng(5).normal(-1, 1, 80)
    label = np.zeros(80, dtype=bool)
    label[np.argsort(-log_odds)[: 2 * churners : 2]] = True
    rung = fitted_rung(log_odds, label, np.arange(80), seed=1)
    assert set(rung.log_loss) == kinds
    assert "50" in rung.next_rung


def test_too_few_to_tell_a_rate_are_refused() -> None:
    """Four accounts that left, on however many rows, are refused with the remedy."""
    label = np.repeat(np.arange(40) < 4, 5)
    with pytest.raises(InputInvalid, match=r"only 4 accounts left; under 5 .* --base-rate"):
        fitted_rung(np.zeros(200), label, np.repeat(np.arange(40), 5), seed=1)


def test_a_model_that_is_right_is_seldom_made_worse_in_silence() -> None:
    """On outcomes that follow the model itself, adapting gains nothing on accounts not seen, and that is told."""
    log_odds, label = outcomes(3000, slope=1.0, intercept=0.0, seed=4)
    rung = fitted_rung(log_odds, label, np.arange(3000), seed=1)
    assert abs(rung.gain) < 0.001
    assert rung.gain_interval[0] <= 0
    assert rung.better == (rung.gain > 0)


def test_a_model_that_is_off_is_mended() -> None:
    """A rate half as high and a slope of a half: the line is chosen, and slope and mean come right on unseen rows."""
    log_odds, label = outcomes(1500, slope=0.5, intercept=-1.0, seed=6)
    rung = fitted_rung(log_odds, label, np.repeat(np.arange(500), 3), seed=1)
    assert rung.kind == "line"
    assert rung.gain_interval[0] > 0
    assert rung.before.slope == pytest.approx(0.5, abs=0.1)
    assert rung.after.slope == pytest.approx(1.0, abs=0.2)
    assert rung.after.mean == pytest.approx(rung.after.rate, abs=0.005)


def test_a_rate_of_a_year_is_not_that_of_a_quarter() -> None:
    """Four quarters at the pace leave what a year leaves; the same days change nothing."""
    assert 1 - (1 - rate_within(0.2, per_days=360, days=90)) ** 4 == pytest.approx(0.2)
    assert rate_within(0.2, per_days=90, days=90) == pytest.approx(0.2)
