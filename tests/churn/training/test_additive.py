"""Trees of one split are tables: exactly, with missing values and words; and tables keep their signs."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.churn.training.small_book import PLANS, SMALL, book, small_model

from nextplay.churn.tables import QUANTUM
from nextplay.churn.training.additive import additive
from nextplay.churn.training.measures import sigmoids
from nextplay.churn.training.stumps import boosted


def test_tables_are_the_learner_on_ten_thousand_rows() -> None:
    """Missing values, words, a word never met: the probability is within 1e-11 of scikit-learn's own."""
    model = small_model()
    rows = book(10_000, seed=99, missing=0.3).matrix
    place = model.table.names.index("profile.plan")
    rows[:500, place] = PLANS.index("custom")
    own = model.boosted.estimator.predict_proba(rows)[:, 1]

    assert np.isnan(rows).any()
    assert np.abs(sigmoids(model.additive.log_odds(rows)) - own).max() <= 1e-11


def test_stages_are_the_learner_round_by_round() -> None:
    """What cross-validation judges after some rounds is what that many rounds would have learned."""
    table = book(300)
    longer, shorter = (boosted(table, SMALL, rounds=rounds) for rounds in (30, 12))
    after = [stage.copy() for stage in longer.staged(table.matrix)]
    np.testing.assert_allclose(after[11], [*shorter.staged(table.matrix)][-1], atol=1e-12)
    np.testing.assert_allclose(additive(longer, table, rounds=12).log_odds(table.matrix), after[11], atol=1e-11)


def test_values_are_multiples_and_centred() -> None:
    """Sums are exact in any order; over the rows that were learned from each table adds nothing."""
    model = small_model()
    for column, steps in zip(model.additive.columns, model.additive.steps, strict=True):
        for value in (*steps.values, steps.missing):
            assert math.isnan(value) or (value / QUANTUM).is_integer()
        assert abs(steps.adds(column.values, categorical=column.categorical).mean()) < 1e-12
        assert (np.diff(steps.thresholds) > 0).all()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_worsening_an_input_never_lowers_the_risk(data: st.DataObject) -> None:
    """Whatever else is known, more of what is declared bad (or less of what is good) never gives a lower risk."""
    model = small_model()
    row = data.draw(st.integers(0, len(model.table) - 1))
    column = data.draw(st.sampled_from([one for one in model.additive.columns if one.sign]))
    known = column.values[~np.isnan(column.values)]
    low, high = sorted(data.draw(st.lists(st.sampled_from(known.tolist()), min_size=2, max_size=2)))
    better, worse = (low, high) if column.sign > 0 else (high, low)
    rows = np.repeat(model.table.matrix[[row]], 2, axis=0)
    rows[:, model.table.names.index(column.name)] = better, worse
    risk = model.probabilities(rows)
    assert risk[0] <= risk[1]
