"""What is remembered, as values: what callers told, what was decided, and what comes back out.

Instants are in UTC with whole seconds where a decision reads them; `recorded_at` and `decided_at` are the store's own
clock. `tenant` is empty where the service has one tenant only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, NamedTuple, TypeAlias

ReactionKind = Literal["shown", "accepted", "declined", "snoozed", "completed", "wrong_diagnosis"]
OutcomeKind = Literal["renewed", "churned", "expanded", "contracted", "objective_achieved"]
WorklistState = Literal[
    "new", "open", "escalated", "done", "gap_gone", "expired", "superseded", "declined", "snoozed"
]  # fmt: skip
OPEN_STATES: Final[tuple[WorklistState, ...]] = ("new", "open", "escalated")
"""States of actions that somebody has to do something about: what a worklist shows unless it is asked otherwise."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a person did with an action. `snoozed_until` is there for `snoozed` alone: the last day of the snooze.

    `decision_id` is the decision in which the action was seen, `reason` a word that the rulebook declares.
    """

    account_id: str
    action_id: str
    kind: ReactionKind
    at: datetime
    decision_id: str | None = None
    snoozed_until: date | None = None
    actor_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's answer to the question of an undetermined gap."""

    account_id: str
    gap: str
    answer: str
    at: datetime
    actor_id: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an account. `annual_value` (per year, in `currency_code`) is what it is worth afterwards."""

    account_id: str
    kind: OutcomeKind
    occurred_on: date
    annual_value: float | None = None
    currency_code: str | None = None
    objective_id: str | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """No play (`play` is `None`), or not this one, for an account up to a day, that one included.

    It replaces an earlier one of the same account and play.
    """

    account_id: str
    play: str | None
    until: date
    reason: str
    at: datetime
    actor_id: str | None = None


Told: TypeAlias = Reaction | Answer | Outcome | Hold
"""What callers tell after a decision; each comes with a `request_id`, is written once and is durable when answered."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof that something is stored: equal for every repetition of the same request. `told` is what is stored."""

    record_id: str
    recorded_at: datetime
    told: Told


@dataclass(frozen=True, slots=True)
class LoggedAction:
    """One action of a decision, as a worklist needs it. `gap` is the one that names the action.

    `closed` actions have only ids and the state they closed with.
    """

    action_id: str
    play: str
    gap: str
    state: WorklistState
    title: str = ""
    owner_role: str = ""
    owner_id: str | None = None
    channel: str = ""
    due_on: date | None = None
    rank: int = 0
    priority: float = 0.0


@dataclass(frozen=True, slots=True)
class LoggedDecision:
    """One call that was answered: the question as it was (personal fields masked), and the answer.

    `decided_at` is when its history was looked up: what was told after it, the decision cannot know.
    `question` is the canonical JSON of `question.question_document`: with `question.read_question` and
    `Decider.answer` it gives `answer`, the canonical JSON of the decision, once more. `masked` names the fields that
    were masked, sorted; where there are any, the decision keeps the `decision_id` of the question as it came.
    `held_out` names the plays that were kept back to measure what they do.
    """

    tenant: str
    account_id: str
    decision_id: str
    as_of: datetime
    decided_at: datetime
    release: str
    rulebook_hash: str
    model_hash: str
    engine_version: str
    question: bytes
    answer: bytes
    actions: tuple[LoggedAction, ...]
    masked: tuple[str, ...] = ()
    held_out: tuple[str, ...] = ()
    request_id: str = ""
    took_microseconds: int = 0


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision as it came back from the store; `sequence` rises with the order of writing."""

    sequence: int
    logged: LoggedDecision


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """Something told, as it came back; `play`, `gap` and `channel` are those of the action that a reaction names."""

    sequence: int
    tenant: str
    request_id: str
    record_id: str
    recorded_at: datetime
    told: Told
    play: str | None = None
    gap: str | None = None
    channel: str | None = None


class Key(NamedTuple):
    """The place of an action in the worklist: due first (what has no day comes last), then priority, then id."""

    due_on: date | None
    priority: float
    action_id: str


@dataclass(frozen=True, slots=True)
class WorklistAction:
    """An action as a worklist shows it: its last decision, and what people did with it since.

    `updated_at` is when its state last changed, by the store's clock.
    """

    account_id: str
    decision_id: str
    action_id: str
    play: str
    gap: str
    title: str
    state: WorklistState
    owner_role: str
    owner_id: str | None
    due_on: date | None
    updated_at: datetime
    priority: float = 0.0

    @property
    def key(self) -> Key:
        """Return the place of this action: `Store.actions(after=...)` goes on behind it."""
        return Key(self.due_on, self.priority, self.action_id)


@dataclass(frozen=True, slots=True)
class WorklistFilter:
    """Which actions; `None` does not restrict."""

    owner_id: str | None = None
    owner_role: str | None = None
    states: tuple[WorklistState, ...] = OPEN_STATES
    updated_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """What an operator sees of a store. `name` never has a password; `revision` is absent where there is no schema."""

    name: str
    dialect: str
    revision: str | None
    needed_revision: str
    decisions: int
    records: int
    actions: int
    tombstones: int
    oldest_decided_at: datetime | None
    newest_decided_at: datetime | None
    size_bytes: int
