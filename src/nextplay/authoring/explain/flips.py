"""The smallest change of facts that turns a rule round, each proved by deciding for the changed account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final, Literal, NamedTuple

from nextplay.authoring.explain.aims import Aim, aims_of
from nextplay.authoring.explain.case import Case, Rule
from nextplay.authoring.explain.changed import as_sent, changed_snapshots, field_changes
from nextplay.authoring.explain.explanation import MOST_CHANGED, Asked, Change, Flip, FlipSearch, RuleExplanation
from nextplay.authoring.explain.point import Point, leaves_below
from nextplay.authoring.explain.rows import AT, Rows
from nextplay.authoring.explain.smallest import Smallest
from nextplay.authoring.lint.boxes import Box
from nextplay.authoring.lint.search import NotDecided
from nextplay.canonical import snapshot_document
from nextplay.decision import FactValue

_MOST_FLIPS: Final = 3
"""So many changes of the same size are shown."""
_MOST_TRIED: Final = 30
_MOST_BUILT: Final = 8
_SURE: Final = ("already", "answered")


class _Plan(NamedTuple):
    """Values to be tried, ordered by the number of facts, the way in steps, and the names."""

    size: int
    steps: float
    facts: tuple[str, ...]
    changes: tuple[Change, ...]
    box: Box


def _order(plan: _Plan) -> tuple[int, float, tuple[str, ...]]:
    return plan.size, plan.steps, plan.facts


def flip_searches(case: Case, rule: Rule, found: RuleExplanation, to: Asked | None = None) -> Iterator[FlipSearch]:
    """Search, for a rule as it was found, what would turn it round, or lead it to what is asked for.

    Where nothing else does it and the rule speaks of a list, a row more is tried too.
    """
    if not found.counts_today or found.life.status != "live":
        return
    wider: tuple[Aim, ...] | None = None
    rows, more = Rows(case), Rows(case, spare=True)
    for place, aim in enumerate(aims_of(case, rule, found, rows, to)):
        search = _Flips(case, rows, aim).search()
        if not any(flip.verified for flip in search.flips) and search.why_none not in _SURE and aim.wanted != "gone":
            wider = tuple(aims_of(case, rule, found, more, to)) if wider is None else wider
            other = _Flips(case, more, wider[place])
            search = other.search_new() if other.speaks_of_rows and not search.flips else search
        yield search


class _Flips:
    """Searches what reaches one aim."""

    def __init__(self, case: Case, rows: Rows, aim: Aim) -> None:
        self._case = case
        self._rows = rows
        self._aim = aim
        conditions = [condition for goals in aim.alternatives for condition, _ in goals]
        self._point = Point(leaves_below(conditions, rows.signals), rows.specs, rows)
        self._candidates = [name for name in self._point.names if rows.specs[name].reads and self._may_change(name)]

    @property
    def speaks_of_rows(self) -> bool:
        """Whether what is aimed at reads rows of lists one by one."""
        return any(AT in name for name in self._point.names)

    def search(self) -> FlipSearch:
        """Change what is known first; where that cannot do it, let something become known too."""
        if not self._aim.alternatives:
            return self._nothing(self._aim.why_none or "none")
        known = [name for name in self._candidates if self._rows.value(name) is not None]
        large = False
        for learned, candidates in ((False, known), (True, self._candidates)):
            smallest = Smallest(self._point, self._rows.signals, self._aim.alternatives, learned=learned)
            try:
                flips = tuple(self._of_smallest_size(smallest, candidates))
                large = large or smallest.may_be_feasible(candidates)
            except NotDecided:
                return self._nothing("large")
            if flips:
                return FlipSearch(self._aim.wanted, flips, item=self._aim.item)
        return self._nothing("large" if large else "none")

    def search_new(self) -> FlipSearch:
        """Let what is unknown become known: here, that there is a further row."""
        smallest = Smallest(self._point, self._rows.signals, self._aim.alternatives, learned=True)
        try:
            flips = tuple(self._of_smallest_size(smallest, self._candidates))
        except NotDecided:
            return self._nothing("large")
        return FlipSearch(self._aim.wanted, flips, item=self._aim.item) if flips else self._nothing("none")

    def _nothing(self, why: Literal["none", "large", "already", "answered"]) -> FlipSearch:
        return FlipSearch(self._aim.wanted, (), why, self._aim.item)

    def _may_change(self, name: str) -> bool:
        """Leave alone what just a limit differs by, such as the segment, unless it is unknown."""
        return name in self._point.compared or self._rows.value(name) is None

    def _of_smallest_size(self, smallest: Smallest, candidates: list[str]) -> Iterator[Flip]:
        """Yield the changes of the smallest size that are proved; where none is, one that is possible on paper."""
        on_paper: _Plan | None = None
        plans: list[_Plan] = []
        size = 0
        for chosen in smallest.sets(candidates, most=MOST_CHANGED):
            if len(chosen) > size and plans:
                flips = tuple(self._proved(plans))
                on_paper = on_paper or min(plans, key=_order)
                if flips:
                    yield from flips
                    return
                plans = []
            size = len(chosen)
            plans += self._plans(smallest, chosen)
        flips = tuple(self._proved(plans))
        on_paper = on_paper or min(plans, key=_order, default=None)
        if flips:
            yield from flips
        elif on_paper is not None:
            yield Flip(self._aim.wanted, on_paper.changes, (), verified=False)

    def _plans(self, smallest: Smallest, chosen: frozenset[str]) -> list[_Plan]:
        found: dict[tuple[Change, ...], _Plan] = {}
        for box in smallest.boxes(chosen):
            changes = tuple(self._changes(sorted(chosen), box))
            if changes:
                steps = round(sum(change.steps for change in changes), 6)
                found[changes] = _Plan(len(chosen), steps, tuple(sorted(chosen)), changes, box)
        return list(found.values())

    def _changes(self, facts: list[str], box: Box) -> Iterator[Change]:
        for fact in facts:
            nearest = self._point.nearest(fact, box)
            if nearest is not None:
                value, steps = nearest
                yield Change(fact, self._rows.value(fact), value, steps)

    def _fits(self, fact: str, value: FactValue, box: Box) -> bool:
        return self._point.lies_in(fact, value, box)

    def _proved(self, plans: list[_Plan]) -> Iterator[Flip]:
        shown: set[tuple[str, ...]] = set()
        for plan in sorted(plans, key=_order)[:_MOST_TRIED]:
            if plan.facts in shown:
                continue
            flip = self._prove(plan)
            if flip is not None:
                shown.add(plan.facts)
                yield flip
            if len(shown) == _MOST_FLIPS:
                return

    def _prove(self, plan: _Plan) -> Flip | None:
        """Build the changed account and decide for it; `None` where none can be built or it does not do."""
        wanted: dict[str, FactValue] = {change.fact: change.after for change in plan.changes}
        given = self._case.document
        vocabulary = self._case.release.vocabulary
        built = changed_snapshots(
            given,
            wanted,
            vocabulary,
            fits=lambda fact, value: self._fits(fact, value, plan.box),
            unread=self._case.unread,
        )
        for snapshot in islice(built, _MOST_BUILT):
            decided = self._case.decide(snapshot)
            if self._aim.reached(decided):
                after = Rows(self._case, decided)
                changes = tuple(replace(change, after=after.value(change.fact)) for change in plan.changes)
                fields = tuple(as_sent(field_changes(given, snapshot_document(snapshot)), self._case.unread))
                return Flip(self._aim.wanted, changes, fields, verified=True)
        return None
