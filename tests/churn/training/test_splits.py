"""No account and no future on both sides of a split."""

from __future__ import annotations

import numpy as np
import pytest
from tests.churn.training.small_book import book

from nextplay.churn.training.splits import grouped_folds, parted, time_split, timely_folds, window_closed
from nextplay.errors import InputInvalid


def test_an_account_is_in_one_fold_and_churners_are_spread() -> None:
    """Rows of an account stay together, and no fold has two churners more than another."""
    table = book(600, per_account=3)
    folds = grouped_folds(table, folds=5, seed=3)
    for learn, judge in parted(folds):
        assert not set(table.accounts[learn]) & set(table.accounts[judge])
    counts = [table.rows(folds == fold).churners for fold in range(5)]
    assert max(counts) - min(counts) <= 1
    assert folds.tolist() == grouped_folds(table, folds=5, seed=3).tolist()
    assert folds.tolist() != grouped_folds(table, folds=5, seed=4).tolist()


def test_between_learning_and_judging_lies_the_horizon() -> None:
    """The label of every row that learns was known before the first row that judges."""
    table = book(1000, per_account=10)
    learn, judge = time_split(table, horizon_days=90)
    assert table.days is not None
    assert table.days[learn].max() + 90 <= table.days[judge].min()
    assert np.count_nonzero(judge) >= 250


def test_by_time_no_account_is_on_both_sides() -> None:
    """Every late row is judged once, by what the past of other accounts teaches."""
    table = book(1000, per_account=10)
    _, late = time_split(table, horizon_days=90)
    parts = timely_folds(table, horizon_days=90, seed=3)
    assert table.days is not None
    for learn, judge in parts:
        assert not set(table.accounts[learn]) & set(table.accounts[judge])
        assert table.days[learn].max() + 90 <= table.days[judge].min()
    assert np.sum([judge for _, judge in parts], axis=0).tolist() == late.astype(int).tolist()


def test_accounts_seen_once_are_parted_by_time_alone() -> None:
    """Where no account has rows on both sides, all that is early teaches."""
    table = book(1000, per_account=10)
    table = table.regrouped(np.arange(len(table)))
    [(learn, judge)] = timely_folds(table, horizon_days=90, seed=3)
    expected = time_split(table, horizon_days=90)
    assert (learn.tolist(), judge.tolist()) == (expected[0].tolist(), expected[1].tolist())


def test_a_split_by_time_needs_time() -> None:
    """Without days, or with too few of them, the refusal says what to do."""
    with pytest.raises(InputInvalid, match="as_of: is needed to split by time"):
        time_split(book(100), horizon_days=90)
    with pytest.raises(InputInvalid, match="as_of: the days span too little for a gap of 900 days"):
        time_split(book(100, per_account=10), horizon_days=900)


def test_open_windows_are_told() -> None:
    """A row counts once its horizon has ended, on that very day too."""
    assert [window_closed(day, 100, 90) for day in (0, 10, 11, 40)] == [True, True, False, False]
