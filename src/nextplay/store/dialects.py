"""The one statement that the two databases spell alike but SQLAlchemy keeps apart: an insert that may find its row."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

Inserting: TypeAlias = Callable[[Table], postgresql.Insert]


def inserting(dialect: str) -> Inserting:
    """Return what makes an insert with `on_conflict_do_nothing` and `on_conflict_do_update` for a database."""
    return sqlite.insert if dialect == "sqlite" else postgresql.insert  # type: ignore[return-value]  # alike in what is used
