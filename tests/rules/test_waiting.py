"""What waits for tokens is found exactly where all of them are known."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.rules.strategies import LAW

from nextplay.rules.waiting import Waiting

tokens = st.lists(st.integers(0, 7), min_size=1, max_size=5, unique=True)


@LAW
@given(st.lists(tokens, max_size=40), st.frozensets(st.integers(0, 8)))
def test_exactly_those_are_met_whose_tokens_are_known(waiting: list[list[int]], known: frozenset[int]) -> None:
    """Each waiter comes once, whatever the order of its tokens, and none comes without all of them."""
    met = Waiting([(one, place) for place, one in enumerate(waiting)]).met(known)
    assert sorted(met) == [place for place, one in enumerate(waiting) if known.issuperset(one)]
