"""Gaps that are false and that one number would bring about: what is about to happen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nextplay.decision import Reading
from nextplay.facts.spec import FactSpec
from nextplay.rules.assessment import NearGap
from nextplay.rules.compiled import Compiled
from nextplay.rules.condition import FactLeaf, Parameter
from nextplay.rules.expansion import CONSTANT, Expansion
from nextplay.rules.gap_plans import GapPlan
from nextplay.rules.program import Program

MAX_STEPS: Final = 2
"""How many declared steps of the fact count as near."""
MAX_NEAR: Final = 3
MAX_PARTS: Final = 150
"""A gap of more parts than this, its signals written out, is not searched; so nothing grows or nests without bound."""

_ORDERED: Final = frozenset({"lt", "lte", "gt", "gte", "between"})
_DECIMALS: Final = 6
"""Distances are rounded, so that from 0.25 to 0.3 is one step of 0.05 and no more."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """A gap that one leaf would bring about by becoming `wanted`; `turned` is the gap's condition with the leaf so."""

    gap: GapPlan
    leaf: FactLeaf
    wanted: bool
    turned: Compiled
    step: float


class NearMisses:
    """Every leaf that alone can bring about a gap, by the window of values in which that is near."""

    def __init__(self, gaps: Iterable[GapPlan], program: Program, specs: Mapping[str, FactSpec]) -> None:
        """Look through the gaps for leaves that compare numbers of facts with a declared step."""
        self._program = program
        self._specs = specs
        self._written = Expansion(program.conditions, program.order)
        turns: dict[FactLeaf, list[_Turn]] = {}
        for gap in gaps:
            for turn in self._turns(gap):
                turns.setdefault(turn.leaf, []).append(turn)
        self._windows: dict[int, list[tuple[float, float, list[_Turn]]]] = {}
        for leaf, found in turns.items():
            window = (*self._window(leaf, found[0].step), found)
            self._windows.setdefault(program.fact_slots[leaf.fact], []).append(window)

    def nearest(self, refuted: Iterable[GapPlan], state: Sequence[Any]) -> tuple[NearGap, ...]:
        """Return the nearest three of the gaps that are false, by distance; ties by gap, then fact.

        Each gap comes once, with its nearest leaf. A gap that would be explained away is not about to happen.
        """
        false = {gap.rule.id for gap in refuted}
        found: dict[str, NearGap] = {}
        for turn, value in self._within(state):
            gap = turn.gap
            if gap.rule.id in false and turn.turned(state) and not (gap.unless and gap.unless.test(state)):
                near = self._near(turn, value, state)
                if near and (gap.rule.id not in found or _order(near) < _order(found[gap.rule.id])):
                    found[gap.rule.id] = near
        return tuple(sorted(found.values(), key=_order)[:MAX_NEAR])

    def _within(self, state: Sequence[Any]) -> list[tuple[_Turn, float]]:
        """Return what could be turned by a fact whose value is near a threshold."""
        return [
            (turn, value)
            for slot, windows in self._windows.items()
            if (value := state[slot]) is not None
            for low, high, turns in windows
            if low <= value <= high
            for turn in turns
        ]

    def _near(self, turn: _Turn, value: float, state: Sequence[Any]) -> NearGap | None:
        limit = self._limit(turn.leaf, value, state)
        if limit is None:
            return None
        distance = round(abs(value - limit) / turn.step, _DECIMALS)
        if distance > MAX_STEPS:
            return None
        leaf = turn.leaf
        return NearGap(turn.gap.rule, Reading(leaf.fact, value, leaf.operator, limit, not turn.wanted), distance)

    def _limit(self, leaf: FactLeaf, value: float, state: Sequence[Any]) -> float | None:
        """Return the threshold, of two the nearer one; `None` where it differs by a fact that is unknown."""
        operand: Any = leaf.operand
        if isinstance(operand, Parameter):
            word = state[self._program.fact_slots[operand.by]]
            operand = None if word is None else operand.cases.get(word, operand.otherwise)
        ends: tuple[float, ...] = operand if isinstance(operand, tuple) else () if operand is None else (operand,)
        return min(ends, key=lambda end: abs(value - end), default=None)

    def _window(self, leaf: FactLeaf, step: float) -> tuple[float, float]:
        """Return the range of values from which two steps may suffice."""
        operand = leaf.operand
        limits: Iterable[Any] = (
            (*operand.cases.values(), operand.otherwise) if isinstance(operand, Parameter) else (operand,)
        )
        ends: list[float] = [end for limit in limits for end in (limit if isinstance(limit, tuple) else (limit,))]
        margin = (MAX_STEPS + 10**-_DECIMALS) * step
        return min(ends) - margin, max(ends) + margin

    def _turns(self, gap: GapPlan) -> Iterator[_Turn]:
        condition = gap.condition
        if self._written.size(condition) > MAX_PARTS:
            return
        for leaf, wanted in self._written.signed_leaves(condition):
            spec = self._specs.get(leaf.fact)
            if leaf.operator in _ORDERED and spec is not None and spec.step:
                turned = self._written.turned(condition, leaf, wanted=wanted)
                if turned != CONSTANT[False]:
                    yield _Turn(gap, leaf, wanted, self._program.compile(turned), spec.step)


def _order(near: NearGap) -> tuple[float, str, str]:
    return near.distance, near.rule.id, near.reading.fact
