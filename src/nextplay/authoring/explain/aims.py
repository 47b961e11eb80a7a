"""What a change shall lead to: the goals of each way there, and how the decision shows that it was reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice, product
from typing import Final, Literal, NamedTuple

from nextplay.authoring.explain.case import Case, Decided, Rule
from nextplay.authoring.explain.explanation import Asked, RuleExplanation, Standing, Wanted
from nextplay.authoring.explain.rows import At, Rows, kinds_at
from nextplay.authoring.explain.smallest import Alternatives
from nextplay.authoring.lint.boxes import Demand
from nextplay.authoring.lint.search import Goal
from nextplay.authoring.lint.stated import missed
from nextplay.decision import Side
from nextplay.rules.condition import SignalLeaf
from nextplay.rules.program import main_condition
from nextplay.rules.rulebook import GapRule, Play, SignalRule, Target

Goals = tuple[Goal, ...]
MOST_ITEMS_SHOWN: Final = 3
"""A gap that stands for more items is asked about those where it is worst."""
GATES: Final = ("eligibility", "applicability", "suitability")
_MOST_ALTERNATIVES: Final = 64
_SIDES: Final[dict[str, tuple[bool, bool]]] = {
    "cx": (True, False),
    "cs": (False, True),
    "mixed": (True, True),
    "undetermined": (False, False),
}
"""Kind of a contested gap → whether its CX and its CS evidence are proven."""


_NEEDED: Final[dict[str | None, tuple[Demand | None, Demand | None]]] = {
    None: (None, None),
    "cx": ("true", None),
    "cs": (None, "true"),
    "undetermined": ("not_true", "not_true"),
}
"""As what a play answers a gap → what its CX and its CS evidence must be worth; mixed ones count as both."""


class Aim(NamedTuple):
    """What a change shall lead to: one of the alternatives reached whole, and seen in the decision."""

    wanted: Wanted
    alternatives: Alternatives
    reached: Callable[[Decided], bool]
    item: str | None = None
    why_none: Literal["", "already", "answered"] = ""


def aims_of(case: Case, rule: Rule, found: RuleExplanation, rows: Rows, to: Asked | None) -> Iterator[Aim]:
    """Yield what a rule, as it was found, can be led to; without `to`, to the opposite of what it is."""
    match rule:
        case SignalRule():
            yield _of_signal(rule, here=found.state == "true", to=to)
        case GapRule():
            yield from _Gaps(case, rows).aims(rule, found, to)
        case Play():
            reason = None if found.ranking is None else found.ranking.reason
            by_gates = reason in GATES or (reason == "held" and _is_held(case.given, rule))
            if to is None and (found.state in ("action", "absent") or by_gates):
                yield _of_play(case, rule, rows, here=found.state == "action")
            elif to == "none":
                acts = found.state in ("action", "open", "escalated")
                yield _of_play(case, rule, rows, here=True) if acts else _already("gone")


def _already(wanted: Wanted, item: str | None = None) -> Aim:
    return Aim(wanted, (), lambda _: True, item, "already")


def _of_signal(rule: SignalRule, *, here: bool, to: Asked | None) -> Aim:
    leaf = SignalLeaf(rule.id)
    if here:
        return Aim("gone", (((leaf, "not_true"),),), lambda decided: decided.signals[rule.id] is not True)
    if to == "none":
        return _already("gone")
    return Aim("come", (((leaf, "true"),),), lambda decided: decided.signals[rule.id] is True)


class _Gaps:
    """The aims of gaps of one account."""

    def __init__(self, case: Case, rows: Rows) -> None:
        self._case = case
        self._rows = rows

    def aims(self, rule: GapRule, found: RuleExplanation, to: Asked | None) -> Iterator[Aim]:
        answered = self._case.given.answers.get(rule.id)
        if to in (None, "none"):
            if found.standings:
                yield from (self._gone(rule, one) for one in found.standings[:MOST_ITEMS_SHOWN])
            else:
                yield _already("gone") if to else self._coming(rule, absorbed=found.state == "absorbed")
            return
        for one in found.standings[:MOST_ITEMS_SHOWN] or (None,):
            if to is not None and to != "none":
                yield self._as_kind(rule, one, to, answered)

    def _gone(self, rule: GapRule, one: Standing) -> Aim:
        at = self._at(rule, one)
        alternatives = tuple((missed(goal),) for goal in self.stands(rule, at))
        return Aim("gone", alternatives, lambda decided: not kinds_at(decided, rule, at), one.item_label or one.item)

    def _coming(self, rule: GapRule, *, absorbed: bool) -> Aim:
        ways = [way for at in self._rows.places(rule.for_each) for way in self.alone(rule, at, self.stands(rule, at))]
        return Aim("out" if absorbed else "come", tuple(ways), lambda decided: bool(kinds_at(decided, rule, None)))

    def _as_kind(self, rule: GapRule, one: Standing | None, kind: Asked, answered: Side | None) -> Aim:
        wanted: Wanted = "gone" if kind == "none" else kind
        label = None if one is None else one.item_label or one.item
        if one is not None and one.kind == kind:
            return _already(wanted, label)
        sides = _sides(rule, kind, answered)
        if sides is None:
            return Aim(wanted, (), lambda _: False, label, "answered")
        at = None if one is None else self._at(rule, one)
        places: Iterable[At | None] = self._rows.places(rule.for_each) if one is None else (at,)
        ways: list[Goals] = []
        for place in places:
            goals = (*self.stands(rule, place), *((self._rows.read(side, place), demand) for side, demand in sides))
            ways += self.alone(rule, place, goals)
        return Aim(wanted, tuple(ways), lambda decided: kind in kinds_at(decided, rule, at), label)

    def _at(self, rule: GapRule, one: Standing) -> At | None:
        places = self._rows.places(rule.for_each)
        return next((at for at in places if at is not None and self._key(at) == one.item), None)

    def _key(self, at: At) -> str | None:
        item = (self._case.given.rows(at.kind) or {}).get(at.place)
        return None if item is None else item.key

    def stands(self, rule: GapRule, at: At | None) -> Goals:
        """Return the goals with which a gap would stand, its kind aside."""
        goals: list[Goal] = [(self._rows.read(main_condition(rule), at), "true")]
        if rule.unless is not None:
            goals.append((self._rows.read(rule.unless, at), "not_true"))
        return tuple(goals)

    def stands_as(self, target: Target, at: At | None) -> Goals:
        """Return the goals with which a gap would stand as its target says."""
        rule = self._case.gaps[target.gap]
        proven = [
            (self._rows.read(side.when, at), demand)
            for side, demand in zip((rule.cx, rule.cs), _NEEDED[target.side], strict=True)
            if side is not None and demand is not None
        ]
        return (*self.stands(rule, at), *proven)

    def holding(self, play: Play) -> list[Goals]:
        """Return the ways in which a gap would stand that holds a play back; one that is absorbed holds it too."""
        return [
            self.stands_as(target, at)
            for target in play.hold_while
            if self._counts(rule := self._case.gaps[target.gap])
            for at in self._rows.places(rule.for_each)
        ]

    def absorbing(self, play: Play) -> list[Goals]:
        """Return the ways in which a gap would stand that absorbs all that a play answers."""
        answered = {target.gap for target in play.answers}
        return [
            self.stands(other, None)
            for other in self._case.gaps.values()
            if other.for_each is None and answered <= set(other.absorbs) and self._counts(other)
        ]

    def alone(self, rule: GapRule, at: At | None, goals: Goals) -> Iterator[Goals]:
        """Add to goals of a gap that no gap stands that absorbs it: one way for each way of missing these."""
        absorbers = [
            self.stands(other, place)
            for other in self._case.gaps.values()
            if rule.id in other.absorbs and self._counts(other)
            for place in ((at,) if other.for_each == rule.for_each else self._rows.places(other.for_each))
        ]
        yield from ((*goals, *misses) for misses in all_missed(absorbers))

    def _counts(self, rule: GapRule) -> bool:
        return rule.life.status == "live" and rule.life.covers(self._case.given.decision.as_of.date())


def _sides(rule: GapRule, kind: Asked, answered: Side | None) -> list[Goal] | None:
    """Return what the sides of a contested gap must be worth; `None` where a colleague's answer stands against it."""
    goals: list[Goal] = []
    for side, written, proven in zip(("cx", "cs"), (rule.cx, rule.cs), _SIDES[kind], strict=True):
        if side == answered and not proven:
            return None
        if side != answered and written is not None:
            goals.append((written.when, "true" if proven else "not_true"))
    return goals


