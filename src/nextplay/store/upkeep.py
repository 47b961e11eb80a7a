"""What an operator asks a store: how much is in it, and whether it is sound."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

import orjson
from sqlalchemy import Connection, Table, func, select, text

from nextplay.errors import DecisionDamaged
from nextplay.store.decision_log import stored
from nextplay.store.engine import Database
from nextplay.store.migrating import revision_of
from nextplay.store.records import StoreStatus
from nextplay.store.schema import ACTIONS, DECISIONS, NEEDED_REVISION, RECORDS, TOMBSTONES

_AT_ONCE: Final = 200
_MOST_PROBLEMS: Final = 20


def status(database: Database) -> StoreStatus:
    """Count what is there."""
    with database.reading() as connection:
        oldest, newest = connection.execute(
            select(func.min(DECISIONS.c.decided_at), func.max(DECISIONS.c.decided_at))
        ).one()
        return StoreStatus(
            name=database.name,
            dialect=database.dialect,
            revision=revision_of(connection),
            needed_revision=NEEDED_REVISION,
            decisions=_count(connection, DECISIONS),
            records=_count(connection, RECORDS),
            actions=_count(connection, ACTIONS),
            tombstones=_count(connection, TOMBSTONES),
            oldest_decided_at=oldest,
            newest_decided_at=newest,
            size_bytes=_size(connection),
        )


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _size(connection: Connection) -> int:
    if connection.dialect.name == "sqlite":
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        return int(pages) * int(connection.execute(text("PRAGMA page_size")).scalar_one())
    return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def problems(database: Database) -> Iterator[str]:
    """Name what is wrong, at most 20 of the rows: the files of SQLite, and decisions that can no longer be read."""
    with database.reading() as connection:
        if database.dialect == "sqlite":
            for found in connection.execute(text(f"PRAGMA integrity_check({_MOST_PROBLEMS})")).scalars():
                if found != "ok":
                    yield f"SQLite finds: {found}"
        for sequence in islice(_unreadable(connection), _MOST_PROBLEMS):
            yield f"the decision with the sequence {sequence} cannot be read"


def _unreadable(connection: Connection) -> Iterator[int]:
    last = 0
    while True:
        wanted = select(DECISIONS).where(DECISIONS.c.sequence > last).order_by(DECISIONS.c.sequence).limit(_AT_ONCE)
        rows = connection.execute(wanted).all()
        if not rows:
            return
        last = rows[-1].sequence
        for row in rows:
            try:
                logged = stored(row).logged
                orjson.loads(logged.question)
                orjson.loads(logged.answer)
            except (DecisionDamaged, ValueError):
                yield row.sequence
