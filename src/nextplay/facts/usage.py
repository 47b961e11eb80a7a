"""Facts about how the product is used, against the account's own past, its seats and its plan."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from nextplay.decision import FactValue
from nextplay.facts.account_view import AccountView
from nextplay.facts.declare import (
    AVERAGE,
    COUNT,
    DAYS,
    FLAG,
    LEVEL,
    RARE_COUNT,
    RATIO,
    SHARE,
    VOLUME,
    Fact,
    days_since,
    derived,
    mirror,
    number,
    quotient,
    spec_of,
    whole_snapshot,
    whole_view,
)
from nextplay.facts.draft import Draft, put_quotient
from nextplay.facts.raw_weeks import weekly_people
from nextplay.snapshot import CustomerSnapshot

_ROUNDING: Final = 6
_WINDOW_DAYS: Final = 28
_YEAR_DAYS: Final = 365


def _first_value_reached(snapshot: CustomerSnapshot) -> bool | None:
    usage = snapshot.usage
    if usage.first_value_reached is None and usage.days_to_first_value is not None:
        return True
    return usage.first_value_reached


def _write_first_value_reached(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
    draft.put("usage.first_value_reached", wanted["usage.first_value_reached"])


def _first_value_ratio(view: AccountView) -> float | None:
    usage, started = view.snapshot.usage, view.snapshot.contract.started_on
    days: int | None = usage.days_to_first_value
    if days is None and usage.first_value_reached is False and started is not None:
        days = max(0, view.today - started.toordinal())
    if days is None or not usage.target_days_to_first_value:
        return None
    return min(1000, days / usage.target_days_to_first_value)


def _write_first_value_ratio(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
    ratio, target = number(wanted["usage.first_value_ratio"]), "usage.target_days_to_first_value"
    if draft.held("usage.first_value_reached") is False:
        draft.default("contract.started_on", draft.ago(round(ratio * 100)))
        started = draft.age(draft.held("contract.started_on"))
        draft.put(target, round(started / ratio) if ratio else 1)
        return
    put_quotient(draft, ratio, over="usage.days_to_first_value", under=target)


def _active_ratio(snapshot: CustomerSnapshot) -> float | None:
    usage = snapshot.usage
    active: float | None = usage.active_users_28d
    median, expected = usage.median_active_users_90d, usage.expected_active_ratio
    if (active is None or median is None) and snapshot.usage_weekly is not None:
        active, median = weekly_people(snapshot)
    usual = None if median is None else median * (1.0 if expected is None else expected)
    if active is None or not usual:
        return None
    return min(1000.0, round(active / usual, _ROUNDING))


def _write_active_ratio(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
    expected = draft.held("usage.expected_active_ratio")
    ratio = Fraction(str(number(wanted["usage.active_ratio"]))) * Fraction(str(1 if expected is None else expected))
    put_quotient(draft, ratio, over="usage.active_users_28d", under="usage.median_active_users_90d")


def _committed_volume_ratio(snapshot: CustomerSnapshot) -> float | None:
    volume, committed = snapshot.usage.volume_28d, snapshot.contract.committed_volume
    if volume is None or not committed:
        return None
    return min(1000.0, round(volume * _YEAR_DAYS / _WINDOW_DAYS / committed, _ROUNDING))


def _write_committed_volume_ratio(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
    ratio = Fraction(str(number(wanted["usage.committed_volume_ratio"]))) * Fraction(_WINDOW_DAYS, _YEAR_DAYS)
    put_quotient(draft, ratio, over="usage.volume_28d", under="contract.committed_volume")


_FIELDS: Final = (
    mirror("usage.active_users_28d", COUNT, "People who used it in 28 days.", prefer="higher_is_better", step=5),
    mirror(
        "usage.median_active_users_90d", AVERAGE, "The account's own median of active users, last 14 days left out."
    ),
    mirror(
        "usage.expected_active_ratio", RATIO, "What the season or the cohort lets expect of the median; 1 is as usual."
    ),
    mirror("usage.invited_users_pending", COUNT, "People who were invited and have not come in yet."),
    mirror("usage.volume_28d", VOLUME, "Volume used in 28 days.", prefer="higher_is_better"),
    mirror("usage.median_volume_90d", VOLUME, "The account's own median volume, last 14 days left out."),
    mirror("usage.core_features_used", COUNT, "Core features in use.", prefer="higher_is_better"),
    mirror("usage.core_features_available", COUNT, "Core features that the contract contains."),
    mirror("usage.setup_attempts_14d", COUNT, "Attempts at a set-up step in 14 days."),
    mirror("usage.setup_errors_14d", COUNT, "Set-up attempts of 14 days that failed.", prefer="lower_is_better"),
    mirror(
        "usage.days_to_first_value", DAYS, "Days from start to first value, once reached.", prefer="lower_is_better"
    ),
    mirror("usage.target_days_to_first_value", DAYS, "Days from start to first value, as planned."),
    mirror(
        "usage.integration_down_days",
        DAYS,
        "How long the connection has been down; 0 is up.",
        prefer="lower_is_better",
        step=2,
    ),
    mirror(
        "usage.integration_errors_14d", RARE_COUNT, "Errors of the connection in 14 days.", prefer="lower_is_better"
    ),
    mirror("usage.consumption_pace", RATIO, "Consumed to date divided by planned to date.", prefer="higher_is_better"),
    mirror(
        "usage.buyer_department_active_28d",
        COUNT,
        "Active users of the department that pays, in 28 days.",
        prefer="higher_is_better",
    ),
    mirror("usage.buyer_department_median_90d", AVERAGE, "The paying department's own median of active users."),
)

_QUOTIENTS: Final = (
    quotient(
        "usage.license_utilization",
        LEVEL,
        "Active users divided by seats.",
        over="usage.active_users_28d",
        under="contract.seats",
        prefer="higher_is_better",
        step=0.05,
    ),
    quotient(
        "usage.volume_ratio",
        LEVEL,
        "Volume of 28 days divided by the account's own median.",
        over="usage.volume_28d",
        under="usage.median_volume_90d",
        prefer="higher_is_better",
    ),
    quotient(
        "usage.feature_breadth",
        SHARE,
        "Share of the core features that is in use.",
        over="usage.core_features_used",
        under="usage.core_features_available",
        prefer="higher_is_better",
    ),
    quotient(
        "usage.setup_error_share",
        SHARE,
        "Share of the set-up attempts that failed; unknown where nobody tried.",
        over="usage.setup_errors_14d",
        under="usage.setup_attempts_14d",
        prefer="lower_is_better",
    ),
    quotient(
        "usage.pending_invitation_share",
        SHARE,
        "Invited people who have not come in yet, divided by seats.",
        over="usage.invited_users_pending",
        under="contract.seats",
        prefer="lower_is_better",
    ),
    quotient(
        "usage.buyer_department_ratio",
        LEVEL,
        "Active users of the paying department divided by its own median.",
        over="usage.buyer_department_active_28d",
        under="usage.buyer_department_median_90d",
        prefer="higher_is_better",
    ),
)

_DERIVED: Final = (
    days_since("usage.days_since_live", "usage.went_live_on", "Days since going live; negative where it lies ahead."),
    days_since(
        "usage.days_since_active",
        "usage.last_active_on",
        "Days since anybody used it.",
        prefer="lower_is_better",
        shape=DAYS,
    ),
    derived(
        spec_of(
            "usage.first_value_reached",
            FLAG,
            "Whether the first value was reached: said so, or told by the days that it took.",
            reads=("usage.first_value_reached", "usage.days_to_first_value"),
            prefer="higher_is_better",
        ),
        source=whole_snapshot,
        read=_first_value_reached,
        write=_write_first_value_reached,
        rank=0,
    ),
    derived(
        spec_of(
            "usage.first_value_ratio",
            RATIO,
            "Days to first value divided by the target; until then days since the start divided by the target.",
            reads=(
                "usage.days_to_first_value",
                "usage.target_days_to_first_value",
                "usage.first_value_reached",
                "contract.started_on",
            ),
            prefer="lower_is_better",
        ),
        source=whole_view,
        read=_first_value_ratio,
        write=_write_first_value_ratio,
    ),
    derived(
        spec_of(
            "usage.active_ratio",
            LEVEL,
            "Active users divided by the account's own median times the expected ratio (1 where none is given).",
            reads=("usage.active_users_28d", "usage.median_active_users_90d", "usage.expected_active_ratio"),
            prefer="higher_is_better",
            step=0.05,
        ),
        source=whole_snapshot,
        read=_active_ratio,
        write=_write_active_ratio,
    ),
    derived(
        spec_of(
            "usage.committed_volume_ratio",
            LEVEL,
            "Volume of 28 days carried to a year, divided by the volume committed for a year.",
            reads=("usage.volume_28d", "contract.committed_volume"),
            prefer="higher_is_better",
        ),
        source=whole_snapshot,
        read=_committed_volume_ratio,
        write=_write_committed_volume_ratio,
    ),
)

USAGE_FACTS: Final[tuple[Fact, ...]] = _FIELDS + _QUOTIENTS + _DERIVED
