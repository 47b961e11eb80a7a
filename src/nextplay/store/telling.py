"""Writing down what is told: once for each `request_id`, and never about an erased account."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select

from nextplay.canonical import canonical_json, digest
from nextplay.errors import AccountErased, NotRemembered, RequestIdReused
from nextplay.store.decision_log import is_known
from nextplay.store.dialects import inserting
from nextplay.store.packing import METHODS, record_of, told_row
from nextplay.store.records import Reaction, Receipt, Told
from nextplay.store.schema import RECORDS
from nextplay.store.tombstones import erased_among
from nextplay.store.worklist import named_action, react

_ID_DIGITS = 32


def record(
    connection: Connection, tenant: str, request_id: str, told: Told, *, sent: bytes | None, now: datetime
) -> Receipt:
    """Write down what is told, or find that it is written; see `Store.record` for what is raised."""
    payload_hash = _payload_hash(told, sent)
    receipt = _earlier(connection, tenant, request_id, payload_hash)
    if receipt is not None:
        return receipt
    if erased_among(connection, {(tenant, told.account_id)}):
        raise AccountErased("this account was erased; nothing is written about it any more")
    row: dict[str, Any] = {
        "tenant": tenant,
        "request_id": request_id,
        "record_id": digest([tenant, request_id], prefix="r1-", digits=_ID_DIGITS),
        "recorded_at": now,
        "payload_hash": payload_hash,
        **told_row(told),
    }
    if isinstance(told, Reaction):
        row["play"], row["gap"], row["channel"] = named_action(connection, tenant, told)
        if told.decision_id is not None and not is_known(connection, tenant, told.account_id, told.decision_id):
            raise NotRemembered("decision")
    write = inserting(connection.dialect.name)(RECORDS).on_conflict_do_nothing().returning(RECORDS.c.sequence)
    if connection.execute(write, row).first() is None:
        return _of_another(connection, tenant, request_id, payload_hash)
    if isinstance(told, Reaction):
        react(connection, tenant, told, now=now)
    return Receipt(row["record_id"], now, told)


def receipt_of(connection: Connection, tenant: str, request_id: str, *, sent: bytes) -> Receipt | None:
    """Return the receipt of a request that came before, `None` where it did not. Raises `RequestIdReused`."""
    return _earlier(connection, tenant, request_id, sha256(sent).hexdigest())


def _earlier(connection: Connection, tenant: str, request_id: str, payload_hash: str) -> Receipt | None:
    """Return the receipt of this very request. Raises `RequestIdReused` where it came with another content."""
    found = connection.execute(
        select(RECORDS).where(RECORDS.c.tenant == tenant, RECORDS.c.request_id == request_id)
    ).one_or_none()
    if found is None:
        return None
    if found.payload_hash != payload_hash:
        raise RequestIdReused("this `request_id` came before with another content; send a new one")
    return Receipt(found.record_id, found.recorded_at, record_of(found).told)


def _of_another(connection: Connection, tenant: str, request_id: str, payload_hash: str) -> Receipt:
    """Return the receipt of whoever wrote the same request a moment before."""
    receipt = _earlier(connection, tenant, request_id, payload_hash)
    if receipt is None:
        msg = "a record that was in the way is not there"
        raise AssertionError(msg)
    return receipt


def _payload_hash(told: Told, sent: bytes | None) -> str:
    """Hash what was sent, or all that is told but `at`, which the door may have filled in by its clock."""
    if sent is not None:
        return sha256(sent).hexdigest()
    content = [[field.name, getattr(told, field.name)] for field in fields(told) if field.name != "at"]
    return sha256(canonical_json([METHODS[type(told)], content])).hexdigest()
