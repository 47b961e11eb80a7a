"""Facts over all objectives: what was agreed, how far it is, what blocks it.

Unless said otherwise they are about active objectives. A share over them is unknown while that of any active one is, or
while it is unknown whether one is active. The worst attainment and the worst gap are of those that can be measured, as
at the touchpoints: a goal without a date does not hide that another is late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, get_args

from nextplay.facts.account_view import AccountView
from nextplay.facts.declare import DAYS, FLAG, MOST_DAYS, ROW_COUNT, SHARE, Fact, Shape, derived, spec_of, whole_view
from nextplay.facts.formula import Formula, field
from nextplay.facts.objective_state import ObjectiveSums
from nextplay.facts.objectives_inverse import write_objectives
from nextplay.facts.spec import Preference
from nextplay.snapshot import ObjectiveStatus, TouchpointName

_OVERDUE_READS: Final = ("objectives.status", "objectives.due_on")
_ATTAINMENT_READS: Final = ("objectives.status", "objectives.baseline", "objectives.target", "objectives.current")
_ELAPSED_READS: Final = ("objectives.status", "objectives.starts_on", "objectives.due_on")
_BLOCKED_READS: Final = ("objectives.status", "objectives.blocked_by")
_GAP: Final = Shape("number", "share", -1, 1, step=0.05)


def _any_is(status: str) -> Formula:
    return Formula(f"True if {status!r} in (a := {{it}}.statuses) else None if None in a else False")


def _carried(words: str, word: str) -> Formula:
    return Formula(f"(a := {{it}}.{words}).found.get({word!r}, a.others)")


_FLAGS: Final[tuple[tuple[str, Formula, tuple[str, ...], Preference, str], ...]] = (
    (
        "any_active",
        _any_is("active"),
        ("objectives.status",),
        "higher_is_better",
        "Whether any is active.",
    ),
    (
        "any_achieved",
        _any_is("achieved"),
        ("objectives.status",),
        "higher_is_better",
        "Whether any was achieved.",
    ),
    (
        "any_abandoned",
        _any_is("abandoned"),
        ("objectives.status",),
        "lower_is_better",
        "Whether any was given up.",
    ),
    (
        "any_overdue",
        field("overdue"),
        _OVERDUE_READS,
        "lower_is_better",
        "Whether an active one is past its due day.",
    ),
    (
        "any_blocked_by_vendor",
        _carried("blocked_by", "vendor"),
        _BLOCKED_READS,
        "lower_is_better",
        "Whether something of ours, alone or jointly, blocks an active one.",
    ),
    (
        "any_blocked_by_customer",
        _carried("blocked_by", "customer"),
        _BLOCKED_READS,
        "lower_is_better",
        "Whether the customer, or nobody's task, blocks an active one.",
    ),
    (
        "any_overdue_blocked_by_vendor",
        _carried("late_and_blocked_by", "vendor"),
        (*_BLOCKED_READS, "objectives.due_on"),
        "lower_is_better",
        "Whether an active one is past its due day and something of ours blocks it.",
    ),
    (
        "any_overdue_blocked_by_customer",
        _carried("late_and_blocked_by", "customer"),
        (*_BLOCKED_READS, "objectives.due_on"),
        "lower_is_better",
        "Whether an active one is past its due day and the customer, or nobody's task, blocks it.",
    ),
)


def _extreme(function: str, measures: str, *, whole: str = "") -> Formula:
    """Return the lowest or highest of `measures`, where there are any; of all of them, where `whole` says so."""
    condition = f"{{it}}.{whole} and " if whole else ""
    return Formula(f"{function}(a) if {condition}(a := {{it}}.{measures}) else None")


_MEASURES: Final[tuple[tuple[str, Shape, Formula, tuple[str, ...], Preference, str], ...]] = (
    (
        "worst_attainment",
        SHARE,
        _extreme("min", "attainments"),
        _ATTAINMENT_READS,
        "higher_is_better",
        "Lowest attainment, of those that can be measured: the way from baseline to target that is done.",
    ),
    (
        "best_attainment",
        SHARE,
        _extreme("max", "attainments", whole="attainments_whole"),
        _ATTAINMENT_READS,
        "higher_is_better",
        "Highest attainment: the way from baseline to target that is done.",
    ),
    (
        "most_elapsed_share",
        SHARE,
        _extreme("max", "elapsed", whole="elapsed_whole"),
        _ELAPSED_READS,
        "context",
        "Share of its time that has gone, of the one nearest its due day or past it.",
    ),
    (
        "least_elapsed_share",
        SHARE,
        _extreme("min", "elapsed", whole="elapsed_whole"),
        _ELAPSED_READS,
        "context",
        "Share of its time that has gone, of the one with most time left.",
    ),
    (
        "worst_progress_gap",
        _GAP,
        _extreme("min", "gaps"),
        (*_ATTAINMENT_READS, "objectives.starts_on", "objectives.due_on"),
        "higher_is_better",
        "Attainment less the share of time gone, of the one farthest behind that can be measured; negative is behind.",
    ),
    (
        "worst_days_overdue",
        DAYS,
        Formula(f"min({MOST_DAYS}, max({{it}}.late, default=0)) if {{it}}.late_whole else None"),
        _OVERDUE_READS,
        "lower_is_better",
        "Days past the due day, of the latest active one; 0 where none is late.",
    ),
)


def objective_facts() -> Iterator[Fact]:
    """Yield the counts, the flags and the measures over the objectives."""
    yield _fact("count", ROW_COUNT, "Objectives of any status.", (), Formula("len({it}.statuses)"))
    for status in get_args(ObjectiveStatus):
        yield _fact(
            f"count_{status}", ROW_COUNT, f"Objectives that are {status}.", ("objectives.status",), _count(status)
        )
    for name, holds, reads, prefer, meaning in _FLAGS:
        yield _fact(name, FLAG, meaning, reads, holds, prefer=prefer)
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
        yield _fact(f"any_active_at_{touchpoint}", FLAG, meaning, reads, _carried("active_at", touchpoint))
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
    read: Formula | Callable[[ObjectiveSums], bool | float | None],
    *,
    prefer: Preference = "context",
) -> Fact:
    return derived(
        spec_of(f"objectives.{name}", shape, meaning, reads=reads or ("objectives",), prefer=prefer),
        source=_sums,
        read=read,
        write=write_objectives,
    )


def _sums(view: AccountView) -> ObjectiveSums:
    return ObjectiveSums(view.objectives())


def _all_achieved(sums: ObjectiveSums) -> bool | None:
    found = set(sums.statuses)
    return False if not found or found - {"achieved", None} else None if None in found else True


def _count(status: str) -> Formula:
    return Formula(f"None if None in (a := {{it}}.statuses) else a.count({status!r})")


def _days_since_verified(view: AccountView) -> int | None:
    days = [
        objective.last_verified_on.toordinal()
        for objective in view.snapshot.objectives or ()
        if objective.last_verified_on is not None
    ]
    return max(0, min(MOST_DAYS, view.today - max(days))) if days else None
