"""Tails are those of the tables, and the cut-off holds its rate."""

from __future__ import annotations

import numpy as np
import pytest

from nextplay.churn.chance import chi2_beyond, chi2_tail, cut_off, normal_beyond, normal_tails


@pytest.mark.parametrize(
    ("freedom", "beyond"),
    [(1, 3.841459), (2, 5.991465), (3, 7.814728), (9, 16.918978), (10, 18.307038), (40, 55.758479)],
)
def test_chi_squared_is_that_of_the_tables(freedom: int, beyond: float) -> None:
    """The 95th per cent of chi-squared, odd and even degrees of freedom."""
    assert chi2_beyond(0.05, freedom) == pytest.approx(beyond, abs=1e-5)
    assert chi2_tail(beyond, freedom) == pytest.approx(0.05, abs=1e-6)


def test_the_normal_is_that_of_the_tables() -> None:
    """Two tails of 5 % begin at 1.96; nothing is beyond 0 with certainty less than 1."""
    assert normal_beyond(0.05) == pytest.approx(1.959964, abs=1e-5)
    assert normal_tails(-1.959964) == pytest.approx(0.05, abs=1e-6)
    assert (normal_tails(0.0), chi2_tail(0.0, 4)) == (1.0, 1.0)


def test_the_cut_off_rises_with_what_is_found() -> None:
    """One small chance among twenty must be under a twentieth of the rate; many small ones carry larger ones along."""
    assert cut_off([0.01, *[0.5] * 19], 0.05) == pytest.approx(0.0025)
    assert cut_off([0.001] * 10 + [0.02] + [0.9] * 9, 0.05) == pytest.approx(0.0275)
    assert cut_off([], 0.05) == pytest.approx(0.05)


def test_where_nothing_is_true_runs_hold_the_rate() -> None:
    """Of 4,000 runs of 30 chances drawn evenly, about 5 % have one that counts."""
    chance = np.random.default_rng(1)
    runs = [chance.random(30).tolist() for _ in range(4000)]
    alarms = np.mean([min(run) <= cut_off(run, 0.05) for run in runs])
    assert alarms == pytest.approx(0.05, abs=0.012)
