"""Both databases for every test of the store: a file of SQLite, and a database on a real PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.store.server import PostgresServer
from tests.store.told import Clock

from nextplay.store import Store
from nextplay.store.migrating import upgrade
from nextplay.store.schema import METADATA, NEEDED_REVISION

_DATABASE = "ready"
_EMPTY = ";".join(
    [*(f"DELETE FROM {table.name}" for table in METADATA.sorted_tables)]  # noqa: S608  our own tables
    + [f"ALTER SEQUENCE {name}_sequence_seq RESTART" for name in ("decisions", "records")]
    + [f"UPDATE alembic_version SET version_num = '{NEEDED_REVISION}'"]  # noqa: S608  a constant
)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Run one PostgreSQL for all tests of this process, with one database whose schema is ready."""
    server = PostgresServer(durable=False)
    try:
        server.start()
        upgrade(server.make(_DATABASE))
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def ready_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one file of SQLite whose schema is ready to be copied."""
    path = tmp_path_factory.mktemp("store") / "ready.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(ready_file: Path, tmp_path: Path) -> str:
    """Return the URL of a fresh store in a file of SQLite."""
    path = tmp_path / "nextplay.db"
    shutil.copyfile(ready_file, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgres: PostgresServer) -> str:
    """Return the URL of a store on PostgreSQL that is as fresh."""
    url = postgres.url(_DATABASE)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_EMPTY)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a fresh store, on each database in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands until it is moved on."""
    return Clock()


@pytest.fixture
def store(store_url: str, clock: Clock) -> Iterator[Store]:
    """Open a fresh store, on each database in turn."""
    with Store.open(store_url, clock=clock) as opened:
        yield opened
