"""The history of one account, as decisions use it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, bindparam, select

from nextplay.arbitration.history import days_after
from nextplay.snapshot import HistoryEntry
from nextplay.store.schema import RECORDS

_COLUMNS: Final = ("method", "kind", "at", "play", "gap", "channel", "until", "answer")
_FIND: Final = (
    select(*[RECORDS.c[name] for name in _COLUMNS])
    .where(RECORDS.c.tenant == bindparam("of"), RECORDS.c.account_id == bindparam("about"))
    .order_by(RECORDS.c.sequence)
)


def history_of(
    connection: Connection, tenant: str, account_id: str, *, now: datetime | None
) -> tuple[HistoryEntry, ...]:
    """Return what was told about an account up to `now`, sorted by instant, then by the order of telling.

    Of the holds the newest of each scope is there. `until` is the first free day. What is told as shown, and outcomes,
    are no history.
    """
    entries: list[HistoryEntry | None] = []
    holds: dict[str | None, int] = {}
    rows = connection.execute(_FIND, {"of": tenant, "about": account_id})
    for method, kind, at, play, gap, channel, until, answer in rows:
        if method == "outcome" or kind == "shown" or (now is not None and at > now):
            continue
        if method == "reaction":
            touched = channel if kind == "completed" else None
            entries.append(HistoryEntry(kind, at, play, gap, _first_free(until), touched))
        elif method == "answer":
            entries.append(HistoryEntry("answered", at, gap=gap, answer=answer))
        elif _replaces(at, entries, holds.get(play)):
            holds[play] = len(entries)
            entries.append(HistoryEntry("held", at, play=play, until=_first_free(until)))
    return tuple(sorted([entry for entry in entries if entry is not None], key=lambda entry: entry.at))


def _replaces(at: datetime, entries: list[HistoryEntry | None], earlier: int | None) -> bool:
    """Tell whether a hold of this instant counts, and strike out the one before it of the same scope."""
    before = None if earlier is None else entries[earlier]
    if earlier is None or before is None:
        return True
    if at >= before.at:
        entries[earlier] = None
        return True
    return False


def _first_free(last_day: date | None) -> date | None:
    return None if last_day is None else days_after(last_day, 1)
