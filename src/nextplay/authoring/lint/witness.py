"""Customers that show a finding: a box turned into a snapshot, and put through the real evaluator before it counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from nextplay.authoring.lint.boxes import TRUTHS, Box, Space
from nextplay.authoring.lint.domains import UNKNOWN, Dimension
from nextplay.authoring.lint.finding import Witness
from nextplay.authoring.lint.lists import LISTS
from nextplay.authoring.lint.search import Goal, NotDecided, Search
from nextplay.decision import FactValue
from nextplay.errors import InputInvalid
from nextplay.facts import FactsOfItem, snapshot_with
from nextplay.release import Release
from nextplay.rules.assessment import Assessment
from nextplay.rules.condition import Condition, Truth, evaluate
from nextplay.snapshot import read_snapshot

AS_OF: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""The instant of every witness: any will do, as conditions only know days before it."""
_MOST_BOXES: Final = 16
_VARIANTS: Final = 3
_YES: Final = 4


class Witnesses:
    """Builds witnesses for one release."""

    def __init__(self, release: Release, search: Search, signals: Mapping[str, Condition]) -> None:
        """Take what every signal stands for, those that are read for one item included."""
        self._release = release
        self._search = search
        self._signals = signals

    def find(self, name: str, *goals: Goal, start: Box | None = None) -> Witness | None:
        """Return a customer that reaches all goals, proved by the evaluator; `None` where none could be built."""
        for box in _smallest_first(self._search, goals, start):
            for values in points(box, self._search.space):
                found = self._prove(name, values, goals)
                if found is not None:
                    return found
        return None

    def _prove(self, name: str, values: Mapping[str, FactValue], goals: Sequence[Goal]) -> Witness | None:
        try:
            known = {name: value for name, value in values.items() if not name.startswith(LISTS)}
            raw = snapshot_with(known, as_of=AS_OF, vocabulary=self._release.vocabulary)
            raw |= {name: [] for name in _known_lists(values) if name not in raw}
            facts = self._release.plan.read(read_snapshot(raw, strict=True).snapshot).with_churn(None, None)
        except (ValueError, ArithmeticError, InputInvalid):  # numbers so large that no calendar holds them
            return None
        assessment = self._release.evaluator.assess(facts)
        items = [item for listed in facts.items.values() for item in listed or ()]
        if not any(self._reach(goals, FactsOfItem(facts, item), assessment) for item in (None, *items)):
            return None
        given = {key: value for key, value in raw.items() if key not in ("account_id", "as_of")}
        gaps = {gap.rule.id: gap.kind for gap in sorted(assessment.gaps, key=lambda gap: gap.rule.id)}
        return Witness(name, AS_OF.isoformat().replace("+00:00", "Z"), given, gaps)

    def _reach(self, goals: Sequence[Goal], facts: FactsOfItem, assessment: Assessment) -> bool:
        truths = _Truths(facts, assessment.signals, self._signals)
        return all(evaluate(condition, facts, truths) in TRUTHS[demand] for condition, demand in goals)


class _Truths(dict[str, Truth]):
    """The truths of signals; those for one item are worked out when they are asked for."""

    def __init__(self, facts: FactsOfItem, known: Mapping[str, Truth], signals: Mapping[str, Condition]) -> None:
        super().__init__(known)
        self._facts = facts
        self._signals = signals

    def __missing__(self, name: str) -> Truth:
        return evaluate(self._signals[name], self._facts, self)


def _known_lists(values: Mapping[str, FactValue]) -> list[str]:
    return [name.removeprefix(LISTS) for name, value in values.items() if name.startswith(LISTS) and value is not None]


def _smallest_first(search: Search, goals: Sequence[Goal], start: Box | None) -> list[Box]:
    """Return the first boxes, those first that need the fewest known facts."""
    found: list[Box] = []
    with suppress(NotDecided):  # what was found until then is still good
        found.extend(islice(search.boxes(*goals, start=start), _MOST_BOXES))
    return sorted(found, key=lambda box: sum(not mask & UNKNOWN for mask in box.values()))


def points(box: Box, space: Space) -> Iterator[dict[str, FactValue]]:
    """Yield customers of a box: what may stay unknown does, of the rest the first values, then others."""
    seen: list[dict[str, FactValue]] = []
    for variant in range(_VARIANTS):
        point: dict[str, FactValue] = {}
        for dimension, mask in box.items():
            if dimension.word:
                continue
            if mask & UNKNOWN:
                if mask == UNKNOWN:
                    point[dimension.fact] = None
                continue
            values = list(space.domains[dimension].values(mask))
            point[dimension.fact] = values[min(variant, len(values) - 1)] if variant < _VARIANTS - 1 else values[-1]
            if space.specs[dimension.fact].type == "words":
                point[dimension.fact] = _words(dimension.fact, box, space)
        if point not in seen:
            seen.append(point)
            yield point


def _words(fact: str, box: Box, space: Space) -> tuple[str, ...]:
    return tuple(word for word in space.specs[fact].words if box.get(Dimension(fact, word)) == _YES)
