"""`nextplay store export`: all that is remembered of an account."""

from __future__ import annotations

from nextplay.cli.output import say_json
from nextplay.cli.store_place import DEFAULT_URL, AccountArgument, StoreOption, TenantOption, opened


def export(account: AccountArgument, *, tenant: TenantOption = "", store: StoreOption = DEFAULT_URL) -> None:
    """Write all that is remembered of an account as one JSON document to stdout."""
    with opened(store) as there:
        document = there.export(tenant, account)
    say_json(document, pretty=True)
