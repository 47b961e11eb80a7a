"""How facts and answers are spread over rows: written beside a model, and what drift is measured against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
TENTHS: Final = tuple(range(0, 101, 10))
"""The quantiles that are kept, in per cent."""
DECIMALS: Final = 6
"""Answers have six decimals, and so have their quantiles."""


def spread_of_numbers(values: Floats) -> dict[str, Any]:
    """Describe a number as a `FactReference`; NaN is unknown."""
    known = values[~np.isnan(values)]
    if not len(known):
        return {"missing": 1.0, "quantiles": [], "shares": {}, "binned": []}
    quantiles = np.percentile(known, TENTHS)
    return {
        "missing": 1 - len(known) / len(values),
        "quantiles": quantiles.tolist(),
        "shares": {},
        "binned": (binned(known, np.unique(quantiles)) / len(known)).tolist(),
    }


def spread_of_words(places: Floats, words: Sequence[str]) -> dict[str, Any]:
    """Describe a word or a flag, given as places in `words`, as a `FactReference`; NaN is unknown."""
    known = places[~np.isnan(places)]
    return {
        "missing": 1 - len(known) / len(places),
        "quantiles": [],
        "shares": {word: float(np.mean(known == place)) if len(known) else 0.0 for place, word in enumerate(words)},
    }


def spread_of_answers(probabilities: Floats) -> dict[str, Any]:
    """Describe probabilities: their quantiles, the shares between these, and their mean."""
    rounded = np.round(probabilities, DECIMALS)
    quantiles = np.round(np.percentile(rounded, TENTHS), DECIMALS)
    return {
        "probabilities": quantiles.tolist(),
        "binned": (binned(rounded, np.unique(quantiles)) / len(rounded)).tolist(),
        "mean": round(float(probabilities.mean()), DECIMALS),
    }


def binned(values: Floats, ends: Floats) -> Floats:
    """Count values by interval: `i` ends at `ends[i]`, that end included; the last has no end."""
    counts: Floats = np.bincount(np.searchsorted(ends[:-1], values), minlength=len(ends)).astype(np.float64)
    return counts
