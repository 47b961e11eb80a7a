"""Tails of the distributions that drift is told from chance by, in plain Python: what serves needs no scipy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

_HALVINGS: Final = 200


def chi2_tail(value: float, freedom: int) -> float:
    """Return the chance that a chi-squared variable is above `value`: the finite series for whole degrees of freedom.

    Source: Abramowitz and Stegun (1964), 26.4.4 and 26.4.5.
    """
    if value <= 0:
        return 1.0
    half = value / 2
    odd = freedom % 2
    tail = math.erfc(math.sqrt(half)) if odd else 0.0
    for step in range(freedom // 2):
        power = step + odd / 2
        tail += math.exp(-half + power * math.log(half) - math.lgamma(power + 1))
    return min(tail, 1.0)


def chi2_beyond(chance: float, freedom: int) -> float:
    """Return the value that a chi-squared variable is above with `chance` (0..1)."""
    low, high = 0.0, 10.0
    while chi2_tail(high, freedom) > chance:
        high *= 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if chi2_tail(middle, freedom) > chance else (low, middle)
    return high


def normal_tails(value: float) -> float:
    """Return the chance that a standard normal variable is further from 0 than `value`."""
    return math.erfc(abs(value) / math.sqrt(2))


def normal_beyond(chance: float) -> float:
    """Return how far from 0 a standard normal variable is exceeded with `chance`, both tails counted."""
    return math.sqrt(chi2_beyond(chance, 1))


def cut_off(chances: Sequence[float], rate: float) -> float:
    """Return the chance up to which tests count, so that `rate` holds over all of them (Benjamini and Hochberg, 1995).

    Of the tests that count at most the share `rate` is false on average; where nothing is true, a test counts at all in
    at most the share `rate` of the runs. Where none counts it is that of the first step, `rate` over their number.
    """
    ordered = sorted(chances)
    kept = [place for place, chance in enumerate(ordered, 1) if chance <= rate * place / len(ordered)]
    return rate * max([1, *kept]) / max(len(ordered), 1)
