"""The snapshot itself: groups and rows of fields, each of which may be absent.

Units stand in the names or in the comments of `protos/nextplay/v1/snapshot.proto`, which has the same fields.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Final

from pydantic import ConfigDict, Field

from nextplay.snapshot.scalars import (
    AttributeValue,
    Count,
    CurrencyCode,
    Day,
    Days,
    Flag,
    Hours,
    Instant,
    Measure,
    Name,
    Quantity,
    Ratio,
    Score,
    Share,
    Today,
    Words,
)
from nextplay.snapshot.words import (
    BlockedBy,
    CancelledBy,
    Champion,
    Direction,
    DisputeCause,
    EventKind,
    EventStatus,
    ExecutiveSponsor,
    Expectation,
    FollowUp,
    HistoryKind,
    JourneyStage,
    LateCause,
    ObjectiveStatus,
    RenewalStage,
    Segment,
    SurveyDriver,
    SurveyKind,
    SurveyScale,
    TicketKind,
    TouchpointName,
    WaitingOn,
)

_CONFIG = ConfigDict(extra="forbid")
MAX_ROWS: Final = 200
"""Most rows of a list."""
MAX_RAW_ROWS: Final = 2000
"""Most rows of `tickets` and `interactions`, which are raw."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount (0 or more) in one currency (ISO 4217, upper case)."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG
    amount: Quantity
    currency_code: CurrencyCode


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
    """What was bought and until when. `notice_period_days` counts back from `renewal_on`.

    `committed_volume` is for a year, in the unit of `usage.volume_28d`.
    """

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
    score: Score | None = None
    answered_on: Day | None = None
    touchpoint: TouchpointName | None = None
    respondent_id: Name | None = None
    respondent_role: Name | None = None
    drivers: Annotated[tuple[SurveyDriver, ...], Field(max_length=8)] | None = None
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
    """Tickets, as counted by the sender or summed up from `tickets`. A *cluster* is a group of tickets of one cause."""

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
    """One support ticket, raw. Without `resolved_at` it is not resolved; `docs/raw_rows.md` says what is summed up."""

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
    """One contact between people, raw. Without `no_show` it was no appointment."""

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
    as_of: Today
    journey_stage: JourneyStage | None = None
    attributes: Annotated[dict[Name, AttributeValue], Field(max_length=100)] | None = None
    profile: Profile = field(default_factory=Profile)
    contract: Contract = field(default_factory=Contract)
    usage: Usage = field(default_factory=Usage)
    surveys: Annotated[tuple[Survey, ...], Field(max_length=MAX_ROWS)] | None = None
    touchpoints: Annotated[tuple[Touchpoint, ...], Field(max_length=MAX_ROWS)] | None = None
    support: Support = field(default_factory=Support)
    objectives: Annotated[tuple[Objective, ...], Field(max_length=MAX_ROWS)] | None = None
    relationship: Relationship = field(default_factory=Relationship)
    billing: Billing = field(default_factory=Billing)
    events: Annotated[tuple[Event, ...], Field(max_length=MAX_ROWS)] | None = None
    history: Annotated[tuple[HistoryEntry, ...], Field(max_length=MAX_ROWS)] | None = None
    tickets: Annotated[tuple[Ticket, ...], Field(max_length=MAX_RAW_ROWS)] | None = None
    usage_weekly: Annotated[tuple[UsageWeek, ...], Field(max_length=MAX_ROWS)] | None = None
    interactions: Annotated[tuple[Interaction, ...], Field(max_length=MAX_RAW_ROWS)] | None = None
    team: Annotated[dict[Name, Name], Field(max_length=50)] | None = None
