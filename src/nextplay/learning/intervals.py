"""Intervals for shares, and for the difference of two shares: how much chance there is in a number.

Wilson's score interval for a share: E. B. Wilson, "Probable inference, the law of succession, and statistical
inference", JASA 22 (1927) 209-212. Unlike p ± 1.96 standard errors it stays within 0 and 1 and holds for few cases
(Brown, Cai and DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16 (2001) 101-133).

For the difference of two independent shares: method 10 of R. G. Newcombe, "Interval estimation for the difference
between independent proportions: comparison of eleven methods", Statistics in Medicine 17 (1998) 873-890. It joins the
Wilson intervals of the two.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

Z_95: Final = 1.959963984540054
"""The 97.5th percentile of the normal distribution: 95 of 100 such intervals hold the truth."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many `of` so many. `of` is 1 or more."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """The share, 0 to 1."""
        return self.count / self.of

    @property
    def interval(self) -> tuple[float, float]:
        """Return Wilson's 95 % interval."""
        share, n, square = self.value, self.of, Z_95 * Z_95
        middle = share + square / (2 * n)
        half = Z_95 * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
        # at 0 and at all, a rounding error must not take the share out of its own interval
        low = 0.0 if self.count == 0 else max((middle - half) / (1 + square / n), 0.0)
        high = 1.0 if self.count == self.of else min((middle + half) / (1 + square / n), 1.0)
        return low, high


def difference(one: Share, other: Share) -> tuple[float, float, float]:
    """Return `one` less `other`, and Newcombe's 95 % interval of it: low, high."""
    (low, high), (other_low, other_high) = one.interval, other.interval
    found = one.value - other.value
    below = math.sqrt((one.value - low) ** 2 + (other_high - other.value) ** 2)
    above = math.sqrt((high - one.value) ** 2 + (other.value - other_low) ** 2)
    return found, max(found - below, -1.0), min(found + above, 1.0)
