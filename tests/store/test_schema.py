"""The schema: made by the migrations alone, and the one that the tables in code describe."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from tests.store.server import PostgresServer
from tests.store.told import Clock

from nextplay.errors import StoreOutdated
from nextplay.store import Store
from nextplay.store.engine import Database
from nextplay.store.migrating import upgrade
from nextplay.store.schema import METADATA, NEEDED_REVISION


def test_migrations_make_the_tables_that_code_describes(store_url: str) -> None:
    """Tables, columns, types, keys and indexes are the same in both, on each database."""
    database = Database(store_url)
    with database.reading() as connection:
        differences = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}),
            METADATA,
        )
    database.close()
    assert differences == []


def test_needed_revision_is_the_last_migration() -> None:
    """The constant that spares every start the loading of Alembic names the newest migration."""
    config = Config()
    config.set_main_option("script_location", "nextplay.store:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [NEEDED_REVISION]


def test_a_file_of_sqlite_needs_no_set_up(tmp_path: Path, clock: Clock) -> None:
    """Opening a store in a file that is not there makes it, whole."""
    with Store.open(f"sqlite:///{tmp_path}/new.db", clock=clock) as store:
        assert store.status().revision == NEEDED_REVISION
        assert store.check() == ()


def test_postgresql_is_upgraded_by_the_command_alone(postgres: PostgresServer, clock: Clock) -> None:
    """An empty database of PostgreSQL is refused with the remedy, and opens after it; a second one changes nothing."""
    url = postgres.make("empty")
    with pytest.raises(StoreOutdated, match="nextplay store upgrade"):
        Store.open(url, clock=clock)
    assert upgrade(url) == (None, NEEDED_REVISION)
    assert upgrade(url) == (NEEDED_REVISION, NEEDED_REVISION)
    Store.open(url, clock=clock).close()
    postgres.drop("empty")


def test_a_new_file_may_be_opened_by_many_at_once(tmp_path: Path, clock: Clock) -> None:
    """Whoever comes first makes the schema, the others find it: nobody is refused, and it is made once."""

    def first_open(_number: int) -> str | None:
        with Store.open(f"sqlite:///{tmp_path}/new.db", clock=clock) as store:
            return store.status().revision

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(first_open, range(8))) == {NEEDED_REVISION}


def test_who_opens_a_file_that_another_is_making_waits_for_it(tmp_path: Path) -> None:
    """SQLite itself refuses at once to write ahead while another begins to write a file that does not do so yet."""

    def first_read() -> object:
        database = Database(f"sqlite:///{tmp_path}/new.db")
        try:
            with database.reading() as connection:
                return connection.execute(text("PRAGMA journal_mode")).scalar()
        finally:
            database.close()

    with closing(sqlite3.connect(tmp_path / "new.db", isolation_level=None)) as other, ThreadPoolExecutor(1) as pool:
        other.execute("BEGIN IMMEDIATE")
        read = pool.submit(first_read)
        wait([read], timeout=0.3)  # long enough to be refused in
        other.execute("COMMIT")
        assert read.result() == "wal"


def test_two_upgrades_at_once_are_one(postgres: PostgresServer) -> None:
    """On PostgreSQL one of them makes the tables, the other waits and finds them."""
    url = postgres.make("twice")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _number: upgrade(url), range(4)))
    assert sorted(before or "" for before, _ in found) == ["", *[NEEDED_REVISION] * 3]
    postgres.drop("twice")


def test_a_later_schema_is_left_alone(store_url: str, clock: Clock) -> None:
    """A store that a later version has upgraded is refused with a sentence, on each database, and not changed."""
    database = Database(store_url)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreOutdated, match="later version"):
        Store.open(store_url, clock=clock)
    with pytest.raises(StoreOutdated, match="later version"):
        upgrade(store_url)
    database.close()
