"""Which candidates become actions, in which order, and why the others do not.

priority = propensity x context x value x lever (`rules.md`, Arbitration); every loser keeps its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from nextplay.decision import ActionState, ClosedAction, DiagnosisKind, Priority, Side, WithheldReason
from nextplay.rules.assessment import Candidate


@dataclass(frozen=True, slots=True)
class Account:
    """What arbitration must know of the account. `deadline` is the decision deadline, `None` where unknown.

    `deadline_assumed` says that notice or renewal had to be assumed. `p1_open` is false where unknown. `team` maps a role to a person.
    """

    account_id: str
    as_of: datetime
    segment: str | None
    annual_value: float | None
    churn_probability: float | None
    deadline: date | None
    deadline_assumed: bool
    p1_open: bool
    team: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RankedAction:
    """A candidate that came through: `rank` from 1."""

    candidate: Candidate
    action_id: str
    state: ActionState
    rank: int
    priority: Priority
    owner_role: str
    owner_id: str | None
    channel: str
    due_on: date
    unchecked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WithheldPlay:
    """A candidate that did not: the first reason that held, and what it names (a play, a date, a count) for the sentence."""

    candidate: Candidate
    reason: WithheldReason
    details: Mapping[str, str]
    priority: Priority | None


@dataclass(frozen=True, slots=True)
class Arbitration:
    """Actions by rank, losers in the order of the walk, closed actions by play id."""

    actions: tuple[RankedAction, ...]
    withheld: tuple[WithheldPlay, ...]
    closed: tuple[ClosedAction, ...]
