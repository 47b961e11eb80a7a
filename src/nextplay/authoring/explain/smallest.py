"""The smallest sets of facts that would have to change for one of several goals to be reached.

Where an account misses a goal, some of its facts are a *conflict*: as long as they stay as they are, the goal cannot be
reached, whatever the others become. Every change has to touch every conflict, so the smallest changes are found by
going from conflict to conflict, fewest facts first (R. Reiter, A theory of diagnosis from first principles, 1987).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from nextplay.authoring.explain.folding import Folding
from nextplay.authoring.explain.point import Point
from nextplay.authoring.lint.boxes import Box
from nextplay.authoring.lint.search import Goal, NotDecided, Search
from nextplay.rules.condition import Condition

Alternatives = Sequence[tuple[Goal, ...]]
"""One of these must be reached whole."""
_MOST_SETS: Final = 400
_MOST_BOXES: Final = 24


class Smallest:
    """Searches around one account."""

    def __init__(
        self, point: Point, signals: Mapping[str, Condition], alternatives: Alternatives, *, learned: bool
    ) -> None:
        """Take the goals; with `learned`, facts that are unknown may become known too."""
        self._point = point
        self._search = Search(point.space, signals)
        self._signals = signals
        self._alternatives = alternatives
        self._learned = learned
        self._conflicts: list[frozenset[str]] = []

    def sets(self, candidates: Sequence[str], *, most: int) -> Iterator[frozenset[str]]:
        """Yield sets of at most `most` candidates, the smallest first and without any superset of one before.

        Raises `NotDecided` where the conditions are too large to be searched even with so few of them free.
        """
        if not self.may_be_feasible(candidates):
            return
        found: list[frozenset[str]] = []
        level = [frozenset[str]()]
        looked_at = 0
        for size in range(most + 1):
            following: dict[frozenset[str], None] = {}
            for chosen in level:
                looked_at += 1
                if looked_at > _MOST_SETS or any(one <= chosen for one in found):
                    continue
                if self.feasible(chosen):
                    found.append(chosen)
                    yield chosen
                elif size < most:
                    conflict = self._conflict(chosen, candidates)
                    following |= dict.fromkeys(chosen | {fact} for fact in sorted(conflict))
            level = list(following)

    def boxes(self, chosen: frozenset[str]) -> Iterator[Box]:
        """Yield boxes in which a goal is reached by changes of the chosen facts, the first of each goal."""
        start = self._point.box(chosen, learned=self._learned)
        fold = Folding(self._search.space, self._signals, start)
        for goals in self._alternatives:
            folded = [(fold.condition(condition), demand) for condition, demand in goals]
            yield from islice(self._search.boxes(*folded, start=start), _MOST_BOXES)

    def feasible(self, free: Sequence[str] | frozenset[str]) -> bool:
        """Say whether a goal can be reached by changes of these facts."""
        return next(self.boxes(frozenset(free)), None) is not None

    def may_be_feasible(self, free: Sequence[str] | frozenset[str]) -> bool:
        """Say whether a goal can be reached by changes of these facts, or whether that is too large to be told."""
        try:
            return self.feasible(free)
        except NotDecided:
            return True

    def _conflict(self, chosen: frozenset[str], candidates: Sequence[str]) -> frozenset[str]:
        known = next((one for one in self._conflicts if not one & chosen), None)
        if known is not None:
            return known
        fixed = [fact for fact in candidates if fact not in chosen]
        for fact in tuple(fixed):
            rest = [other for other in fixed if other != fact]
            free = set(candidates).difference(rest)
            if not self.may_be_feasible(frozenset(free)):
                fixed = rest
        self._conflicts.append(frozenset(fixed))
        return self._conflicts[-1]
