"""The history of one account, as decisions use it."""

from __future__ import annotations

from datetime import date, datetime
from operator import attrgetter
from typing import Final

from nextplay.arbitration.history import days_after
from nextplay.snapshot import HistoryEntry
from nextplay.store.columns import read_instant
from nextplay.store.engine import Database

_FIND: Final = (
    "SELECT method, kind, at, play, gap, channel, until, answer FROM records "
    "WHERE tenant = ? AND account_id = ? AND method <> 'outcome' AND (kind IS NULL OR kind <> 'shown') "
    "ORDER BY sequence"
)
_at: Final = attrgetter("at")


def history_of(database: Database, tenant: str, account_id: str, *, now: datetime | None) -> tuple[HistoryEntry, ...]:
    """Return what was told about an account up to `now`, sorted by instant, then by the order of telling.

    Of the holds the newest of each scope is there. `until` is the first free day. What is told as shown, and outcomes,
    are no history. Every decision asks for it: on SQLite the driver is asked without anything between.
    """
    entries: list[HistoryEntry | None] = []
    holds: dict[str | None, int] = {}
    for method, kind, told_at, play, gap, channel, until, answer in database.rows(_FIND, (tenant, account_id)):
        at = read_instant(told_at)
        if now is not None and at > now:
            continue
        if method == "reaction":
            touched = channel if kind == "completed" else None
            entries.append(HistoryEntry(kind, at, play, gap, _first_free(until), touched))
        elif method == "answer":
            entries.append(HistoryEntry("answered", at, gap=gap, answer=answer))
        elif _replaces(at, entries, holds.get(play)):
            holds[play] = len(entries)
            entries.append(HistoryEntry("held", at, play=play, until=_first_free(until)))
    return tuple(sorted([entry for entry in entries if entry is not None], key=_at))


def _replaces(at: datetime, entries: list[HistoryEntry | None], earlier: int | None) -> bool:
    """Tell whether a hold of this instant counts, and strike out the one before it of the same scope."""
    before = None if earlier is None else entries[earlier]
    if earlier is None or before is None:
        return True
    if at >= before.at:
        entries[earlier] = None
        return True
    return False


def _first_free(last_day: date | str | None) -> date | None:
    if last_day is None:
        return None
    return days_after(date.fromisoformat(last_day) if isinstance(last_day, str) else last_day, 1)
