"""Sample values for tests of the store, and a clock that is moved by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from nextplay.canonical import canonical_json
from nextplay.store.records import LoggedAction, LoggedDecision, Reaction, ReactionKind, WorklistState

T0: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Clock:
    """Stands at 2 March 2026, nine o'clock, until it is moved on."""

    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> datetime:
        """Return where it stands."""
        return self.now

    def later(self, **by: float) -> datetime:
        """Move on and return the instant reached."""
        self.now += timedelta(**by)
        return self.now


def an_action(action_id: str = "a1-1", **changes: Any) -> LoggedAction:  # noqa: ANN401  any field
    """Return an action as a decision would log it."""
    action = LoggedAction(
        action_id=action_id,
        play=f"play_{action_id}",
        gap="no_sponsor",
        state="new",
        title="Find a sponsor",
        owner_role="csm",
        owner_id="p-7",
        channel="call",
        due_on=date(2026, 3, 9),
        rank=1,
        priority=0.5,
    )
    return replace(action, **changes)


def closed(action_id: str, state: WorklistState) -> LoggedAction:
    """Return an action that a decision closed."""
    return LoggedAction(action_id=action_id, play=f"play_{action_id}", gap="no_sponsor", state=state)


def a_decision(
    *actions: LoggedAction,
    account_id: str = "acme",
    at: datetime = T0,
    **changes: Any,  # noqa: ANN401  any field
) -> LoggedDecision:
    """Return a decision made at an instant, with these actions."""
    name = f"d1-{account_id}-{at.isoformat()}"
    decision = LoggedDecision(
        tenant="",
        account_id=account_id,
        decision_id=name,
        as_of=at.replace(microsecond=0),
        decided_at=at,
        release="rel-1",
        rulebook_hash="sha256:aa",
        model_hash="sha256:bb",
        engine_version="0.1.0",
        question=canonical_json({"snapshot": {"account_id": account_id, "profile": {"name": "masked-1"}}}),
        answer=canonical_json({"decision_id": name, "says": "é" * 50}),
        actions=actions,
        masked=("profile.name",),
        held_out=("p_held",),
        request_id="call-1",
        took_microseconds=1500,
    )
    return replace(decision, **changes)


def a_reaction(
    kind: ReactionKind,
    action_id: str = "a1-1",
    *,
    at: datetime = T0,
    **changes: Any,  # noqa: ANN401  any field
) -> Reaction:
    """Return a reaction of an account's person to an action."""
    until = date(2026, 3, 20) if kind == "snoozed" else None
    return replace(Reaction("acme", action_id, kind, at, snoozed_until=until), **changes)
