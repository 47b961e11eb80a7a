"""A database that fails: always `StoreUnavailable` with a sentence, nothing half written, and well again afterwards."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text, update
from tests.store.server import PostgresServer
from tests.store.told import T0, Clock, a_decision, a_reaction, an_action

from nextplay.errors import DecisionDamaged, StoreFault, StoreUnavailable
from nextplay.store import Store, engine
from nextplay.store.engine import Database
from nextplay.store.packing import packed
from nextplay.store.records import Answer, Hold, WorklistFilter
from nextplay.store.schema import DECISIONS

EVERYTHING: dict[str, Callable[[Store], object]] = {
    "log": lambda store: store.log([a_decision(an_action())]),
    "record": lambda store: store.record("", "r-1", Hold("acme", None, date(2026, 4, 1), "x", T0)),
    "history": lambda store: store.history("", "acme"),
    "decision": lambda store: store.decision("", "d1-x"),
    "latest": lambda store: store.latest("", "acme"),
    "decisions": lambda store: store.decisions("", "acme", size=1),
    "actions": lambda store: store.actions("", WorklistFilter(), size=1),
    "logged": lambda store: list(store.logged()),
    "records": lambda store: list(store.records()),
    "erase": lambda store: store.erase("", "acme"),
    "export": lambda store: store.export("", "acme"),
    "expire": lambda store: store.expire(T0),
    "check": lambda store: store.check(),
    "status": lambda store: store.status(),
}
WRITES = ("log", "record", "erase", "expire")


@pytest.fixture
def sqlite_path(sqlite_url: str) -> Path:
    """Return the file of the store."""
    return Path(sqlite_url.removeprefix("sqlite:///"))


@pytest.fixture
def on_sqlite(sqlite_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Open a store in a file whose writers do not wait long."""
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    with Store.open(sqlite_url, clock=clock) as opened:
        yield opened


