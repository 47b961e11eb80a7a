"""Facts over all objectives: what was agreed, how far it is, what blocks it.

Unless said otherwise they are about active objectives. A share over them is unknown while that of any active one is, or
while it is unknown whether one is active. The worst attainment and the worst gap are of those that can be measured, as
at the touchpoints: a goal without a date does not hide that another is late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Final, get_args

from nextplay.facts.account_view import AccountView
from nextplay.facts.declare import DAYS, FLAG, MOST_DAYS, ROW_COUNT, SHARE, Fact, Shape, derived, spec_of, whole_view
from nextplay.facts.kleene import any_of, both
from nextplay.facts.objective_state import ObjectiveState
from nextplay.facts.objectives_inverse import write_objectives
from nextplay.facts.spec import Preference
from nextplay.snapshot import ObjectiveStatus, TouchpointName

States = Sequence[ObjectiveState]

_VENDOR: Final = frozenset({"vendor", "joint"})
_CUSTOMER: Final = frozenset({"customer", "unowned"})
_OVERDUE_READS: Final = ("objectives.status", "objectives.due_on")
_ATTAINMENT_READS: Final = ("objectives.status", "objectives.baseline", "objectives.target", "objectives.current")
_ELAPSED_READS: Final = ("objectives.status", "objectives.starts_on", "objectives.due_on")
_BLOCKED_READS: Final = ("objectives.status", "objectives.blocked_by")
_GAP: Final = Shape("number", "share", -1, 1, step=0.05)


def _has_status(status: str) -> Callable[[ObjectiveState], bool | None]:
    return lambda state: None if state.objective.status is None else state.objective.status == status


def _is_blocked_by(sides: frozenset[str]) -> Callable[[ObjectiveState], bool | None]:
    def is_blocked(state: ObjectiveState) -> bool | None:
        by = state.objective.blocked_by
        return both(state.active, None if by is None else by in sides)

    return is_blocked


def _is_overdue_and_blocked_by(sides: frozenset[str]) -> Callable[[ObjectiveState], bool | None]:
    is_blocked = _is_blocked_by(sides)
    return lambda state: both(state.overdue, is_blocked(state))


def _is_active_at(touchpoint: str) -> Callable[[ObjectiveState], bool | None]:
    def is_at(state: ObjectiveState) -> bool | None:
        place = state.objective.touchpoint
        return both(state.active, None if place is None else place == touchpoint)

    return is_at


_FLAGS: Final[tuple[tuple[str, Callable[[ObjectiveState], bool | None], tuple[str, ...], Preference, str], ...]] = (
    ("any_active", _has_status("active"), ("objectives.status",), "higher_is_better", "Whether any is active."),
    ("any_achieved", _has_status("achieved"), ("objectives.status",), "higher_is_better", "Whether any was achieved."),
    ("any_abandoned", _has_status("abandoned"), ("objectives.status",), "lower_is_better", "Whether any was given up."),
    (
        "any_overdue",
        lambda state: state.overdue,
        _OVERDUE_READS,
        "lower_is_better",
        "Whether an active one is past its due day.",
    ),
    (
        "any_blocked_by_vendor",
        _is_blocked_by(_VENDOR),
        _BLOCKED_READS,
        "lower_is_better",
        "Whether something of ours, alone or jointly, blocks an active one.",
    ),
    (
        "any_blocked_by_customer",
        _is_blocked_by(_CUSTOMER),
        _BLOCKED_READS,
        "lower_is_better",
        "Whether the customer, or nobody's task, blocks an active one.",
    ),
    (
        "any_overdue_blocked_by_vendor",
        _is_overdue_and_blocked_by(_VENDOR),
        (*_BLOCKED_READS, "objectives.due_on"),
        "lower_is_better",
        "Whether an active one is past its due day and something of ours blocks it.",
    ),
    (
        "any_overdue_blocked_by_customer",
        _is_overdue_and_blocked_by(_CUSTOMER),
        (*_BLOCKED_READS, "objectives.due_on"),
        "lower_is_better",
        "Whether an active one is past its due day and the customer, or nobody's task, blocks it.",
    ),
)


def _of_active(states: States, measure: Callable[[ObjectiveState], float | None]) -> Iterable[float]:
    """Return the measure of every active objective, or nothing while one of them is undecided."""
    values = []
    for state in states:
        if state.active is False:
            continue
        value = measure(state)
        if state.active is None or value is None:
            return ()
        values.append(value)
    return values


def _of_measured(states: States, measure: Callable[[ObjectiveState], float | None]) -> Iterable[float]:
    """Return the measure of every objective that is known to be active and has one."""
    return [value for state in states if state.active and (value := measure(state)) is not None]


def _worst_days_overdue(states: States) -> int | None:
    late = [0 if state.active is False else state.days_overdue for state in states]
    if any(days is None or (days and state.active is None) for state, days in zip(states, late, strict=True)):
        return None
    return min(MOST_DAYS, max((days for days in late if days), default=0))


_attainment = attrgetter("attainment")
_elapsed = attrgetter("elapsed")
_progress_gap = attrgetter("progress_gap")

_MEASURES: Final[tuple[tuple[str, Shape, Callable[[States], float | None], tuple[str, ...], Preference, str], ...]] = (
    (
        "worst_attainment",
        SHARE,
        lambda states: min(_of_measured(states, _attainment), default=None),
        _ATTAINMENT_READS,
        "higher_is_better",
        "Lowest attainment, of those that can be measured: the way from baseline to target that is done.",
    ),
    (
        "best_attainment",
        SHARE,
        lambda states: max(_of_active(states, _attainment), default=None),
        _ATTAINMENT_READS,
        "higher_is_better",
        "Highest attainment: the way from baseline to target that is done.",
    ),
    (
        "most_elapsed_share",
        SHARE,
        lambda states: max(_of_active(states, _elapsed), default=None),
        _ELAPSED_READS,
        "context",
        "Share of its time that has gone, of the one nearest its due day or past it.",
    ),
    (
        "least_elapsed_share",
        SHARE,
        lambda states: min(_of_active(states, _elapsed), default=None),
        _ELAPSED_READS,
        "context",
        "Share of its time that has gone, of the one with most time left.",
    ),
    (
        "worst_progress_gap",
        _GAP,
        lambda states: min(_of_measured(states, _progress_gap), default=None),
        (*_ATTAINMENT_READS, "objectives.starts_on", "objectives.due_on"),
        "higher_is_better",
        "Attainment less the share of time gone, of the one farthest behind that can be measured; negative is behind.",
    ),
    (
        "worst_days_overdue",
        DAYS,
        _worst_days_overdue,
        _OVERDUE_READS,
        "lower_is_better",
        "Days past the due day, of the latest active one; 0 where none is late.",
    ),
)


def objective_facts() -> Iterator[Fact]:
    """Yield the counts, the flags and the measures over the objectives."""
    yield _fact("count", ROW_COUNT, "Objectives of any status.", (), len)
    for status in get_args(ObjectiveStatus):
        yield _fact(
            f"count_{status}", ROW_COUNT, f"Objectives that are {status}.", ("objectives.status",), _count(status)
        )
    for name, holds, reads, prefer, meaning in _FLAGS:
        yield _fact(name, FLAG, meaning, reads, _any(holds), prefer=prefer)
    yield _fact(
        "all_achieved",
        FLAG,
        "Whether there are objectives and every one is achieved.",
        ("objectives.status",),
        _all_achieved,
        prefer="higher_is_better",
    )
    for touchpoint in get_args(TouchpointName):
        meaning = f"Whether an active one depends on {touchpoint.replace('_', ' ')}."
        reads = ("objectives.status", "objectives.touchpoint")
        yield _fact(f"any_active_at_{touchpoint}", FLAG, meaning, reads, _any(_is_active_at(touchpoint)))
    for name, shape, read, reads, prefer, meaning in _MEASURES:
        yield _fact(name, shape, meaning, reads, read, prefer=prefer)
    yield derived(
        spec_of(
            "objectives.days_since_verified",
            DAYS,
            "Days since a result was last verified, of any objective; unknown where no verification is on record.",
            reads=("objectives.last_verified_on",),
            prefer="lower_is_better",
        ),
        source=whole_view,
        read=_days_since_verified,
        write=write_objectives,
    )


def _fact(
    name: str,
    shape: Shape,
    meaning: str,
    reads: tuple[str, ...],
    read: Callable[[States], bool | float | None],
    *,
    prefer: Preference = "context",
) -> Fact:
    return derived(
        spec_of(f"objectives.{name}", shape, meaning, reads=reads or ("objectives",), prefer=prefer),
        source=AccountView.objectives,
        read=read,
        write=write_objectives,
    )


def _any(holds: Callable[[ObjectiveState], bool | None]) -> Callable[[States], bool | None]:
    def read(states: States) -> bool | None:
        return holds(states[0]) if len(states) == 1 else any_of([holds(state) for state in states])

    return read


def _all_achieved(states: States) -> bool | None:
    missing = any_of(None if (done := _ACHIEVED(state)) is None else not done for state in states)
    return False if not states else None if missing is None else not missing


_ACHIEVED: Final = _has_status("achieved")


def _count(status: str) -> Callable[[States], int | None]:
    def count(states: States) -> int | None:
        if any(state.objective.status is None for state in states):
            return None
        return sum(state.objective.status == status for state in states)

    return count


def _days_since_verified(view: AccountView) -> int | None:
    days = [
        objective.last_verified_on.toordinal()
        for objective in view.snapshot.objectives or ()
        if objective.last_verified_on is not None
    ]
    return max(0, min(MOST_DAYS, view.today - max(days))) if days else None
