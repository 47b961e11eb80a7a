"""What follows from a state: the tokens that are true go into inference, the conclusions come out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from typing import Any, Literal

from nextplay.rules.chainer import Chainer
from nextplay.rules.program import picker
from nextplay.rules.tokens import Inference, RuleBuilder, TokenRule

Engine = Literal["durable", "python"]


class Deduction:
    """The rules of one pass, ready to be asked with a state."""

    def __init__(self, builder: RuleBuilder, slots: Mapping[str, int], *, engine: Engine) -> None:
        """Build the engine. Raises `RulebookInvalid` for every rule that it cannot hold."""
        rules, numbers = builder.build()
        self._inference = _inference(rules, engine=engine)
        self._gaps = {key: number for key, number in numbers.items() if isinstance(key, str)}
        literals = [(number, key) for key, number in numbers.items() if not isinstance(key, str)]
        self._when_true = [number for number, key in literals if key.positive]
        self._true = picker([slots[key.signal] for _, key in literals if key.positive])
        self._when_false = [(number, slots[key.signal]) for number, key in literals if not key.positive]

    def conclude(self, state: Sequence[Any], standing: Iterable[str] = ()) -> frozenset[int]:
        """Return what holds, given the truths of the signals and the names of the gaps that stand."""
        true = list(compress(self._when_true, self._true(state)))
        true += [number for number, slot in self._when_false if state[slot] is False]
        true += [self._gaps[gap] for gap in standing if gap in self._gaps]
        return self._inference.infer(true)

    def close(self) -> None:
        """Free the engine."""
        self._inference.close()


def _inference(rules: Sequence[TokenRule], *, engine: Engine) -> Inference:
    if engine == "python":
        return Chainer(rules)
    from nextplay.rules.inference import DurableInference  # noqa: PLC0415  may not be installed where `python` is asked

    return DurableInference(rules)