def test_a_locked_file_is_a_sentence(on_sqlite: Store, sqlite_path: Path) -> None:
    """While another process holds the file, writes fail and reads go on; afterwards writes work again."""
    holder = sqlite3.connect(sqlite_path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    for name in WRITES:
        with pytest.raises(StoreUnavailable, match="is locked by another process"):
            EVERYTHING[name](on_sqlite)
    assert on_sqlite.history("", "acme") == ()
    holder.execute("ROLLBACK")
    holder.close()
    assert EVERYTHING["log"](on_sqlite) == 0


def test_a_full_disk_is_a_sentence_and_leaves_nothing_behind(on_sqlite: Store) -> None:
    """A group that finds no room is not written at all; with room again it is."""
    group = [a_decision(an_action(), question=bytes(str(list(range(40_000))), "ascii")) for _ in range(5)]
    with on_sqlite._database.alone() as connection:
        connection.execute(text("PRAGMA max_page_count = 30"))
    with pytest.raises(StoreUnavailable, match="the disk is full"):
        on_sqlite.log(group)
    assert (on_sqlite.status().decisions, on_sqlite.status().actions) == (0, 0)
    with on_sqlite._database.alone() as connection:
        connection.execute(text("PRAGMA max_page_count = 1000000"))
    on_sqlite.log(group)
    assert on_sqlite.status().decisions == 5


@pytest.mark.parametrize("fate", ["deleted", "replaced"])
def test_a_file_that_is_gone_takes_no_writes(on_sqlite: Store, sqlite_path: Path, ready_file: Path, fate: str) -> None:
    """What is acknowledged is never in a file that nobody will find: a deleted or replaced one is noticed."""
    on_sqlite.log([a_decision(an_action())])
    sqlite_path.rename(sqlite_path.with_name("old.db"))
    if fate == "replaced":
        shutil.copyfile(ready_file, sqlite_path)
    for name in WRITES:
        with pytest.raises(StoreUnavailable, match="was moved, deleted or replaced"):
            EVERYTHING[name](on_sqlite)
    sqlite_path.with_name("old.db").rename(sqlite_path)
    on_sqlite.record("", "r-1", a_reaction("accepted"))


@pytest.mark.parametrize("fate", ["deleted", "replaced"])
@pytest.mark.parametrize("write", WRITES)
def test_a_file_that_is_gone_before_the_first_write_takes_none(
    on_sqlite: Store, sqlite_path: Path, ready_file: Path, write: str, fate: str
) -> None:
    """Which file it is is known from the opening on: the first write already notices that it is another, or none."""
    sqlite_path.rename(sqlite_path.with_name("old.db"))
    if fate == "replaced":
        shutil.copyfile(ready_file, sqlite_path)
    with pytest.raises(StoreUnavailable, match="was moved, deleted or replaced"):
        EVERYTHING[write](on_sqlite)
    assert sqlite_path.is_file() == (fate == "replaced")


def test_a_damaged_file_is_found(sqlite_url: str, sqlite_path: Path, clock: Clock) -> None:
    """Pages overwritten with anything: `check` names it or says that the file is damaged; nothing else escapes."""
    with Store.open(sqlite_url, clock=clock) as store:
        for number in range(60):
            store.log([a_decision(an_action(f"a1-{number}"), account_id=f"account-{number}")])
            store.record("", f"r-{number}", Answer(f"account-{number}", "g", "yes", T0))
        with store._database.alone() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    whole = sqlite_path.read_bytes()
    pages = range(1, len(whole) // 4096, 7)
    noticed = 0
    for page in pages:
        sqlite_path.write_bytes(whole[: page * 4096] + b"\xa5" * 4096 + whole[(page + 1) * 4096 :])
        noticed += _is_noticed(sqlite_url, clock)
        for ask in ("history", "decisions", "actions", "records", "status"):
            try:
                with Store.open(sqlite_url, clock=clock) as store:
                    EVERYTHING[ask](store)
            except StoreUnavailable as error:
                assert "is damaged" in str(error)  # noqa: PT017  what a page holds decides whether it is read at all
    assert noticed == len(pages)


def _is_noticed(url: str, clock: Clock) -> bool:
    try:
        with Store.open(url, clock=clock) as store:
            return bool(store.check())
    except StoreUnavailable as error:
        return "is damaged" in str(error)


def test_a_decision_that_cannot_be_read_is_found(store: Store) -> None:
    """Bytes that are no document any more are named by their place, on each database."""
    store.log([a_decision(an_action()), a_decision(account_id="b")])
    assert store.check() == ()
    with store._database.writing() as connection:
        connection.execute(update(DECISIONS).where(DECISIONS.c.sequence == 2).values(answer=packed(b"no document")))
    assert store.check() == ("the decision with the sequence 2 cannot be read",)
    with store._database.writing() as connection:
        connection.execute(update(DECISIONS).where(DECISIONS.c.sequence == 1).values(question=b"not even packed"))
    assert len(store.check()) == 2
    with pytest.raises(DecisionDamaged, match="nextplay store check"):
        store.latest("", "acme")


def test_what_the_database_refuses_of_ours_is_no_outage(store: Store) -> None:
    """A value of no type that a column has, and a row against its constraints, are faults of ours; it answers on."""
    with pytest.raises(StoreFault):
        store.decisions("", "acme", size=1, before={"a": 1})  # type: ignore[arg-type]
    with pytest.raises(StoreFault), store._database.writing() as connection:
        connection.execute(text("INSERT INTO decisions (tenant) VALUES ('')"))
    assert store.decisions("", "acme", size=1) == ()


def test_a_server_that_is_gone_is_a_sentence_and_comes_back(
    postgres: PostgresServer, postgresql_url: str, clock: Clock
) -> None:
    """Nothing but `StoreUnavailable`, without user and password; the same store works again when the server is back."""
    with Store.open(postgresql_url, clock=clock) as store:
        store.log([a_decision(an_action())])
        postgres.stop(at_once=True)
        try:
            for ask in EVERYTHING.values():
                with pytest.raises(StoreUnavailable, match="does not answer") as gone:
                    ask(store)
                assert "unsaid-password" not in str(gone.value)
                assert gone.value.__cause__ is None
            with pytest.raises(StoreUnavailable, match="does not answer"):
                Store.open(postgresql_url, clock=clock)
        finally:
            postgres.start()
        assert store.record("", "r-1", a_reaction("accepted")).told == a_reaction("accepted")
        assert store.status().decisions == 1


def test_cut_connections_are_replaced(postgres: PostgresServer, postgresql_url: str, clock: Clock) -> None:
    """Connections that the server cut while they lay idle are noticed before they are used."""
    with Store.open(postgresql_url, clock=clock) as store:
        store.log([a_decision(an_action())])
        with psycopg.connect(postgres.url(), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nextplay'"
            )
        assert store.history("", "acme") == ()
        store.record("", "r-1", a_reaction("accepted"))


def test_a_database_that_takes_no_writes_says_so(postgres: PostgresServer, postgresql_url: str, clock: Clock) -> None:
    """A standby, or a database made read only, refuses writes with a sentence, and is still read."""
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute("ALTER DATABASE ready SET default_transaction_read_only = on")
        try:
            with Store.open(postgresql_url, clock=clock) as store:
                assert store.history("", "acme") == ()
                with pytest.raises(StoreUnavailable, match="it is read only"):
                    store.log([a_decision()])
        finally:
            connection.execute("ALTER DATABASE ready RESET default_transaction_read_only")


def test_a_database_that_is_not_there_is_a_sentence(postgres: PostgresServer, clock: Clock) -> None:
    """A name that no database has is told from a server that does not answer."""
    with pytest.raises(StoreUnavailable, match="create the database and its user"):
        Store.open(postgres.url("nowhere"), clock=clock)


def test_ids_with_nul_are_kept_apart_and_come_back(store: Store) -> None:
    """Ids with NUL, which PostgreSQL has no text for, and with the sign that stands for it, survive as they are."""
    odd = ["a\0b", "a\uf8f00b", "a\uf8f0b", "a\uf8f01b"]
    store.log([a_decision(an_action(f"x-{name}", owner_id=name), account_id=name) for name in odd])
    for number, name in enumerate(odd):
        store.record("", f"r-{number}", a_reaction("accepted", f"x-{name}", account_id=name))
        assert store.latest("", name).logged.account_id == name
        assert [entry.kind for entry in store.history("", name)] == ["accepted"]
        assert [action.account_id for action in store.actions("", WorklistFilter(owner_id=name), size=9)] == [name]


def test_a_database_of_no_kind_that_is_offered_is_refused() -> None:
    """A URL is not repeated, since nobody knows what is in it."""
    with pytest.raises(StoreUnavailable) as refused:
        Database("mysql://ann:s3cret@localhost/x")
    assert "s3cret" not in str(refused.value)
