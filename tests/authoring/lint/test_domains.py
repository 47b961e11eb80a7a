"""Cutting facts: one sample for every threshold and for everything between two of them, never outside the range."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextplay.authoring.lint.boxes import Space, intersection, meets, within
from nextplay.authoring.lint.domains import UNKNOWN, Dimension, domain
from nextplay.facts import FactSpec
from nextplay.rules.condition import FactLeaf, Parameter

COUNT = FactSpec("count", "number", "", "count", 0, 10, step=1, whole=True)
SHARE = FactSpec("share", "number", "", "share", 0, 1, step=0.05)
WORD = FactSpec("word", "word", "", words=("red", "green", "blue"))


@pytest.mark.parametrize(
    ("spec", "compared", "samples"),
    [
        (COUNT, [3], (2, 3, 4)),
        (COUNT, [3, 4], (2, 3, 4, 5)),
        (COUNT, [0, 10], (0, 1, 10)),
        (COUNT, [], (0,)),
        (SHARE, [0.25], (0.2, 0.25, 0.3)),
        (SHARE, [0.25, 0.5], (0.2, 0.25, 0.4, 0.5, 0.55)),
        (SHARE, [0, 1], (0, 0.5, 1)),
        (SHARE, [0.3], (0.25, 0.3, 0.35)),
        (FactSpec("free", "number", ""), [5], (4, 5, 6)),
        (FactSpec("flag", "flag", ""), [True], (True, False)),
        (WORD, ["red"], ("red", "green", "blue")),
        (FactSpec("text", "text", ""), ["EUR", "BRL"], ("BRL", "EUR", "another text")),
    ],
)
def test_samples(spec: FactSpec, compared: list[float], samples: tuple[object, ...]) -> None:
    """Each threshold is a cell, and so is what lies below, between and above, where the range leaves anything."""
    assert domain(spec, compared).samples == samples


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_every_number_has_its_cell(compared: list[float]) -> None:
    """Samples rise strictly, stay in the range, hold every threshold, and leave at most one cell between two."""
    samples = [value for value in domain(SHARE, compared).samples if isinstance(value, int | float)]
    assert samples == sorted(set(samples))
    assert all(0 <= sample <= 1 for sample in samples)
    assert set(compared) <= set(samples)
    assert len(samples) <= 2 * len(set(compared)) + 1


def test_a_threshold_that_differs_by_a_fact_cuts_both() -> None:
    """Unknown which case applies, a comparison is decided only where all cases agree."""
    leaf = FactLeaf("count", "gt", Parameter("limit", "word", {"red": 2}, otherwise=5))
    space = Space([leaf], {"count": COUNT, "word": WORD})
    count, word = Dimension("count"), Dimension("word")
    assert space.domains[count].samples == (1, 2, 3, 5, 6)
    true = space.region(leaf, "true")
    above_both, between = 1 << 5, 1 << 3
    assert any(box.get(word, UNKNOWN) & UNKNOWN and box[count] & above_both for box in true)
    assert not any(box.get(word, UNKNOWN) & UNKNOWN and box[count] & between for box in true)


def test_boxes_meet_and_hold_each_other() -> None:
    """Intersection is what both boxes allow; a dimension that is not named is free."""
    one, other, third = Dimension("a"), Dimension("b"), {Dimension("a"): 0b001}
    assert intersection({one: 0b110}, {one: 0b011, other: 0b1}) == {one: 0b010, other: 0b1}
    assert intersection({one: 0b110}, third) is None
    assert (meets({one: 0b110}, third), meets({other: 0b1}, third)) == (False, True)
    assert (within({one: 0b001, other: 0b1}, third), within({other: 0b1}, third)) == (True, False)
