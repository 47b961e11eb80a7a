"""Invent half a year of decisions, reactions and outcomes, so that learning and its report can be tried.

    python examples/learning/past.py sqlite:///past.db

Nothing in it is true. It is the same every time: what people do is drawn from a hash of the account.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from nextplay.arbitration.holdout import lot
from nextplay.canonical import canonical_json, digest
from nextplay.store import Store
from nextplay.store.records import LoggedAction, LoggedDecision, Outcome, OutcomeKind, Reaction, ReactionKind

BEGIN: Final = datetime(2025, 9, 1, 9, tzinfo=UTC)
ACCOUNTS: Final = 400
SEGMENTS: Final = ("enterprise", "mid_market", "smb", None)
REASONS: Final = ("no_time", "not_now", None)


class Invented(NamedTuple):
    """A play: the gap that brings it, which share of the accounts has it, and how many of them say yes."""

    play: str
    gap: str
    share: float
    yes: float
    yes_of_small: float
    kept_back: float = 0.0


PLAYS: Final = (
    Invented("reset_plan_with_sponsor", "objective_slipping", 0.6, 0.5, 0.8, kept_back=0.25),
    Invented("welcome_new_users", "new_users_learning", 0.3, 0.25, 0.2),
    Invented("hold_incident_review", "incidents_keep_happening", 0.02, 0.7, 0.7),
)


def main(url: str) -> None:
    """Write the past into a store that is empty."""
    now = [BEGIN]
    with Store.open(url, clock=lambda: now[0]) as store:
        for number in range(ACCOUNTS):
            account_id = f"account-{number:03}"
            now[0] = BEGIN + timedelta(hours=number * 6)
            decision = decided(account_id, SEGMENTS[number % len(SEGMENTS)], now[0])
            store.log([decision])
            for told, at in reacted(decision):
                now[0] = at
                store.record("", f"{told.action_id}-{told.kind}", told)
            for outcome in became(decision):
                now[0] = decision.decided_at + timedelta(days=120)
                store.record("", f"{account_id}-outcome", outcome)


def decided(account_id: str, segment: str | None, at: datetime) -> LoggedDecision:
    """Return a decision as the log keeps it, as far as learning reads it."""
    found = [one for one in PLAYS if lot(account_id, one.play, salt="has it") < one.share]
    back = [one for one in found if lot(account_id, one.play, salt="kept back") < one.kept_back]
    actions = [
        LoggedAction(digest([account_id, one.play, one.gap], prefix="a1-", digits=24), one.play, one.gap, "new")
        for one in found
        if one not in back
    ]
    profile = {} if segment is None else {"segment": segment}
    return LoggedDecision(
        tenant="",
        account_id=account_id,
        decision_id=digest([account_id, at.isoformat()], prefix="d1-", digits=32),
        as_of=at,
        decided_at=at,
        release="sha256:invented",
        rulebook_hash="sha256:invented",
        model_hash="sha256:invented",
        engine_version="0",
        question=canonical_json({"snapshot": {"account_id": account_id, "profile": profile}}),
        answer=canonical_json({"account_id": account_id, "gaps": [{"gap": one.gap} for one in found]}),
        actions=tuple(actions),
        held_out=tuple(one.play for one in back),
    )


def reacted(decision: LoggedDecision) -> Iterator[tuple[Reaction, datetime]]:
    """Yield what people did with the actions: seen by most, answered by many, completed by some."""
    small = SEGMENTS.index("smb") == int(decision.account_id[-3:]) % len(SEGMENTS)
    invented = {one.play: one for one in PLAYS}
    for action in decision.actions:
        one = invented[action.play]
        answers = lot(decision.account_id, action.play, salt="answers")
        says_yes = lot(decision.account_id, action.play, salt="yes") < (one.yes_of_small if small else one.yes)
        kinds: list[ReactionKind] = ["shown"]
        if answers < 0.6:
            kinds += (
                ["accepted", "completed"] if says_yes and answers < 0.4 else ["accepted" if says_yes else "declined"]
            )
        elif answers > 0.95:
            kinds.append("wrong_diagnosis")
        for day, kind in enumerate(kinds, start=1):
            at = decision.decided_at + timedelta(days=day * 2)
            reason = REASONS[int(answers * 100) % len(REASONS)] if kind == "declined" else None
            yield Reaction(decision.account_id, action.action_id, kind, at, reason=reason), at


def became(decision: LoggedDecision) -> Iterator[Outcome]:
    """Yield what became of the account: without a new plan more of them leave."""
    leaves = 0.45 if "reset_plan_with_sponsor" in decision.held_out else 0.2
    drawn = lot(decision.account_id, salt="leaves")
    kind: OutcomeKind = "churned" if drawn < leaves else "expanded" if drawn > 0.9 else "renewed"
    yield Outcome(decision.account_id, kind, (decision.decided_at + timedelta(days=100)).date())


if __name__ == "__main__":
    main(sys.argv[1])
