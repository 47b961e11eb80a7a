"""Moving from one database to another."""

from __future__ import annotations

import pytest
from tests.store.told import T0, Clock, a_decision, a_reaction, an_action

from nextplay.errors import AccountErased, StoreError
from nextplay.store import Store
from nextplay.store.copying import copy
from nextplay.store.engine import Database
from nextplay.store.records import Answer, StoreStatus, WorklistFilter


def everything(store: Store) -> list[object]:
    """Return all that a store gives out."""
    return [
        list(store.logged()),
        list(store.records()),
        store.actions("", WorklistFilter(), size=200),
        store.history("", "acme"),
    ]


def counts_of(status: StoreStatus) -> tuple[int, ...]:
    """Return how many rows there are."""
    return status.decisions, status.records, status.actions, status.tombstones


@pytest.mark.parametrize("way", ["to PostgreSQL", "to SQLite"])
def test_a_copy_is_the_same_store_and_goes_on(sqlite_url: str, postgresql_url: str, clock: Clock, way: str) -> None:
    """All rows are there with their sequence, the erased stay erased, receipts repeat, and new rows come behind."""
    urls = (sqlite_url, postgresql_url) if way == "to PostgreSQL" else (postgresql_url, sqlite_url)
    with Store.open(urls[0], clock=clock) as old, Store.open(urls[1], clock=clock) as new:
        old.log([a_decision(an_action(), an_action("a1-2", due_on=None))])
        old.log([a_decision(account_id=f"n-{number}") for number in range(1100)])
        receipt = old.record("", "r-1", a_reaction("accepted"))
        old.erase("", "gone\0")
        source, target = Database(urls[0]), Database(urls[1])
        assert copy(source, target) == {"decisions": 1101, "records": 1, "actions": 2, "tombstones": 1, "meta": 1}
        assert everything(new) == everything(old)
        assert counts_of(new.status()) == counts_of(old.status())
        assert new.record("", "r-1", a_reaction("accepted")) == receipt
        with pytest.raises(AccountErased):
            new.record("", "r-2", Answer("gone\0", "g", "yes", T0))
        for store in (old, new):
            store.log([a_decision(account_id="later")])
            store.record("", "r-3", Answer("acme", "g", "yes", T0))
        assert everything(new) == everything(old)
        with pytest.raises(StoreError, match="copy into an empty one"):
            copy(source, target)
        source.close()
        target.close()
