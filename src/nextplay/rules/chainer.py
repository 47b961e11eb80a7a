"""Inference in pure Python: the oracle of the engine, and its stand-in where it cannot be installed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from nextplay.rules.tokens import TokenRule
from nextplay.rules.waiting import Waiting


class Chainer:
    """Finds the rules that hold by way of the rarest tokens of each."""

    def __init__(self, rules: Sequence[TokenRule]) -> None:
        """Index every rule by its tokens, first that which the fewest rules read; ties by the lower token."""
        readers = Counter(token for rule in rules for token in rule.tokens)
        self._always = frozenset(rule.conclusion for rule in rules if not rule.tokens)
        self._waiting = Waiting(
            (sorted(rule.tokens, key=lambda token: (readers[token], token)), rule.conclusion)
            for rule in rules
            if rule.tokens
        )

    def infer(self, true_tokens: Collection[int]) -> frozenset[int]:
        """Return the conclusions of every rule whose tokens are all among `true_tokens`."""
        return self._always.union(self._waiting.met(frozenset(true_tokens)))

    def close(self) -> None:
        """Hold nothing, so give back nothing."""
