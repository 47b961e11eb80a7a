"""Rules that say what another rule says already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nextplay.authoring.lint.bench import Bench
from nextplay.authoring.lint.boxes import TRUTHS
from nextplay.authoring.lint.finding import Finding
from nextplay.authoring.lint.lists import asked_of
from nextplay.authoring.lint.search import Goal, NotDecided, Search
from nextplay.authoring.lint.stated import Standing, missed, standings
from nextplay.authoring.lint.witness import points
from nextplay.decision import FactValue
from nextplay.facts import ItemKind
from nextplay.rules.condition import Condition, FactLeaf, SignalLeaf, Truth, evaluate, facts_of_leaf, leaves_of
from nextplay.rules.rulebook import Place, SignalRule


def implication_findings(bench: Bench) -> Iterator[Finding]:
    """Compare gaps of one outcome, and signals that read the same facts."""
    reads: dict[str, frozenset[str]] = {}
    by_outcome: dict[Any, list[Standing]] = {}
    for gap in bench.book.gaps:
        for one in standings(gap):
            by_outcome.setdefault((one.side, one.root_cause, one.touchpoint), []).append(one)
    for group in by_outcome.values():
        if group[0].root_cause is not None:  # an opportunity without a root cause has no outcome to share
            yield from _among_gaps(bench, group, reads)
    by_facts: dict[tuple[ItemKind | None, frozenset[str]], list[SignalRule]] = {}
    for rule in bench.book.signals:
        signal = replace(rule, when=asked_of(rule.when, rule.for_each))
        by_facts.setdefault((rule.for_each, _facts_read(signal.when, bench, reads)), []).append(signal)
    for signals in by_facts.values():
        yield from _among_signals(bench, signals)


def implies(search: Search, one: Standing, other: Standing) -> bool:
    """Tell whether the other gap stands wherever the first does, each as its kind. Raises `NotDecided`."""
    return not any(search.is_possible(*one.goals, missed(goal)) for goal in other.goals)


class _Customer(dict[str, Truth]):
    """One customer, as signal → truth: each is worked out when it is asked for, and facts not `known` are unknown."""

    def __init__(self, known: Mapping[str, FactValue], signals: Mapping[str, Condition]) -> None:
        super().__init__()
        self._known = known
        self._signals = signals

    def __missing__(self, signal: str) -> Truth:
        truth = self[signal] = evaluate(self._signals[signal], self, self)
        return truth

    def value(self, name: str) -> FactValue:
        """Return the value of a fact."""
        return self._known.get(name)

    def reaches(self, goals: Iterable[Goal]) -> bool:
        """Tell whether the customer reaches all goals."""
        return all(evaluate(condition, self, self) in TRUTHS[demand] for condition, demand in goals)


class _Refuter:
    """Finds most of what a gap does not imply by one customer that has it: the search need only look at the rest."""

    def __init__(self, bench: Bench, group: Sequence[Standing], reads: dict[str, frozenset[str]]) -> None:
        nobody = _Customer({}, bench.signals)
        self._bench = bench
        self._group = [
            (one, _facts_of(one, bench, reads), nobody.reaches(one.goals)) for one in group
        ]  # with what it reads, and whether it stands while nothing is known

    def left(self, one: Standing) -> list[Standing]:
        """Return the gaps that one customer of this gap has too; none where no customer has the gap itself."""
        try:
            box = next(self._bench.search.boxes(*one.goals), None)
        except NotDecided:
            return []  # the gap itself is reported as too large
        if box is None:
            return []
        own = next(reads for other, reads, _ in self._group if other is one)
        left = [entry for entry in self._group if not entry[1].isdisjoint(own)]  # else the other is always true
        for known in points(box, self._bench.search.space):
            customer = _Customer(known, self._bench.signals)
            left = [
                (other, reads, blank)
                for other, reads, blank in left
                if (blank if reads.isdisjoint(known) else customer.reaches(other.goals))
            ]
        return [other for other, _, _ in left if other.gap is not one.gap]


def _facts_of(one: Standing, bench: Bench, reads: dict[str, frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*(_facts_read(condition, bench, reads) for condition, _ in one.goals))


def _among_gaps(bench: Bench, group: list[Standing], reads: dict[str, frozenset[str]]) -> Iterator[Finding]:
    refuter = _Refuter(bench, group, reads)
    for index, one in enumerate(group):
        for other in refuter.left(one) if len(group) > 1 else ():
            if other.gap.id in one.gap.absorbs:
                continue  # the compound stands in its place
            try:
                implied = implies(bench.search, one, other)
                twins = implied and implies(bench.search, other, one)
            except NotDecided:
                yield _not_decided(bench, one.gap.id, other.gap.id, one.gap.place)
                continue
            if implied and not (twins and group.index(other) > index):
                yield bench.finding(
                    bench.places.key("gaps", one.gap.id, "id") or one.gap.place,
                    "implied-rule",
                    f"gap `{other.gap.id}` stands wherever `{one.gap.id}` stands as {one.side}, with the same outcome",
                    hint=f"make it a weight in the severity of `{other.gap.id}`, or give it an outcome of its own",
                    shown_by=(*one.goals, *other.goals),
                )


def _among_signals(bench: Bench, group: list[SignalRule]) -> Iterator[Finding]:
    for index, one in enumerate(group):
        for other in group[:index]:
            try:
                same = _is_same_reading(bench.search, one.when, other.when)
            except NotDecided:
                yield _not_decided(bench, one.id, other.id, one.place)
                continue
            if same:
                yield bench.finding(
                    bench.places.key("signals", one.id, "id") or one.place,
                    "implied-rule",
                    f"signal `{one.id}` is true, false and unknown exactly where `{other.id}` is",
                    hint=f"use `{other.id}` in its place",
                    shown_by=((one.when, "true"), (other.when, "true")),
                )


def _is_same_reading(search: Search, one: Condition, other: Condition) -> bool:
    if search.is_possible((one, "true"), (other, "not_true")) or search.is_possible((other, "true"), (one, "not_true")):
        return False
    if not search.is_possible((one, "true")):
        return False  # never true is said of each
    return not (
        search.is_possible((one, "false"), (other, "not_false"))
        or search.is_possible((other, "false"), (one, "not_false"))
    )


def _not_decided(bench: Bench, one: str, other: str, place: Place) -> Finding:
    message = f"whether `{one}` always comes with `{other}` was not decided: the conditions are too large"
    return bench.finding(place, "not-decided", message)


def _facts_read(condition: Condition, bench: Bench, reads: dict[str, frozenset[str]]) -> frozenset[str]:
    """Name every fact that a condition reads, through the signals that it names."""
    found: set[str] = set()
    for leaf in leaves_of(condition):
        if isinstance(leaf, FactLeaf):
            found.update(facts_of_leaf(leaf))
        elif isinstance(leaf, SignalLeaf):
            if leaf.signal not in reads:
                reads[leaf.signal] = _facts_read(bench.signals[leaf.signal], bench, reads)
            found |= reads[leaf.signal]
    return frozenset(found)
