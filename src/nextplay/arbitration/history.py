"""What earlier reactions, touches, holds and disputes of one account mean on the day of the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from nextplay.arbitration.outcome import Account
from nextplay.rules.rulebook import Play
from nextplay.snapshot import HistoryEntry

EXPIRES_AFTER_DAYS: Final = 90
"""How long an accepted action stays open without being completed."""
_WEIGHT_OF_KIND: Final = {"accepted": 0, "snoozed": 1, "declined": 2, "wrong_diagnosis": 3, "completed": 4}
_SETTLING: Final = frozenset(_WEIGHT_OF_KIND) - {"snoozed"}
_NO_END: Final = date.max
_LAST_DAY: Final = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class PlayHistory:
    """What happened to one play.

    `latest` is the newest of accepted, declined, wrong_diagnosis and completed; a snooze settles nothing. `gap` is
    the last one that an acceptance or a completion named. `snoozed` is there where nothing came after the snooze.
    `declines` are the days of the declines since the last acceptance, newest first.
    """

    latest: HistoryEntry | None
    completed: HistoryEntry | None
    snoozed: HistoryEntry | None
    declines: tuple[date, ...]
    gap: str | None

    @property
    def acceptance(self) -> HistoryEntry | None:
        """The acceptance that nothing has settled since."""
        return self.latest if self.latest is not None and self.latest.kind == "accepted" else None


@dataclass(frozen=True, slots=True)
class History:
    """The past of one account. `holds` is by play, `None` for the whole account; the newest hold of each scope counts.

    `disputes` are the wrong diagnoses, newest first. `touches` are (day, channel) of what reached the customer.
    """

    plays: Mapping[str, PlayHistory] = field(default_factory=dict)
    holds: Mapping[str | None, HistoryEntry] = field(default_factory=dict)
    disputes: tuple[HistoryEntry, ...] = ()
    touches: tuple[tuple[date, str | None], ...] = ()


NO_HISTORY: Final = History()


def recall(entries: Sequence[HistoryEntry], *, as_of: datetime) -> History:
    """Sort the past of one account; the order of `entries` plays no part.

    Entries after `as_of` have not happened yet and equal entries are one. Entries of one instant are ordered as
    accepted, snoozed, declined, wrong_diagnosis, completed, then by `until`, gap, channel, play, kind and answer. A
    touch is an entry `contacted`, or `completed` with a channel: whoever reports a completed call reports it once.
    """
    if not entries:
        return NO_HISTORY
    past = sorted({entry for entry in entries if entry.at <= as_of}, key=_moment)
    of_plays: dict[str, list[HistoryEntry]] = {}
    for entry in past:
        if entry.play is not None and entry.kind in _WEIGHT_OF_KIND:
            of_plays.setdefault(entry.play, []).append(entry)
    return History(
        plays={play: _of_play(reactions) for play, reactions in sorted(of_plays.items())},
        holds={entry.play: entry for entry in past if entry.kind == "held"},
        disputes=tuple(entry for entry in reversed(past) if entry.kind == "wrong_diagnosis"),
        touches=tuple((entry.at.date(), entry.channel) for entry in past if _reached_customer(entry)),
    )


def expired_on(acceptance: HistoryEntry, play: Play | None, *, account: Account) -> date | None:
    """Return the day on which an accepted action ran out, or `None` while it is open.

    A renewal play runs out with the decision deadline that lay ahead when it was accepted, every play 90 days after
    its acceptance.
    """
    today, accepted_on, deadline = account.as_of.date(), acceptance.at.date(), account.deadline
    if play is not None and play.purpose == "renewal" and deadline is not None and accepted_on <= deadline < today:
        return deadline
    last = days_after(accepted_on, EXPIRES_AFTER_DAYS)
    return last if last < today else None


def days_after(day: date, days: int) -> date:
    """Return the day `days` later, at most the last day of the calendar."""
    return date.fromordinal(min(day.toordinal() + days, _LAST_DAY))


def _moment(entry: HistoryEntry) -> tuple[datetime, int, date, str, str, str, bool, str, str]:
    """Return what orders the past. Entries that differ at all differ in it: a set has no order of its own."""
    return (
        entry.at,
        _WEIGHT_OF_KIND.get(entry.kind, -1),
        entry.until or _NO_END,
        entry.gap or "",
        entry.channel or "",
        entry.play or "",
        entry.until is None,
        entry.kind,
        entry.answer or "",
    )


def _of_play(reactions: Sequence[HistoryEntry]) -> PlayHistory:
    """Read the reactions of one play, oldest first."""
    latest = completed = gap = None
    declines: list[date] = []
    for entry in reactions:
        if entry.kind in _SETTLING:
            latest = entry
        if entry.kind == "completed":
            completed = entry
        elif entry.kind == "declined":
            declines.insert(0, entry.at.date())
        elif entry.kind == "accepted":
            declines.clear()
        if entry.kind in {"accepted", "completed"}:
            gap = entry.gap or gap
    snoozed = reactions[-1] if reactions[-1].kind == "snoozed" else None
    return PlayHistory(latest, completed, snoozed, tuple(declines), gap)


def _reached_customer(entry: HistoryEntry) -> bool:
    return entry.kind == "contacted" or (entry.kind == "completed" and entry.channel not in {None, "internal"})
