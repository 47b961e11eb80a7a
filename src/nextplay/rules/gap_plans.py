"""Gap rules made ready for judging, and their token rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal, get_args

from nextplay.decision import GapKind
from nextplay.errors import EngineFault
from nextplay.rules.compiled import Compiled
from nextplay.rules.condition import All, AnyOf, Condition, Not, SignalLeaf, Truth, leaves_of, negation_normal_form
from nextplay.rules.missing_facts import MissingFacts
from nextplay.rules.program import Program, main_condition
from nextplay.rules.rulebook import GapRule, Place, Target
from nextplay.rules.tokens import RuleBuilder, standing_name

UNPROVEN = -1
"""The number of a check that inference does not see: it is about one item, and inference about the account."""
Named = tuple[tuple[str, int], ...]
"""Signals with their slots, in the order of the rule."""


@dataclass(frozen=True, slots=True)
class Check:
    """A condition of a gap or play: inference proves it true (`number`), `test` tells false from unknown.

    `reads` names the facts that can leave it unknown, `tally` counts them.
    """

    number: int
    test: Compiled
    reads: frozenset[str]
    tally: int

    def truth(self, state: Sequence[Any], holds: Collection[int]) -> Truth:
        """Return the truth. Raises `EngineFault` where evaluation proves what inference did not."""
        if self.number in holds:
            return True
        truth = self.test(state)
        if truth and self.number != UNPROVEN:
            raise EngineFault("inference missed a condition that evaluation finds true")
        return truth


@dataclass(frozen=True, slots=True)
class GapPlan:
    """A gap rule made ready: its checks, the slots of its severity, and the signals that may be evidence of each kind.

    `condition` is what it stands or falls with: the signal `main` decides it (at `slot`), inference proves it true
    (`number`). `fact_slots` says where the facts stand.
    `targets` says as what plays may answer the gap when it is of a kind: a mixed one offers both sides. `excuses`
    are the signals of `unless` that explain the gap away where they are true, `rivals` all that it names. `events`
    tells what several of its signals read of; `silencers` gives, by kind and by the slot of a weight, the slots of the
    signals of its event that count before it.
    """

    rule: GapRule
    main: str
    condition: Condition
    number: int
    tally: int
    cx: Check | None
    cs: Check | None
    unless: Check | None
    severity: tuple[tuple[int, float], ...]
    targets: Mapping[GapKind, tuple[str, ...]]
    speaks: Mapping[GapKind, Named]
    against: Mapping[GapKind, Named]
    excuses: Named
    rivals: Named
    events: Mapping[str, str]
    silencers: Mapping[GapKind, Mapping[int, tuple[int, ...]]]
    slot: int
    fact_slots: Mapping[str, int]

    def severity_in(self, state: Sequence[Any], kind: GapKind) -> float:
        """Add the weights of the true signals to the base, each event once; clip to 0..1 and round to two decimals."""
        severity = self.rule.severity.base
        for slot, weight in self.severity:
            if state[slot] and not (self.silencers and self._is_silenced(slot, state, kind)):
                severity += weight
        return round(1.0 if severity >= 1 else severity, 2) if severity > 0 else 0.0

    def _is_silenced(self, slot: int, state: Sequence[Any], kind: GapKind) -> bool:
        return any(state[other] for other in self.silencers[kind].get(slot, ()))


class GapPlanner:
    """Makes gap rules ready, and writes their token rules.

    `mains` has the rules of what gaps stand or fall with, `sides` those of their sides and rivals: these wait for the
    gap itself, or most of what fires would be about gaps that do not stand.
    """

    def __init__(self, program: Program, missing: MissingFacts, events: Mapping[str, str]) -> None:
        """Take the program and, by signal, the event that it reads of where it says so (`same_fact`)."""
        self._events = events
        self._program = program
        self._missing = missing
        self._numbers = count()
        self.mains = RuleBuilder()
        self.sides = RuleBuilder()

    def plan(self, rule: GapRule, main_signal: str) -> GapPlan:
        """Make one gap ready; `main_signal` is what it stands or falls with.

        Of a gap that is judged item by item, inference sees that main signal as one token: true of some item.
        """
        main = main_condition(rule)
        cx, cs = (side.when if side else None for side in (rule.cx, rule.cs))
        own, by_cx, by_cs = self._speaking(main), self._speaking(cx), self._speaking(cs)
        aggravating = self._named(signal for signal, weight in rule.severity.each if weight > 0)
        speaking: dict[GapKind, Named] = {"cx": own + by_cx, "cs": own + by_cs, "mixed": own + by_cx + by_cs}
        silent: dict[GapKind, Named] = {"cx": by_cs, "cs": by_cx, "undetermined": by_cx + by_cs}
        kinds: tuple[GapKind, ...] = get_args(GapKind)
        speaks = {kind: self._told(speaking.get(kind, own) + aggravating) for kind in kinds}
        excuses = self._told(self._speaking(rule.unless))
        return GapPlan(
            rule=rule,
            main=main_signal,
            condition=main,
            number=self._main(SignalLeaf(main_signal) if rule.for_each else main, rule.place),
            tally=self._missing.tally(self._program.facts_read(main)),
            cx=self._check(cx, rule) if cx else None,
            cs=self._check(cs, rule) if cs else None,
            unless=self._check(rule.unless, rule) if rule.unless else None,
            severity=tuple((self._program.slots[signal], weight) for signal, weight in rule.severity.each),
            targets={kind: _targets(rule, kind) for kind in kinds},
            speaks=speaks,
            against={kind: _distinct(silent.get(kind, ())) for kind in kinds},
            excuses=excuses,
            rivals=self._named(_signals(self._program.over_signals(rule.unless))) if rule.unless else (),
            events=self._shared(*speaks.values(), excuses),
            silencers=self._silencers(rule, {kind: speaking.get(kind, own) for kind in kinds}),
            slot=self._program.slots[main_signal],
            fact_slots=self._program.fact_slots,
        )

    def _shared(self, *told: Named) -> Mapping[str, str]:
        """Return the events that several signals of one telling read of, by signal."""
        shared: dict[str, str] = {}
        for named in told:
            found = {name: self._events[name] for name, _ in named if name in self._events}
            often = Counter(found.values())
            shared |= {name: event for name, event in found.items() if often[event] > 1}
        return shared

    def _silencers(
        self, rule: GapRule, standing: Mapping[GapKind, Named]
    ) -> Mapping[GapKind, Mapping[int, tuple[int, ...]]]:
        """Say which weights add nothing beside which signals: what the gap stands on, then the heavier weights."""
        slots = self._program.slots
        heaviest = sorted(rule.severity.each, key=lambda weighted: -abs(weighted[1]))
        found: dict[GapKind, dict[int, tuple[int, ...]]] = {}
        for kind, named in standing.items():
            before = list(dict.fromkeys([name for name, _ in (*named, *self._told(named))]))
            for signal, _ in heaviest:
                event = self._events.get(signal)
                if event is None:
                    continue
                same = tuple(slots[name] for name in before if self._events.get(name) == event)
                if same:
                    found.setdefault(kind, {})[slots[signal]] = same
                before.append(signal)
        return {kind: found.get(kind, {}) for kind in standing} if found else {}

    def _main(self, condition: Condition, place: Place) -> int:
        number = next(self._numbers)
        self.mains.conclude(number, self._program.over_signals(condition), place)
        return number

    def _check(self, condition: Condition, rule: GapRule) -> Check:
        number = UNPROVEN
        if rule.for_each is None:
            number = next(self._numbers)
            self.sides.conclude(number, self._program.over_signals(condition), rule.place, given=rule.id)
        reads = self._program.facts_read(condition)
        return Check(number, self._program.compile(condition), reads, self._missing.tally(reads))

    def _speaking(self, condition: Condition | None) -> Named:
        """List the signals whose being true speaks for a condition: those that do not stand under a `not`."""
        if condition is None:
            return ()
        normal = negation_normal_form(self._program.over_signals(condition))
        return self._named(_signals(normal, negated=False))

    def _told(self, named: Named) -> Named:
        """Put the readings that a composite signal is made of in its place: they have the numbers."""
        return self._named(part for signal, _ in named for part in self._parts(signal))

    def _parts(self, signal: str) -> Iterator[str]:
        """Walk down to the signals that read facts themselves, or that have nothing below them to be told by."""
        waiting, seen = [signal], set[str]()
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            condition, lists = self._program.conditions[name], self._program.lists
            composite = all(isinstance(leaf, SignalLeaf) for leaf in leaves_of(condition))
            parts = list(_signals(negation_normal_form(condition), negated=False)) if composite else []
            if parts and all(lists.get(part) in (None, lists.get(name)) for part in parts):
                waiting += reversed(parts)
            else:
                yield name

    def _named(self, signals: Iterable[str]) -> Named:
        return _distinct(tuple((signal, self._program.slots[signal]) for signal in signals))


def _targets(rule: GapRule, kind: GapKind) -> tuple[str, ...]:
    if rule.kind is not None or kind == "opportunity":
        return (standing_name(Target(rule.id)),)
    sides: tuple[Literal["cx", "cs", "undetermined"], ...] = ("cx", "cs") if kind == "mixed" else (kind,)
    return tuple(standing_name(Target(rule.id, side)) for side in sides)


def _signals(condition: Condition, *, negated: bool = True) -> Iterator[str]:
    """Walk the signals of a condition; those right under a `not` only where `negated`."""
    match condition:
        case SignalLeaf(signal):
            yield signal
        case Not(child) if negated:
            yield from _signals(child)
        case All(children) | AnyOf(children):
            for child in children:
                yield from _signals(child, negated=negated)


def _distinct(named: Named) -> Named:
    return tuple(dict.fromkeys(named))
