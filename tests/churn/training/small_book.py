"""An invented book whose truth is known: use falls, tickets rise, the champion goes, some values are missing."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from nextplay.churn.training.fit import Fitted, fitted
from nextplay.churn.training.measures import sigmoids
from nextplay.churn.training.stumps import Recipe
from nextplay.churn.training.table import Column, Floats, Table

WORDS = ("present", "never", "left")
PLANS = ("basic", "plus", "max", "custom")
SMALL = Recipe(rounds=60, folds=3)


def columns_of(rows: int, *, seed: int) -> tuple[dict[str, Floats], Floats]:
    """Return complete columns, and the log-odds of leaving that they make."""
    chance = np.random.default_rng(seed)
    columns = {
        "usage.active_ratio": chance.gamma(4.0, 0.25, rows),
        "support.open_p1": chance.poisson(0.6, rows).astype(np.float64),
        "usage.live": (chance.random(rows) < 0.8).astype(np.float64),
        "relationship.champion": chance.integers(0, 3, rows).astype(np.float64),
        "profile.plan": chance.integers(0, 3, rows).astype(np.float64),
    }
    log_odds = (
        1.5
        - 2.5 * columns["usage.active_ratio"]
        + 0.8 * columns["support.open_p1"]
        - 1.0 * columns["usage.live"]
        + 0.9 * (columns["relationship.champion"] == 2)
        + 1.2 * (columns["profile.plan"] == 1)
    )
    return columns, log_odds


def book(rows: int = 700, *, seed: int = 7, per_account: int = 1, missing: float = 0.1) -> Table:
    """Make a book. No account has the plan `custom`: a word that the training never meets."""
    columns, log_odds = columns_of(rows, seed=seed)
    chance = np.random.default_rng(seed + 1)
    hidden = {name: np.where(chance.random(rows) < missing, np.nan, values) for name, values in columns.items()}
    return Table(
        columns=(
            Column("usage.active_ratio", "number", hidden["usage.active_ratio"], sign=-1),
            Column("support.open_p1", "number", hidden["support.open_p1"], sign=1),
            Column("usage.live", "flag", hidden["usage.live"], sign=-1),
            Column("relationship.champion", "word", hidden["relationship.champion"], words=WORDS, sign=1),
            Column("profile.plan", "word", hidden["profile.plan"], words=PLANS),
        ),
        label=chance.random(rows) < sigmoids(log_odds),
        accounts=np.arange(rows) // per_account,
        days=20_000 + 30 * (np.arange(rows) % per_account) if per_account > 1 else None,
    )


def with_column(table: Table, column: Column) -> Table:
    """Return the table with one more column."""
    return replace(table, columns=(*table.columns, column))


@cache
def small_model() -> Fitted:
    """Fit the book once for all tests."""
    return fitted(book(), SMALL)
