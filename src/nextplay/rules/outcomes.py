"""From signals to gaps: which stand, as what, how severe, and what speaks for and against them.

Inference says which conditions of a gap are true. Only where one is not, the evaluator tells false from unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from nextplay.decision import GapKind, Side
from nextplay.errors import EngineFault
from nextplay.rules.assessment import GapOutcome
from nextplay.rules.condition import Truth
from nextplay.rules.deduction import Deduction, Engine
from nextplay.rules.gap_plans import Check, GapPlan, GapPlanner, Named
from nextplay.rules.missing_facts import MissingFacts
from nextplay.rules.program import Program
from nextplay.rules.rulebook import GapRule

CONTESTED: Final[Mapping[tuple[Truth, Truth], tuple[GapKind, Side | None]]] = {
    (True, True): ("mixed", None),
    (True, False): ("cx", None),
    (True, None): ("cx", "cs"),
    (False, True): ("cs", None),
    (False, False): ("undetermined", None),
    (False, None): ("undetermined", "cs"),
    (None, True): ("cs", "cx"),
    (None, False): ("undetermined", "cx"),
    (None, None): ("undetermined", None),
}
"""Kind and open side of a contested gap whose reading is true, by the truth of its CX and of its CS evidence."""


@dataclass(frozen=True, slots=True)
class StandingGap:
    """A gap that stands, or that `unless` explains; `unsettled` are the checks of its sides that are unknown."""

    plan: GapPlan
    kind: GapKind
    open_side: Side | None = None
    answered: Side | None = None
    unsettled: tuple[Check, ...] = ()


@dataclass(slots=True)
class Judgement:
    """What came of every gap.

    `undecided` holds the unknown ones, `refuted` those that are false, `excused` those that `unless` explains away.
    `tallies` counts the facts of every condition that was asked and is unknown.
    """

    standing: list[StandingGap] = field(default_factory=list)
    explained: list[StandingGap] = field(default_factory=list)
    undecided: list[GapPlan] = field(default_factory=list)
    refuted: list[GapPlan] = field(default_factory=list)
    excused: list[GapPlan] = field(default_factory=list)
    tallies: list[int] = field(default_factory=list)

    def ruled_out(self) -> set[str | None]:
        """Name the kinds of plain gaps of which one was decided not to stand."""
        return {plan.rule.kind for plan in (*self.refuted, *self.excused)}


class Gaps:
    """The gap rules of a rulebook over one program."""

    def __init__(self, rules: Iterable[GapRule], program: Program, missing: MissingFacts, *, engine: Engine) -> None:
        """Make every gap ready. Raises `RulebookInvalid` where the engine cannot hold one."""
        planner = GapPlanner(program, missing)
        self.plans = tuple(map(planner.plan, rules))
        self._mains = Deduction(planner.mains, program.slots, engine=engine)
        self._sides = Deduction(planner.sides, program.slots, engine=engine)

    def judge(self, state: Sequence[Any], answers: Mapping[str, Side]) -> Judgement:
        """Run the outcome table over every gap. `answers` names the side that a rep named.

        Raises `EngineFault` where evaluation and inference disagree.
        """
        judged = Judgement()
        proved = self._mains.conclude(state)
        possible = []
        for plan in self.plans:
            truth = state[plan.slot]
            if (truth is True) is not (plan.number in proved):
                raise EngineFault("inference and evaluation disagree about a gap")
            if truth is False:
                judged.refuted.append(plan)
            elif truth or plan.unless:
                possible.append(plan)
            else:
                judged.undecided.append(plan)
        if possible:
            holds = self._sides.conclude(state, [plan.itself for plan in possible])
            for plan in possible:
                _judge_possible(plan, state, holds, judged=judged, answered=answers.get(plan.rule.id))
        judged.tallies += [plan.tally for plan in judged.undecided]
        return judged

    def close(self) -> None:
        """Free the engine."""
        self._mains.close()
        self._sides.close()


def _judge_possible(
    plan: GapPlan, state: Sequence[Any], holds: Collection[int], *, judged: Judgement, answered: Side | None
) -> None:
    """Judge a gap that is true or unknown."""
    excused = plan.unless.truth(state, holds) if plan.unless else False
    if excused:
        judged.excused.append(plan)
    elif excused is None and plan.unless:
        judged.tallies.append(plan.unless.tally)
    if state[plan.slot]:
        gap = _standing(plan, state, holds, answered=answered)
        (judged.explained if excused else judged.standing).append(gap)
        judged.tallies += [check.tally for check in gap.unsettled if not excused]
    elif not excused:
        judged.undecided.append(plan)


def _standing(plan: GapPlan, state: Sequence[Any], holds: Collection[int], *, answered: Side | None) -> StandingGap:
    if plan.rule.kind is not None:
        return StandingGap(plan, plan.rule.kind)
    sides = {"cx": plan.cx, "cs": plan.cs}
    truths = {
        side: True if side == answered else check.truth(state, holds) if check else False
        for side, check in sides.items()
    }
    kind, open_side = CONTESTED[truths["cx"], truths["cs"]]
    unsettled = tuple(check for side, check in sides.items() if check and truths[side] is None)
    return StandingGap(plan, kind, open_side, answered, unsettled)


def outcome_of(gap: StandingGap, state: Sequence[Any], ranked_facts: Sequence[str]) -> GapOutcome:
    """Write a standing gap down. `ranked_facts` are the unknown facts, the most useful first."""
    plan = gap.plan
    settling = frozenset().union(*(check.reads for check in gap.unsettled)) if gap.kind == "undetermined" else ()
    return GapOutcome(
        rule=plan.rule,
        kind=gap.kind,
        severity=plan.severity_in(state),
        signals=_those(plan.speaks[gap.kind], state, truth=True),
        against=_those(plan.against[gap.kind], state, truth=False),
        open_side=gap.open_side,
        open_rivals=_those(plan.rivals, state, truth=None),
        open_facts=tuple(fact for fact in ranked_facts if fact in settling) if settling else (),
        answered=gap.answered,
    )


def explained_outcome(gap: StandingGap, state: Sequence[Any]) -> GapOutcome:
    """Write an explained gap down; its signals are those of `unless` that explain it."""
    signals = _those(gap.plan.excuses, state, truth=True)
    return GapOutcome(gap.plan.rule, gap.kind, gap.plan.severity_in(state), signals, answered=gap.answered)


def _those(named: Named, state: Sequence[Any], *, truth: Truth) -> tuple[str, ...]:
    return tuple([name for name, slot in named if state[slot] is truth])