def all_missed(ways: Sequence[Goals]) -> Iterator[Goals]:
    """Yield, for ways of which each is a row of goals, the ways of missing a goal of every one."""
    misses = islice(product(*[[missed(goal) for goal in way] for way in ways]), _MOST_ALTERNATIVES)
    yield from (tuple(dict.fromkeys(one)) for one in misses)


def _of_play(case: Case, rule: Play, rows: Rows, *, here: bool) -> Aim:
    """Aim at a play that passes its gates with a gap that stands by itself and none that holds it; or at its end."""
    gaps = _Gaps(case, rows)
    ways = [(target, at, goals) for target in rule.answers for at, goals in _reached(case, rule, rows, target=target)]
    holding = gaps.holding(rule)
    if here:
        missed_ways = all_missed([goals for _, _, goals in ways])
        return Aim("gone", (*missed_ways, *holding, *gaps.absorbing(rule)), partial(_acts_no_more, play=rule.id))
    free = tuple(all_missed(holding))
    alone = [way for target, at, goals in ways for way in gaps.alone(case.gaps[target.gap], at, goals)]
    return Aim("come", tuple((*way, *misses) for way in alone for misses in free), partial(_passes, rule=rule))


def _reached(case: Case, play: Play, rows: Rows, *, target: Target) -> Iterator[tuple[At | None, Goals]]:
    """Yield what brings a play through its gates for one of its gaps, for each row that the gap is asked of."""
    strict = play.purpose == "expansion"
    gates: list[Goal] = []
    for key in GATES:
        condition = getattr(play, key)
        if condition is not None:
            gates.append((rows.read(condition, None), "true" if strict or key == "eligibility" else "not_false"))
    gaps = _Gaps(case, rows)
    for at in rows.places(case.gaps[target.gap].for_each):
        yield at, (*gaps.stands_as(target, at), *gates)


def _acts_no_more(decided: Decided, *, play: str) -> bool:
    return play not in {action.play for action in decided.decision.actions}


def _passes(decided: Decided, *, rule: Play) -> bool:
    """Say whether a play is a candidate that its gates and other gaps let through, whoever took its place then."""
    decision = decided.decision
    passed = {entry.play for entry in decision.withheld if entry.reason not in GATES}
    return rule.id in passed | {action.play for action in decision.actions} and not _is_held(decided, rule)


def _is_held(decided: Decided, rule: Play) -> bool:
    """Say whether a gap withholds a play that waits for it, be it absorbed or not, and no colleague's word."""
    decision = decided.decision
    standing = {gap.gap for gap in decision.gaps} | {gap.gap for gap in decision.absorbed_gaps}
    held = any(entry.play == rule.id and entry.reason == "held" for entry in decision.withheld)
    return held and not standing.isdisjoint(target.gap for target in rule.hold_while)
