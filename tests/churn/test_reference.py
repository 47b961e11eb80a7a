"""What is kept of how facts were spread, so that drift can be told from chance."""

from __future__ import annotations

import numpy as np
import pytest

from nextplay.churn.reference import binned, spread_of_numbers, spread_of_words


def test_ties_are_counted_where_they_stand() -> None:
    """A count that is mostly 0 keeps its true share of 0, which quantiles alone cannot tell."""
    values = np.array([0.0] * 47 + [1.0] * 36 + [5.0] * 17 + [np.nan] * 25)
    spread = spread_of_numbers(values)
    assert spread["missing"] == pytest.approx(0.2)
    assert sorted(set(spread["quantiles"])) == [0.0, 1.0, 5.0]
    assert spread["binned"] == [0.47, 0.36, 0.17]


def test_an_interval_holds_its_end_and_the_last_has_none() -> None:
    """Values on an end belong to the interval that ends there; larger ones than any end to the last."""
    assert binned(np.array([0.0, 1.0, 1.5, 2.0, 99.0]), np.array([1.0, 2.0])).tolist() == [2.0, 3.0]


def test_words_are_shares_of_what_is_known() -> None:
    """Unknown values count as missing alone, and a word that nobody has is there with 0."""
    spread = spread_of_words(np.array([0.0, 0.0, 1.0, np.nan]), ("a", "b", "c"))
    assert spread["missing"] == 0.25
    assert spread["shares"] == {"a": pytest.approx(2 / 3), "b": pytest.approx(1 / 3), "c": 0.0}


def test_a_fact_that_is_never_known_is_missing_throughout() -> None:
    """Nothing known has no quantiles."""
    assert spread_of_numbers(np.array([np.nan]))["quantiles"] == []
