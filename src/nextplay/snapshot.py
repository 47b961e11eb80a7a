"""What comes in: one customer account as its CRM sees it at one instant.

Everything but `account_id` may be absent, and absent (`None`) is *unknown*, never zero. A list that is absent
is unknown; an empty one is known to be empty. Dates are calendar days, instants carry UTC. Units stand in the
names or in the comments of `protos/nextplay/v1/snapshot.proto`, which has the same fields.

`read_snapshot` is the only way from outside data to a `CustomerSnapshot`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Annotated, Any, ClassVar, Final, Literal, cast, get_args

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from nextplay.errors import InputInvalid, Violation

JourneyStage = Literal["onboarding", "adoption", "value", "renewal", "growth"]
Segment = Literal["enterprise", "mid_market", "smb"]
RenewalStage = Literal["not_started", "in_progress", "agreed", "signed"]
CancelledBy = Literal["customer", "us"]
SurveyKind = Literal["nps", "csat", "ces"]
SurveyScale = Literal["nps_0_10", "csat_1_5", "ces_1_7_agree", "ces_1_5_effort"]
TouchpointName = Literal[
    "website", "mobile_app", "social_media", "sales", "onboarding", "training",
    "product", "support", "billing", "delivery", "communication", "renewal",
]  # fmt: skip
SurveyDriver = Literal[
    "effort", "response_time", "expectation", "support_quality", "product_quality", "results", "price", "fit"
]
FollowUp = Literal["open", "done", "not_needed"]
Expectation = Literal["below", "met", "above"]
WaitingOn = Literal["vendor", "customer"]
ObjectiveStatus = Literal["active", "achieved", "abandoned"]
BlockedBy = Literal["vendor", "customer", "joint", "unowned", "nobody"]
Champion = Literal["present", "left", "never"]
ExecutiveSponsor = Literal["engaged", "silent", "none"]
LateCause = Literal["card", "order_process", "distress", "dispute"]
DisputeCause = Literal["vendor_error", "customer", "unclear"]
EventKind = Literal[
    "champion_left", "new_executive", "competitor_named", "bulk_export", "termination_question",
    "layoffs", "incident", "release_change", "price_objection",
]  # fmt: skip
EventStatus = Literal["unverified", "confirmed", "explained"]
TicketKind = Literal["defect", "how_to"]
Direction = Literal["ours", "theirs", "both"]
HistoryKind = Literal[
    "accepted", "completed", "declined", "snoozed", "wrong_diagnosis", "contacted", "held", "answered"
]

SCALE_RANGE: Final[Mapping[str, tuple[str, int, int]]] = {
    "nps_0_10": ("nps", 0, 10),
    "csat_1_5": ("csat", 1, 5),
    "ces_1_7_agree": ("ces", 1, 7),
    "ces_1_5_effort": ("ces", 1, 5),
}
"""Survey scale → (survey kind, lowest score, highest score). On `ces_1_5_effort` high is bad."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _day(value: object) -> object:
    """Accept an ISO 8601 calendar day only: other spellings that Python would read are refused."""
    if isinstance(value, str):
        if not _DAY.fullmatch(value):
            msg = "must be an ISO 8601 date such as 2026-03-02"
            raise ValueError(msg)
        return date.fromisoformat(value)
    return value


def _instant(value: object) -> object:
    """Accept an RFC 3339 instant with its offset and turn it into UTC."""
    if isinstance(value, str):
        if "T" not in value:
            msg = "must be an RFC 3339 instant such as 2026-03-02T09:00:00Z"
            raise ValueError(msg)
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            msg = "must carry its offset from UTC, as in 2026-03-02T09:00:00Z"
            raise ValueError(msg)
        return value.astimezone(UTC)
    return value


