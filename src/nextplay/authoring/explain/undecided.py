"""Unknown facts that would decide a rule: the smallest sets of them, and which values lead to which outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby, islice
from typing import Final, Literal, NamedTuple

from nextplay.authoring.explain.case import Case, Decided, Rule
from nextplay.authoring.explain.changed import changed_snapshots
from nextplay.authoring.explain.explanation import Outcome, RuleExplanation, Settling
from nextplay.authoring.explain.point import Point, leaves_below
from nextplay.authoring.explain.rows import At, Learned, Rows, kinds_at
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
_MOST_ITEMS: Final = 3
"""So many items for which a rule is undecided are asked about."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """A value that an unknown fact may turn out to have, standing for all of its cell (`mask`, numbers alone)."""

    value: FactValue
    mask: int = 0


class Settled(NamedTuple):
    """What would decide a rule, and where nothing was found, why."""

    by: tuple[Settling, ...] = ()
    why_none: Literal["", "none", "list"] = ""


def settling(case: Case, rule: Rule, found: RuleExplanation) -> Settled:
    """Return what would decide a rule that is undecided now: first what does so always, then what may.

    A gap that is judged item by item is asked about items for which it is undecided, or stands and its kind is open.
    """
    if not found.counts_today or found.life.status != "live":
        return Settled()
    kind = rule.for_each if isinstance(rule, GapRule) else None
    standing = {one.item for one in found.standings}
    rows = Rows(case)
    if kind is not None and case.given.rows(kind) is None:
        return Settled((), "list" if found.state == "unknown" else "")
    searches = (_Settlings(case, rows, rule, at) for at in rows.places(kind))
    asked = (search for search in searches if not standing or search.item is None or search.item.key in standing)
    undecided = list(islice((search for search in asked if search.is_open), _MOST_ITEMS))
    if not undecided:
        return Settled()
    settled = tuple(entry for search in undecided for entry in search.found())
    return Settled(settled, "" if settled else "list" if _wants_list(undecided) else "none")


def _wants_list(undecided: Sequence[_Settlings]) -> bool:
    return any(search.wants_list for search in undecided)


class _Settlings:
    """Tries what unknown facts may turn out to be."""

    def __init__(self, case: Case, rows: Rows, rule: Rule, at: At | None) -> None:
        self._case = case
        self._rows = rows
        self._rule = rule
        self._at = at
        if isinstance(rule, SignalRule):
            self._parts: dict[str, Condition] = {"when": SignalLeaf(rule.id)}
        else:
            self._parts = {key: rows.read(condition, at) for key, condition in parts_of(rule) if key != "done_when"}
        self._point = Point(leaves_below(self._parts.values(), rows.signals), rows.specs, rows)
        self._unknown = [name for name in self._point.names if rows.value(name) is None and rows.specs[name].reads]
        self._choices = {name: tuple(self._choices_of(name)) for name in self._unknown}
        self.item = (case.given.rows(at.kind) or {}).get(at.place) if at else None

    @property
    def is_open(self) -> bool:
        """Whether the rule is undecided here."""
        return self._outcome({}) == _OPEN

    @property
    def wants_list(self) -> bool:
        """Whether the rule reads a list row by row that was not sent."""
        return any(self._rows.value(name) is None and not self._rows.specs[name].reads for name in self._point.names)

    def found(self) -> tuple[Settling, ...]:
        """Return sets that decide always, then single facts that may."""
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
        item = None if self.item is None else self.item.name
        return tuple(Settling(chosen, sure, tuple(self._lines(chosen)), item) for chosen, sure in shown)

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
        if self._case.spec(fact).type != "number":
            rows.sort(key=lambda row: row[0])
        for _, group in groupby(rows, key=lambda row: row[0]):
            choices = [choice for _, choice in group]
            value = next((choice.value for choice in choices if choice.value), choices[0].value)
            said = self._range(fact, choices)
            label = self._case.label(fact, within=self.item.name if self.item else None)
            further = (*told, f"{label} {said}") if said else told
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
            now = Rows(self._case, decided)
            return self._passing(lambda condition: self._truth(condition, now, now.signals))
        kinds = kinds_at(decided, rule, self._at)
        if kinds:
            return f"stands_as {min(kinds)}"
        return "harmless" if any(gap.gap == rule.id for gap in decision.explained_gaps) else "stands_not"

    def _outcome(self, learned: Mapping[str, FactValue]) -> str:
        facts = Learned(self._rows, learned)

        def truth(condition: Condition) -> Truth:
            return self._truth(condition, facts, self._rows.signals)

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
        gates = [truth(condition) for condition in self._parts.values()]
        return {True: "comes", False: "comes_not", None: _OPEN}[conjunction(gates)]

    def _truth(self, condition: Condition, facts: FactValues, signals: Mapping[str, Condition]) -> Truth:
        match condition:
            case FactLeaf():
                return evaluate(condition, facts, {})
            case SignalLeaf(signal):
                return self._truth(signals[signal], facts, signals)
            case Not(child):
                inner = self._truth(child, facts, signals)
                return None if inner is None else not inner
            case All(children):
                return conjunction(self._truth(child, facts, signals) for child in children)
            case AnyOf(children):
                return disjunction(self._truth(child, facts, signals) for child in children)

    def _choices_of(self, fact: str) -> Iterator[_Choice]:
        spec = self._case.spec(fact)
        if spec.type == "words":
            yield _Choice(())
            yield from (_Choice((word,)) for word in self._point.words(fact))
            return
        yield from (_Choice(value, mask) for value, mask in self._point.choices(fact))

    def _range(self, fact: str, choices: Sequence[_Choice]) -> str:
        spec = self._case.spec(fact)
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
