"""The bench of the ladder compares rungs on the same accounts, and says where one is refused."""

from __future__ import annotations

import numpy as np
from bench.ladder import GUESS, prior, rungs
from tests.churn.training.small_book import book


def test_the_prior_needs_no_outcomes() -> None:
    """It is the same whoever left, it ranks, and its typical account is at the guessed rate."""
    table = book(600)
    log_odds = prior(table)
    assert np.log(GUESS / (1 - GUESS)) - 0.5 < np.median(log_odds) < np.log(GUESS / (1 - GUESS)) + 0.5
    assert log_odds[table.label].mean() > log_odds[~table.label].mean()


def test_each_rung_is_judged_on_accounts_that_were_not_drawn() -> None:
    """Knowing the rate and few outcomes lowers the log-loss; own training on hardly anybody is refused."""
    table = book(600)
    found = rungs(table, prior(table), 50, seed=1, vouched=())
    before, shifted, adapted = (found[name] for name in ("prior", "shifted to the rate", "adapted"))
    assert before is not None
    assert shifted is not None
    assert adapted is not None
    assert max(shifted, adapted) < before
    rare = rungs(table, prior(table), 20, seed=1, vouched=())
    assert rare["own training"] is None
