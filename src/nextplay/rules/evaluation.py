"""What the rules say about one account: signals, then gaps, then plays.

The typed evaluator decides every signal. What is known to be true enters inference as tokens, once for the gaps and,
after the outcome table, once for the plays. Everything that a rulebook fixes is worked out when the evaluator is built.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import chain
from types import MappingProxyType
from typing import Any, Final

from nextplay.decision import MissingFact, Reading, Side
from nextplay.facts import Facts, FactsOfItem, FactSpec, Item, ItemKind, Vocabulary
from nextplay.rules.absorption import Absorption, Part
from nextplay.rules.assessment import NO_SHADOW, AbsorbedGap, Assessment, Candidate, GapOutcome, Shadow
from nextplay.rules.compiled import Compiled
from nextplay.rules.condition import (
    Condition,
    FactLeaf,
    Parameter,
    SignalLeaf,
    leaves_of,
)
from nextplay.rules.deduction import Engine
from nextplay.rules.diagnosis import Diagnoser
from nextplay.rules.missing_facts import MissingFacts, UndecidedSignals
from nextplay.rules.near_misses import NearMisses
from nextplay.rules.outcomes import Gaps, Judgement, StandingGap, explained_outcome, outcome_of
from nextplay.rules.play_plans import Plays, ReachedPlay
from nextplay.rules.program import Program, stated_conditions
from nextplay.rules.roster import Absent, Roster
from nextplay.rules.rulebook import Play, Rulebook
from nextplay.rules.trace import Trace, Tracer, reading_of

_NONE_DONE: Final[frozenset[str]] = frozenset()
_NONE_SHOWN: Final[Mapping[str, Item]] = MappingProxyType({})
_NO_ANSWERS: Final[Mapping[str, Side]] = MappingProxyType({})


class Evaluator:
    """A rulebook ready to assess accounts. Safe to share between threads.

    `fact_names` are all facts that conditions, and the values of plays, read,
    those of items included; whoever asks must have planned them. `by_item` names the signals that are read item by
    item, with the kind of the items.
    """

    def __init__(self, rulebook: Rulebook, vocabulary: Vocabulary, *, inference: Engine = "durable") -> None:
        """Compile the rulebook and build both passes of inference.

        Raises `RulebookInvalid` for every condition that the engine cannot hold.
        """
        self._rulebook = rulebook
        self._specs: Mapping[str, FactSpec] = {**vocabulary.specs, **vocabulary.item_specs}
        self._program = Program(rulebook)
        self.fact_names = frozenset(self._program.known_names) | _facts_of_plays(rulebook.plays)
        self._missing = MissingFacts(
            self._program.known_names, map(self._program.facts_read, _all_conditions(rulebook))
        )
        events = {rule.id: rule.same_fact for rule in rulebook.signals if rule.same_fact is not None}
        self._gaps = Gaps(rulebook.gaps, self._program, self._missing, engine=inference, events=events)
        self._plays = Plays(rulebook.plays, self._program, self._missing, engine=inference)
        live = [plan for plan in self._gaps.plans if plan.rule.life.status == "live"]
        self._near_misses = NearMisses(live, self._program, vocabulary.specs)
        self._absorption = Absorption(rulebook.gaps)
        self._roster = Roster(rulebook)
        self._play_ids = frozenset(play.id for play in rulebook.plays)
        self._done = _done_tests(rulebook.plays, self._program)
        self._diagnoser = Diagnoser(rulebook.diagnosis, self._program)
        self._leaves = {name: _leaves_of(name, self._program) for name in self._program.conditions}
        self.by_item: Mapping[str, ItemKind] = {rule.id: rule.for_each for rule in rulebook.signals if rule.for_each}
        self._undecided = UndecidedSignals(self._program, self._missing)

    def assess(
        self,
        facts: Facts,
        *,
        answers: Mapping[str, Side] = _NO_ANSWERS,
        day: date | None = None,
        with_shadow: bool = False,
        with_advice: bool = True,
    ) -> Assessment:
        """Assess one account. `answers` maps a contested gap to the side that a rep's valid answer named.

        `day` is the day of `as_of`, on which a rule has to be within its days; without it every rule is. With
        `with_shadow`, what the rules on trial say is told as well. Without `with_advice`, what would change the answer
        is not looked for: near misses, missing facts, and the open facts of gaps. Nothing else depends on it.
        """
        absent = self._roster.on(day)
        state, unknown, undecided = self._program.decided(facts)
        truths = self._program.truths(state)
        judged = self._gaps.judge(state, undecided, answers, left_out=absent.gaps)
        parts: list[Part] = []
        if self._absorption:
            judged.standing, parts = self._absorption.split(judged.standing, state)
        reached = self._plays.reached(judged.standing, state, left_out=absent.plays)
        missing = self._missing_facts(state, unknown, judged, reached) if with_advice else ()
        outcomes = [outcome_of(gap, state, missing) for gap in judged.standing]
        gaps = tuple(sorted(outcomes, key=_worst_first))
        diagnosis, lead = self._diagnoser.diagnose(gaps, judged, state)
        return Assessment(
            signals=truths,
            gaps=gaps,
            explained=tuple(sorted([explained_outcome(gap, state) for gap in judged.explained], key=_worst_first))
            if judged.explained
            else (),
            undecided=tuple(sorted([plan.rule.id for plan in judged.undecided])),
            candidates=_candidates(reached, judged.standing, outcomes),
            diagnosis=diagnosis,
            lead=lead,
            near_misses=self._near_misses.nearest(state, left_out=absent.gaps) if with_advice else (),
            missing_facts=missing,
            absorbed=tuple(
                sorted(
                    [AbsorbedGap(outcome_of(part.gap, state, missing), part.by) for part in parts],
                    key=lambda part: _worst_first(part.outcome),
                )
            ),
            shadow=self._shadow(judged.standing, state, undecided, missing, absent=absent)
            if with_shadow
            else NO_SHADOW,
            done=frozenset([play for play, test in self._done if test(state) and play not in absent.plays])
            if self._done
            else _NONE_DONE,
            shown=self._shown(state) if self.by_item else _NONE_SHOWN,
        )

    def _missing_facts(
        self, state: Sequence[Any], unknown: Sequence[int], judged: Judgement, reached: Sequence[ReachedPlay]
    ) -> tuple[MissingFact, ...]:
        of_gaps = [one.tally for one in judged.open]
        of_plays = [tally for play in reached for tally in play.tallies]
        return self._missing.ranked(chain(self._undecided.tallies(unknown), of_gaps, of_plays), state)

    def _shadow(
        self,
        standing: Sequence[StandingGap],
        state: Sequence[Any],
        undecided: Sequence[int],
        missing: Sequence[MissingFact],
        *,
        absent: Absent,
    ) -> Shadow:
        """Say what the rules on trial would add: their gaps, and their plays for gaps of either sort."""
        if not absent.gaps_on_trial and not absent.plays_on_trial:
            return NO_SHADOW
        others = {plan.rule.id for plan in self._gaps.plans} - absent.gaps_on_trial
        tried = self._gaps.judge(state, undecided, _NO_ANSWERS, left_out=others).standing
        together, _ = self._absorption.split([*standing, *tried], state)
        tried = [gap for gap in together if gap.plan.rule.id in absent.gaps_on_trial]
        both = [*standing, *tried]
        reached = self._plays.reached(both, state, left_out=self._play_ids - absent.plays_on_trial)
        outcomes = [outcome_of(gap, state, missing) for gap in both]
        worst_first = sorted(outcomes, key=_worst_first)
        gaps = tuple(outcome for outcome in worst_first if outcome.rule.id in absent.gaps_on_trial)
        return Shadow(gaps, _candidates(reached, both, outcomes))

    def readings(self, signal: str, facts: Facts, item: Item | None = None) -> tuple[Reading, ...]:
        """Return the leaves of a signal and of those it names, each with its value and truth, in order of writing.

        Leaves about items are read for `item`, and are unknown without one. A threshold
        is `None` where there is none to name, or where it differs by a fact that is unknown. Raises
        `KeyError` for a signal that the rulebook does not know.
        """
        known = FactsOfItem(facts, item) if self._program.lists else facts
        return tuple(reading_of(leaf, known) for leaf in self._leaves[signal])

    def trace(self, facts: Facts, *, day: date | None = None) -> Trace:
        """Trace every condition that the rulebook states, those of gaps and plays on trial too, but none off its days.

        It is worked out anew, so that assessing costs nothing for what is seldom asked.
        """
        absent = self._roster.on(day)
        on_trial = absent.gaps_on_trial | absent.plays_on_trial
        return self._tracer.trace(facts, left_out=({*absent.gaps, *absent.plays}) - on_trial)

    @cached_property
    def _tracer(self) -> Tracer:
        return Tracer(self._rulebook, self._program, self._specs)

    def _shown(self, state: Sequence[Any]) -> dict[str, Item]:
        """Choose the item by which each signal that is read item by item is told."""
        found = {signal: state[-1].shown(signal) for signal in self.by_item}
        return {signal: item for signal, item in found.items() if item is not None}

    def close(self) -> None:
        """Free what inference holds outside Python; assessing afterwards is an `EngineFault`."""
        self._gaps.close()
        self._plays.close()


def _all_conditions(rulebook: Rulebook) -> Iterator[Condition]:
    return chain((rule.when for rule in rulebook.signals), stated_conditions(rulebook))


def _worst_first(outcome: GapOutcome) -> tuple[float, str, str]:
    return -outcome.severity, outcome.rule.id, outcome.item.key if outcome.item else ""


def _candidates(
    reached: Iterable[ReachedPlay], standing: Sequence[StandingGap], outcomes: Sequence[GapOutcome]
) -> tuple[Candidate, ...]:
    """Merge the gaps of each play, the worst first; `outcomes` says what came of each of `standing`."""
    outcome = dict(zip(map(id, standing), outcomes, strict=True))
    found = []
    for play in reached:
        merged = tuple([outcome[id(gap)] for gap in play.gaps])
        if len(merged) > 1:
            merged = tuple(sorted(merged, key=_worst_first))
        found.append(Candidate(play.plan.play, merged, *play.truths))
    return tuple(found)


def _facts_of_plays(plays: Iterable[Play]) -> frozenset[str]:
    """Name the facts by which the values of plays differ."""
    values: list[object] = []
    for play in plays:
        values += [play.owner, play.channel, play.effort_hours, play.effect, play.due.within_days]
        values += [step.owner for step in play.escalate]
    return frozenset(value.by for value in values if isinstance(value, Parameter))


def _done_tests(plays: Iterable[Play], program: Program) -> tuple[tuple[str, Compiled], ...]:
    return tuple((play.id, program.compile(play.done_when)) for play in plays if play.done_when is not None)


def _leaves_of(signal: str, program: Program) -> tuple[FactLeaf, ...]:
    """List the fact leaves of a signal and of the signals it names, without repetition."""
    found: list[FactLeaf] = []
    for leaf in leaves_of(program.conditions[signal]):
        inner = leaves_of(program.conditions[leaf.signal]) if isinstance(leaf, SignalLeaf) else (leaf,)
        found += [one for one in inner if isinstance(one, FactLeaf)]
    return tuple(dict.fromkeys(found))
