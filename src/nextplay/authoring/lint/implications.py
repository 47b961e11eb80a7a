"""Rules that say what another rule says already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from nextplay.authoring.lint.bench import Bench
from nextplay.authoring.lint.boxes import TRUTHS, Box, within
from nextplay.authoring.lint.domains import Dimension
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


class _Rival(NamedTuple):
    """A gap that others may imply: the box it lies in, what it reads, whether it stands while nothing is known."""

    standing: Standing
    hull: Box
    reads: frozenset[str]
    blank: bool


class _Refuter:
    """Finds most of what a gap does not imply by one customer that has it: the search need only look at the rest."""

    def __init__(self, bench: Bench, group: Sequence[Standing], reads: dict[str, frozenset[str]]) -> None:
        nobody = _Customer({}, bench.signals)
        self._bench = bench
        self._reads = reads
        self._rivals: dict[frozenset[Dimension], list[_Rival]] = {}  # by what must be narrowed for them to stand
        for one in group:
            hull = bench.search.hull(*one.goals)
            if hull is not None:
                rival = _Rival(one, hull, _facts_of(one, bench, reads), nobody.reaches(one.goals))
                self._rivals.setdefault(frozenset(hull), []).append(rival)

    def left(self, one: Standing) -> list[Standing]:
        """Return the gaps that one customer of this gap has too; none where no customer has the gap itself."""
        try:
            box = self._bench.search.first(*one.goals)
        except NotDecided:
            return []  # the gap itself is reported as too large
        if box is None:
            return []
        own = _facts_of(one, self._bench, self._reads)
        left = [
            rival
            for narrowed, rivals in self._rivals.items()
            if narrowed <= box.keys()
            for rival in rivals
            if within(box, rival.hull) and not rival.reads.isdisjoint(own)  # else the other is always true
        ]
        left = [rival for rival in left if rival.standing.gap is not one.gap]
        for known in points(box, self._bench.search.space) if left else ():
            customer = _Customer(known, self._bench.signals)
            left = [
                rival
                for rival in left
                if (rival.blank if rival.reads.isdisjoint(known) else customer.reaches(rival.standing.goals))
            ]
        return [rival.standing for rival in left]


def _facts_of(one: Standing, bench: Bench, reads: dict[str, frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*(_facts_read(condition, bench, reads) for condition, _ in one.goals))


def _among_gaps(bench: Bench, group: list[Standing], reads: dict[str, frozenset[str]]) -> Iterator[Finding]:
    if len(group) == 1:
        return
    refuter = _Refuter(bench, group, reads)
    places = {id(one): index for index, one in enumerate(group)}
    for index, one in enumerate(group):
        for other in refuter.left(one):
            if other.gap.id in one.gap.absorbs:
                continue  # the compound stands in its place
            try:
                implied = implies(bench.search, one, other)
                twins = implied and implies(bench.search, other, one)
            except NotDecided:
                yield _not_decided(bench, one.gap.id, other.gap.id, one.gap.place)
                continue
            if implied and not (twins and places[id(other)] > index):
                yield bench.finding(
                    bench.places.key("gaps", one.gap.id, "id") or one.gap.place,
                    "implied-rule",
                    f"gap `{other.gap.id}` stands wherever `{one.gap.id}` stands as {one.side}, with the same outcome",
                    hint=f"make it a weight in the severity of `{other.gap.id}`, or give it an outcome of its own",
                    shown_by=(*one.goals, *other.goals),
                )


def _among_signals(bench: Bench, group: list[SignalRule]) -> Iterator[Finding]:
    sketches = [_Sketch.of(one.when, bench.search) for one in group] if len(group) > 1 else []
    for index, one in enumerate(group):
        for other, sketch in zip(group[:index], sketches, strict=False):
            if sketch.differs(sketches[index]):
                continue
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


class _Sketch(NamedTuple):
    """Where a reading is true, and where false: some customers in each case, and a box that holds all of them."""

    some: tuple[Box | None, Box | None]
    all: tuple[Box | None, Box | None]

    @classmethod
    def of(cls, when: Condition, search: Search) -> _Sketch:
        """Sketch a condition; what is not decided stays open."""
        goals: tuple[Goal, Goal] = (when, "true"), (when, "false")
        try:
            some = search.first(goals[0]), search.first(goals[1])
        except NotDecided:
            some = None, None
        return cls(some, (search.hull(goals[0]), search.hull(goals[1])))

    def differs(self, other: _Sketch) -> bool:
        """Tell whether some customers of one lie where nobody of the other does."""
        pairs = (*zip(self.some, other.all, strict=True), *zip(other.some, self.all, strict=True))
        return any(some is not None and (hull is None or not within(some, hull)) for some, hull in pairs)


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
