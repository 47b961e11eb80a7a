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

    def __bool__(self) -> bool:
        """Say whether any gap absorbs another."""
        return bool(self._absorbers)

    def split(self, standing: Sequence[StandingGap], state: Sequence[Any]) -> tuple[list[StandingGap], list[Part]]:
        """Return what goes on standing, and the parts with their compounds, both in the order given.

        Of several compounds the one of greatest severity is named, then the first by id.
        """
        severity = {gap.plan.rule.id: gap.plan.severity_in(state, gap.kind) for gap in standing}
        absorbed: dict[str, str] = {}
        for part in self._order:
            above = [name for name in self._absorbers.get(part, ()) if name in severity and name not in absorbed]
            if above and part in severity:
                absorbed[part] = min(above, key=lambda name: (-severity[name], name))
        left = [gap for gap in standing if gap.plan.rule.id not in absorbed]
        return left, [Part(gap, absorbed[gap.plan.rule.id]) for gap in standing if gap.plan.rule.id in absorbed]
