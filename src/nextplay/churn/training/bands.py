"""Where the bands of risk begin when nobody says so: at multiples of the odds of the average account."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from nextplay.errors import InputInvalid, Violation

ODDS: Final[Mapping[str, float]] = {"low": 0.6, "moderate": 1.5, "high": 3.0}
"""Band -> its upper limit, as a multiple of the odds of the base rate. The average account is `moderate`."""


def bands_of(rate: float, given: Mapping[str, float | None]) -> dict[str, float]:
    """Return the upper limit of each band: as given, else from the base rate (above 0, below 1); critical reaches to 1.

    Multiples of odds, not of the rate: three times a rate of 40 % is no probability. Raises `InputInvalid` where the
    limits do not rise.
    """
    derived = {band: _limit(rate, times) for band, times in ODDS.items()}
    limits = derived | {band: below for band, below in given.items() if below is not None} | {"critical": 1.0}
    if any(later <= earlier for earlier, later in pairwise(limits.values())):
        told = ", ".join(f"{band} {below:g}" for band, below in limits.items())
        message = f"must rise up to 1 ({told}); name `low`, `moderate` and `high`, or leave all three out"
        raise InputInvalid([Violation("bands", message)])
    return limits


def bands_words(limits: Mapping[str, float], rate: float) -> str:
    """Say where the bands begin, and in which of them an account with the base rate stands."""
    told = ", ".join(f"{band} under {100 * below:.3g} %" for band, below in limits.items() if below < 1)
    average = next(band for band, below in limits.items() if rate < below)
    return f"{told}, critical above; an account with the base rate ({100 * rate:.3g} %) is {average}"


def _limit(rate: float, times: float) -> float:
    """Return the probability of so many times the odds of a rate, with two figures of it or of what is left to 1."""
    odds = times * rate / (1 - rate)
    probability, rest = odds / (1 + odds), 1 / (1 + odds)
    short = float(f"{probability:.2g}") if probability <= rest else 1 - float(f"{rest:.2g}")
    return round(short, 12)
