"""Actions that were open and are no longer, and the id that an action keeps while it is open."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

from nextplay.arbitration.history import History, PlayHistory, days_after, expired_on
from nextplay.arbitration.outcome import Account
from nextplay.canonical import digest
from nextplay.decision import ClosedAction, ClosedReason
from nextplay.rules.assessment import GapOutcome
from nextplay.rules.rulebook import Play

TOLD_FOR_DAYS: Final = 90
"""How long a closed action is told of after the day that closed it."""
_ACTION_ID_DIGITS: Final = 24


def action_id(account_id: str, play: str, gap: str) -> str:
    """Return the id of the action that is this play for this gap of this account."""
    return digest([account_id, play, gap], prefix="a1-", digits=_ACTION_ID_DIGITS)


def naming_gap(play: Play, standing: Sequence[GapOutcome], *, past: PlayHistory | None) -> str:
    """Return the gap that names the action, so that its id stays the same while it is open.

    It is the gap under which the play was accepted or completed, where the history names one that the play answers;
    else the first gap in the play's own order that stands, whatever its severity; else the play's first.
    """
    if past is not None and any(target.gap == past.gap for target in play.answers):
        return past.gap or ""
    if len(play.answers) == 1 or not standing:
        return play.answers[0].gap
    stands = {outcome.rule.id for outcome in standing}
    return next((target.gap for target in play.answers if target.gap in stands), play.answers[0].gap)


def closed_actions(
    account: Account,
    history: History,
    *,
    plays: Mapping[str, Play],
    candidates: Collection[str],
    chosen: Collection[str],
    superseded: Collection[str],
    done: Collection[str] = (),
) -> tuple[ClosedAction, ...]:
    """Return the actions that closed within the last 90 days, by play id.

    `candidates`, `chosen`, `superseded` and `done` are ids of plays: those whose gap stands, those that came through,
    the open ones that a chosen one excluded or whose gap another absorbed, and those whose `done_when` is true. A play
    that came through is never among the closed: its action lives on.
    """
    closed = []
    for play_id, past in history.plays.items():
        if play_id in chosen:
            continue
        play = plays.get(play_id)
        fate: ClosedReason | None = None if play_id in candidates else "gap_gone"
        if play is None or play_id in superseded:
            fate = "superseded"
        elif play_id in done:
            fate = "done"
        reason = _reason(past, play, account=account, fate=fate)
        if reason is not None:
            gap = naming_gap(play, (), past=past) if play is not None else past.gap or ""
            closed.append(ClosedAction(action_id(account.account_id, play_id, gap), play_id, reason))
    return tuple(closed)


def _reason(
    past: PlayHistory, play: Play | None, *, account: Account, fate: ClosedReason | None
) -> ClosedReason | None:
    """Why the action is closed: completed, run out, or what became of an open one (`fate`). `None` if it is not."""
    latest, today = past.latest, account.as_of.date()
    if latest is None:
        return None
    if latest.kind == "completed":
        return "done" if _is_told(latest.at.date(), today) else None
    if latest.kind != "accepted":
        return None
    expired = expired_on(latest, play, account=account)
    if expired is not None:
        return "expired" if _is_told(expired, today) else None
    return fate


def _is_told(closed_on: date, today: date) -> bool:
    return today <= days_after(closed_on, TOLD_FOR_DAYS)
