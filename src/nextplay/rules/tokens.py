"""What inference works on: tokens of what is known to be true, and rules as conjunctions of tokens.

Tokens and conclusions are whole numbers; what they stand for is the evaluator's business. No number, text or null of a
customer ever gets this far.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from nextplay.errors import EngineFault, Fault, RulebookInvalid
from nextplay.rules.condition import Condition, SignalLeaf, SignedLeaf, alternatives
from nextplay.rules.rulebook import Place, Target


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


class SignedSignal(NamedTuple):
    """A signal known to be true or (`positive` false) known to be false."""

    signal: str
    positive: bool


Key = SignedSignal | str
"""What a token stands for: a signal whose truth is known, or (its name as of `standing_name`) a gap that stands."""


def standing_name(target: Target) -> str:
    """Name a gap that stands as a play wants it."""
    return target.gap if target.side is None else f"{target.gap} as {target.side}"


class RuleBuilder:
    """Turns conditions over signals into token rules, and numbers the tokens."""

    def __init__(self) -> None:
        self._bodies: list[tuple[int, frozenset[Key], Place]] = []
        self._faults: list[Fault] = []

    def conclude(self, conclusion: int, condition: Condition, place: Place, *, given: str | None = None) -> None:
        """Let `conclusion` hold where `condition` is true and, if one is given, the gap named `given` stands."""
        extra: frozenset[Key] = frozenset(() if given is None else (given,))
        try:
            found = alternatives(condition)
        except ValueError as error:
            self._faults.append(Fault(place.path, place.line, place.column, "too-many-alternatives", str(error)))
            return
        for one in found:
            if not any(SignedLeaf(leaf, not positive) in one for leaf, positive in one):
                self._bodies.append((conclusion, extra | set(map(_signed, one)), place))

    def build(self) -> tuple[list[TokenRule], Mapping[Key, int]]:
        """Return the rules and what each token stands for; raises `RulebookInvalid` with every fault.

        Gaps that stand are seldom, so they come first; then what is true, last what is false, each from the one that
        the fewest rules read; ties by name.
        """
        if self._faults:
            raise RulebookInvalid(self._faults)
        readers = Counter(key for _, keys, _ in self._bodies for key in keys)
        ordered = sorted(readers, key=lambda key: _rank(key, readers[key]))
        numbers = {key: number for number, key in enumerate(ordered)}
        rules = [
            TokenRule(conclusion, frozenset(numbers[key] for key in keys), place)
            for conclusion, keys, place in self._bodies
        ]
        return rules, numbers


def _signed(leaf: SignedLeaf) -> SignedSignal:
    if isinstance(leaf.leaf, SignalLeaf):
        return SignedSignal(leaf.leaf.signal, leaf.positive)
    raise EngineFault("only signals become tokens; a fact leaf must be a signal of its own by now")


def _rank(key: Key, readers: int) -> tuple[int, int, str]:
    if isinstance(key, str):
        return 0, 0, key
    return (1 if key.positive else 2), readers, key.signal
