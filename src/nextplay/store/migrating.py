"""Which schema a database has, and how it gets to the one that is needed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from nextplay.errors import StoreMisnamed, StoreOutdated
from nextplay.store.engine import Database
from nextplay.store.schema import NEEDED_REVISION

_UPGRADING: Final = 0x6E706C33
"""PostgreSQL's advisory lock of an upgrade: two of them at once would make the same tables."""
_OURS: Final = frozenset({"alembic_version", "records"})
"""Tables of a store of any version; a file that has others and not these belongs to somebody else."""


def upgrade(url: str) -> tuple[str | None, str]:
    """Bring the schema to the revision that is needed; return the one before (absent: there was none) and this one.

    Raises `StoreUnavailable`, and `StoreOutdated` where the schema is of a later version.
    """
    database = Database(url)
    try:
        return upgrade_database(database), NEEDED_REVISION
    finally:
        database.close()


def upgrade_database(database: Database) -> str | None:
    """Upgrade in one transaction, so that it is done whole or not at all; return the revision before."""
    refuse_foreign(database)
    with database.writing() as connection:
        if database.dialect == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_UPGRADING})"))
        before = revision_of(connection)
        if before != NEEDED_REVISION:
            _refuse_later(before)
            _migrate(connection)
        return before


def make_ready(database: Database) -> None:
    """Make the schema of a SQLite file; on PostgreSQL that is left to the operator.

    Raises `StoreUnavailable`, `StoreMisnamed` and `StoreOutdated`.
    """
    refuse_foreign(database)
    with database.reading() as connection:
        found = revision_of(connection)
    if found == NEEDED_REVISION:
        return
    if database.dialect == "sqlite":
        upgrade_database(database)
        return
    _refuse_later(found)
    was = "has no tables of ours yet" if found is None else "has the schema of an earlier version"
    raise StoreOutdated(f"the store `{database.name}` {was}; `nextplay store upgrade` brings it up to date")


def refuse_foreign(database: Database) -> None:
    """Leave a SQLite file alone that holds tables of something else. Raises `StoreMisnamed`."""
    tables = tables_in(database.path) if database.path is not None else frozenset()
    if tables and not tables >= _OURS:
        raise StoreMisnamed(f"the file `{database.name}` holds something else than a store; name another file")


def tables_in(path: Path) -> frozenset[str]:
    """Return the tables of a SQLite file without changing it; none where it is not there or cannot be read so."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    except sqlite3.Error:
        return frozenset()
    return frozenset(name for (name,) in rows if not name.startswith("sqlite_"))


def revision_of(connection: Connection) -> str | None:
    """Return the revision of the schema, or `None` where there is no schema."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _refuse_later(found: str | None) -> None:
    if found is not None and found > NEEDED_REVISION:
        raise StoreOutdated(
            f"the schema of the store is of a later version ({found}, this one needs {NEEDED_REVISION}); "
            "install that version of Nextplay, or restore a backup from before its upgrade"
        )


def _migrate(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415  slow to load, and only an upgrade needs it
    from alembic.config import Config  # noqa: PLC0415  see above

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "nextplay.store:migrations")
    command.upgrade(config, NEEDED_REVISION)
