"""Customers for what the tests do not cover: both sides of a leaf, each decided by the engine before it is offered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count, islice, product
from typing import Any, Final, NamedTuple

from nextplay.authoring.coverage.counts import Coverage, LeafCoverage, RuleCoverage
from nextplay.authoring.coverage.decisive import decisive_leaves
from nextplay.authoring.coverage.draft_test import Draft, joined
from nextplay.authoring.coverage.goals import Strictness, context_goals, decisive_goals, reached_goals
from nextplay.authoring.coverage.limits import Sides, sides_of
from nextplay.authoring.coverage.tally import GATES, SORTS, Tally
from nextplay.authoring.lint.bench import Bench
from nextplay.authoring.lint.boxes import TRUTHS, Box
from nextplay.authoring.lint.search import Goal, NotDecided
from nextplay.authoring.lint.witness import points
from nextplay.authoring.readings import value_text
from nextplay.decider import Decider
from nextplay.decision import FactValue
from nextplay.errors import InputInvalid
from nextplay.facts import snapshot_with
from nextplay.facts.labels import fact_label
from nextplay.presentation import Findings
from nextplay.release import Release
from nextplay.rules.condition import FactLeaf, evaluate
from nextplay.snapshot import read_snapshot

AS_OF: Final = datetime(2026, 3, 2, tzinfo=UTC)
MOST_STEPS: Final = 5_000
_LONGEST: Final = 150
_MOST_BOXES: Final = 6
_STRICT: Final[Mapping[str, tuple[Strictness, ...]]] = {
    "signals": ("known", "lean", "open"),
    "gaps": ("lean", "known", "open"),
    "plays": ("lean", "known", "open"),
}
"""Signals are shown true and false; of gaps and plays, the smallest customer tells most."""


class Suggestions(NamedTuple):
    """Drafts by rule, and the leaves and rules for which no customer could be built, each in words."""

    drafts: tuple[tuple[RuleCoverage, Draft], ...]
    without: tuple[tuple[RuleCoverage, str], ...]
    coverage: Coverage


class _Case(NamedTuple):
    values: Mapping[str, FactValue]
    given: Mapping[str, Any]
    findings: Findings


def suggest(
    release: Release, files: Mapping[str, bytes], *, rule: str | None = None, covered_too: bool = False
) -> Suggestions:
    """Draft tests for the open leaves and rules, of one rule or all; with `covered_too` for every leaf there is."""
    tally = Tally(release, files)
    for test in release.rulebook.tests:
        tally.run(test)
    author = _Author(release, files, tally)
    for one in tally.coverage.rules:
        if rule is None or one.id == rule:
            author.write(one, covered_too=covered_too)
    return Suggestions(tuple(author.drafts), tuple(author.without), tally.coverage)


class _Author:
    def __init__(self, release: Release, files: Mapping[str, bytes], tally: Tally) -> None:
        self._release = release
        self._decider = Decider(release)
        self._bench = Bench(release, files, with_witnesses=False, most_steps=MOST_STEPS)
        self._plays = {play.id: play for play in release.rulebook.plays}
        self._tally = tally
        self._names: set[str] = {test.name for test in release.rulebook.tests}
        self.drafts: list[tuple[RuleCoverage, Draft]] = []
        self.without: list[tuple[RuleCoverage, str]] = []

    def write(self, rule: RuleCoverage, *, covered_too: bool) -> None:
        """Draft what a rule lacks."""
        for leaf in rule.leaves:
            if not leaf.is_covered or covered_too:
                pairs = list(self._pairs(leaf))
                if not pairs and not leaf.is_covered:
                    self.without.append((rule, f"`{'.'.join(leaf.stated.keys)}`: {leaf.asks}"))
                for what, cases in pairs:
                    self._draft(rule, what, cases)
        if rule.sort == "play" and not rule.truths.true:
            self._draft_play(rule)
        for truth, shown in ((True, rule.truths.true), (False, rule.truths.false)):
            if rule.sort != "play" and not shown:
                self._draft_rule(rule, truth=truth)

    def _draft(self, rule: RuleCoverage, what: Sequence[str], cases: Sequence[_Case]) -> None:
        expect = tuple(self._expectation(rule, case.findings) or {} for case in cases)
        names = self._unused(_title(rule), what)
        draft = Draft(names, AS_OF.date(), tuple(case.given for case in cases), expect)
        self.drafts.append((rule, draft))
        for case in cases:
            self._tally.note(draft.name, case.findings)

    def _draft_rule(self, rule: RuleCoverage, *, truth: bool) -> None:
        """Show a signal or gap as tests have not: with everything known that it asks for."""
        one = next(leaf.stated for leaf in rule.leaves if leaf.stated.keys[0] in ("when", "reading"))
        context = next(context_goals(one, self._bench.gaps, self._plays))
        goals: tuple[Goal, ...] = ((one.condition, "true" if truth else "false"), *context)
        case = next(self._cases(goals, {}, {}), None)
        if case is None:
            self.without.append((rule, f"no customer for whom it is {'true' if truth else 'false'}"))
        else:
            self._draft(rule, ["there" if truth else "not there"], [case])

    def _draft_play(self, rule: RuleCoverage) -> None:
        play = self._plays[rule.id]
        for target in play.answers:
            for case in self._cases(reached_goals(play, target, self._bench.gaps), {}, {}):
                if self._expectation(rule, case.findings):
                    self._draft(rule, [f"for a customer with {target.gap.replace('_', ' ')}"], [case])
                    return
        self.without.append((rule, "the play itself"))

    def _unused(self, title: str, what: Sequence[str]) -> tuple[str, ...]:
        """Name the cases so that no other test is called the same."""
        for number in count(1):
            end = f" ({number})" if number > 1 else ""
            names = tuple(f"{f'{title}: {one}'[:_LONGEST]}{end}" for one in what)
            taken = {*names, joined(names)}
            if taken.isdisjoint(self._names):
                self._names |= taken
                return names
        raise AssertionError("there is always another number")

    def _pairs(self, leaf: LeafCoverage) -> Iterator[tuple[Sequence[str], Sequence[_Case]]]:
        """Yield a customer at each side of the leaf; for a parameter, for each of its cases."""
        found: list[Sides | None] = []
        if isinstance(leaf.leaf, FactLeaf):
            found += sides_of(leaf.leaf, self._bench.search.space)
        for sides in found or [None]:
            pair = self._pair(leaf, sides)
            if pair is not None:
                yield self._told(leaf, sides, pair), pair

    def _told(self, leaf: LeafCoverage, sides: Sides | None, pair: Sequence[_Case]) -> Sequence[str]:
        """Say of each side what is particular about it."""
        if not isinstance(leaf.leaf, FactLeaf):
            signal = leaf.leaf.signal.replace("_", " ")
            return f"with {signal}", f"without {signal}"
        fact = leaf.leaf.fact
        by = f" for {sides.word.replace('_', ' ')}" if sides and sides.word else ""
        values = [value_text(case.findings.facts.value(fact)) for case in pair]
        if values[0] == values[1]:
            values = ["with", "without"]
        return [f"{fact_label(fact)}{by} {value}" for value in values]

    def _pair(self, leaf: LeafCoverage, sides: Sides | None) -> Sequence[_Case] | None:
        one = leaf.stated
        contexts = list(context_goals(one, self._bench.gaps, self._plays))
        rule = RuleCoverage(SORTS[one.folder], one.rule, "", one.place)
        for context, strictness in product(contexts, _STRICT[one.folder]):
            goals = [
                (*decisive_goals(one.condition, leaf.path, truth=truth, strictness=strictness), *context)
                for truth in (True, False)
            ]
            fact = leaf.leaf.fact if isinstance(leaf.leaf, FactLeaf) else ""
            starts: tuple[Box, Box] = (sides.true_box, sides.false_box) if sides else ({}, {})
            exact = ({fact: sides.true}, {fact: sides.false}) if sides else ({}, {})
            for case in self._cases(goals[0], starts[0], exact[0]):
                if not _decides(leaf, case.findings, truth=True):
                    continue
                for other in self._others(case, goals[1], starts[1], exact[1]):
                    expected = [self._expectation(rule, one.findings) for one in (case, other)]
                    differ = all(expected) and expected[0] != expected[1]
                    if differ and _decides(leaf, other.findings, truth=False):
                        return case, other
        return None

    def _others(
        self, case: _Case, goals: Sequence[Goal], start: Box, exact: Mapping[str, FactValue]
    ) -> Iterator[_Case]:
        """Yield customers like this one on the other side: first with nothing else changed."""
        if exact:
            near = self._built({**case.values, **exact}, goals)
            if near is not None:
                yield near
        space = self._bench.search.space
        with suppress(NotDecided):
            for box in islice(self._bench.search.boxes(*goals, start=start), _MOST_BOXES):
                for values in points(box, space):
                    kept = {**case.values, **values, **exact}
                    for tried in (kept, {**values, **exact}):
                        found = self._built(tried, goals)
                        if found is not None:
                            yield found

    def _cases(self, goals: Sequence[Goal], start: Box, exact: Mapping[str, FactValue]) -> Iterator[_Case]:
        boxes: list[Box] = []
        with suppress(NotDecided):
            boxes.extend(islice(self._bench.search.boxes(*goals, start=start), _MOST_BOXES))
        for box in sorted(boxes, key=lambda one: sum(not mask & 1 for mask in one.values())):
            for values in points(box, self._bench.search.space):
                found = self._built({**values, **exact}, goals)
                if found is not None:
                    yield found

    def _built(self, values: Mapping[str, FactValue], goals: Sequence[Goal]) -> _Case | None:
        """Make a customer of facts, and let the engine decide whether it is the one that was sought."""
        try:
            raw = snapshot_with(values, as_of=AS_OF, vocabulary=self._release.vocabulary)
            reading = read_snapshot(raw, strict=True)
        except (ValueError, ArithmeticError, InputInvalid):
            return None
        findings = self._decider.find(reading)
        signals = findings.assessment.signals
        if any(evaluate(goal, findings.facts, signals) not in TRUTHS[demand] for goal, demand in goals):
            return None
        given = {key: value for key, value in raw.items() if key not in ("account_id", "as_of")}
        return _Case(values, given, findings)

    def _expectation(self, rule: RuleCoverage, findings: Findings) -> Mapping[str, Any] | None:
        """Say what came out for a rule, in the words of a test; `None` where they cannot say it."""
        if rule.sort == "signal":
            truth = findings.assessment.signals[rule.id]
            return {"signals": {rule.id: "unknown" if truth is None else truth}}
        if rule.sort == "gap":
            kinds = {gap.rule.id: gap.kind for gap in findings.assessment.gaps}
            return {"gaps": {rule.id: kinds.get(rule.id, "none")}}
        actions = [action.candidate.play.id for action in findings.arbitration.actions]
        if rule.id in actions:
            return {"actions": actions[: actions.index(rule.id) + 1]}
        reasons = {withheld.candidate.play.id: withheld.reason for withheld in findings.arbitration.withheld}
        reason = reasons.get(rule.id)
        return {"withheld": {rule.id: str(reason)}} if reason in {*GATES, "done", "cap", "owner_cap"} else None


def _decides(leaf: LeafCoverage, findings: Findings, *, truth: bool) -> bool:
    decided = decisive_leaves(leaf.stated.condition, findings.facts, findings.assessment.signals)
    return any(one == (leaf.path, truth) for one in decided)


def _title(rule: RuleCoverage) -> str:
    return rule.id.replace("_", " ") if "{" in rule.title else rule.title
