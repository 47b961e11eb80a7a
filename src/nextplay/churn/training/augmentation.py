"""Copies of rows with values hidden, so that the model learns what it does not know to be unknown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nextplay.churn.training.table import Floats


def hidden(matrix: Floats, share: float, *, seed: int) -> Floats:
    """Return a copy of a matrix with a share (0..1) of its values hidden by chance."""
    chance = np.random.default_rng(seed)
    return np.where(chance.random(matrix.shape) < share, np.nan, matrix)


def with_copies(matrix: Floats, shares: Sequence[float], *, seed: int) -> Floats:
    """Stack copies of a matrix, one for each share of hidden values, in the order of `shares`.

    Who stacks labels or folds in the same way (`np.tile`) keeps the copies of a row together.
    """
    return np.vstack([hidden(matrix, share, seed=seed + place) for place, share in enumerate(shares)])
