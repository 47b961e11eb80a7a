"""Groups, curves and periods are what their names say, by hand where that is possible."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextplay.churn.training.diagnostics import (
    Judged,
    auc_gap,
    calibration_line,
    captured,
    captured_interval,
    periods,
    reliability,
    wilson,
)
from nextplay.churn.training.measures import sigmoids

_CHANCE = np.random.default_rng(11)
LOG_ODDS = _CHANCE.normal(-1, 1.2, 900)
LABEL = _CHANCE.random(900) < sigmoids(LOG_ODDS)
SAID = sigmoids(LOG_ODDS)
DAYS = np.repeat([20_000, 20_031, 20_062], 300)
JUDGED = Judged({"ours": SAID, "blind": _CHANCE.random(900)}, LABEL, np.arange(900) // 3, DAYS)


def test_calling_reaches_by_hand() -> None:
    """The highest first; equal scores are taken in equal parts."""
    score, label = np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False])
    assert captured(score, label, np.array([0.0, 0.25, 0.5, 0.75, 1.0])).tolist() == [0.0, 0.5, 0.75, 1.0, 1.0]


def test_nobody_is_told_apart_by_equal_scores() -> None:
    """The curve of the same score for all is the line of chance."""
    shares = np.linspace(0, 1, 21)
    np.testing.assert_allclose(captured(np.full(900, 0.2), LABEL, shares), shares)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2).filter(lambda rows: any(b for _, b in rows)))
def test_calling_more_never_reaches_fewer(rows: list[tuple[int, bool]]) -> None:
    """The curve rises from nobody to everybody, whatever the scores and ties."""
    score, label = np.array([float(one) for one, _ in rows]), np.array([left for _, left in rows])
    found = captured(score, label, np.linspace(0, 1, 31))
    assert (found[0], found[-1]) == (0, pytest.approx(1))
    assert (np.diff(found) >= -1e-12).all()


def test_the_band_of_the_curve_holds_it() -> None:
    """Accounts drawn anew scatter around what was found."""
    shares = np.array([0.1, 0.3])
    low, high = captured_interval(SAID, JUDGED, shares, seed=1)
    found = captured(SAID, LABEL, shares)
    assert ((low < found) & (found < high)).all()


def test_groups_hold_every_row_and_rise() -> None:
    """Ten groups of about as many rows, each with an interval around its share; equal probabilities make one."""
    groups = reliability(SAID, JUDGED)
    assert sum(group.rows for group in groups) == 900
    assert [group.rows for group in groups] == [90] * 10
    assert [group.mean for group in groups] == sorted(group.mean for group in groups)
    assert all(group.low <= group.rate <= group.high for group in groups)
    assert len(reliability(np.full(900, 0.3), JUDGED)) == 1


def test_an_account_counts_once_in_an_interval() -> None:
    """Three rows of one account are no three accounts: the interval is as wide as of a third of the rows."""
    [group] = reliability(np.full(900, 0.3), JUDGED)
    assert (group.low, group.high) == wilson(group.rate, 300)


def test_wilson_is_as_published() -> None:
    """The interval of 4 in 12, and those at the ends, which stay within 0 and 1."""
    assert wilson(4 / 12, 12) == pytest.approx((0.1381, 0.6094), abs=1e-4)
    assert wilson(0.0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(1.0, 10)[1] == 1.0


def test_the_line_of_honest_probabilities_is_the_diagonal() -> None:
    """The band holds what was said at most places; twice the log-odds leave it."""
    line = calibration_line(SAID, JUDGED, seed=1)
    assert np.mean((line.low <= line.said) & (line.said <= line.high)) > 0.9
    bold = calibration_line(sigmoids(2 * LOG_ODDS), JUDGED, seed=1)
    assert np.mean((bold.low <= bold.said) & (bold.said <= bold.high)) < 0.5


def test_periods_are_months_and_then_quarters() -> None:
    """Three months are three periods; over eighteen months there are quarters; without days there are none."""
    assert [period.name for period in periods(SAID, JUDGED)] == ["2024-10", "2024-11", "2024-12"]
    long = Judged(JUDGED.probability, LABEL, JUDGED.accounts, np.repeat([20_000, 20_300, 20_700], 300))
    assert [period.name for period in periods(SAID, long)] == ["2024 Q4", "2025 Q3", "2026 Q3"]
    assert periods(SAID, Judged(JUDGED.probability, LABEL, JUDGED.accounts, None)) == ()


def test_a_period_without_both_outcomes_has_no_auc() -> None:
    """Where nobody left there is a rate and no ranking."""
    stayed = Judged(JUDGED.probability, LABEL & (DAYS > 20_000), JUDGED.accounts, DAYS)
    assert [period.area is None for period in periods(SAID, stayed)] == [True, False, False]


def test_a_gap_is_measured_in_pairs() -> None:
    """A model has no gap to itself; one that tells nothing falls behind by many errors."""
    same = auc_gap(JUDGED, "ours", over="ours", seed=1)
    assert (same.difference, same.error, same.beyond_error) == (0, 0, False)
    blind = auc_gap(JUDGED, "blind", over="ours", seed=1)
    assert blind.difference < -3 * blind.error
    assert auc_gap(JUDGED, "ours", over="blind", seed=1).beyond_error
