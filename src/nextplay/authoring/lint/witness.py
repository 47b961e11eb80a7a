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
from nextplay.authoring.lint.search import Goal, NotDecided, Search
from nextplay.decision import FactValue
from nextplay.errors import InputInvalid
from nextplay.facts import Facts, snapshot_with
from nextplay.release import Release
from nextplay.rules.assessment import Assessment
from nextplay.rules.condition import evaluate
from nextplay.snapshot import read_snapshot

AS_OF: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""The instant of every witness: any will do, as conditions only know days before it."""
_MOST_BOXES: Final = 16
_VARIANTS: Final = 3
_YES: Final = 4


class Witnesses:
    """Builds witnesses for one release."""

    def __init__(self, release: Release, search: Search) -> None:
        self._release = release
        self._search = search

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
            raw = snapshot_with(values, as_of=AS_OF, vocabulary=self._release.vocabulary)
            facts = self._release.plan.read(read_snapshot(raw, strict=True).snapshot).with_churn(None, None)
        except (ValueError, ArithmeticError, InputInvalid):  # numbers so large that no calendar holds them
            return None
        assessment = self._release.evaluator.assess(facts)
        if not all(_reached(goal, facts, assessment) for goal in goals):
            return None
        given = {key: value for key, value in raw.items() if key not in ("account_id", "as_of")}
        gaps = {gap.rule.id: gap.kind for gap in sorted(assessment.gaps, key=lambda gap: gap.rule.id)}
        return Witness(name, AS_OF.isoformat().replace("+00:00", "Z"), given, gaps)


def _reached(goal: Goal, facts: Facts, assessment: Assessment) -> bool:
    condition, demand = goal
    return evaluate(condition, facts, assessment.signals) in TRUTHS[demand]


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
