"""Runs the tests of a rulebook through the real engine, and notes what each of them tried."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from nextplay.authoring.cases import given_snapshot
from nextplay.authoring.coverage.asks import asked
from nextplay.authoring.coverage.counts import Coverage, LeafCoverage, RuleCoverage, RuleSort, Truths
from nextplay.authoring.coverage.decisive import Path, decisive_leaves, leaf_paths
from nextplay.authoring.coverage.views import View, views
from nextplay.authoring.lint.places import RulePlaces
from nextplay.authoring.lint.stated import Stated, stated_conditions
from nextplay.decider import Decider
from nextplay.errors import InputInvalid
from nextplay.facts.spec import ItemKind
from nextplay.presentation import Findings
from nextplay.release import Release
from nextplay.rules.rulebook import RuleTest
from nextplay.snapshot import read_snapshot

SORTS: Final[Mapping[str, RuleSort]] = {"signals": "signal", "gaps": "gap", "plays": "play"}
_MAIN: Final = ("when", "reading")
GATES: Final = frozenset({"eligibility", "applicability", "suitability"})


def cover(release: Release, files: Mapping[str, bytes], tests: Iterable[RuleTest] | None = None) -> Coverage:
    """Run `tests` (left out: those of the rulebook) and return what they cover. `files` tell where leaves stand."""
    tally = Tally(release, files)
    for test in release.rulebook.tests if tests is None else tests:
        tally.run(test)
    return tally.coverage


class Tally:
    """Takes up one customer after the other."""

    def __init__(self, release: Release, files: Mapping[str, bytes]) -> None:
        """List every rule, condition and leaf; nothing is covered yet."""
        self._decider = Decider(release)
        self.stated = tuple(one for one in stated_conditions(release.rulebook) if one.folder in SORTS)
        self._rules = {(rule.sort, rule.id): rule for rule in _rules(release, RulePlaces(files))}
        self._leaves: dict[int, dict[Path, LeafCoverage]] = {}
        places = RulePlaces(files)
        for one in self.stated:
            rule = self._rules[SORTS[one.folder], one.rule]
            rule.conditions[".".join(one.keys)] = Truths()
            found = {}
            for path, leaf in leaf_paths(one.condition):
                place = places.part(one.folder, one.rule, one.keys, path) or one.place
                found[path] = LeafCoverage(one, path, leaf, place, asked(leaf))
            rule.leaves += found.values()
            self._leaves[id(one)] = dict(found)
        book = release.rulebook
        self._signals = {signal.id: signal for signal in book.signals}
        self._kind_of: dict[tuple[str, str], ItemKind | None] = {
            ("signals", signal.id): signal.for_each for signal in book.signals
        } | {("gaps", gap.id): gap.for_each for gap in book.gaps}
        self._kinds = {None, *self._kind_of.values()}
        self._plays = [rule for rule in self._rules.values() if rule.sort == "play"]

    @property
    def coverage(self) -> Coverage:
        """What was seen so far."""
        return Coverage(tuple(self._rules.values()))

    def run(self, test: RuleTest) -> None:
        """Decide for the customer of a test, and note it; one that cannot be read fails as a test and shows nothing."""
        try:
            reading = read_snapshot(given_snapshot(test))
        except InputInvalid:
            return
        self.note(test.name, self._decider.find(reading))

    def note(self, test: str, findings: Findings) -> None:
        """Note what one customer tried."""
        signals = findings.assessment.signals
        by_kind = {kind: list(views(kind, findings.facts, signals, self._signals)) for kind in self._kinds}
        for one in self.stated:
            rule = self._rules[SORTS[one.folder], one.rule]
            for view in by_kind[self._kind_of.get((one.folder, one.rule))]:
                plain = one.folder == "signals" and one.rule in signals and view.signals is signals
                truth = signals[one.rule] if plain else view.truth(one.condition)
                rule.conditions[".".join(one.keys)].add(truth)
                if rule.sort != "play" and one.keys[0] in _MAIN:
                    rule.truths.add(truth)
                self._note_leaves(one, view, test=test)
        shown = _plays_that_come_through(findings)
        for rule in self._plays:
            rule.truths.add(rule.id in shown)

    def _note_leaves(self, one: Stated, view: View, *, test: str) -> None:
        """Look at the leaves that are still open; a closed one is taken out, so that many tests cost little."""
        leaves = self._leaves[id(one)]
        if not leaves:
            return
        for path, truth in decisive_leaves(one.condition, view.facts, view.signals):
            leaf = leaves.get(path)
            if leaf is None:
                continue
            if truth:
                leaf.true_in = leaf.true_in or test
            else:
                leaf.false_in = leaf.false_in or test
            if leaf.is_covered:
                del leaves[path]


def _rules(release: Release, places: RulePlaces) -> Iterator[RuleCoverage]:
    book = release.rulebook
    locale = book.locales[0]
    for folder, rules in (("signals", book.signals), ("gaps", book.gaps), ("plays", book.plays)):
        for rule in rules:
            place = places.key(folder, rule.id, "id") or rule.place
            yield RuleCoverage(SORTS[folder], rule.id, rule.title[locale], place)


def _plays_that_come_through(findings: Findings) -> set[str]:
    arbitration = findings.arbitration
    blocked = {withheld.candidate.play.id for withheld in arbitration.withheld if withheld.reason in GATES}
    return {candidate.play.id for candidate in findings.assessment.candidates} - blocked
