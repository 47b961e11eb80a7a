"""The three-valued logic that lists are summed up with."""

from __future__ import annotations

import pytest

from nextplay.facts.kleene import any_of, both


@pytest.mark.parametrize(
    ("truths", "expected"),
    [([], False), ([None], None), ([False], False), ([None, True], True), ([False, None], None)],
)
def test_any_of(truths: list[bool | None], expected: bool | None) -> None:  # noqa: FBT001  drawn
    """True if any is true, else unknown if any is unknown, else false."""
    assert any_of(truths) is expected


@pytest.mark.parametrize("left", [True, False, None])
@pytest.mark.parametrize("right", [True, False, None])
def test_both(left: bool | None, right: bool | None) -> None:  # noqa: FBT001  drawn
    """False decides, unknown comes second, true is the rest; the order of the two does not matter."""
    expected = False if False in (left, right) else None if None in (left, right) else True
    assert both(left, right) is expected
