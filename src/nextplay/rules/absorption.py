"""Compound gaps swallow their parts: where one stands, the gaps that it absorbs do not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from graphlib import TopologicalSorter
from typing import Any, NamedTuple

from nextplay.rules.outcomes import StandingGap
from nextplay.rules.rulebook import GapRule


class Part(NamedTuple):
    """A gap that would stand, and the id of the gap that stands for it."""

    gap: StandingGap
    by: str


class Absorption:
    """Who absorbs whom. It is decided from the top down, so a gap that is absorbed itself absorbs nothing."""

    def __init__(self, rules: Iterable[GapRule]) -> None:
        """Order the gaps, compounds first. Raises `graphlib.CycleError` where gaps absorb each other in a circle."""
        self._absorbers: dict[str, list[str]] = {}
        for rule in rules:
            for part in rule.absorbs:
                self._absorbers.setdefault(part, []).append(rule.id)
        self._order = tuple(TopologicalSorter(self._absorbers).static_order())
        self._compounds = frozenset(name for above in self._absorbers.values() for name in above)

    def __bool__(self) -> bool:
        """Say whether any gap absorbs another."""
        return bool(self._absorbers)

    def split(self, standing: Sequence[StandingGap], state: Sequence[Any]) -> tuple[list[StandingGap], list[Part]]:
        """Return what goes on standing, and the parts with their compounds, both in the order given.

        Of several compounds the one of greatest severity is named, then the first by id.
        """
        by_id: dict[str, list[StandingGap]] = {}
        for gap in standing:
            by_id.setdefault(gap.plan.rule.id, []).append(gap)
        if self._compounds.isdisjoint(by_id):
            return list(standing), []
        absorbed: dict[tuple[str, str], str] = {}
        for name in self._order:
            if name not in by_id:
                continue
            compounds = [one for above in self._absorbers.get(name, ()) for one in by_id.get(above, ())]
            for part in by_id[name]:
                above = [one for one in compounds if one.key not in absorbed and _holds(one, part)]
                if above:
                    absorbed[part.key] = min(above, key=lambda one: (-_severity(one, state), one.key)).plan.rule.id
        if not absorbed:
            return list(standing), []
        left = [gap for gap in standing if gap.key not in absorbed]
        return left, [Part(gap, absorbed[gap.key]) for gap in standing if gap.key in absorbed]


def _holds(compound: StandingGap, part: StandingGap) -> bool:
    """Tell whether a part is one of this compound: of two gaps over one list, only where the item is the same."""
    over = compound.plan.rule.for_each
    return over is None or over != part.plan.rule.for_each or compound.key[1] == part.key[1]


def _severity(gap: StandingGap, state: Sequence[Any]) -> float:
    return gap.plan.severity_in(gap.reading.state if gap.reading else state, gap.kind)
