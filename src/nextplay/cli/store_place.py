"""Where the store is: the option that several commands share, and the store opened for one of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from nextplay.errors import NextplayError
from nextplay.settings import NO_STORE, Settings
from nextplay.store import Store
from nextplay.store.engine import Database
from nextplay.store.migrating import refuse_foreign

DEFAULT_URL: Final[str] = Settings.model_fields["store"].default
StoreOption = Annotated[
    str,
    typer.Option(
        "--store",
        metavar="URL",
        envvar="NEXTPLAY_STORE",
        show_envvar=False,
        help="URL of the store.",
        show_default=True,
    ),
]
TenantOption = Annotated[
    str, typer.Option("--tenant", metavar="NAME", help="Whose account it is, where the service has several tenants.")
]
AccountArgument = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Id of the account.", show_default=False)]


def now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)


def opened(url: str) -> Store:
    """Open a store that is there: a command that only looks must not make an empty one.

    Raises `NextplayError` where there is none.
    """
    refuse_none(url)
    database = Database(url)
    try:
        refuse_foreign(database)
        if database.path is not None and not _holds_something(database.path):
            raise NextplayError(
                f"`{database.path}`: there is no such store; name it with --store, or make it with "
                "`nextplay store upgrade`"
            )
    finally:
        database.close()
    return Store.open(url, clock=now)


def _holds_something(path: Path) -> bool:
    """Say whether there is a file that is not empty: what is damaged is told by whoever reads it."""
    return path.is_file() and path.stat().st_size > 0


def refuse_none(url: str) -> None:
    """Refuse the setting that nothing is remembered. Raises `NextplayError`."""
    if url == NO_STORE:
        raise NextplayError("no store is set (`none`): nothing is remembered; name one with --store")
