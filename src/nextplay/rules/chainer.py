"""Inference in pure Python: the oracle of the engine, and its stand-in where it cannot be installed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from nextplay.rules.tokens import TokenRule


class Chainer:
    """Finds the rules that hold by way of the rarest token of each."""

    def __init__(self, rules: Sequence[TokenRule]) -> None:
        """Index every rule by the token that the fewest rules read; ties by the lower token."""
        readers = Counter(token for rule in rules for token in rule.tokens)
        self._always = frozenset(rule.conclusion for rule in rules if not rule.tokens)
        self._by_rarest: dict[int, list[tuple[frozenset[int], int]]] = {}
        for rule in rules:
            if rule.tokens:
                rarest = min(rule.tokens, key=lambda token: (readers[token], token))
                self._by_rarest.setdefault(rarest, []).append((rule.tokens - {rarest}, rule.conclusion))

    def infer(self, true_tokens: Collection[int]) -> frozenset[int]:
        """Return the conclusions of every rule whose tokens are all among `true_tokens`."""
        known = frozenset(true_tokens)
        found = set(self._always)
        for token in known:
            for others, conclusion in self._by_rarest.get(token, ()):
                if others <= known:
                    found.add(conclusion)
        return frozenset(found)

    def close(self) -> None:
        """Hold nothing, so give back nothing."""
