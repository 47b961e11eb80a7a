"""The store: the one interface to what is remembered. Safe to use from any thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

from sqlalchemy import Column, Table, func, select

from nextplay.snapshot import HistoryEntry
from nextplay.store import decision_log, past, privacy, retention, telling, upkeep, worklist
from nextplay.store.engine import Database
from nextplay.store.migrating import make_ready
from nextplay.store.packing import record_of
from nextplay.store.records import (
    Key,
    LoggedDecision,
    Receipt,
    StoredDecision,
    StoredRecord,
    StoreStatus,
    Told,
    WorklistAction,
    WorklistFilter,
)
from nextplay.store.schema import DECISIONS, RECORDS

Clock = Callable[[], datetime]
_AT_ONCE: Final = 200
"""Rows that a stream reads at once."""


class Store:
    """What the service remembers. Every method may raise `StoreUnavailable`; then nothing was written.

    Except where the connection broke while PostgreSQL was committing: then what was asked may be there or not, and
    asking again with the same `request_id` tells.
    """

    def __init__(self, database: Database, *, clock: Clock) -> None:
        """Take a database whose schema is ready; `open` makes sure of it."""
        self._database: Final = database
        self._clock: Final = clock

    @classmethod
    def open(cls, url: str, *, clock: Clock) -> Self:
        """Open the store at a URL: `sqlite:///nextplay.db` or `postgresql://USER:PASSWORD@HOST/DATABASE`.

        A file of SQLite and its schema are made where they are not there. Raises `StoreUnavailable` and
        `StoreOutdated`.
        """
        database = Database(url)
        try:
            make_ready(database)
        except BaseException:
            database.close()
            raise
        return cls(database, clock=clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give every connection back."""
        self._database.close()

    def log(self, decisions: Sequence[LoggedDecision]) -> int:
        """Write decisions in one transaction and bring the worklist up to them.

        Decisions about erased accounts are left out; returns how many were.
        """
        if not decisions:
            return 0
        return decision_log.log(self._database, decisions, now=self._clock())

    def record(self, tenant: str, request_id: str, told: Told, *, sent: bytes | None = None) -> Receipt:
        """Write down what is told; durable when it returns. The same request again returns the same receipt.

        `sent` is what the caller sent, byte for byte in one spelling: it tells a repetition from another content where
        the door filled something in. Without it, all of `told` but its `at` is compared.

        Raises `RequestIdReused`, `NotRemembered` (the action or the decision that a reaction names) and
        `AccountErased`.
        """
        with self._database.writing() as connection:
            return telling.record(connection, tenant, request_id, told, sent=sent, now=self._clock())

    def receipt(self, tenant: str, request_id: str, *, sent: bytes) -> Receipt | None:
        """Return the receipt of a request that was recorded before, `None` where it was not.

        Raises `RequestIdReused` where it came with another content.
        """
        with self._database.reading() as connection:
            return telling.receipt_of(connection, tenant, request_id, sent=sent)

    def history(self, tenant: str, account_id: str, *, now: datetime | None = None) -> tuple[HistoryEntry, ...]:
        """Return what decisions use of the past, sorted by instant; with `now`, as it was then."""
        return past.history_of(self._database, tenant, account_id, now=now)

    def decision(self, tenant: str, decision_id: str) -> StoredDecision:
        """Return a decision as it was first answered. Raises `NotRemembered`."""
        with self._database.reading() as connection:
            return decision_log.first_with_id(connection, tenant, decision_id)

    def latest(self, tenant: str, account_id: str) -> StoredDecision:
        """Return the newest decision of an account. Raises `NotRemembered`."""
        with self._database.reading() as connection:
            return decision_log.newest_of(connection, tenant, account_id)

    def newest(self, tenant: str, *, size: int) -> Iterator[tuple[StoredDecision, ...]]:
        """Yield pages of the newest decisions of up to `size` accounts, one for each account, the newest first."""
        with self._database.reading() as connection:
            sequences = decision_log.newest_sequences(connection, tenant, size=size)
        for begin in range(0, len(sequences), _AT_ONCE):
            with self._database.reading() as connection:
                yield decision_log.at_sequences(connection, sequences[begin : begin + _AT_ONCE])

    def decisions(
        self, tenant: str, account_id: str, *, size: int, before: int | None = None
    ) -> tuple[StoredDecision, ...]:
        """Return a page of an account's decisions, newest first, beginning below the sequence `before`."""
        with self._database.reading() as connection:
            return decision_log.page_of(connection, tenant, account_id, size=size, before=before)

    def actions(
        self, tenant: str, chosen: WorklistFilter, *, size: int, after: Key | None = None
    ) -> tuple[WorklistAction, ...]:
        """Return a page of the worklist, most urgent first, beginning behind `after` (`WorklistAction.key`)."""
        with self._database.reading() as connection:
            return worklist.listed(connection, tenant, chosen, size=size, after=after)

    def logged(
        self, *, since: datetime | None = None, tenant: str | None = None, newest_first: bool = False
    ) -> Iterator[StoredDecision]:
        """Stream the log as it is now, in the order of writing: what was decided at or after `since`."""
        rows = self._rows(DECISIONS, DECISIONS.c.decided_at, since=since, tenant=tenant, newest_first=newest_first)
        return map(decision_log.stored, rows)

    def records(
        self, *, since: datetime | None = None, tenant: str | None = None, newest_first: bool = False
    ) -> Iterator[StoredRecord]:
        """Stream what was told, in the order of writing: what was recorded at or after `since`."""
        rows = self._rows(RECORDS, RECORDS.c.recorded_at, since=since, tenant=tenant, newest_first=newest_first)
        return map(record_of, rows)

    def erase(self, tenant: str, account_id: str) -> Mapping[str, int]:
        """Erase an account for good, return how many rows went, by table; nothing is written about it any more.

        On SQLite no byte of it is left in the files, on PostgreSQL the tables are vacuumed.
        """
        return privacy.erase(self._database, tenant, account_id, now=self._clock())

    def export(self, tenant: str, account_id: str) -> dict[str, Any]:
        """Return all that is remembered of an account, as one JSON document."""
        with self._database.reading(at_once=True) as connection:
            return privacy.export(connection, tenant, account_id)

    def expire(self, before: datetime) -> Mapping[str, int]:
        """Forget what is older and not being worked on (`retention`); return how many rows went, by table."""
        return retention.expire(self._database, before, today=self._clock().date())

    def check(self) -> tuple[str, ...]:
        """Look for damage; return what was found."""
        return tuple(upkeep.problems(self._database))

    def status(self) -> StoreStatus:
        """Count what is there."""
        return upkeep.status(self._database)

    def _rows(
        self, table: Table, instant: Column[Any], *, since: datetime | None, tenant: str | None, newest_first: bool
    ) -> Iterator[Any]:
        """Read a table page by page: no transaction stays open while the caller works, and writers go on."""
        sequence = table.c.sequence
        wanted = select(table).order_by(sequence.desc() if newest_first else sequence).limit(_AT_ONCE)
        if since is not None:
            wanted = wanted.where(instant >= since)
        if tenant is not None:
            wanted = wanted.where(table.c.tenant == tenant)
        with self._database.reading() as connection:
            end = connection.execute(select(func.max(sequence))).scalar() or 0
        last = end + 1 if newest_first else 0
        while True:
            behind = sequence < last if newest_first else (sequence > last) & (sequence <= end)
            with self._database.reading() as connection:
                rows = connection.execute(wanted.where(behind)).all()
            if not rows:
                return
            yield from rows
            last = rows[-1].sequence
