"""Unknown facts that would decide a rule: the smallest sets of them, and which values lead to which outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby, islice
from typing import Final

from nextplay.authoring.explain.case import Case, Decided, Rule
from nextplay.authoring.explain.changed import changed_snapshots
from nextplay.authoring.explain.explanation import Outcome, RuleExplanation, Settling
from nextplay.authoring.explain.point import Point, leaves_below
from nextplay.authoring.explain.rules import parts_of
from nextplay.authoring.explain.words import words
from nextplay.decision import FactValue
from nextplay.facts import FactSpec
from nextplay.rules.condition import (
    All,
    AnyOf,
    Condition,
    FactLeaf,
    FactValues,
    Not,
    SignalLeaf,
    Truth,
    conjunction,
    disjunction,
    evaluate,
)
from nextplay.rules.outcomes import CONTESTED
from nextplay.rules.rulebook import GapRule, Play, SignalRule
from nextplay.rules.wording import written_value

_OPEN: Final = "still_open"
_MOST_ALWAYS: Final = 3
_MOST_POSSIBLE: Final = 4
_FEW_ENOUGH: Final = {1: 80, 2: 14, 3: 8}
"""Sets of so many facts are looked through where there are at most so many unknown ones."""
_MOST_LINES: Final = 8


@dataclass(frozen=True, slots=True)
class _Learned:
    """The facts of an account with some unknown ones filled in."""

    facts: FactValues
    learned: Mapping[str, FactValue]

    def value(self, name: str) -> FactValue:
        return self.learned[name] if name in self.learned else self.facts.value(name)


@dataclass(frozen=True, slots=True)
class _Choice:
    """A value that an unknown fact may turn out to have, standing for all of its cell (`mask`, numbers alone)."""

    value: FactValue
    mask: int = 0


def settling(case: Case, rule: Rule, found: RuleExplanation) -> tuple[Settling, ...]:
    """Return what would decide a rule that is undecided now: first what does so always, then what may."""
    if not found.counts_today or found.life.status != "live" or getattr(rule, "for_each", None):
        return ()
    if any(leaf.fact not in case.release.vocabulary.specs for leaf in _leaves(case, rule)):
        return ()
    return _Settlings(case, rule).found()


def _leaves(case: Case, rule: Rule) -> tuple[FactLeaf, ...]:
    signals = {name: signal.when for name, signal in case.signals.items()}
    return tuple(leaves_below((condition for key, condition in parts_of(rule) if key != "done_when"), signals))


class _Settlings:
    """Tries what unknown facts may turn out to be."""

    def __init__(self, case: Case, rule: Rule) -> None:
        self._case = case
        self._rule = rule
        self._parts = dict(parts_of(rule))
        self._point = Point(_leaves(case, rule), case.specs, case.given.facts)
        self._unknown = [
            name for name in self._point.names if case.given.facts.value(name) is None and case.specs[name].reads
        ]
        self._choices = {name: tuple(self._choices_of(name)) for name in self._unknown}

    def found(self) -> tuple[Settling, ...]:
        """Return sets that decide always, then single facts that may."""
        if self._outcome({}) != _OPEN:
            return ()
        always: list[tuple[str, ...]] = []
        for size, few in _FEW_ENOUGH.items():
            if always or len(self._unknown) > few:
                break
            sets = combinations(self._unknown, size)
            always += [chosen for chosen in sets if all(outcome != _OPEN for outcome in self._outcomes(chosen))]
        shown = [(chosen, True) for chosen in always[:_MOST_ALWAYS]]
        if not always:
            shares = {name: self._share_decided(name) for name in self._unknown}
            possible = sorted((name for name in self._unknown if shares[name]), key=lambda name: (-shares[name], name))
            shown = [((name,), False) for name in possible[:_MOST_POSSIBLE]]
        return tuple(Settling(chosen, sure, tuple(self._lines(chosen))) for chosen, sure in shown)

    def _share_decided(self, fact: str) -> float:
        """Return the share of the values of one fact with which the rule is decided: the likelier answers first."""
        outcomes = list(self._outcomes((fact,)))
        return sum(outcome != _OPEN for outcome in outcomes) / len(outcomes)

    def _outcomes(self, chosen: Sequence[str], learned: Mapping[str, FactValue] | None = None) -> Iterator[str]:
        known = dict(learned or {})
        if not chosen:
            yield self._outcome(known)
            return
        for choice in self._choices[chosen[0]]:
            yield from self._outcomes(chosen[1:], known | {chosen[0]: choice.value})

    def _lines(self, chosen: tuple[str, ...]) -> Iterator[Outcome]:
        yield from islice(self._grouped(chosen, {}, ()), _MOST_LINES)

    def _grouped(
        self, chosen: tuple[str, ...], learned: dict[str, FactValue], told: tuple[str, ...]
    ) -> Iterator[Outcome]:
        """Tell values together that lead to the same, whatever the facts after them are."""
        if not chosen or len(set(self._outcomes(chosen, learned))) == 1:
            outcome = next(self._outcomes(chosen, learned))
            yield Outcome(told or (self._say("any_value"),), self._told(outcome), self._verified(learned, outcome))
            return
        fact, rest = chosen[0], chosen[1:]
        rows: list[tuple[tuple[str, ...], _Choice]] = [
            (tuple(self._outcomes(rest, learned | {fact: choice.value})), choice) for choice in self._choices[fact]
        ]
        if self._case.specs[fact].type != "number":
            rows.sort(key=lambda row: row[0])
        for _, group in groupby(rows, key=lambda row: row[0]):
            choices = [choice for _, choice in group]
            value = next((choice.value for choice in choices if choice.value), choices[0].value)
            said = self._range(fact, choices)
            further = (*told, f"{self._case.label(fact)} {said}") if said else told
            yield from self._grouped(rest, learned | {fact: value}, further)

    def _verified(self, learned: Mapping[str, FactValue], outcome: str) -> bool:
        """Build an account with these values and decide for it: what the engine says must be what is told."""
        if outcome == _OPEN:
            return True
        built = changed_snapshots(
            self._case.document,
            learned,
            self._case.release.vocabulary,
            fits=lambda fact, value: value is not None and _same(value, learned[fact]),
        )
        return any(self._seen(self._case.decide(snapshot)) == outcome for snapshot in islice(built, 6))

    def _seen(self, decided: Decided) -> str:
        rule, decision = self._rule, decided.decision
        if isinstance(rule, SignalRule):
            return "comes" if decided.signals[rule.id] else "comes_not"
        if isinstance(rule, Play):
            return self._passing(lambda condition: self._truth(condition, decided.facts))
        kind = next((gap.kind for gap in decision.gaps if gap.gap == rule.id), None)
        if kind is not None:
            return f"stands_as {kind}"
        return "harmless" if any(gap.gap == rule.id for gap in decision.explained_gaps) else "stands_not"

    def _outcome(self, learned: Mapping[str, FactValue]) -> str:
        facts = _Learned(self._case.given.facts, learned)

        def truth(condition: Condition) -> Truth:
            return self._truth(condition, facts)

        rule = self._rule
        if isinstance(rule, SignalRule):
            return {True: "comes", False: "comes_not", None: _OPEN}[truth(rule.when)]
        if isinstance(rule, Play):
            return self._passing(truth)
        return self._of_gap(rule, truth)

    def _of_gap(self, rule: GapRule, truth: Callable[[Condition], Truth]) -> str:
        main = truth(self._parts["when" if rule.reading is None else "reading"])
        if main is False:
            return "stands_not"
        excused = truth(rule.unless) if rule.unless is not None else False
        if main is None:
            return "stands_not" if excused else _OPEN
        if excused:
            return "harmless"
        if rule.kind is not None:
            return f"stands_as {rule.kind}"
        answered = self._case.given.answers.get(rule.id)
        sides = {
            side: True if answered == side else truth(self._parts[side]) if side in self._parts else False
            for side in ("cx", "cs")
        }
        kind = CONTESTED[sides["cx"], sides["cs"]][0]
        return _OPEN if kind == "undetermined" and None in sides.values() else f"stands_as {kind}"

    def _passing(self, truth: Callable[[Condition], Truth]) -> str:
        gates = [truth(condition) for key, condition in self._parts.items() if key != "done_when"]
        return {True: "comes", False: "comes_not", None: _OPEN}[conjunction(gates)]

    def _truth(self, condition: Condition, facts: FactValues) -> Truth:
        match condition:
            case FactLeaf():
                return evaluate(condition, facts, {})
            case SignalLeaf(signal):
                return self._truth(self._case.signals[signal].when, facts)
            case Not(child):
                inner = self._truth(child, facts)
                return None if inner is None else not inner
            case All(children):
                return conjunction(self._truth(child, facts) for child in children)
            case AnyOf(children):
                return disjunction(self._truth(child, facts) for child in children)

    def _choices_of(self, fact: str) -> Iterator[_Choice]:
        spec = self._case.specs[fact]
        if spec.type == "words":
            yield _Choice(())
            yield from (_Choice((word,)) for word in self._point.words(fact))
            return
        yield from (_Choice(value, mask) for value, mask in self._point.choices(fact))

    def _range(self, fact: str, choices: Sequence[_Choice]) -> str:
        spec = self._case.specs[fact]
        if spec.type == "number":
            return self._numbers(fact, spec, sum(choice.mask for choice in choices))
        if spec.type == "words":
            named = [str(word) for choice in choices if isinstance(choice.value, tuple) for word in choice.value]
            if not named:
                return self._say("without_word", x="")
            return self._say("with_word", x=self._say("or").join(self._written((word,), spec) for word in named))
        return self._say("or").join(self._written(choice.value, spec) for choice in choices)

    def _numbers(self, fact: str, spec: FactSpec, mask: int) -> str:
        low, high = self._point.ends(fact, mask)
        if low is None and high is None:
            return ""
        if low is None and high is not None:
            return self._say("at_most" if high[1] else "under", x=self._written(high[0], spec))
        if low is not None and high is None:
            return self._say("at_least" if low[1] else "over", x=self._written(low[0], spec))
        if low is not None and high is not None:
            x, y = self._written(low[0], spec), self._written(high[0], spec)
            if low == high:
                return self._say("exactly", x=x)
            return self._say("from_to" if low[1] and high[1] else "strictly_between", x=x, y=y)
        return ""

    def _told(self, outcome: str) -> str:
        key, _, kind = outcome.partition(" ")
        return self._say(key, kind=self._say(f"kind_{kind}").partition(" (")[0]) if kind else self._say(key)

    def _written(self, value: FactValue, spec: FactSpec) -> str:
        return written_value(value, spec, locale=self._case.locale)

    def _say(self, key: str, **details: object) -> str:
        return words(self._case.locale, key, **details)


def _same(one: FactValue, other: FactValue) -> bool:
    return set(one) >= set(other) if isinstance(one, tuple) and isinstance(other, tuple) else one == other
