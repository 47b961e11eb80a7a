"""Statements worked out once: what every decision writes must not be put together anew each time.

The text, the types and the dialect are SQLAlchemy's; what it would do for each row again is done once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Dialect
from sqlalchemy.sql.dml import UpdateBase


class Prepared:
    """A statement for many rows, as one dialect spells it."""

    def __init__(self, statement: UpdateBase, dialect: Dialect, columns: Collection[str] | None) -> None:
        """Work it out; `columns` are those that an insert gives values to."""
        compiled = statement.compile(dialect=dialect, column_keys=None if columns is None else sorted(columns))
        constants: Mapping[str, Any] = compiled.params
        self._text: Final = str(compiled)
        self._is_positional: Final = compiled.positional
        self._values: Final = [
            (name, constants[name], compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup or constants
        ]

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run it for every row, in order; what a row does not name is a constant of the statement."""
        values: list[Any] = [
            [
                row.get(name, constant) if process is None else process(row.get(name, constant))
                for name, constant, process in self._values
            ]
            for row in rows
        ]
        if self._is_positional:
            connection.exec_driver_sql(self._text, [tuple(each) for each in values])
            return
        names = [name for name, _, _ in self._values]
        connection.exec_driver_sql(self._text, [dict(zip(names, each, strict=True)) for each in values])


def prepared(
    make: Callable[[str], UpdateBase], columns: Collection[str] | None = None
) -> Callable[[Connection], Prepared]:
    """Return what gives a statement for the dialect of a connection, worked out when it is first asked for.

    `make` is given the name of the dialect.
    """
    kept: dict[str, Prepared] = {}

    def of_connection(connection: Connection) -> Prepared:
        dialect = connection.dialect
        found = kept.get(dialect.name)
        if found is None:
            found = kept[dialect.name] = Prepared(make(dialect.name), dialect, columns)
        return found

    return of_connection
