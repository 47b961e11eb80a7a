"""Everything from one store to another: how a file of SQLite becomes a database of PostgreSQL, or the other way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, Table, func, insert, select, text, tuple_

from nextplay.errors import StoreError
from nextplay.store.engine import Database
from nextplay.store.schema import ACTIONS, DECISIONS, META, RECORDS, TOMBSTONES

_TABLES: Final[Mapping[str, Table]] = {
    "decisions": DECISIONS,
    "records": RECORDS,
    "actions": ACTIONS,
    "tombstones": TOMBSTONES,
    "meta": META,
}
_AT_ONCE: Final = 500


def copy(source: Database, target: Database) -> Mapping[str, int]:
    """Copy every row, in one transaction and from one state of the source; return how many, by table.

    Both schemas are ready. Raises `StoreError` where the target has rows already, and `StoreUnavailable`.
    """
    with source.reading(at_once=True) as reader, target.writing(erasing=True) as writer:
        for name, table in _TABLES.items():
            if _count(writer, table):
                raise StoreError(f"the store `{target.name}` has {name} already; copy into an empty one")
        for table in _TABLES.values():
            for rows in _portions(reader, table):
                writer.execute(insert(table), [row._asdict() for row in rows])
        if target.dialect == "postgresql":
            _go_on_behind(writer)
        return {name: _count(writer, table) for name, table in _TABLES.items()}


def _portions(connection: Connection, table: Table) -> Iterator[Sequence[Row[Any]]]:
    """Read a table in the order of its key."""
    key = list(table.primary_key.columns)
    wanted = select(table).order_by(*key).limit(_AT_ONCE)
    rows = connection.execute(wanted).all()
    while rows:
        yield rows
        last = tuple(getattr(rows[-1], column.name) for column in key)
        rows = connection.execute(wanted.where(tuple_(*key) > last)).all()


def _go_on_behind(connection: Connection) -> None:
    """Let PostgreSQL number new rows behind those that came with their number."""
    for table in (DECISIONS, RECORDS):
        highest = connection.execute(select(func.max(table.c.sequence))).scalar()
        if highest is not None:
            connection.execute(text(f"SELECT setval('{table.name}_sequence_seq', {int(highest)})"))


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()
