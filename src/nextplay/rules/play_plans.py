"""From standing gaps to candidate plays, each with the truth of its three gates."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nextplay.errors import EngineFault
from nextplay.rules.compiled import Compiled
from nextplay.rules.condition import All, Condition, Not, Truth
from nextplay.rules.deduction import Deduction, Engine
from nextplay.rules.missing_facts import MissingFacts
from nextplay.rules.outcomes import StandingGap
from nextplay.rules.program import Program
from nextplay.rules.rulebook import Play
from nextplay.rules.tokens import RuleBuilder, standing_name

_ALWAYS: Final = All(())


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate of a play. Inference proves `verdict` (`number`): that it is true, or for the blocking gates false.

    `test` tells the other two truths apart; `tally` counts the facts that can leave it unknown.
    """

    number: int
    verdict: bool
    test: Compiled
    tally: int

    def truth(self, state: Sequence[Any], holds: Collection[int]) -> Truth:
        """Return the truth. Raises `EngineFault` where evaluation proves what inference did not."""
        if self.number in holds:
            return self.verdict
        truth = self.test(state)
        if truth is self.verdict:
            raise EngineFault("inference missed the gate of a play that evaluation decides")
        return truth


@dataclass(frozen=True, slots=True)
class PlayPlan:
    """A play made ready. A gate that was not written is true; eligibility is proved even then, by the gap alone."""

    play: Play
    eligibility: Gate
    applicability: Gate | None
    suitability: Gate | None


@dataclass(slots=True)
class ReachedPlay:
    """A play that standing gaps ask for, the truths of its gates in order, and the tallies of the unknown ones."""

    plan: PlayPlan
    gaps: list[StandingGap]
    truths: tuple[Truth, Truth, Truth] = (None, None, None)
    tallies: Sequence[int] = ()


class Plays:
    """The plays of a rulebook, by the gaps they answer."""

    def __init__(self, plays: Iterable[Play], program: Program, missing: MissingFacts, *, engine: Engine) -> None:
        """Make every play ready. Raises `RulebookInvalid` where the engine cannot hold one."""
        self._program = program
        self._missing = missing
        self._builder = RuleBuilder()
        self._gates = 0
        self._by_target: dict[str, list[PlayPlan]] = {}
        for play in plays:
            plan = self._plan(play)
            for target in _targets(play):
                self._by_target.setdefault(target, []).append(plan)
        self._deduction = Deduction(self._builder, program.slots, engine=engine)

    def reached(
        self, standing: Sequence[StandingGap], state: Sequence[Any], *, left_out: Collection[str] = ()
    ) -> list[ReachedPlay]:
        """Return the plays that the standing gaps ask for, by id, each with its gaps in the order given.

        Those that are left out are not asked for.
        """
        found: dict[str, ReachedPlay] = {}
        targets = [(target, gap) for gap in standing for target in gap.plan.targets[gap.kind]]
        for target, gap in targets:
            for plan in self._by_target.get(target, ()):
                reached = found.get(plan.play.id)
                if reached is None:
                    found[plan.play.id] = ReachedPlay(plan, [gap])
                elif reached.gaps[-1] is not gap:  # a play for both sides of a mixed gap merges it once
                    reached.gaps.append(gap)
        if left_out:
            found = {name: reached for name, reached in found.items() if name not in left_out}
        if found:
            holds = self._deduction.conclude(state, [target for target, _ in targets])
            for reached in found.values():
                _decide(reached, state, holds)
        return [found[play] for play in sorted(found)]

    def close(self) -> None:
        """Free the engine."""
        self._deduction.close()

    def _plan(self, play: Play) -> PlayPlan:
        return PlayPlan(
            play,
            self._gate(play, play.eligibility or _ALWAYS, verdict=True),
            self._gate(play, play.applicability, verdict=False) if play.applicability else None,
            self._gate(play, play.suitability, verdict=False) if play.suitability else None,
        )

    def _gate(self, play: Play, condition: Condition, *, verdict: bool) -> Gate:
        """Write the rules of a gate: for each gap the play answers, the gap and what decides the gate."""
        number, self._gates = self._gates, self._gates + 1
        decisive = self._program.over_signals(condition if verdict else Not(condition))
        for target in _targets(play):
            self._builder.conclude(number, decisive, play.place, given=target)
        tally = self._missing.tally(self._program.facts_read(condition))
        return Gate(number, verdict, self._program.compile(condition), tally)


def _targets(play: Play) -> tuple[str, ...]:
    """Name the gaps that a play answers as what it answers them."""
    return tuple(dict.fromkeys(map(standing_name, play.answers)))


def _decide(reached: ReachedPlay, state: Sequence[Any], holds: Collection[int]) -> None:
    plan = reached.plan
    applicability, suitability = plan.applicability, plan.suitability
    reached.truths = truths = (
        plan.eligibility.truth(state, holds),
        True if applicability is None else applicability.truth(state, holds),
        True if suitability is None else suitability.truth(state, holds),
    )
    if None in truths:
        gates = (plan.eligibility, applicability, suitability)
        reached.tallies = [gate.tally for gate, truth in zip(gates, truths, strict=True) if gate and truth is None]
