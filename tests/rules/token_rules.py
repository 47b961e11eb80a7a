"""Token rules by hand, and what they mean by definition."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from nextplay.rules.inference import DurableInference
from nextplay.rules.rulebook import Place
from nextplay.rules.tokens import TokenRule

HERE: Final = Place("gaps/any.yaml", 1, 1)


def rules_of(bodies: Sequence[tuple[int, Collection[int]]]) -> list[TokenRule]:
    """Build rules from (conclusion, tokens)."""
    return [TokenRule(conclusion, frozenset(tokens), HERE) for conclusion, tokens in bodies]


def holding(rules: Sequence[TokenRule], true: Collection[int]) -> frozenset[int]:
    """Say by definition which conclusions hold."""
    return frozenset(rule.conclusion for rule in rules if rule.tokens <= set(true))


@contextmanager
def durable(rules: Sequence[TokenRule]) -> Iterator[DurableInference]:
    """Build the engine and give it back."""
    inference = DurableInference(rules)
    try:
        yield inference
    finally:
        inference.close()
