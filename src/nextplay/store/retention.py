"""Forgetting what is old, except for what is still being worked on.

An action is *alive* while a decision names it, or somebody moves it, after the instant. What is older goes:

- actions that are not alive, whatever their state;
- decisions, unless an open action that is alive names them as its newest;
- what was told, unless its account has an open action that is alive, or it is a hold or a snooze that still lasts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, delete, exists, or_, select, tuple_

from nextplay.store.engine import Database
from nextplay.store.privacy import empty_wal
from nextplay.store.records import OPEN_STATES
from nextplay.store.schema import ACTIONS, DECISIONS, RECORDS

_AT_ONCE: Final = 1000
"""Rows that go in one transaction: whoever waits to write waits no longer than for these."""
_IS_OPEN: Final = ACTIONS.c.state.in_(sorted(OPEN_STATES))


def expire(database: Database, before: datetime, *, today: date) -> Mapping[str, int]:
    """Delete what was decided and told before an instant; return how many rows went, by table."""
    worked_on = exists().where(
        ACTIONS.c.tenant == RECORDS.c.tenant, ACTIONS.c.account_id == RECORDS.c.account_id, _IS_OPEN
    )
    named = exists().where(
        ACTIONS.c.tenant == DECISIONS.c.tenant,
        ACTIONS.c.account_id == DECISIONS.c.account_id,
        ACTIONS.c.decision_id == DECISIONS.c.decision_id,
        _IS_OPEN,
    )
    is_over = or_(RECORDS.c.until.is_(None), RECORDS.c.until < today)
    counts = {
        "actions": _delete(database, ACTIONS, ACTIONS.c.decided_at < before, ACTIONS.c.updated_at < before),
        "decisions": _delete(database, DECISIONS, DECISIONS.c.decided_at < before, ~named),
        "records": _delete(database, RECORDS, RECORDS.c.recorded_at < before, is_over, ~worked_on),
    }
    if database.dialect == "sqlite":
        with database.alone() as connection:
            empty_wal(connection)
    return counts


def _delete(database: Database, table: Table, *conditions: ColumnElement[Any]) -> int:
    """Delete in portions, so that nobody waits long, and return how many rows went."""
    key = tuple_(*table.primary_key.columns)
    portion = select(*table.primary_key.columns).where(*conditions).limit(_AT_ONCE)
    gone = 0
    while True:
        with database.writing() as connection:
            rows = connection.execute(delete(table).where(key.in_(portion), *conditions)).rowcount
        gone += rows
        if rows < _AT_ONCE:
            return gone
