"""How each objective stands: attainment, time elapsed, lateness. The facts over all objectives read these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nextplay.facts.kleene import both
from nextplay.snapshot import Objective

ROUNDING: Final = 6
"""Decimals kept of computed shares, so that a threshold such as 0.4 meets the 0.4 that people see."""


_SIDES: Final = {
    "vendor": "vendor",
    "joint": "vendor",
    "customer": "customer",
    "unowned": "customer",
    "nobody": "nobody",
}
"""Who blocks an objective -> whose move it is."""


class Words:
    """Which words are carried: `found` maps a word to true, or to `None` where its carrier may not count.

    `others` says of all other words whether one of them may yet turn out to be carried: `None`, or false.
    """

    __slots__ = ("found", "others")

    def __init__(self) -> None:
        """Begin with no carrier, of whom no word is carried."""
        self.found: dict[str, bool | None] = {}
        self.others: bool | None = False

    def note(self, word: str | None, *, sure: bool | None) -> None:
        """Take a carrier of `word`, `None` where it is unknown which."""
        if word is None:
            self.others = None
        elif sure:
            self.found[word] = True
        else:
            self.found.setdefault(word, None)


@dataclass(slots=True, eq=False)
class ObjectiveState:
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


class ObjectiveSums:
    """What all objectives are together, gathered in one walk.

    `statuses` are those of all, `None` where one is unknown; everything else is of active ones. `..._whole` is false
    where one lacks the measure, or may be active or not.
    """

    __slots__ = (
        "active_at", "attainments", "attainments_whole", "blocked_by", "elapsed", "elapsed_whole", "gaps", "late",
        "late_and_blocked_by", "late_whole", "overdue", "statuses",
    )  # fmt: skip

    def __init__(self, states: Sequence[ObjectiveState]) -> None:
        """Gather what the facts over objectives read."""
        self.statuses = [state.objective.status for state in states]
        self.active_at, self.blocked_by, self.late_and_blocked_by = Words(), Words(), Words()
        self.attainments: list[float] = []
        self.elapsed: list[float] = []
        self.gaps: list[float] = []
        self.late: list[int] = []
        self.attainments_whole = self.elapsed_whole = self.late_whole = True
        self.overdue: bool | None = False
        for state in states:
            if state.active is not False:
                self._gather(state)

    def _gather(self, state: ObjectiveState) -> None:
        objective, active, late = state.objective, state.active, state.days_overdue
        side = None if objective.blocked_by is None else _SIDES[objective.blocked_by]
        self.active_at.note(objective.touchpoint, sure=active)
        self.blocked_by.note(side, sure=active)
        if state.overdue is not False:
            self.overdue = self.overdue or state.overdue
            self.late_and_blocked_by.note(side, sure=state.overdue)
        if late is None or (late and active is None):
            self.late_whole = False
        else:
            self.late.append(late)
        if active is None or state.attainment is None:
            self.attainments_whole = False
        else:
            self.attainments.append(state.attainment)
        if active is None or state.elapsed is None:
            self.elapsed_whole = False
        else:
            self.elapsed.append(state.elapsed)
        if active and state.progress_gap is not None:
            self.gaps.append(state.progress_gap)


def objective_states(objectives: Sequence[Objective], *, today: int) -> tuple[ObjectiveState, ...]:
    """Work out every objective for the day with the ordinal `today`."""
    return tuple(_state(objective, today) for objective in objectives)


def _state(objective: Objective, today: int) -> ObjectiveState:
    attained, elapsed, status, due = (
        _attained(objective),
        _elapsed(objective, today),
        objective.status,
        objective.due_on,
    )
    active = None if status is None else status == "active"
    late = None if due is None else max(0, today - due.toordinal())
    return ObjectiveState(
        objective,
        active,
        None if attained is None else round(attained, ROUNDING),
        elapsed,
        None if attained is None or elapsed is None else round(attained - elapsed, ROUNDING),
        late,
        both(active, None if late is None else late > 0),
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
