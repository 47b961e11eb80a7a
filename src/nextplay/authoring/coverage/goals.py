"""What must hold for a leaf to decide, and for the rule it stands in to be asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from nextplay.authoring.coverage.decisive import Path
from nextplay.authoring.lint.boxes import Demand
from nextplay.authoring.lint.search import Goal
from nextplay.authoring.lint.stated import Stated, standing
from nextplay.rules.condition import All, AnyOf, Condition, Not
from nextplay.rules.program import main_condition
from nextplay.rules.rulebook import GapRule, Play, Target

Strictness = Literal["known", "lean", "open"]
"""How much is known beside the leaf: everything, no more than makes the condition true, or as little as may be."""
_NEUTRAL: Final[Mapping[Strictness, tuple[Demand, Demand]]] = {
    "known": ("true", "false"),
    "lean": ("true", "not_true"),
    "open": ("not_false", "not_true"),
}
"""What the other parts of `all` and of `any` are, so that the leaf decides."""


def decisive_goals(condition: Condition, path: Path, *, truth: bool, strictness: Strictness) -> tuple[Goal, ...]:
    """Return goals under which the leaf at `path` has this truth and its opposite would change the condition."""
    goals: list[Goal] = []
    node = condition
    in_all, in_any = _NEUTRAL[strictness]
    for step in path:
        match node:
            case Not(child):
                node = child
            case All(children) | AnyOf(children):
                demand = in_all if isinstance(node, All) else in_any
                goals += [(child, demand) for index, child in enumerate(children) if index != step]
                node = children[step]
    return ((node, "true" if truth else "false"), *goals)


def context_goals(one: Stated, gaps: Mapping[str, GapRule], plays: Mapping[str, Play]) -> Iterator[tuple[Goal, ...]]:
    """Yield, best first, goals under which it shows what a condition is worth."""
    if one.folder == "signals":
        yield ()
    elif one.folder == "gaps":
        yield from _of_gap(one, gaps[one.rule])
    else:
        play = plays[one.rule]
        for target in play.answers:
            yield (*standing(gaps[target.gap], target.side).goals, *_other_gates(play, one.keys[0]))


def reached_goals(play: Play, target: Target, gaps: Mapping[str, GapRule]) -> tuple[Goal, ...]:
    """Return goals under which a gap asks for a play and no gate blocks it."""
    return (*standing(gaps[target.gap], target.side).goals, *_other_gates(play, ""))


def _of_gap(one: Stated, gap: GapRule) -> Iterator[tuple[Goal, ...]]:
    harmless: tuple[Goal, ...] = () if gap.unless is None else ((gap.unless, "not_true"),)
    key = one.keys[0]
    if key in ("when", "reading"):
        yield harmless
    elif key == "unless":
        yield ((main_condition(gap), "true"),)
    else:
        stands: tuple[Goal, ...] = ((main_condition(gap), "true"), *harmless)
        other = gap.cs if key == "cx" else gap.cx
        if other is not None:
            yield (*stands, (other.when, "not_true"))
        yield stands


def _other_gates(play: Play, key: str) -> Iterator[Goal]:
    passing: Demand = "true" if play.purpose == "expansion" else "not_false"
    gates: tuple[tuple[str, Condition | None, Demand], ...] = (
        ("eligibility", play.eligibility, "true"),
        ("applicability", play.applicability, passing),
        ("suitability", play.suitability, passing),
        ("done_when", play.done_when, "not_true"),
    )
    for name, gate, demand in gates:
        if gate is not None and name != key:
            yield gate, demand
