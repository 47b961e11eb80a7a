"""From the URL of a database to transactions on it: SQLite with one writer at a time, PostgreSQL through psycopg.

Every outage of the database leaves here as `StoreUnavailable`, and what it refuses of ours as `StoreFault`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from nextplay.errors import StoreFault, StoreMisnamed, StoreUnavailable
from nextplay.store.columns import escaped
from nextplay.store.failures import is_ours, sentence

BUSY_SECONDS: Final = 10.0
"""How long a writer waits for another process that writes to the same SQLite file."""
CONNECT_SECONDS: Final = 5
POOL_SIZE: Final = 16
POOL_OVERFLOW: Final = 48
SERVER_OVERFLOW: Final = 8
"""Connections to PostgreSQL beyond the pool: a server has a hundred for everybody, and waiting is short."""
_BEGINS: Final = "nextplay_begins"
"""Execution option: the statement with which a transaction on SQLite begins. Without it a statement stands alone."""
_PRAGMAS: Final = ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "temp_store=MEMORY")
_AGAIN_SECONDS: Final = 0.005
_TRIES: Final = int(BUSY_SECONDS / _AGAIN_SECONDS)
_ERASING: Final = 0x6E706C31
"""PostgreSQL's advisory lock: writers share it, whoever erases an account holds it alone."""
_LOGGING: Final = 0x6E706C32
"""PostgreSQL's advisory lock of the decision log: groups of several processes are written one after the other."""


class Database:
    """An engine with its two kinds of transaction. Safe to use from any thread."""

    def __init__(self, url: str) -> None:
        """Take the URL without connecting. Raises `StoreMisnamed` where it is of no database that is offered."""
        parsed = _parsed(url)
        self.dialect: Final = parsed.get_backend_name()
        self.name: Final = _name(parsed)
        self.path: Final = Path(parsed.database or "").absolute() if self.dialect == "sqlite" else None
        self._engine: Final = _sqlite(parsed) if self.path is not None else _postgresql(parsed)
        by_itself = {"isolation_level": "AUTOCOMMIT"} if self.path is None else {}
        self._alone: Final = self._engine.execution_options(**by_itself)
        at_once = {"isolation_level": "REPEATABLE READ"} if self.path is None else {_BEGINS: "BEGIN"}
        self._at_once: Final = self._engine.execution_options(**at_once)
        self._writing: Final = self._engine.execution_options(**{_BEGINS: "BEGIN IMMEDIATE"})
        self._writer: Final = Lock()
        self._file: tuple[int, int] | None = None
        if self.path is not None:
            event.listen(self._engine, "connect", self._know_file)

    @contextmanager
    def reading(self, *, at_once: bool = False) -> Iterator[Connection]:
        """Give a connection whose statements stand alone; with `at_once` they all see one state of the database.

        Raises `StoreUnavailable`.
        """
        with self._translated(), (self._at_once if at_once else self._alone).connect() as connection:
            yield connection

    def rows(self, query: str, values: tuple[str, ...]) -> Sequence[Sequence[Any]]:
        """Fetch what a query with `?` for each value finds, as the driver gives it, which costs less.

        Raises `StoreUnavailable`.
        """
        with self._translated():
            if self.path is None:
                with self._alone.connect() as connection:
                    return connection.exec_driver_sql(query.replace("?", "%s"), tuple(map(escaped, values))).fetchall()
            driver = self._engine.raw_connection()
            try:
                found: list[Sequence[Any]] = driver.cursor().execute(query, values).fetchall()
            finally:
                driver.close()
            return found

    @contextmanager
    def writing(self, *, erasing: bool = False, logging: bool = False) -> Iterator[Connection]:
        """Give a connection in a transaction that is durable once this block is left, and undone by an exception.

        SQLite has one writer at a time anyway: waiting in line here is fairer than its own waiting, and it never says
        that the database is locked. `erasing` waits for all writers on PostgreSQL, `logging` for others that log.
        Raises `StoreUnavailable`.
        """
        with self._translated(), self._in_line(), self._writing.begin() as connection:
            if self.dialect == "postgresql":
                shared = "" if erasing else "_shared"
                connection.execute(text(f"SELECT pg_advisory_xact_lock{shared}({_ERASING})"))
                if logging:
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOGGING})"))
            yield connection

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """Give a connection outside of any transaction, as VACUUM needs it. Raises `StoreUnavailable`."""
        with self._translated(), self._in_line(), self._alone.connect() as connection:
            yield connection

    def close(self) -> None:
        """Give every connection back to the database."""
        self._engine.dispose()

    @contextmanager
    def _in_line(self) -> Iterator[None]:
        """Let one writer of this process through at a time, and none to a file that is no longer the one in its place.

        SQLite would go on writing to a file that was deleted or replaced, and nobody would ever read it.
        """
        if self.path is None:
            yield
            return
        with self._writer:
            if self._file is not None and self._file != _identity(self.path):
                raise StoreUnavailable(
                    f"the store `{self.name}` was moved, deleted or replaced; put it back, or start again with what "
                    "is there"
                )
            yield

    def _know_file(self, _connection: object, _record: object) -> None:
        """Take down which file it is when the first connection is opened, before anything is written."""
        if self._file is None and self.path is not None:
            self._file = _identity(self.path)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error) as error:
            kind = StoreFault if is_ours(error) else StoreUnavailable
            raise kind(f"the store `{self.name}` {sentence(error)}") from None


