"""The kinds of columns, the same on both databases: exact instants, and numbers that rise with the order of writing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

_SIGN: Final = "\uf8f0"
_OFFSET: Final = "+00:00"
_WIDTH: Final = len("2026-03-02T09:00:00.000000Z")


class Instant(TypeDecorator[datetime]):
    """An instant in UTC, exact to the microsecond.

    PostgreSQL has a type for it. SQLite has none: there it is text of one width, which sorts as the instants do.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the type of the database."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(_WIDTH))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401  text or instant
        """Bring an instant into the database's own form."""
        if value is None or dialect.name != "sqlite":
            return value
        return instant_text(value)

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> datetime | None:  # noqa: ANN401  see above
        """Read an instant back, in UTC."""
        return None if value is None else read_instant(value)


def read_instant(value: Any) -> datetime:  # noqa: ANN401  text or instant
    """Read what either database keeps for an instant, in UTC."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)


def instant_text(value: datetime) -> str:
    """Write an instant as SQLite keeps it."""
    in_utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return in_utc.isoformat(timespec="microseconds")[: -len(_OFFSET)] + "Z"


class Words(TypeDecorator[str]):
    """Any text. PostgreSQL takes no NUL, and an id may have one: there it is spelled otherwise, and read back."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None] | None:
        """Spell NUL for PostgreSQL; SQLite takes it."""
        return escaped if dialect.name == "postgresql" else None

    def result_processor(self, dialect: Dialect, _coltype: object) -> Callable[[str | None], str | None] | None:
        """Read a text back as it came."""
        return _unescaped if dialect.name == "postgresql" else None


def escaped(value: str | None) -> str | None:
    """Spell NUL with a sign that nobody uses, and that sign by itself."""
    if value is None or ("\0" not in value and _SIGN not in value):
        return value
    return value.replace(_SIGN, f"{_SIGN}1").replace("\0", f"{_SIGN}0")


def _unescaped(value: str | None) -> str | None:
    if value is None or _SIGN not in value:
        return value
    return value.replace(f"{_SIGN}0", "\0").replace(f"{_SIGN}1", _SIGN)


SEQUENCE: Final = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only where the column is called INTEGER."""
