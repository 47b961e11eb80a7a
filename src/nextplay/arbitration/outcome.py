"""What arbitration is told of an account, and what it answers.

All are named tuples: frozen like a dataclass, and cheaper to build.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple, Protocol, TypeVar

from nextplay.decision import ActionState, ClosedAction, Priority, WithheldReason
from nextplay.rules.assessment import Candidate
from nextplay.rules.condition import Parameter

V = TypeVar("V")


class Chooser(Protocol):
    """Picks the value of a play that may differ by a fact."""

    def __call__(self, value: V | Parameter, /) -> V:
        """Return the value for this account."""


class Account(NamedTuple):
    """What arbitration must know of the account. `deadline` is the decision deadline, `None` where unknown.

    `deadline_assumed` says that notice or renewal had to be assumed. `p1_open` is false where unknown. `team` maps a
    role to a person.
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


class RankedAction(NamedTuple):
    """A candidate that came through: `rank` from 1.

    `gap` is the gap that names the action: `action_id` is made of account, play and this gap, and a history that is
    handed in should carry it. `unchecked` are the gates that are unknown.
    """

    candidate: Candidate
    action_id: str
    gap: str
    state: ActionState
    rank: int
    priority: Priority
    owner_role: str
    owner_id: str | None
    channel: str
    due_on: date
    effort_hours: float
    unchecked: tuple[str, ...]


class WithheldPlay(NamedTuple):
    """A candidate that did not: the first reason that held, and what it names for the sentence.

    `details` by reason (days are ISO dates, `until` is the first day on which the reason no longer holds):

    | reason | details |
    |---|---|
    | eligibility, applicability, suitability | `gate`, `truth` (false or unknown) |
    | held | `by`: a gap (with `side` if one was named; for an absorbed one the gap that absorbs it), or `account` or
      `play` for a hold (with `until` if it ends) |
    | friction_first | `by`: `p1`, or a gap (with `severity`) |
    | snoozed | `until` |
    | done | `on`, or `by`: `goal` where `done_when` is true |
    | cooldown | `on`, `until` |
    | suppressed | `until`, and `declined` (how often) or `wrong_diagnosis` (the gap), `on` |
    | contact_policy | `touches` (had and planned), `limit`, `period_days`, `channel` where the limit is on one |
    | excluded | `by`: a play |
    | cap | `limit` |
    | owner_cap | `owner` (a role), `limit` |
    | holdout | `by`: `account` where the lot fell for all plays, `play` where for this one |
    """

    candidate: Candidate
    reason: WithheldReason
    details: Mapping[str, str]
    priority: Priority | None


class Arbitration(NamedTuple):
    """Actions by rank, losers in the order of the walk, closed actions by play id."""

    actions: tuple[RankedAction, ...]
    withheld: tuple[WithheldPlay, ...]
    closed: tuple[ClosedAction, ...]
