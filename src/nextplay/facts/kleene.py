"""Truth with a third value: `None` is unknown, and never a guess."""

from __future__ import annotations

from collections.abc import Iterable


def any_of(truths: Iterable[bool | None]) -> bool | None:
    """Return true if any is true, else unknown if any is unknown, else false; so of nothing false."""
    unknown = False
    for truth in truths:
        if truth:
            return True
        unknown = unknown or truth is None
    return None if unknown else False


def both(left: bool | None, right: bool | None) -> bool | None:  # noqa: FBT001  operands of a logical operator
    """Return false if either is false, else unknown if either is unknown, else true."""
    if left is False or right is False:
        return False
    return None if left is None or right is None else True
