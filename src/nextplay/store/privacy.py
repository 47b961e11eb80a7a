"""Erasing an account, and giving out all that is known of it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Table, delete, select, text

from nextplay.errors import StoreUnavailable
from nextplay.store.engine import Database
from nextplay.store.packing import NO_DUE_DATE, unpacked
from nextplay.store.records import LoggedAction
from nextplay.store.schema import ACTIONS, DECISIONS, RECORDS
from nextplay.store.tombstones import bury, erased_among

_OF_ACCOUNT: Final[Mapping[str, Table]] = {"decisions": DECISIONS, "records": RECORDS, "actions": ACTIONS}
_LISTS: Final = ("masked", "held_out")
_OF_ACTION: Final = tuple(field.name for field in fields(LoggedAction))
_IN_MEMORY_BYTES: Final = 256 * 1024 * 1024
"""Up to this size SQLite rewrites its file in memory; a larger one goes through a temporary file."""


def erase(database: Database, tenant: str, account_id: str, *, now: datetime) -> Mapping[str, int]:
    """Put up the tombstone of an account, delete every row of it, then take the traces out of the files.

    Where the second half fails, doing it again finishes it. Raises `StoreUnavailable`.
    """
    with database.writing(erasing=True) as connection:
        bury(connection, tenant, account_id, now=now)
        counts = {
            name: connection.execute(
                delete(table).where(table.c.tenant == tenant, table.c.account_id == account_id)
            ).rowcount
            for name, table in _OF_ACCOUNT.items()
        }
    try:
        _scrub(database)
    except StoreUnavailable as error:
        raise StoreUnavailable(
            f"the account is erased, but traces of it may be left in the files; erase it again: {error}"
        ) from None
    return counts


def empty_wal(connection: Connection) -> None:
    """Write SQLite's WAL into the database and cut it off: it has what was written before it was deleted.

    Raises `StoreUnavailable` where somebody keeps reading what is in it.
    """
    busy = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).scalar_one()
    if busy:
        raise StoreUnavailable("somebody keeps reading the store; try again, or stop what holds it")


def _scrub(database: Database) -> None:
    with database.alone() as connection:
        if database.dialect == "sqlite":
            _rewrite(connection)
            return
        for name in _OF_ACCOUNT:
            connection.execute(text(f"VACUUM {name}"))


def _rewrite(connection: Connection) -> None:
    """Rewrite the file of SQLite, so that nothing is left in the gaps of its pages, and empty the WAL."""
    empty_wal(connection)
    pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    size = pages * connection.execute(text("PRAGMA page_size")).scalar_one()
    connection.execute(text(f"PRAGMA temp_store={'MEMORY' if size <= _IN_MEMORY_BYTES else 'FILE'}"))
    try:
        connection.execute(text("VACUUM"))
    finally:
        connection.execute(text("PRAGMA temp_store=MEMORY"))
    empty_wal(connection)


def export(connection: Connection, tenant: str, account_id: str) -> dict[str, Any]:
    """Return all that is known of an account as one JSON document: the rows of each table, with their documents."""
    document: dict[str, Any] = {
        "tenant": tenant,
        "account_id": account_id,
        "erased": bool(erased_among(connection, {(tenant, account_id)})),
    }
    for name, table in _OF_ACCOUNT.items():
        rows = connection.execute(
            select(table)
            .where(table.c.tenant == tenant, table.c.account_id == account_id)
            .order_by(*table.primary_key.columns)
        )
        document[name] = [_exported(row._asdict()) for row in rows]
    return document


def _exported(row: dict[str, Any]) -> dict[str, Any]:
    filled = {str(name): value for name, value in row.items() if value is not None and value != NO_DUE_DATE}
    return {name: _value(name, value) for name, value in filled.items()}


def _document(blob: bytes) -> Any:  # noqa: ANN401  JSON has no narrower type
    """Give a document back; of a damaged one say so, and go on: the rest belongs to who asked for it too."""
    try:
        return orjson.loads(unpacked(blob))
    except (zlib.error, orjson.JSONDecodeError):
        return {"damaged": "this document cannot be read any more; `nextplay store check` names its row"}


def _value(name: str, value: Any) -> Any:  # noqa: ANN401  JSON has no narrower type
    if name in _LISTS:
        return orjson.loads(value)
    if name == "actions":
        return [dict(zip(_OF_ACTION, action, strict=True)) for action in orjson.loads(value)]
    if isinstance(value, bytes):
        return _document(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
