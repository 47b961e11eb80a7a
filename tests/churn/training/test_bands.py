"""Bands that nobody named follow the rate; those that are named win."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextplay.churn.training.bands import bands_of, bands_words
from nextplay.errors import InputInvalid


@given(st.floats(0.0005, 0.9995))
def test_the_average_account_is_moderate_whatever_the_rate(rate: float) -> None:
    """Limits rise within 0 and 1, and an account with the base rate is neither low nor high."""
    limits = bands_of(rate, {})
    assert [*limits] == ["low", "moderate", "high", "critical"]
    assert 0 < limits["low"] < limits["moderate"] < limits["high"] < limits["critical"] == 1
    assert limits["low"] <= rate <= limits["moderate"]


def test_multiples_of_the_odds_are_rounded_to_two_figures() -> None:
    """A rate of 33.5 % parts at 23, 43 and 60 %, and the words say where the average account stands."""
    limits = bands_of(0.335, {})
    assert limits == {"low": 0.23, "moderate": 0.43, "high": 0.6, "critical": 1.0}
    told = bands_words(limits, 0.335)
    assert told.startswith("low under 23 %, moderate under 43 %, high under 60 %, critical above")
    assert told.endswith("an account with the base rate (33.5 %) is moderate")


def test_named_limits_win_and_must_rise() -> None:
    """One limit may be named alone; where it stands beyond its neighbours the message has all of them."""
    assert bands_of(0.08, {"low": 0.04, "moderate": None, "high": None})["low"] == 0.04
    with pytest.raises(InputInvalid, match=r"bands: must rise up to 1 \(low 0.05, moderate 0.12, high 0.1, critical 1"):
        bands_of(0.08, {"low": None, "moderate": None, "high": 0.1})
