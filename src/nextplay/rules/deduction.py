"""What follows from a state: the tokens that are true go into inference, the conclusions come out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from typing import Any, Literal, NamedTuple

from nextplay.rules.chainer import Chainer
from nextplay.rules.program import picker
from nextplay.rules.tokens import Inference, Key, RuleBuilder, TokenRule

Engine = Literal["durable", "python"]


class _Literal(NamedTuple):
    """The token of a signal, the slot of the signal, and the truth of it that makes the token true."""

    token: int
    slot: int
    truth: bool


class Deduction:
    """The rules of one pass, ready to be asked with a state.

    What a rule asks that waits for a gap is only looked at where the gap stands.
    """

    def __init__(self, builder: RuleBuilder, slots: Mapping[str, int], *, engine: Engine) -> None:
        """Build the engine. Raises `RulebookInvalid` for every rule that it cannot hold."""
        rules, numbers = builder.build()
        self._inference = _inference(rules, engine=engine)
        self._given, anyway = _literals(rules, numbers, slots)
        self._when_true = [number for number, _, truth in anyway if truth]
        self._true = picker([slot for _, slot, truth in anyway if truth])
        self._when_false = [(number, slot) for number, slot, truth in anyway if not truth]
        self._by_signals = bool(anyway)

    def conclude(self, state: Sequence[Any], standing: Iterable[str] = ()) -> frozenset[int]:
        """Return what holds, given the truths of the signals and the names of the gaps that stand."""
        true: list[int] = []
        if self._by_signals:
            true += compress(self._when_true, self._true(state))
            true += [number for number, slot in self._when_false if state[slot] is False]
        for gap in standing:
            if gap in self._given:
                token, literals = self._given[gap]
                true.append(token)
                true += [number for number, slot, truth in literals if state[slot] is truth]
        return self._inference.infer(true)

    def close(self) -> None:
        """Free the engine."""
        self._inference.close()


def _literals(
    rules: Sequence[TokenRule], numbers: Mapping[Key, int], slots: Mapping[str, int]
) -> tuple[dict[str, tuple[int, tuple[_Literal, ...]]], list[_Literal]]:
    """Return what the rules of each gap ask of signals, beside the gap's own token, and what all others ask."""
    keys = {number: key for key, number in numbers.items()}
    given: dict[str, dict[_Literal, None]] = {}
    anyway: dict[_Literal, None] = {}
    for rule in rules:
        tokens = [(number, keys[number]) for number in sorted(rule.tokens)]
        asked = {
            _Literal(number, slots[key.signal], key.positive): None
            for number, key in tokens
            if not isinstance(key, str)
        }
        gaps = [key for _, key in tokens if isinstance(key, str)]
        for gap in gaps:
            given.setdefault(gap, {}).update(asked)
        if not gaps:
            anyway.update(asked)
    return {gap: (numbers[gap], tuple(asked)) for gap, asked in given.items()}, list(anyway)


def _inference(rules: Sequence[TokenRule], *, engine: Engine) -> Inference:
    if engine == "python":
        return Chainer(rules)
    from nextplay.rules.inference import DurableInference  # noqa: PLC0415  may not be installed where `python` is asked

    return DurableInference(rules)
