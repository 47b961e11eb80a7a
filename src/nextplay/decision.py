"""What goes out: the decision with its whole trace, in the words of the asked locale.

Every value is frozen, and every tuple has a stated order, so that equal inputs give equal bytes. A decision is made of
some hundred values, which are named tuples because these are cheaper to build than frozen dataclasses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from datetime import date, datetime

    from nextplay.snapshot import InputWarning

GapKind = Literal["cx", "cs", "mixed", "undetermined", "opportunity"]
DiagnosisKind = Literal["cx", "cs", "mixed", "none", "undetermined"]
Side = Literal["cx", "cs"]
RiskBand = Literal["low", "moderate", "high", "critical"]
ActionState = Literal["new", "open", "escalated"]
Purpose = Literal["repair", "outcome", "renewal", "ask", "expansion", "advocacy"]
WithheldReason = Literal[
    "eligibility", "applicability", "suitability", "held", "friction_first", "snoozed", "done",
    "cooldown", "suppressed", "contact_policy", "excluded", "cap", "owner_cap", "holdout",
]  # fmt: skip
ClosedReason = Literal["done", "gap_gone", "expired", "superseded"]
FactValue = bool | int | float | str | tuple[str, ...] | None
"""Value of one fact; `None` is unknown."""


Explanation = Literal["none", "reasons", "full"]


@dataclass(frozen=True, slots=True)
class Options:
    """How a caller wants the answer.

    `locale` is a BCP 47 tag; where the rulebook does not speak it, its first required locale is used and the decision
    says so. `max_actions` may lower the rulebook's cap, never raise it. `explanation`: `none` leaves the evidence of
    gaps out, `reasons` says it in sentences with their numbers, `full` adds every reading and the trace of all
    signals, gaps and plays. `strict` refuses what would otherwise become unknown with a warning.
    """

    locale: str = "en"
    max_actions: int | None = None
    explanation: Explanation = "reasons"
    strict: bool = False


class Driver(NamedTuple):
    """One family of facts and what it adds to the log-odds of churn (above 0 raises the risk)."""

    family: str
    contribution: float
    facts: tuple[str, ...]
    says: str


class ChurnRisk(NamedTuple):
    """The churn risk: probability 0..1 within `horizon_days`, higher is worse.

    `drivers` are ordered by the size of their contribution. `completeness` is the share (0..1) of the model's facts
    that are known.
    `provenance` says what the model learned from (`expert`, `synthetic`, `trained`). Where no model could serve,
    `degraded` is
    true and `probability` is `None`.
    """

    probability: float | None
    band: RiskBand | None
    drivers: tuple[Driver, ...]
    model_version: str
    provenance: str
    horizon_days: int
    completeness: float
    degraded: bool = False
    out_of_range: tuple[str, ...] = ()


class Reading(NamedTuple):
    """One leaf of a condition as it was found: the fact, its value, the comparison, and what came of it.

    `distance` (0 or more) says in the trace how many steps of the fact the value is from the nearer limit, and `reads`
    which fields of the snapshot the fact is computed from; elsewhere it is empty.
    """

    fact: str
    value: FactValue
    operator: str
    threshold: FactValue | tuple[float, ...]
    truth: bool | None
    distance: float | None = None
    reads: tuple[str, ...] = ()


class Evidence(NamedTuple):
    """One signal that speaks for or against a gap, with its sentence and its readings."""

    signal: str
    title: str
    says: str
    readings: tuple[Reading, ...]


class Gap(NamedTuple):
    """What is wrong. `severity` 0..1. `open_side` is the side that a contested gap could not exclude.

    `evidence` holds the signals that are true, `evidence_against` the decisive ones that are false; `open_rivals` the
    signals of
    `unless` that are unknown. `item` is the key of the item where the gap belongs to one, `item_label` its name for
    people. `answered` is the answer of a rep that counted.
    """

    gap: str
    kind: GapKind
    title: str
    severity: float
    touchpoint: str | None
    root_causes: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    evidence_against: tuple[Evidence, ...] = ()
    open_side: Side | None = None
    open_rivals: tuple[str, ...] = ()
    item: str | None = None
    answered: str | None = None
    item_label: str | None = None


class ExplainedGap(NamedTuple):
    """A gap that does not stand, because a rival explanation (`unless`) makes its reading harmless."""

    gap: str
    title: str
    explained_by: tuple[Evidence, ...]


class AbsorbedGap(NamedTuple):
    """A gap that does not stand of its own, because it is a part of another that does."""

    gap: str
    title: str
    absorbed_by: str
    item: str | None = None


class ShadowGap(NamedTuple):
    """A gap on trial that would stand; it plays no part in the diagnosis."""

    gap: str
    kind: GapKind
    severity: float
    item: str | None = None


class ShadowPlay(NamedTuple):
    """A play on trial that would be a candidate: what its gates say (`None` is unknown), and for which gaps."""

    play: str
    gaps: tuple[str, ...]
    eligibility: bool | None
    applicability: bool | None
    suitability: bool | None


class Priority(NamedTuple):
    """The rank and its four factors: `priority = round(propensity * context * value * lever, 2)`.

    `priority` and `value` are weighted money in the currency of the contract. `notes` say what had to be assumed.
    """

    priority: float
    propensity: float
    context: float
    value: float
    lever: float
    notes: tuple[str, ...] = ()


class Action(NamedTuple):
    """A play recommended to this account. `rank` counts from 1; `due_on` is never past the decision deadline ahead.

    The first of `gaps` names the action: `action_id` is made of account, play and this gap, and a history that is
    handed in should carry it.
    """

    action_id: str
    state: ActionState
    rank: int
    play: str
    title: str
    rationale: str
    purpose: Purpose
    importance: Literal["must", "normal"]
    owner_role: str
    owner_id: str | None
    due_on: date
    channel: str
    effort_hours: float
    checklist: tuple[str, ...]
    gaps: tuple[str, ...]
    priority: Priority
    unchecked: tuple[str, ...] = ()


class Withheld(NamedTuple):
    """A candidate that did not come, the first reason that held, and a sentence with the details."""

    play: str
    title: str
    reason: WithheldReason
    says: str
    gaps: tuple[str, ...]
    priority: float | None = None


class ClosedAction(NamedTuple):
    """An action that was open and is no longer, and why."""

    action_id: str
    play: str
    reason: ClosedReason


class AnswerOption(NamedTuple):
    """One answer that a rep may give: the word to send back, what to show, and the side that it speaks for."""

    answer: str
    label: str
    side: Side


class Undetermined(NamedTuple):
    """A question whose answer would tell the kind. `gap` is absent for the rulebook's general question.

    `facts` would settle it, most useful first.
    """

    gap: str | None
    question: str
    options: tuple[AnswerOption, ...]
    facts: tuple[str, ...]


class NearMiss(NamedTuple):
    """A gap that one reading would bring about. `distance` counts declared steps of the fact, 0..2."""

    gap: str
    title: str
    reading: Reading
    distance: float


class MissingFact(NamedTuple):
    """An unknown fact, and how many undecided conditions read it."""

    fact: str
    blocks: int


class Diagnosis(NamedTuple):
    """What the account suffers from. `lead` is the side to begin with; absent for none and undetermined."""

    kind: DiagnosisKind
    lead: Side | None
    says: str


class ReleaseId(NamedTuple):
    """Which rules and which model decided. `release` covers both hashes and the engine's version."""

    release: str
    rulebook_hash: str
    model_hash: str
    engine_version: str


