"""Which accounts were erased, known by a keyed hash alone."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, select

from nextplay.store.dialects import inserting
from nextplay.store.schema import META, TOMBSTONES

_KEY: Final = "tombstone_key"
_KEY_BYTES: Final = 32
_AT_ONCE: Final = 500
"""Most values in one list of a statement."""
_FIND_KEY_NOW: Final = f"SELECT value FROM meta WHERE name = '{_KEY}'"  # noqa: S608  a constant
"""The same as `_FIND_KEY`, for every write that has to know: it need not be put together anew."""
_FIND_KEY: Final = select(META.c.value).where(META.c.name == _KEY)


def erased_among(connection: Connection, accounts: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Return those of the accounts, given as (tenant, account), that were erased."""
    found_key = connection.exec_driver_sql(_FIND_KEY_NOW).first()
    if found_key is None or not accounts:
        return frozenset()
    key = bytes(found_key[0])
    by_hash = {_keyed_hash(key, *account): account for account in accounts}
    hashes = sorted(by_hash)
    found: set[str] = set()
    for start in range(0, len(hashes), _AT_ONCE):
        wanted = TOMBSTONES.c.keyed_hash.in_(hashes[start : start + _AT_ONCE])
        found.update(connection.execute(select(TOMBSTONES.c.keyed_hash).where(wanted)).scalars())
    return frozenset(by_hash[keyed_hash] for keyed_hash in found)


def bury(connection: Connection, tenant: str, account_id: str, *, now: datetime) -> None:
    """Put up the tombstone of an account, once."""
    insert = inserting(connection.dialect.name)
    made = {"name": _KEY, "value": secrets.token_bytes(_KEY_BYTES)}
    connection.execute(insert(META).on_conflict_do_nothing(), made)
    key = connection.execute(_FIND_KEY).scalar_one()
    stone = {"keyed_hash": _keyed_hash(key, tenant, account_id), "erased_at": now}
    connection.execute(insert(TOMBSTONES).on_conflict_do_nothing(), stone)


def _keyed_hash(key: bytes, tenant: str, account_id: str) -> str:
    """Hash tenant and account; the length of the tenant keeps (`a`, `bc`) and (`ab`, `c`) apart."""
    message = tenant.encode()
    return hmac.new(key, b"%d:%b%b" % (len(message), message, account_id.encode()), sha256).hexdigest()
