"""The log of decisions: written in groups, read one by one, by account, or as a whole."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, func, insert, select

from nextplay.errors import DecisionDamaged, NotRemembered
from nextplay.store.engine import Database
from nextplay.store.packing import decision_of, decision_row
from nextplay.store.prepared import prepared
from nextplay.store.records import LoggedDecision, StoredDecision
from nextplay.store.schema import DECISIONS
from nextplay.store.tombstones import erased_among
from nextplay.store.worklist import show

_INSERT: Final = prepared(
    lambda _dialect: insert(DECISIONS), [column.name for column in DECISIONS.columns if column.name != "sequence"]
)


def log(database: Database, decisions: Sequence[LoggedDecision], *, now: datetime) -> int:
    """Write a group of decisions and bring the worklist up to them; return how many erased accounts kept out."""
    rows = [decision_row(decision) for decision in decisions]
    with database.writing(logging=True) as connection:
        erased = erased_among(connection, {(decision.tenant, decision.account_id) for decision in decisions})
        if erased:
            rows = [row for row in rows if (row["tenant"], row["account_id"]) not in erased]
        kept = [decision for decision in decisions if (decision.tenant, decision.account_id) not in erased]
        if kept:
            _INSERT(connection).run(connection, rows)
            show(connection, kept, now=now)
    return len(decisions) - len(kept)


def first_with_id(connection: Connection, tenant: str, decision_id: str) -> StoredDecision:
    """Return a decision as it was first answered. Raises `NotRemembered`."""
    wanted = select(DECISIONS).where(DECISIONS.c.tenant == tenant, DECISIONS.c.decision_id == decision_id)
    return _only(connection, wanted.order_by(DECISIONS.c.sequence))


def is_known(connection: Connection, tenant: str, account_id: str, decision_id: str) -> bool:
    """Tell whether the decision is one about this account."""
    wanted = select(DECISIONS.c.sequence).where(
        DECISIONS.c.tenant == tenant, DECISIONS.c.decision_id == decision_id, DECISIONS.c.account_id == account_id
    )
    return connection.execute(wanted.limit(1)).first() is not None


def newest_of(connection: Connection, tenant: str, account_id: str) -> StoredDecision:
    """Return the newest decision of an account. Raises `NotRemembered`."""
    return _only(connection, _of_account(tenant, account_id))


def newest_sequences(connection: Connection, tenant: str, *, size: int) -> tuple[int, ...]:
    """Return the sequence of the newest decision of each account, the newest first, at most `size`."""
    newest = func.max(DECISIONS.c.sequence)
    wanted = select(newest).where(DECISIONS.c.tenant == tenant).group_by(DECISIONS.c.account_id)
    return tuple(connection.execute(wanted.order_by(newest.desc()).limit(size)).scalars())


def at_sequences(connection: Connection, sequences: Sequence[int]) -> tuple[StoredDecision, ...]:
    """Return the decisions at these sequences, the newest first; those that are gone meanwhile are left out."""
    wanted = select(DECISIONS).where(DECISIONS.c.sequence.in_(sequences)).order_by(DECISIONS.c.sequence.desc())
    return tuple(stored(row) for row in connection.execute(wanted))


def page_of(
    connection: Connection, tenant: str, account_id: str, *, size: int, before: int | None
) -> tuple[StoredDecision, ...]:
    """Return the decisions of an account, newest first, beginning below the sequence `before`."""
    wanted = _of_account(tenant, account_id)
    if before is not None:
        wanted = wanted.where(DECISIONS.c.sequence < before)
    return tuple(stored(row) for row in connection.execute(wanted.limit(size)))


def stored(row: Any) -> StoredDecision:  # noqa: ANN401  a row of the table
    """Read a decision back, with its place in the log. Raises `DecisionDamaged` where its bytes are damaged."""
    try:
        return StoredDecision(row.sequence, decision_of(row))
    except (zlib.error, ValueError, TypeError):
        raise DecisionDamaged from None


def _of_account(tenant: str, account_id: str) -> Select[Any]:
    return (
        select(DECISIONS)
        .where(DECISIONS.c.tenant == tenant, DECISIONS.c.account_id == account_id)
        .order_by(DECISIONS.c.sequence.desc())
    )


def _only(connection: Connection, wanted: Select[Any]) -> StoredDecision:
    row = connection.execute(wanted.limit(1)).first()
    if row is None:
        raise NotRemembered("decision")
    return stored(row)
