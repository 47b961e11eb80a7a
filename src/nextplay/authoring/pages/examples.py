"""The rulebook's tests as examples: what is known of the customer in words, and what really came out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from nextplay.authoring.cases import given_snapshot
from nextplay.authoring.pages.uses import conditions_of_gap, conditions_of_play
from nextplay.decider import Decider
from nextplay.errors import InputInvalid
from nextplay.facts import FactSpec
from nextplay.presentation import Findings
from nextplay.release import Release
from nextplay.rules.condition import COMPARISONS, Condition, FactLeaf, Parameter, facts_of, leaves_of, signals_of
from nextplay.rules.rulebook import GapRule, Play, RuleTest, SignalRule
from nextplay.snapshot import read_snapshot

MOST_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Example:
    """A test and what the engine found for its customer."""

    test: RuleTest
    findings: Findings

    def gap(self, gap: str) -> str:
        """Return the kind as which a gap stands, or `none`."""
        return next((str(one.kind) for one in self.findings.assessment.gaps if one.rule.id == gap), "none")

    def play(self, play: str) -> str:
        """Tell whether a play is an `action`, `withheld`, or `absent`."""
        arbitration = self.findings.arbitration
        if any(action.candidate.play.id == play for action in arbitration.actions):
            return "action"
        candidates = self.findings.assessment.candidates
        return "withheld" if any(one.play.id == play for one in candidates) else "absent"

    def signal(self, signal: str) -> str:
        """Tell the truth of a signal."""
        truth = self.findings.assessment.signals.get(signal)
        return "unknown" if truth is None else "true" if truth else "false"


class Examples:
    """All tests of a release, decided once."""

    def __init__(self, release: Release) -> None:
        """Decide for the customer of each test; one that cannot be read is left out, as `rules test` reports it."""
        self._specs: Mapping[str, FactSpec] = release.vocabulary.specs
        self._signals = {rule.id: rule for rule in release.rulebook.signals}
        self._all = list(_decided(release))

    def of_gap(self, gap: GapRule) -> tuple[Sequence[Example], int]:
        """Return examples that expect something of the gap, such as stand and such as do not in turn."""
        named = [one for one in self._all if gap.id in one.test.expect.get("gaps", {})]
        return _in_turn(named, lambda one: one.gap(gap.id) != "none")

    def of_play(self, play: Play) -> tuple[Sequence[Example], int]:
        """Return examples that name the play."""
        named = [
            one
            for one in self._all
            if play.id in one.test.expect.get("actions", ()) or play.id in one.test.expect.get("withheld", {})
        ]
        return _in_turn(named, lambda one: one.play(play.id) == "action")

    def of_signal(self, signal: SignalRule) -> tuple[Sequence[Example], int]:
        """Return examples in which the signal is decided; so many tests are not about it that the rest is not told."""
        named = [one for one in self._all if one.signal(signal.id) != "unknown"]
        return _in_turn(named, lambda one: one.signal(signal.id) == "true")[0], 0

    def facts_of_gap(self, gap: GapRule) -> list[str]:
        """Name the facts that the conditions of a gap read, through its signals, in the order of writing."""
        return self._read(condition for _, condition in conditions_of_gap(gap))

    def facts_of_play(self, play: Play, gaps: Iterable[GapRule]) -> list[str]:
        """Name the facts that a play's own conditions and those of its gaps read."""
        own = [condition for _, condition in conditions_of_play(play)]
        return self._read([*own, *(condition for gap in gaps for _, condition in conditions_of_gap(gap))])

    def facts_of_signal(self, signal: SignalRule) -> list[str]:
        """Name the facts that a signal reads, through the signals that it is made of."""
        return self._read([signal.when])

    def _read(self, conditions: Iterable[Condition]) -> list[str]:
        found: dict[str, None] = {}
        waiting, seen = list(conditions), set[str]()
        while waiting:
            condition = waiting.pop(0)
            for leaf in leaves_of(condition):
                if isinstance(leaf, FactLeaf):
                    found |= dict.fromkeys(facts_of(leaf))
            for signal in sorted(signals_of(condition) - seen):
                seen.add(signal)
                waiting.append(self._signals[signal].when)
        return [name for name in found if name in self._specs]


def _decided(release: Release) -> Iterator[Example]:
    decider = Decider(release)
    for test in release.rulebook.tests:
        try:
            reading = read_snapshot(given_snapshot(test))
        except InputInvalid:
            continue
        yield Example(test, decider.find(reading))


def _in_turn(named: Sequence[Example], holds: Callable[[Example], bool]) -> tuple[Sequence[Example], int]:
    """Show some of both sorts, and tell how many are not shown."""
    yes = [one for one in named if holds(one)]
    no = [one for one in named if not holds(one)]
    mixed = [one for pair in zip_longest(yes, no) for one in pair if one is not None]
    return mixed[:MOST_SHOWN], max(0, len(mixed) - MOST_SHOWN)


@dataclass(frozen=True, slots=True)
class Turn:
    """Two neighbouring values of a fact between which a comparison turns; `when` is the case of its parameter."""

    leaf: FactLeaf
    holds: float
    fails: float
    when: str = ""


def turns(condition: Condition, specs: Mapping[str, FactSpec]) -> list[Turn]:
    """Return where the numeric comparisons of a condition turn, in the order of writing, each once."""
    found: list[Turn] = []
    for leaf in leaves_of(condition):
        if isinstance(leaf, FactLeaf) and leaf.operator in ("lt", "lte", "gt", "gte") and leaf.fact in specs:
            for when, threshold in _thresholds(leaf):
                turn = _turn(leaf, threshold, specs[leaf.fact], when)
                if turn is not None and turn not in found:
                    found.append(turn)
    return found


def _thresholds(leaf: FactLeaf) -> list[tuple[str, float]]:
    operand = leaf.operand
    if not isinstance(operand, Parameter):
        return [("", operand)] if isinstance(operand, int | float) else []
    cases = [(word, value) for word, value in operand.cases.items() if value != operand.otherwise]
    every = [*cases, ("otherwise" if cases else "", operand.otherwise)]
    return [(word, value) for word, value in every if isinstance(value, int | float)]


def _turn(leaf: FactLeaf, threshold: float, spec: FactSpec, when: str) -> Turn | None:
    step = 1.0 if spec.whole else min(spec.step or 0.01, 0.01 if spec.unit in ("share", "level") else 1.0)
    around = [round(threshold + sign * step, 6) for sign in (-1, 0, 1)]
    inside = [
        value
        for value in around
        if (spec.low is None or value >= spec.low) and (spec.high is None or value <= spec.high)
    ]
    compare = COMPARISONS[leaf.operator]
    truths = [(value, compare(value, threshold)) for value in inside]
    for (one, first), (other, second) in pairwise(truths):
        if first != second:
            holds, fails = (one, other) if first else (other, one)
            return Turn(leaf, holds, fails, when)
    return None
