"""Draws that are the same everywhere: a stream of numbers for each account and date, from the seed alone.

Only `Random.random` is used, whose sequence Python promises to keep; everything else is made of it here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

Word = TypeVar("Word")


class Chance:
    """A stream of draws. Two streams of the same key give the same draws in every process."""

    __slots__ = ("unit",)

    def __init__(self, *key: object) -> None:
        """Begin the stream of a key such as seed, account and date; `unit` draws from 0 (included) to 1."""
        self.unit = Random("/".join(map(str, key))).random  # noqa: S311  invented accounts, nothing secret

    def happens(self, probability: float) -> bool:
        """Draw whether something of this probability happens."""
        return self.unit() < probability

    def between(self, low: float, high: float) -> float:
        """Draw evenly between two numbers."""
        return low + (high - low) * self.unit()

    def whole(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return low + int((high - low + 1) * self.unit())

    def around(self, mean: float, spread: float) -> float:
        """Draw near a mean: a sum of three even draws, bell-shaped, never farther than three spreads away."""
        unit = self.unit
        return mean + spread * 2 * (unit() + unit() + unit() - 1.5)

    def skewed(self, low: float, high: float) -> float:
        """Draw between two positive numbers so that each doubling is as likely as any other."""
        return float(low * (high / low) ** self.unit())

    def pick(self, words: Sequence[Word]) -> Word:
        """Draw one of several, all alike."""
        return words[int(len(words) * self.unit())]

    def weighted(self, shares: Mapping[Word, float]) -> Word:
        """Draw a key in proportion to its share."""
        rest = self.unit() * sum(shares.values())
        for word, share in shares.items():
            rest -= share
            if rest < 0:
                return word
        return next(reversed(list(shares)))
