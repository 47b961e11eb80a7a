"""The conditions that a rulebook states, each with its owner, its key, and what must hold for it to matter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nextplay.authoring.lint.boxes import Demand
from nextplay.authoring.lint.lists import asked_of
from nextplay.authoring.lint.search import Goal
from nextplay.rules.condition import Condition
from nextplay.rules.program import main_condition
from nextplay.rules.rulebook import GapRule, Place, Play, Rulebook, Target

_OPPOSITE: dict[Demand, Demand] = {"true": "not_true", "not_true": "true", "false": "not_false", "not_false": "false"}


@dataclass(frozen=True, slots=True)
class Stated:
    """A condition under `keys` of a rule of `folder`. `given` must be reached for the condition to be asked at all."""

    folder: str
    rule: str
    keys: tuple[str, ...]
    condition: Condition
    place: Place
    given: tuple[Goal, ...] = ()

    @property
    def name(self) -> str:
        """Name it in a sentence: `signal setup_fails`, `cx.when of gap early_adoption_stalled`."""
        sort = {"signals": "signal", "gaps": "gap", "plays": "play"}.get(self.folder)
        if sort is None:
            return f"`{'.'.join(self.keys)}`"
        return f"signal `{self.rule}`" if sort == "signal" else f"`{'.'.join(self.keys)}` of {sort} `{self.rule}`"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a gap stands as one kind: `goals` are reached by exactly these customers."""

    gap: GapRule
    side: str
    goals: tuple[Goal, ...]
    root_cause: str | None
    touchpoint: str | None


def stated_conditions(book: Rulebook) -> Iterator[Stated]:
    """Walk every condition of signals, gaps, plays and the diagnosis."""
    for signal in book.signals:
        yield Stated("signals", signal.id, ("when",), asked_of(signal.when, signal.for_each), signal.place)
    for gap in book.gaps:
        yield from _of_gap(gap)
    for play in book.plays:
        for key in ("eligibility", "applicability", "suitability", "done_when"):
            condition = getattr(play, key)
            if condition is not None:
                yield Stated("plays", play.id, (key,), condition, play.place)
    top = Place("rulebook.yaml", 1, 1)
    for number, line in enumerate(book.diagnosis.lead):
        if line.when is not None:
            yield Stated("rulebook", "", ("diagnosis", "lead", str(number), "when"), line.when, top)
    if book.diagnosis.healthy_when is not None:
        yield Stated("rulebook", "", ("diagnosis", "healthy_when"), book.diagnosis.healthy_when, top)


def _of_gap(gap: GapRule) -> Iterator[Stated]:
    main = main_of(gap)
    yield Stated("gaps", gap.id, ("when" if gap.reading is None else "reading",), main, gap.place)
    given: tuple[Goal, ...] = ((main, "true"),)
    for side, rule in (("cx", gap.cx), ("cs", gap.cs)):
        if rule is not None:
            yield Stated("gaps", gap.id, (side, "when"), asked_of(rule.when, gap.for_each), gap.place, given)
    if gap.unless is not None:
        yield Stated("gaps", gap.id, ("unless",), asked_of(gap.unless, gap.for_each), gap.place, given)


def main_of(gap: GapRule) -> Condition:
    """Return what a gap stands or falls with, asked of one item where it is judged so."""
    return asked_of(main_condition(gap), gap.for_each)


def standing(gap: GapRule, side: str | None = None) -> Standing:
    """Return how a gap stands: plain, or contested as `cx`, `cs` (both count as mixed) or `undetermined`."""
    goals: list[Goal] = [(main_of(gap), "true")]
    if gap.unless is not None:
        goals.append((asked_of(gap.unless, gap.for_each), "not_true"))
    rule = {"cx": gap.cx, "cs": gap.cs}.get(side or "")
    if rule is not None:
        goals.append((asked_of(rule.when, gap.for_each), "true"))
        return Standing(gap, side or "", tuple(goals), rule.root_cause, rule.touchpoint)
    if side == "undetermined" and gap.cx is not None and gap.cs is not None:
        goals += [(asked_of(side.when, gap.for_each), "not_true") for side in (gap.cx, gap.cs)]
    return Standing(gap, gap.kind or side or "", tuple(goals), gap.root_cause, gap.touchpoint)


def standings(gap: GapRule) -> tuple[Standing, ...]:
    """Return the kinds that evidence gives a gap: its own, or both sides of a contested one."""
    return (standing(gap),) if gap.kind is not None else (standing(gap, "cx"), standing(gap, "cs"))


def reached_by(play: Play, target: Target, gap: GapRule) -> tuple[Goal, ...]:
    """Return what brings a play through its gates for one of its gaps."""
    passing: Demand = "true" if play.purpose == "expansion" else "not_false"
    gates = ((play.eligibility, "true"), (play.applicability, passing), (play.suitability, passing))
    open_gates: list[Goal] = [(gate, demand) for gate, demand in gates if gate is not None]  # type: ignore[misc]
    return (*standing(gap, target.side).goals, *open_gates)


def missed(goal: Goal) -> Goal:
    """Return the goal that exactly those customers reach who miss this one."""
    condition, demand = goal
    return condition, _OPPOSITE[demand]
