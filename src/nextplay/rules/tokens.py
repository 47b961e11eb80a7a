"""What inference works on: tokens of what is known to be true, and rules as conjunctions of tokens.

Tokens and conclusions are whole numbers; what they stand for is the evaluator's business. No number, text or null of a
customer ever gets this far.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from nextplay.rules.rulebook import Place


@dataclass(frozen=True, slots=True)
class TokenRule:
    """`conclusion` holds where every one of `tokens` is true; without tokens, always.

    Tokens that are seldom true have low numbers: inference waits for the lowest. `place` is where the author wrote it.
    """

    conclusion: int
    tokens: frozenset[int]
    place: Place


class Inference(Protocol):
    """A set of token rules, ready to be asked."""

    def infer(self, true_tokens: Collection[int]) -> frozenset[int]:
        """Return the conclusions of every rule whose tokens are all among `true_tokens`."""

    def close(self) -> None:
        """Give back whatever the engine holds; asking afterwards is an `EngineFault`."""
