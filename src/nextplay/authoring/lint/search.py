"""Which customers make these conditions true, those false: boxes of them, found one after the other.

Conjunctions narrow a box, disjunctions split it, and a part that has become empty is left at once. When nothing is
found, there is nothing: the search is a decision procedure. It counts its steps and gives up loudly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from nextplay.authoring.lint.boxes import OPPOSITE, Box, Demand, Space, intersection, meets, within
from nextplay.authoring.lint.domains import Dimension
from nextplay.authoring.lint.shapes import Shapes
from nextplay.rules.condition import All, AnyOf, Condition, FactLeaf, Not, SignalLeaf, facts_of_leaf, leaves_of

MOST_STEPS: Final = 50_000
"""Conditions looked at in one search, so that none takes much longer than the others."""

_WORTH_PARTING: Final = 3

Goal = tuple[Condition, Demand]
"""A condition and what it shall be worth."""
_Choice = list["Goal | Box"]
"""Of these, one must hold."""
_Question = tuple[tuple[tuple[int, Demand], ...], tuple[tuple[Dimension, int], ...]]
"""Goals by the numbers of their conditions, and the box that was begun with."""


class NotDecided(Exception):
    """The conditions are too large to be searched within `MOST_STEPS`, or of a kind that is not searched."""


@dataclass(slots=True)
class _Budget:
    left: int

    def spend(self) -> None:
        """Count one step."""
        self.left -= 1
        if self.left < 0:
            raise NotDecided


class Search:
    """Searches the space of a rulebook; signals are looked up in `signals` wherever a condition names them."""

    def __init__(self, space: Space, signals: Mapping[str, Condition], *, most_steps: int = MOST_STEPS) -> None:
        self.space = space
        self._signals = signals
        self._most_steps = most_steps
        self._reads: dict[int, frozenset[str]] = {}
        self._kept: list[Condition] = []  # what `_reads` knows by its identity must not be freed
        self._shapes = Shapes(signals)
        self._answers: dict[_Question, Box | NotDecided | None] = {}

    def is_possible(self, *goals: Goal, start: Box | None = None) -> bool:
        """Tell whether any customer reaches all goals. Raises `NotDecided`."""
        return self.first(*goals, start=start) is not None

    def first(self, *goals: Goal, start: Box | None = None) -> Box | None:
        """Return the first of the `boxes`; what was asked before is remembered. Raises `NotDecided`."""
        asked = (tuple((self._shapes.of(one), demand) for one, demand in goals), tuple((start or {}).items()))
        if asked not in self._answers:
            try:
                self._answers[asked] = next(self.boxes(*goals, start=start), None)
            except NotDecided as error:
                self._answers[asked] = error.with_traceback(None)
        found = self._answers[asked]
        if isinstance(found, NotDecided):
            raise NotDecided
        return found

    def hull(self, *goals: Goal) -> Box | None:
        """Return a box that nobody who reaches all goals is outside of, found without trying alternatives.

        `None` where nobody reaches them as far as that is seen.
        """
        try:
            box = self._narrow({}, list(goals)[::-1], [], budget=_Budget(self._most_steps))
        except NotDecided:
            return {}
        domains = self.space.domains
        return box and {dimension: mask for dimension, mask in box.items() if mask != domains[dimension].full}

    def boxes(self, *goals: Goal, start: Box | None = None) -> Iterator[Box]:
        """Yield boxes in which all goals are reached; together they are all there is. Raises `NotDecided`."""
        budget = _Budget(self._most_steps)
        yield from self._walk(dict(start or {}), list(goals)[::-1], [], budget=budget)

    def _walk(self, box: Box, goals: list[Goal], choices: list[_Choice], *, budget: _Budget) -> Iterator[Box]:
        narrowed = self._narrow(box, goals, choices, budget=budget)
        if narrowed is None:
            return
        open_choices = self._still_open(narrowed, choices, budget=budget)
        if open_choices is None:
            return
        if not open_choices:
            yield narrowed
            return
        parts = self._independent(open_choices) if len(open_choices) >= _WORTH_PARTING else [open_choices]
        if len(parts) > 1:
            yield from self._combined(narrowed, parts, budget=budget)
            return
        chosen = min(open_choices, key=self._urgency)
        rest = [choice for choice in open_choices if choice is not chosen]
        for option in chosen:
            if isinstance(option, tuple):
                yield from self._walk(narrowed, [option], list(rest), budget=budget)
            else:
                both = intersection(narrowed, option)
                if both is not None:
                    yield from self._walk(both, [], list(rest), budget=budget)

    def _combined(self, box: Box, parts: list[list[_Choice]], *, budget: _Budget) -> Iterator[Box]:
        """Meet parts that share no fact: each by itself, and any way of meeting one goes with any of the others."""
        first: Box | None = box
        for part in sorted(parts, key=len):
            met = next(self._walk(box, [], part, budget=budget), None)
            first = None if met is None or first is None else intersection(first, met)
            if first is None:
                return
        yield first or box
        yield from islice(self._each_with_each(box, parts, budget=budget), 1, None)

    def _each_with_each(self, box: Box, parts: list[list[_Choice]], *, budget: _Budget) -> Iterator[Box]:
        if not parts:
            yield box
            return
        for met in self._walk(box, [], parts[0], budget=budget):
            yield from self._each_with_each(met, parts[1:], budget=budget)

    def _narrow(self, box: Box, goals: list[Goal], choices: list[_Choice], *, budget: _Budget) -> Box | None:
        """Apply every goal that leaves no choice; what leaves one is added to `choices`."""
        while goals:
            budget.spend()
            condition, demand = goals.pop()
            match condition:
                case Not(child):
                    goals.append((child, OPPOSITE[demand]))
                case SignalLeaf(signal):
                    goals.append((self._signals[signal], demand))
                case FactLeaf():
                    region = self.space.region(condition, demand)
                    if len(region) > 1:
                        choices.append(list(region))
                        continue
                    narrowed = intersection(box, region[0]) if region else None
                    if narrowed is None:
                        return None
                    box = narrowed
                case All(children) | AnyOf(children):
                    parts: list[Goal] = [(child, demand) for child in children]
                    if isinstance(condition, All) == (demand in ("true", "not_false")):
                        goals += reversed(parts)
                    else:
                        choices.append([*parts])
                case _:  # a kind of condition that this search does not know must not pass as decided
                    raise NotDecided
        return box

    def _still_open(self, box: Box, choices: list[_Choice], *, budget: _Budget) -> list[_Choice] | None:
        """Leave out options that the box excludes and choices that it settles; `None` where nothing is left of one."""
        found: list[_Choice] = []
        for choice in choices:
            options: _Choice = []
            settled = False
            for option in choice:
                budget.spend()
                verdict = self._verdict(box, option)
                if verdict:
                    settled = True
                    break
                if verdict is None:
                    options.append(option)
            if settled:
                continue
            if not options:
                return None
            found.append(options)
        return found

    def _independent(self, choices: list[_Choice]) -> list[list[_Choice]]:
        """Part the choices into groups that share no fact: one that cannot be met is found at once."""
        groups: list[tuple[set[str], list[_Choice]]] = []
        for choice in choices:
            facts = set().union(*(self._facts(option) for option in choice))
            joined: tuple[set[str], list[_Choice]] = (facts, [choice])
            apart = []
            for group in groups:
                if group[0].isdisjoint(joined[0]):
                    apart.append(group)
                else:
                    joined = (group[0] | joined[0], group[1] + joined[1])
            groups = [*apart, joined]
        return [group for _, group in groups]

    def _urgency(self, choice: _Choice) -> tuple[bool, int]:
        """Put first what leaves no choice, then what ties the most facts together: what is left falls into parts."""
        return len(choice) > 1, -len(frozenset().union(*(self._facts(option) for option in choice)))

    def _facts(self, option: Goal | Box) -> frozenset[str]:
        """Name the facts that an option is about, through the signals that it names."""
        if not isinstance(option, tuple):
            return frozenset(dimension.fact for dimension in option)
        condition = option[0]
        found = self._reads.get(id(condition))
        if found is None:
            facts: set[str] = set()
            for leaf in leaves_of(condition):
                facts |= (
                    self._facts((self._signals[leaf.signal], "true"))
                    if isinstance(leaf, SignalLeaf)
                    else set(facts_of_leaf(leaf))
                )
            self._kept.append(condition)
            found = self._reads[id(condition)] = frozenset(facts)
        return found

    def _verdict(self, box: Box, option: Goal | Box) -> bool | None:
        """Say whether an option holds everywhere in the box (True), nowhere (False), or neither as far as is seen."""
        if not isinstance(option, tuple):
            return True if within(box, option) else None if meets(box, option) else False
        condition, demand = option
        while isinstance(condition, Not):
            condition, demand = condition.child, OPPOSITE[demand]
        if not isinstance(condition, FactLeaf):
            return None
        region = self.space.region(condition, demand)
        if any(within(box, one) for one in region):
            return True
        return None if any(meets(box, one) for one in region) else False
