"""Which rows learn and which judge.

Never the same account on both sides, and never the future on the learning side.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from nextplay.churn.training.table import Flags, Table, Whole
from nextplay.errors import InputInvalid, Violation

_PARTS: Final = 3
"""More parts leave more to learn from, and each costs a training of its own."""


def grouped_folds(table: Table, *, folds: int, seed: int) -> Whole:
    """Deal accounts to folds by chance, those with a churn first: each fold gets its share of them.

    Returns the fold of each row; rows of one account are in one fold.
    """
    accounts, places = np.unique(table.accounts, return_inverse=True)
    left = np.bincount(places, weights=table.label, minlength=len(accounts)) > 0
    dealt = np.random.default_rng(seed).permutation(len(accounts))
    dealt = dealt[np.argsort(~left[dealt], kind="stable")]
    fold_of = np.empty(len(accounts), dtype=np.int64)
    fold_of[dealt] = np.arange(len(accounts)) % folds
    return fold_of[places]


def parted(folds: Whole) -> Iterator[tuple[Flags, Flags]]:
    """Yield for each fold which rows learn and which judge."""
    for fold in np.unique(folds):
        yield folds != fold, folds == fold


def time_split(table: Table, *, horizon_days: int, test_share: float = 0.25) -> tuple[Flags, Flags]:
    """Part by time: the latest `test_share` of the rows judge; those whose label was known before then learn.

    Between the last day that learns and the first that judges lie `horizon_days`: what was not yet known cannot be
    learned from. An account may stand on both sides; `timely_folds` keeps it on one. Raises `InputInvalid` where the
    table has no days, or no row remains on a side.
    """
    if table.days is None:
        raise InputInvalid([Violation("as_of", "is needed to split by time; map it, or split by account")])
    days = np.unique(table.days)
    counts = np.array([np.count_nonzero(table.days >= day) for day in days])
    late = days[counts >= test_share * len(table)]
    first = int(late[-1])
    judge = table.days >= first
    learn = table.days + horizon_days <= first
    if not learn.any():
        message = f"the days span too little for a gap of {horizon_days} days between learning and judging; "
        raise InputInvalid([Violation("as_of", message + "add older snapshots, or split by account")])
    for rows, side in ((learn, "earlier rows, from which is learned"), (judge, "later rows, which judge")):
        if not 0 < np.count_nonzero(table.label[rows]) < np.count_nonzero(rows):
            message = f"all {side}, have the same outcome; bring a longer history, or split by account"
            raise InputInvalid([Violation("label", message)])
    return learn, judge


def timely_folds(table: Table, *, horizon_days: int, seed: int) -> list[tuple[Flags, Flags]]:
    """Part by time as `time_split` does, with no account on both sides.

    Where accounts have rows on both sides, they are dealt to three parts, and the late rows of each part are judged by
    what the early rows of the other two teach: every late row is judged once, and none by a model that knows its
    account. Raises `InputInvalid` as `time_split` does.
    """
    learn, judge = time_split(table, horizon_days=horizon_days)
    if not np.intersect1d(table.accounts[learn], table.accounts[judge]).size:
        return [(learn, judge)]
    folds = grouped_folds(table, folds=_PARTS, seed=seed)
    return [
        (learn & (folds != part), judge & (folds == part)) for part in range(_PARTS) if (judge & (folds == part)).any()
    ]


def window_closed(day: int, observed_until: int, horizon_days: int) -> bool:
    """Say whether the label of a row of `day` can be known: its horizon ended by the day `observed_until`.

    A row whose window is still open counts nobody who is about to leave: kept, it would teach that recent accounts
    stay.
    """
    return day + horizon_days <= observed_until