def _identity(path: Path) -> tuple[int, int]:
    """Tell a file from another that has its name; a file that is gone is like none."""
    try:
        found = path.stat()
    except OSError:
        return -1, -1
    return found.st_dev, found.st_ino


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend, driver = parsed.get_backend_name(), parsed.drivername
    except (ArgumentError, ValueError):
        backend, driver = "", ""
    if (
        backend == "sqlite"
        and driver in {"sqlite", "sqlite+pysqlite"}
        and parsed.database not in {None, "", ":memory:"}
    ):
        return parsed
    if backend == "postgresql" and driver in {"postgresql", "postgresql+psycopg"}:
        return parsed.set(drivername="postgresql+psycopg")
    raise StoreMisnamed(
        "the URL of the store is of no database that is offered; write `sqlite:///nextplay.db` or "
        "`postgresql://USER:PASSWORD@HOST/DATABASE`"
    )


def _name(url: URL) -> str:
    """Name the database: its file, or its URL without user, password and options."""
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    port = f":{url.port}" if url.port else ""
    return f"postgresql://{url.host or ''}{port}/{url.database or ''}"


def _sqlite(url: URL) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=BUSY_SECONDS,
        query_cache_size=500,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401  the driver's connection, wrapped
    """Set up a new connection. The driver must begin no transactions itself: it would begin them too late."""
    connection.isolation_level = None
    cursor = connection.cursor()
    _keep_a_log(cursor)
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _keep_a_log(cursor: sqlite3.Cursor) -> None:
    """Have the file write ahead. SQLite waits for nobody here: where several open a new file, all but one are told off.

    Raises `sqlite3.OperationalError` where it stays locked for as long as anybody waits for the file.
    """
    pause = Event()
    for again in reversed(range(_TRIES)):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or not again:
                raise
            pause.wait(_AGAIN_SECONDS)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    """Begin as asked: a writer says so at once, since one that read first could not be made to wait."""
    begins = connection.get_execution_options().get(_BEGINS)
    if begins is not None:
        connection.exec_driver_sql(begins)


def _postgresql(url: URL) -> Engine:
    settings = {"connect_timeout": str(CONNECT_SECONDS), "application_name": "nextplay", "tcp_user_timeout": "10000"}
    options = url.query.get("options", "")
    settings["options"] = f"{options if isinstance(options, str) else ' '.join(options)} -c timezone=UTC".strip()
    arguments: dict[str, Any] = {name: value for name, value in settings.items() if name not in url.query}
    try:
        return create_engine(
            url.difference_update_query(["options"]),
            connect_args=arguments | {"options": settings["options"]},
            pool_pre_ping=True,
            pool_size=POOL_SIZE,
            max_overflow=SERVER_OVERFLOW,
            pool_timeout=BUSY_SECONDS,
            query_cache_size=500,
            hide_parameters=True,
        )
    except ImportError:
        raise StoreUnavailable(
            "PostgreSQL needs the driver psycopg, which is not installed; `pip install nextplay[postgres]` brings it"
        ) from None