Day = Annotated[date, Field(strict=True), BeforeValidator(_day)]
Instant = Annotated[datetime, Field(strict=True), BeforeValidator(_instant)]
Name = Annotated[str, Field(strict=True, min_length=1, max_length=200)]
Words = Annotated[str, Field(strict=True, max_length=500)]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
Days = Annotated[int, Field(strict=True, ge=0, le=36_500)]
Quantity = Annotated[float, Field(strict=True, ge=0, le=1e15, allow_inf_nan=False)]
Measure = Annotated[float, Field(strict=True, ge=-1e15, le=1e15, allow_inf_nan=False)]
Ratio = Annotated[float, Field(strict=True, ge=0, le=1000, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Hours = Annotated[float, Field(strict=True, ge=0, le=87_600, allow_inf_nan=False)]
Flag = Annotated[bool, Field(strict=True)]
AttributeValue = Annotated[str, Field(strict=True, max_length=200)] | Flag | Measure

_CONFIG = ConfigDict(extra="forbid")
MAX_ROWS: Final = 200
MAX_RAW_ROWS: Final = 2000


def _rows(limit: int) -> Any:  # noqa: ANN401  pydantic's own return type
    return Field(max_length=limit)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount (0 or more) in one currency (ISO 4217, upper case)."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG
    amount: Quantity
    currency_code: Annotated[str, Field(strict=True, pattern=r"^[A-Z]{3}$")]


@dataclass(frozen=True, slots=True)
class Profile:
    """Who the customer is. `industry` is the customer's own; `owner_id` the person who looks after them."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG
    name: Words | None = None
    segment: Segment | None = None
    tier: Name | None = None
    industry: Name | None = None
    region: Name | None = None
    language: Name | None = None
    owner_id: Name | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """What was bought and until when. `notice_period_days` counts back from `renewal_on`."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG
    started_on: Day | None = None
    term_started_on: Day | None = None
    renewal_on: Day | None = None
    notice_period_days: Days | None = None
    renewal_stage: RenewalStage | None = None
    auto_renew: Flag | None = None
    auto_renew_cancelled_on: Day | None = None
    auto_renew_cancelled_by: CancelledBy | None = None
    annual_value: Money | None = None
    lifetime_value: Money | None = None
    seats: Count | None = None
    seats_at_term_start: Count | None = None
    committed_volume: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """How the product is used. Medians are the account's own, without the last 14 days."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG
    active_users_28d: Count | None = None
    median_active_users_90d: Quantity | None = None
    expected_active_ratio: Ratio | None = None
    invited_users_pending: Count | None = None
    volume_28d: Quantity | None = None
    median_volume_90d: Quantity | None = None
    core_features_used: Count | None = None
    core_features_available: Count | None = None
    setup_attempts_14d: Count | None = None
    setup_errors_14d: Count | None = None
    first_value_reached: Flag | None = None
    days_to_first_value: Days | None = None
    target_days_to_first_value: Days | None = None
    integration_down_days: Days | None = None
    integration_errors_14d: Count | None = None
    went_live_on: Day | None = None
    last_active_on: Day | None = None
    consumption_pace: Ratio | None = None
    buyer_department_active_28d: Count | None = None
    buyer_department_median_90d: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """One answer of one person, on the scale that it was given on. Without `touchpoint` it is about the whole."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG
    kind: SurveyKind | None = None
    scale: SurveyScale | None = None
    score: Annotated[float, Field(strict=True, ge=0, le=10, allow_inf_nan=False)] | None = None
    answered_on: Day | None = None
    touchpoint: TouchpointName | None = None
    respondent_id: Name | None = None
    respondent_role: Name | None = None
    drivers: Annotated[tuple[SurveyDriver, ...], _rows(8)] | None = None
    driver: SurveyDriver | None = None
    follow_up: FollowUp | None = None
    followed_up_on: Day | None = None


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """The last 30 days at one place of contact. Response times are business hours."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG
    name: TouchpointName | None = None
    interactions_30d: Count | None = None
    failed_attempts_30d: Count | None = None
    abandoned_30d: Count | None = None
    median_response_hours: Hours | None = None
    promised_response_hours: Hours | None = None
    expectation: Expectation | None = None
    cohort_failure_share: Share | None = None


@dataclass(frozen=True, slots=True)
class Support:
    """Tickets, as counted by the sender. A *cluster* is a group of tickets of one cause."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG
    open_tickets: Count | None = None
    open_p1: Count | None = None
    oldest_p1_days: Days | None = None
    tickets_90d: Count | None = None
    median_tickets_90d: Quantity | None = None
    defect_tickets_90d: Count | None = None
    how_to_tickets_90d: Count | None = None
    resolved_90d: Count | None = None
    reopened_90d: Count | None = None
    sla_breaches_90d: Count | None = None
    largest_cluster_180d: Count | None = None
    unresolved_cluster: Flag | None = None
    cluster_touchpoint: TouchpointName | None = None
    p1_touchpoint: TouchpointName | None = None
    waiting_on: WaitingOn | None = None
    escalation_overdue_days: Days | None = None


@dataclass(frozen=True, slots=True)
class Objective:
    """A result that was agreed with the customer. `blocked_by: nobody` says that nothing blocks it."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG
    objective_id: Name | None = None
    title: Words | None = None
    baseline: Measure | None = None
    target: Measure | None = None
    current: Measure | None = None
    unit: Name | None = None
    starts_on: Day | None = None
    due_on: Day | None = None
    status: ObjectiveStatus | None = None
    blocked_by: BlockedBy | None = None
    last_verified_on: Day | None = None
    touchpoint: TouchpointName | None = None


@dataclass(frozen=True, slots=True)
class Relationship:
    """The people on both sides. `outreach_14d` counts our personal touches, `unanswered_14d` those of them."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG
    champion: Champion | None = None
    executive_sponsor: ExecutiveSponsor | None = None
    engaged_contacts: Count | None = None
    last_two_way_contact_on: Day | None = None
    last_executive_contact_on: Day | None = None
    last_business_review_on: Day | None = None
    buyer_no_shows: Count | None = None
    owner_changes_12m: Count | None = None
    outreach_14d: Count | None = None
    unanswered_14d: Count | None = None


@dataclass(frozen=True, slots=True)
class Billing:
    """Invoices. `days_past_due` is the age of the oldest one that is late."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG
    days_past_due: Days | None = None
    late_cause: LateCause | None = None
    disputed_invoice_days: Days | None = None
    dispute_cause: DisputeCause | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened once. `explained` means checked and harmless."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG
    kind: EventKind | None = None
    occurred_on: Day | None = None
    touchpoint: TouchpointName | None = None
    status: EventStatus | None = None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One past reaction, touch, hold or answer. Being shown is not history.

    `play` is absent for a hold on the whole account; `gap` names the gap it answered; `until` ends a snooze or a
    hold; `channel` counts towards the contact policy; `answer` is the option a rep chose for an undetermined gap.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG
    kind: HistoryKind
    at: Instant
    play: Name | None = None
    gap: Name | None = None
    until: Day | None = None
    channel: Name | None = None
    answer: Name | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """One support ticket, raw."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG
    ticket_id: Name | None = None
    opened_at: Instant | None = None
    first_reply_at: Instant | None = None
    resolved_at: Instant | None = None
    reopened_count: Count | None = None
    priority: Name | None = None
    kind: TicketKind | None = None
    cause: Name | None = None
    touchpoint: TouchpointName | None = None
    sla_breached: Flag | None = None
    waiting_on: WaitingOn | None = None


@dataclass(frozen=True, slots=True)
class UsageWeek:
    """One week of use, raw."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG
    week_start: Day | None = None
    active_users: Count | None = None
    volume: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Interaction:
    """One contact between people, raw."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG
    occurred_at: Instant | None = None
    direction: Direction | None = None
    channel: Name | None = None
    contact_role: Name | None = None
    no_show: Flag | None = None


@dataclass(frozen=True, slots=True)
class CustomerSnapshot:
    """One account at `as_of`, the only clock of a decision. `None` is unknown; `()` is known to be empty."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG
    account_id: Name
    as_of: Instant
    journey_stage: JourneyStage | None = None
    attributes: Annotated[dict[Name, AttributeValue], Field(max_length=100)] | None = None
    profile: Profile = field(default_factory=Profile)
    contract: Contract = field(default_factory=Contract)
    usage: Usage = field(default_factory=Usage)
    surveys: Annotated[tuple[Survey, ...], _rows(MAX_ROWS)] | None = None
    touchpoints: Annotated[tuple[Touchpoint, ...], _rows(len(get_args(TouchpointName)))] | None = None
    support: Support = field(default_factory=Support)
    objectives: Annotated[tuple[Objective, ...], _rows(MAX_ROWS)] | None = None
    relationship: Relationship = field(default_factory=Relationship)
    billing: Billing = field(default_factory=Billing)
    events: Annotated[tuple[Event, ...], _rows(MAX_ROWS)] | None = None
    history: Annotated[tuple[HistoryEntry, ...], _rows(MAX_ROWS)] | None = None
    tickets: Annotated[tuple[Ticket, ...], _rows(MAX_RAW_ROWS)] | None = None
    usage_weekly: Annotated[tuple[UsageWeek, ...], _rows(MAX_ROWS)] | None = None
    interactions: Annotated[tuple[Interaction, ...], _rows(MAX_RAW_ROWS)] | None = None
    team: Annotated[dict[Name, Name], Field(max_length=50)] | None = None


KNOWN_EMPTY: Final = (
    "surveys", "touchpoints", "objectives", "events", "history", "tickets", "usage_weekly", "interactions",
)  # fmt: skip
"""The lists that `known_empty` may name: the closed set."""


@dataclass(frozen=True, slots=True)
class InputWarning:
    """Something that was sent and could not be used: it counts as unknown. `message` never quotes the value."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class SnapshotReading:
    """A snapshot together with what had to be left out of it."""

    snapshot: CustomerSnapshot
    input_warnings: tuple[InputWarning, ...] = ()


_ADAPTER: Final[TypeAdapter[CustomerSnapshot]] = TypeAdapter(CustomerSnapshot)
_PAST_DAYS: Final = {
    "surveys": ("answered_on", "followed_up_on"),
    "events": ("occurred_on",),
    "usage": ("last_active_on",),
    "relationship": ("last_two_way_contact_on", "last_executive_contact_on", "last_business_review_on"),
}
"""Dates of things that have happened: a day after tomorrow of `as_of` is a slip of the pen."""

type_names: Final = {
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "a text",
    "bool_type": "true or false",
}


def read_snapshot(raw: Mapping[str, Any], *, strict: bool = False) -> SnapshotReading:
    """Validate outside data into a snapshot.

    An unseen word of an enumeration, or a date of a past thing that lies in the future, becomes unknown and is
    named in `input_warnings`; `strict` refuses it instead. Wrong types, malformed dates, numbers out of range or
    not finite, unknown keys and contradictions always fail.

    Raises `InputInvalid` with every violation at once.
    """
    draft = {key: value for key, value in raw.items() if key != "known_empty"}
    violations = _fold_known_empty(draft, raw.get("known_empty"))
    snapshot, unusable = _validated(draft, violations)
    if snapshot is not None:
        violations += _contradictions(snapshot)
        snapshot, future = _without_future(snapshot)
        unusable += future
    if strict:
        violations += [Violation(warning.path, warning.message) for warning in unusable]
    if violations or snapshot is None:
        raise InputInvalid(violations)
    return SnapshotReading(snapshot, tuple(sorted(unusable, key=lambda warning: warning.path)))


def _fold_known_empty(draft: dict[str, Any], known_empty: object) -> list[Violation]:
    """Turn the names in `known_empty` into empty lists; report names that are none or whose list is not empty."""
    if known_empty is None:
        return []
    if isinstance(known_empty, str) or not isinstance(known_empty, Sequence):
        return [Violation("known_empty", "must be a list of names")]
    violations = []
    for index, name in enumerate(known_empty):
        if name not in KNOWN_EMPTY:
            violations.append(Violation(f"known_empty[{index}]", f"must be one of {', '.join(KNOWN_EMPTY)}"))
        elif draft.get(name):
            violations.append(
                Violation(f"known_empty[{index}]", f"`{name}` is not empty; send it or name it, not both")
            )
        else:
            draft[name] = ()
    return violations


def _validated(
    draft: dict[str, Any], violations: list[Violation]
) -> tuple[CustomerSnapshot | None, list[InputWarning]]:
    """Validate; where only unseen words are wrong, leave them out and validate again."""
    try:
        return _ADAPTER.validate_python(draft), []
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
    unseen = [
        problem["loc"]
        for problem in problems
        if problem["type"] == "literal_error" and problem["loc"][-1:] != ("kind",)
    ]
    unseen += [
        problem["loc"]
        for problem in problems
        if problem["type"] == "literal_error"
        and problem["loc"][-1:] == ("kind",)
        and problem["loc"][:1] != ("history",)
    ]
    hard = [problem for problem in problems if problem["loc"] not in unseen]
    violations += [Violation(_path(problem["loc"]), _remedy(problem)) for problem in hard]
    warnings = [InputWarning(_path(loc), "unseen word; counts as unknown") for loc in unseen]
    if hard:
        return None, warnings
    return _ADAPTER.validate_python(_without(draft, unseen)), warnings
