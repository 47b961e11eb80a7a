"""From signals to gaps: which stand, as what, how severe, and what speaks for and against them.

Inference says which conditions of a gap are true. Only where one is not, the evaluator tells false from unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from nextplay.decision import GapKind, MissingFact, Side
from nextplay.errors import EngineFault
from nextplay.rules.assessment import GapOutcome
from nextplay.rules.condition import Truth
from nextplay.rules.deduction import Deduction, Engine
from nextplay.rules.gap_plans import Check, GapPlan, GapPlanner, Named
from nextplay.rules.missing_facts import MissingFacts
from nextplay.rules.program import ItemReading, Program
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


NO_EVENTS: Final[Mapping[str, str]] = MappingProxyType({})


class StandingGap(NamedTuple):
    """A gap that stands, or that `unless` explains; `unsettled` are the checks of its sides that are unknown.

    `reading` is the item that it is judged for, with its state.
    """

    plan: GapPlan
    kind: GapKind
    open_side: Side | None = None
    answered: Side | None = None
    unsettled: tuple[Check, ...] = ()
    reading: ItemReading | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The gap's id and the key of its item, empty where it belongs to the account."""
        return self.plan.rule.id, self.reading.item.key if self.reading else ""


@dataclass(slots=True)
class Judgement:
    """What came of every gap.

    `plans` are the gaps that were judged, `mains` the truths of what they stand or fall with. `undecided` holds the
    unknown ones, `refuted` those that are false of every item, `excused` those that `unless` explains away. `open`
    is every condition that was asked and is unknown; a plan stands for what its gap stands or falls with.
    """

    plans: Sequence[GapPlan] = ()
    mains: Sequence[Truth] = ()
    standing: list[StandingGap] = field(default_factory=list)
    explained: list[StandingGap] = field(default_factory=list)
    undecided: list[GapPlan] = field(default_factory=list)
    refuted: list[GapPlan] = field(default_factory=list)
    excused: list[GapPlan] = field(default_factory=list)
    open: list[GapPlan | Check] = field(default_factory=list)

    def rules_out(self, kinds: Collection[str]) -> bool:
        """Say whether of each of these kinds a plain gap was decided not to stand; no further than it takes to know."""
        wanted: set[str | None] = {*kinds}
        refuted = (plan for plan, truth in zip(self.plans, self.mains, strict=True) if truth is False)
        for plan in chain(refuted, self.refuted, self.excused):
            wanted.discard(plan.rule.kind)
            if not wanted:
                return True
        return False


class Gaps:
    """The gap rules of a rulebook over one program."""

    def __init__(
        self,
        rules: Iterable[GapRule],
        program: Program,
        missing: MissingFacts,
        *,
        engine: Engine,
        events: Mapping[str, str] = NO_EVENTS,
    ) -> None:
        """Make every gap ready. `events` is `SignalRule.same_fact` by signal.

        Raises `RulebookInvalid` where the engine cannot hold a gap.
        """
        planner = GapPlanner(program, missing, events)
        self.plans = tuple(map(planner.plan, rules, program.mains))
        self._mains = Deduction(planner.mains, program.slots, engine=engine)
        self._sides = Deduction(planner.sides, program.slots, engine=engine)
        self._slots = program.main_slots()
        self._by_slot = {plan.slot: plan for plan in self.plans}
        self._numbers = tuple(plan.number for plan in self.plans)

    def judge(
        self,
        state: Sequence[Any],
        undecided: Sequence[int],
        answers: Mapping[str, Side],
        *,
        left_out: Collection[str] = (),
    ) -> Judgement:
        """Run the outcome table over every gap that is not left out. `answers` names the side that a rep named.

        `undecided` are the slots of the gaps that are unknown (`Decided`).

        Raises `EngineFault` where evaluation and inference disagree.
        """
        plans, mains = self.plans, state[self._slots]
        concluded = self._mains.conclude(state)
        if concluded != set(compress(self._numbers, mains)):
            raise EngineFault("inference and evaluation disagree about a gap")
        if left_out:
            counts = [plan.rule.id not in left_out for plan in plans]
            plans, mains = tuple(compress(plans, counts)), tuple(compress(mains, counts))
        judged = Judgement(plans, mains)
        if undecided:
            unknown = [self._by_slot[slot] for slot in undecided]
            if left_out:
                unknown = [plan for plan in unknown if plan.rule.id not in left_out]
            _leave_unknown(unknown, state, answers, judged=judged)
        true = list(compress(plans, mains))
        if true:
            holds = self._sides.conclude(state, [plan.rule.id for plan in true if plan.rule.for_each is None])
            for plan in true:
                _let_stand_whole(plan, state, holds, answers, judged=judged)
        return judged

    def close(self) -> None:
        """Free the engine."""
        self._mains.close()
        self._sides.close()


def _judge_items(plan: GapPlan, state: Sequence[Any], answers: Mapping[str, Side], *, judged: Judgement) -> None:
    """Judge a gap for every item apart.

    It counts as undecided only where it stands for no item and is undecided for one, or the list is unknown. Whatever
    is unknown is counted once, however many items leave it so.
    """
    own, answered, slot = Judgement(), answers.get(plan.rule.id), plan.slot
    for reading in state[-1].of(plan.rule.for_each):
        truth = reading.state[slot]
        if truth:
            _let_stand(plan, reading.state, (), judged=own, answered=answered, reading=reading)
        elif truth is None and plan.unless:
            _leave_open(plan, plan.unless, reading.state, judged=own)
        elif truth is None:
            own.undecided.append(plan)
            own.open.append(plan)
    unknown_list = state[slot] is None and not own.undecided and not own.excused
    if unknown_list and plan.unless:
        _leave_open(plan, plan.unless, state, judged=own)
    elif unknown_list:
        own.undecided.append(plan)
        own.open.append(plan)
    judged.standing += own.standing
    judged.explained += own.explained
    judged.open += {id(one): one for one in own.open}.values()  # alike in what they read, two still count
    if not own.standing:
        (judged.undecided if own.undecided else judged.excused if own.excused else judged.refuted).append(plan)