class ConditionTrace(NamedTuple):
    """A condition of a rule by its key, with its truth (`None` is unknown), the signals it names and its own leaves.

    Leaves about items are told with the items, in `ItemTrace`.
    """

    key: str
    truth: bool | None
    signals: tuple[str, ...]
    readings: tuple[Reading, ...]


class ItemTrace(NamedTuple):
    """The conditions of a rule as they are for one item."""

    item: str
    item_label: str
    conditions: tuple[ConditionTrace, ...]


class SignalTrace(NamedTuple):
    """One signal in the trace: its truth (`None` is unknown), its own leaves, and the signals that it names.

    One that is read item by item is true where it is so of some item; `items` tells of each.
    """

    signal: str
    truth: bool | None
    readings: tuple[Reading, ...]
    signals: tuple[str, ...] = ()
    items: tuple[ItemTrace, ...] = ()


class GapTrace(NamedTuple):
    """A gap with the conditions that it states, in the order `when` or `reading`, `cx`, `cs`, `unless`."""

    gap: str
    conditions: tuple[ConditionTrace, ...]
    items: tuple[ItemTrace, ...] = ()


class PlayTrace(NamedTuple):
    """A play with the gates that it states, and `done_when`, whether or not one of its gaps stands."""

    play: str
    conditions: tuple[ConditionTrace, ...]


class Decision(NamedTuple):
    """The answer. Gaps are ordered by severity, then id; actions by rank; withheld by the order of the walk."""

    decision_id: str
    account_id: str
    as_of: datetime
    locale: str
    churn: ChurnRisk
    diagnosis: Diagnosis
    gaps: tuple[Gap, ...]
    explained_gaps: tuple[ExplainedGap, ...]
    actions: tuple[Action, ...]
    withheld: tuple[Withheld, ...]
    closed_actions: tuple[ClosedAction, ...]
    undetermined: tuple[Undetermined, ...]
    near_misses: tuple[NearMiss, ...]
    missing_facts: tuple[MissingFact, ...]
    input_warnings: tuple[InputWarning, ...]
    release: ReleaseId
    trace: tuple[SignalTrace, ...] = ()
    absorbed_gaps: tuple[AbsorbedGap, ...] = ()
    shadow_gaps: tuple[ShadowGap, ...] = ()
    shadow_plays: tuple[ShadowPlay, ...] = ()
    gap_trace: tuple[GapTrace, ...] = ()
    play_trace: tuple[PlayTrace, ...] = ()
