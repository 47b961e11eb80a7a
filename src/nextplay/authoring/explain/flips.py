"""The smallest change of facts that turns a rule round, each proved by deciding for the changed account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice, product
from typing import Final, NamedTuple

from nextplay.authoring.explain.case import Case, Decided, Rule
from nextplay.authoring.explain.changed import changed_snapshots, field_changes
from nextplay.authoring.explain.explanation import MOST_CHANGED, Change, Flip, FlipSearch, RuleExplanation, Wanted
from nextplay.authoring.explain.point import Point, leaves_below
from nextplay.authoring.explain.smallest import Alternatives, Smallest
from nextplay.authoring.lint.boxes import Box
from nextplay.authoring.lint.search import Goal, NotDecided, Search
from nextplay.authoring.lint.stated import missed, reached_by, standing
from nextplay.canonical import snapshot_document
from nextplay.decision import FactValue
from nextplay.facts import FactsOfItem
from nextplay.rules.rulebook import GapRule, Play, SignalRule

_MOST_FLIPS: Final = 3
"""So many changes of the same size are shown."""
_MOST_TRIED: Final = 30
_MOST_BUILT: Final = 8
_MOST_ALTERNATIVES: Final = 64
_BY_RULE: Final = ("eligibility", "applicability", "suitability")


class _Aim(NamedTuple):
    """What a change shall lead to: one of the alternatives reached, and seen in the decision."""

    wanted: Wanted
    alternatives: Alternatives
    reached: Callable[[Decided], bool]


class _Plan(NamedTuple):
    """Values to be tried, ordered by the number of facts, the way in steps, and the names."""

    size: int
    steps: float
    facts: tuple[str, ...]
    changes: tuple[Change, ...]
    box: Box


def _order(plan: _Plan) -> tuple[int, float, tuple[str, ...]]:
    return plan.size, plan.steps, plan.facts


def flip_searches(case: Case, rule: Rule, found: RuleExplanation) -> Iterator[FlipSearch]:
    """Search, for a rule as it was found, what would turn it round."""
    if found.counts_today and found.life.status == "live":
        for aim in _aims(case, rule, found):
            yield _Flips(case, aim).search()


def _aims(case: Case, rule: Rule, found: RuleExplanation) -> Iterator[_Aim]:
    match rule:
        case SignalRule():
            yield _of_signal(rule, here=found.state == "true")
        case GapRule():
            yield from _of_gap(rule, found)
        case Play():
            if found.state in ("action", "absent") or (found.ranking and found.ranking.reason in _BY_RULE):
                yield _of_play(case, rule, here=found.state == "action")


def _of_signal(rule: SignalRule, *, here: bool) -> _Aim:
    if here:
        return _Aim("gone", (((rule.when, "not_true"),),), lambda decided: decided.signals[rule.id] is not True)
    return _Aim("come", (((rule.when, "true"),),), lambda decided: decided.signals[rule.id] is True)


def _of_gap(rule: GapRule, found: RuleExplanation) -> Iterator[_Aim]:
    stands = standing(rule)

    def kinds(decided: Decided) -> set[str]:
        return {gap.kind for gap in decided.decision.gaps if gap.gap == rule.id}

    if not found.standings:
        yield _Aim("come", (stands.goals,), lambda decided: bool(kinds(decided)))
        return
    yield _Aim("gone", tuple((missed(goal),) for goal in stands.goals), lambda decided: not kinds(decided))
    if rule.cx is None or rule.cs is None:
        return
    now = found.standings[0].kind
    if now != "cx":
        goals: tuple[Goal, ...] = (*standing(rule, "cx").goals, (rule.cs.when, "not_true"))
        yield _Aim("cx", (goals,), lambda decided: kinds(decided) == {"cx"})
    if now != "cs":
        goals = (*standing(rule, "cs").goals, (rule.cx.when, "not_true"))
        yield _Aim("cs", (goals,), lambda decided: kinds(decided) == {"cs"})


def _of_play(case: Case, rule: Play, *, here: bool) -> _Aim:
    ways = [reached_by(rule, target, case.gaps[target.gap]) for target in rule.answers]
    if not here:
        return _Aim("come", tuple(ways), lambda decided: _passes(decided, rule.id))
    misses = islice(product(*[[missed(goal) for goal in way] for way in ways]), _MOST_ALTERNATIVES)
    alternatives = tuple(tuple(dict.fromkeys(one)) for one in misses)
    acting = {rule.id}
    return _Aim("gone", alternatives, lambda decided: not acting & {one.play for one in decided.decision.actions})


def _passes(decided: Decided, play: str) -> bool:
    """Say whether a play is a candidate that its own gates let through, whoever took its place then."""
    decision = decided.decision
    passed = {entry.play for entry in decision.withheld if entry.reason not in _BY_RULE}
    return play in passed | {action.play for action in decision.actions}


class _Flips:
    """Searches what reaches one aim."""

    def __init__(self, case: Case, aim: _Aim) -> None:
        self._case = case
        self._aim = aim
        self._signals = {name: rule.when for name, rule in case.signals.items()}
        conditions = [condition for goals in aim.alternatives for condition, _ in goals]
        self._leaves = tuple(leaves_below(conditions, self._signals))
        self._point = Point(self._leaves, case.specs, FactsOfItem(case.given.facts, None))
        self._search = Search(self._point.space, self._signals)
        self._candidates = [name for name in self._point.names if case.specs[name].reads]

    def search(self) -> FlipSearch:
        """Change what is known first; where that cannot do it, let something become known too."""
        wanted = self._aim.wanted
        if any("." in leaf.fact and leaf.fact not in self._case.release.vocabulary.specs for leaf in self._leaves):
            return FlipSearch(wanted, (), "items")
        large = False
        for learned in (False, True):
            smallest = Smallest(self._point, self._search, self._aim.alternatives, learned=learned)
            candidates = [name for name in self._candidates if learned or self._point.facts.value(name) is not None]
            try:
                flips = tuple(self._of_smallest_size(smallest, candidates))
                large = large or smallest.feasible(candidates)
            except NotDecided:
                return FlipSearch(wanted, (), "large")
            if flips:
                return FlipSearch(wanted, flips)
        return FlipSearch(wanted, (), "large" if large else "none")

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
                yield Change(fact, self._case.given.facts.value(fact), value, steps)

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
        built = changed_snapshots(given, wanted, vocabulary, fits=lambda fact, value: self._fits(fact, value, plan.box))
        for snapshot in islice(built, _MOST_BUILT):
            decided = self._case.decide(snapshot)
            if self._aim.reached(decided):
                changes = tuple(replace(change, after=decided.facts.value(change.fact)) for change in plan.changes)
                fields = tuple(field_changes(given, snapshot_document(snapshot)))
                return Flip(self._aim.wanted, changes, fields, verified=True)
        return None