def _leave_unknown(
    plans: Iterable[GapPlan], state: Sequence[Any], answers: Mapping[str, Side], *, judged: Judgement
) -> None:
    """Judge gaps that are unknown, some of which items or a rival explanation may still decide."""
    undecided, still_open = judged.undecided, judged.open
    for plan in plans:
        if plan.rule.for_each:
            _judge_items(plan, state, answers, judged=judged)
        elif plan.unless is None:
            undecided.append(plan)
            still_open.append(plan)
        else:
            _leave_open(plan, plan.unless, state, judged=judged)


def _let_stand_whole(
    plan: GapPlan,
    state: Sequence[Any],
    holds: Collection[int],
    answers: Mapping[str, Side],
    *,
    judged: Judgement,
) -> None:
    """Judge a gap that is true of the account, or of some item."""
    if plan.rule.for_each:
        _judge_items(plan, state, answers, judged=judged)
    else:
        _let_stand(plan, state, holds, judged=judged, answered=answers.get(plan.rule.id))


def _leave_open(plan: GapPlan, unless: Check, state: Sequence[Any], *, judged: Judgement) -> None:
    """Judge a gap that is unknown: it counts as decided where a rival explanation would take it away anyway."""
    excused = unless.test(state)
    if excused:
        judged.excused.append(plan)
        return
    judged.undecided.append(plan)
    judged.open.append(plan)
    if excused is None:
        judged.open.append(unless)


def _let_stand(
    plan: GapPlan,
    state: Sequence[Any],
    holds: Collection[int],
    *,
    judged: Judgement,
    answered: Side | None,
    reading: ItemReading | None = None,
) -> None:
    """Judge a gap that is true."""
    excused = plan.unless.truth(state, holds) if plan.unless else False
    gap = _standing(plan, state, holds, answered=answered, reading=reading)
    if excused:
        judged.excused.append(plan)
        judged.explained.append(gap)
        return
    judged.standing.append(gap)
    if gap.unsettled:
        judged.open += gap.unsettled
    if excused is None and plan.unless:
        judged.open.append(plan.unless)


def _standing(
    plan: GapPlan,
    state: Sequence[Any],
    holds: Collection[int],
    *,
    answered: Side | None,
    reading: ItemReading | None,
) -> StandingGap:
    if plan.rule.kind is not None:
        return StandingGap(plan, plan.rule.kind, reading=reading)
    cx = True if answered == "cx" else plan.cx.truth(state, holds) if plan.cx else False
    cs = True if answered == "cs" else plan.cs.truth(state, holds) if plan.cs else False
    kind, open_side = CONTESTED[cx, cs]
    unsettled = tuple([check for check, truth in ((plan.cx, cx), (plan.cs, cs)) if check and truth is None])
    return StandingGap(plan, kind, open_side, answered, unsettled, reading)


def outcome_of(gap: StandingGap, state: Sequence[Any], missing: Sequence[MissingFact]) -> GapOutcome:
    """Write a standing gap down. `missing` are the unknown facts, the most useful first."""
    plan, kind = gap.plan, gap.kind
    if gap.reading:
        state = gap.reading.state
        missing = [entry for entry in missing if state[plan.fact_slots[entry.fact]] is None]
    speaking, silent, rivals = plan.speaks[kind], plan.against[kind], plan.rivals
    signals = tuple([name for name, slot in speaking if state[slot]])
    return GapOutcome(
        plan.rule,
        kind,
        plan.severity_in(state, kind),
        _told_once(plan, signals) if plan.events else signals,
        _those(silent, state, truth=False) if silent else (),
        gap.open_side,
        _those(rivals, state, truth=None) if rivals else (),
        _settling(gap.unsettled, missing) if gap.unsettled and kind == "undetermined" else (),
        gap.answered,
        gap.reading.item if gap.reading else None,
    )


def _settling(unsettled: Sequence[Check], missing: Sequence[MissingFact]) -> tuple[str, ...]:
    """Name the missing facts that unsettled checks read, in the order of `missing`."""
    reads = frozenset().union(*[check.reads for check in unsettled])
    return tuple([entry.fact for entry in missing if entry.fact in reads])


def explained_outcome(gap: StandingGap, state: Sequence[Any]) -> GapOutcome:
    """Write an explained gap down; its signals are those of `unless` that explain it."""
    state = gap.reading.state if gap.reading else state
    return GapOutcome(
        gap.plan.rule,
        gap.kind,
        gap.plan.severity_in(state, gap.kind),
        signals=_told_once(gap.plan, _those(gap.plan.excuses, state, truth=True)),
        answered=gap.answered,
        item=gap.reading.item if gap.reading else None,
    )


def _told_once(plan: GapPlan, signals: tuple[str, ...]) -> tuple[str, ...]:
    """Keep the first signal of each event."""
    first: dict[str, str] = {}
    for signal in signals:
        first.setdefault(plan.events.get(signal, signal), signal)
    return tuple([signal for signal in signals if first[plan.events.get(signal, signal)] == signal])


def _those(named: Named, state: Sequence[Any], *, truth: Truth) -> tuple[str, ...]:
    return tuple([name for name, slot in named if state[slot] is truth])
