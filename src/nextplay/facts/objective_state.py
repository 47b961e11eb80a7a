"""How each objective stands: attainment, time elapsed, lateness. The facts over all objectives read these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from nextplay.facts.kleene import both
from nextplay.snapshot import Objective

ROUNDING: Final = 6
"""Decimals kept of computed shares, so that a threshold such as 0.4 meets the 0.4 that people see."""


class ObjectiveState(NamedTuple):
    """One objective at one day; every part is `None` where it cannot be told.

    `attainment` is (current - baseline) / (target - baseline) within 0..1, also where less is better. `elapsed` is the
    share of the time from start to due that has gone, within 0..1. `progress_gap` is attainment less elapsed time.
    `days_overdue` is 0 up to the due day; `overdue` is true of active ones only.
    """

    objective: Objective
    active: bool | None
    attainment: float | None
    elapsed: float | None
    progress_gap: float | None
    days_overdue: int | None
    overdue: bool | None


def objective_states(objectives: Sequence[Objective], *, today: int) -> tuple[ObjectiveState, ...]:
    """Work out every objective for the day with the ordinal `today`."""
    return tuple(_state(objective, today) for objective in objectives)


def _state(objective: Objective, today: int) -> ObjectiveState:
    attained, elapsed = _attained(objective), _elapsed(objective, today)
    active = None if objective.status is None else objective.status == "active"
    late = None if objective.due_on is None else max(0, today - objective.due_on.toordinal())
    return ObjectiveState(
        objective=objective,
        active=active,
        attainment=None if attained is None else round(attained, ROUNDING),
        elapsed=elapsed,
        progress_gap=None if attained is None or elapsed is None else round(attained - elapsed, ROUNDING),
        days_overdue=late,
        overdue=both(active, None if late is None else late > 0),
    )


def _attained(objective: Objective) -> float | None:
    baseline, target, current = objective.baseline, objective.target, objective.current
    if baseline is None or target is None or current is None or target == baseline:
        return None
    return min(1.0, max(0.0, (current - baseline) / (target - baseline)))


def _elapsed(objective: Objective, today: int) -> float | None:
    if objective.due_on is None:
        return None
    due = objective.due_on.toordinal()
    if today >= due:
        return 1.0
    if objective.starts_on is None:
        return None
    starts = objective.starts_on.toordinal()
    return max(0, today - starts) / (due - starts) if starts < due else None
