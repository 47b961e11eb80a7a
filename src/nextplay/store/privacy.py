"""Leaving nothing behind: erasing an account, giving out all that is known of it, forgetting what is old."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Table, delete, select, text

from nextplay.store.engine import Database
from nextplay.store.packing import NO_DUE_DATE, unpacked
from nextplay.store.records import OPEN_STATES
from nextplay.store.schema import ACTIONS, DECISIONS, RECORDS
from nextplay.store.tombstones import bury, erased_among

_OF_ACCOUNT: Final[tuple[Table, ...]] = (DECISIONS, RECORDS, ACTIONS)
_BLOBS: Final = ("actions", "question", "answer")


def erase(database: Database, tenant: str, account_id: str, *, now: datetime) -> Mapping[str, int]:
    """Delete every row of an account, put up its tombstone, and leave no trace of it in the files of SQLite."""
    with database.writing(erasing=True) as connection:
        bury(connection, tenant, account_id, now=now)
        counts = {
            table.name: connection.execute(
                delete(table).where(table.c.tenant == tenant, table.c.account_id == account_id)
            ).rowcount
            for table in _OF_ACCOUNT
        }
    scrub(database)
    return counts


def scrub(database: Database) -> None:
    """Take what was deleted out of the files: SQLite whole, PostgreSQL out of the tables, not out of its WAL."""
    with database.alone() as connection:
        if database.dialect == "sqlite":
            connection.execute(text("VACUUM"))
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            return
        for table in _OF_ACCOUNT:
            connection.execute(text(f"VACUUM {table.name}"))


def export(connection: Connection, tenant: str, account_id: str) -> dict[str, Any]:
    """Return all that is known of an account as one JSON document."""
    document: dict[str, Any] = {
        "tenant": tenant,
        "account_id": account_id,
        "erased": bool(erased_among(connection, {(tenant, account_id)})),
    }
    for table in _OF_ACCOUNT:
        rows = connection.execute(
            select(table)
            .where(table.c.tenant == tenant, table.c.account_id == account_id)
            .order_by(*table.primary_key.columns)
        )
        document[table.name] = [_exported(row._asdict()) for row in rows]
    return document


def _exported(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in row.items() if value is not None and value != NO_DUE_DATE}


def _value(name: str, value: Any) -> Any:  # noqa: ANN401  JSON has no narrower type
    if name in _BLOBS:
        return orjson.loads(unpacked(value))
    if name in {"masked", "held_out"}:
        return orjson.loads(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def expire(database: Database, before: datetime) -> Mapping[str, int]:
    """Delete what was decided and told before an instant, except for what open actions still need.

    An open action keeps its row, the decision that it names, and every record about its account.
    """
    still_open = ACTIONS.c.state.in_(sorted(OPEN_STATES))
    worked_on = select(ACTIONS.c.account_id).where(still_open, ACTIONS.c.tenant == RECORDS.c.tenant)
    named = select(ACTIONS.c.decision_id).where(still_open, ACTIONS.c.tenant == DECISIONS.c.tenant)
    old_closed = (ACTIONS.c.decided_at < before, ACTIONS.c.updated_at < before, ~still_open)
    with database.writing(erasing=True) as connection:
        counts = {
            "decisions": connection.execute(
                delete(DECISIONS).where(DECISIONS.c.decided_at < before, DECISIONS.c.decision_id.not_in(named))
            ).rowcount,
            "records": connection.execute(
                delete(RECORDS).where(RECORDS.c.recorded_at < before, RECORDS.c.account_id.not_in(worked_on))
            ).rowcount,
            "actions": connection.execute(delete(ACTIONS).where(*old_closed)).rowcount,
        }
    scrub(database)
    return counts
