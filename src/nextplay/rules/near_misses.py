"""Gaps that are false and that one number would bring about: what is about to happen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from nextplay.decision import Reading
from nextplay.facts.spec import FactSpec
from nextplay.rules.assessment import NearGap
from nextplay.rules.compiled import Probe
from nextplay.rules.condition import All, AnyOf, FactLeaf, Not, Parameter, SignalLeaf
from nextplay.rules.expansion import CONSTANT, Expansion, inlined
from nextplay.rules.gap_plans import GapPlan
from nextplay.rules.program import Program

MAX_STEPS: Final = 2
"""How many declared steps of the fact count as near."""
TOO_FAR: Final = MAX_STEPS + 1
MAX_NEAR: Final = 3
MAX_TURNED: Final = 20_000
"""How many turned signals a rulebook may need in all; what comes after them, by fact leaf, is not searched."""

_ORDERED: Final = frozenset({"lt", "lte", "gt", "gte", "between"})
_DECIMALS: Final = 6
"""Distances are rounded, so that from 0.25 to 0.3 is one step of 0.05 and no more."""


class _Turn(NamedTuple):
    """A gap that one leaf would bring about by becoming `wanted`, and the step and the slot of the leaf's fact.

    `limit` is the threshold where there is but one.
    """

    gap: GapPlan
    leaf: FactLeaf
    wanted: bool
    step: float
    slot: int
    limit: float | None


class NearMisses:
    """The leaves that alone can bring about a gap."""

    def __init__(self, gaps: Iterable[GapPlan], program: Program, specs: Mapping[str, FactSpec]) -> None:
        """Look through the gaps for leaves that compare numbers of facts with a declared step.

        Gaps and signals that are judged item by item are left out: which item is nearest would be a question of its
        own, and a list of them is no near miss of the account.
        """
        self._program = program
        self._specs = specs
        self._expansion = Expansion(program.conditions, program.order, closed=program.lists)
        self._turns: list[_Turn] = []
        self._budget = MAX_TURNED
        by_leaf: dict[tuple[FactLeaf, bool], list[GapPlan]] = {}
        for gap in gaps:
            if gap.rule.for_each:
                continue
            for signed in self._expansion.favoured(gap.condition) or ():
                by_leaf.setdefault(signed, []).append(gap)
        probes = [self._probe(leaf, found, wanted=wanted) for (leaf, wanted), found in by_leaf.items()]
        self._select = program.probing([probe for probe in probes if probe])

    def nearest(self, state: Sequence[Any], *, left_out: Collection[str] = ()) -> tuple[NearGap, ...]:
        """Return the nearest three of the gaps that are false, by distance; ties by gap, then fact.

        Gaps that are left out do not come. Each gap comes once, with its nearest leaf. A gap that would be explained
        away is not about to happen.
        """
        within = [self._measured(index, state) for index in self._select(state)]
        within.sort()
        found: dict[str, NearGap] = {}
        for distance, name, fact, index in within:
            turn = self._turns[index]
            unless = turn.gap.unless
            if distance > MAX_STEPS or len(found) == MAX_NEAR:
                break
            if name not in found and name not in left_out and not (unless and unless.test(state)):
                value = state[turn.slot]
                limit = self._limit(turn.leaf, value, state)
                reading = Reading(fact, value, turn.leaf.operator, limit, not turn.wanted)
                found[name] = NearGap(turn.gap.rule, reading, distance)
        return tuple(found.values())

    def _measured(self, index: int, state: Sequence[Any]) -> tuple[float, str, str, int]:
        """Return distance, gap and fact, by which near misses are ordered, and the turn."""
        turn = self._turns[index]
        value = state[turn.slot]
        limit = self._limit(turn.leaf, value, state) if turn.limit is None else turn.limit
        distance = TOO_FAR if limit is None else round(abs(value - limit) / turn.step, _DECIMALS)
        return distance, turn.gap.rule.id, turn.leaf.fact, index

    def _limit(self, leaf: FactLeaf, value: float, state: Sequence[Any]) -> float | None:
        """Return the threshold, of two the nearer one; `None` where it differs by a fact that is unknown."""
        operand: Any = leaf.operand
        if isinstance(operand, Parameter):
            word = state[self._program.fact_slots[operand.by]]
            operand = None if word is None else operand.cases.get(word, operand.otherwise)
        if isinstance(operand, tuple):
            low, high = operand
            operand = low if abs(value - low) <= abs(value - high) else high
        limit: float | None = operand
        return limit

    def _probe(self, leaf: FactLeaf, gaps: Sequence[GapPlan], *, wanted: bool) -> Probe | None:
        """Probe whether a leaf is near to turning, and which of its gaps would then be true."""
        spec = self._specs.get(leaf.fact)
        if leaf.operator not in _ORDERED or spec is None or not spec.step:
            return None
        variants, results = self._expansion.turned(leaf, [gap.condition for gap in gaps], wanted=wanted)
        self._budget -= len(variants) + 1
        if self._budget < 0:
            return None
        variants, results = inlined(variants, results)
        conclusions = []
        for gap, result in zip(gaps, results, strict=True):
            if result != CONSTANT[False]:
                conclusions.append((len(self._turns), All((Not(SignalLeaf(gap.main)), result))))
                limit = leaf.operand if isinstance(leaf.operand, int | float) else None
                slot = self._program.fact_slots[leaf.fact]
                self._turns.append(_Turn(gap, leaf, wanted, spec.step, slot, limit))
        false = AnyOf(tuple(dict.fromkeys(Not(SignalLeaf(gap.main)) for gap in gaps)))
        return Probe(leaf.fact, _window(leaf, spec.step), variants, conclusions, only_if=false)


def _window(leaf: FactLeaf, step: float) -> FactLeaf:
    """Ask whether a fact has a value from which two steps may suffice."""
    operand = leaf.operand
    limits: Iterable[Any] = (
        (*operand.cases.values(), operand.otherwise) if isinstance(operand, Parameter) else (operand,)
    )
    ends: list[float] = [end for limit in limits for end in (limit if isinstance(limit, tuple) else (limit,))]
    margin = (MAX_STEPS + 10**-_DECIMALS) * step
    return FactLeaf(leaf.fact, "between", (min(ends) - margin, max(ends) + margin))
