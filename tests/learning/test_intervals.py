"""Claims about intervals, against the worked examples of their sources and their laws."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextplay.learning.intervals import Share, difference

SHARES = st.integers(1, 500).flatmap(lambda of: st.builds(Share, st.integers(0, of), st.just(of)))


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_intervals_of_a_share_are_those_of_the_literature(count: int, of: int, low: float, high: float) -> None:
    """The four examples of Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3."""
    assert Share(count, of).interval == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        (Share(56, 70), Share(48, 80), 0.0524, 0.3339),
        (Share(9, 10), Share(3, 10), 0.1705, 0.8090),
        (Share(5, 56), Share(0, 29), -0.0381, 0.1926),
        (Share(10, 10), Share(0, 10), 0.6075, 1.0),
    ],
)
def test_intervals_of_a_difference_are_those_of_the_literature(
    one: Share, other: Share, low: float, high: float
) -> None:
    """Examples of Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10."""
    assert difference(one, other)[1:] == pytest.approx((low, high), abs=5e-5)


@settings(max_examples=100, deadline=None)
@given(SHARES, SHARES)
def test_what_was_found_lies_within_its_interval(one: Share, other: Share) -> None:
    """And turning the two groups round turns the sign."""
    low, high = one.interval
    assert 0 <= low <= one.value <= high <= 1
    found, least, most = difference(one, other)
    assert -1 <= least <= found <= most <= 1
    assert difference(other, one) == pytest.approx((-found, -most, -least), abs=1e-12)
