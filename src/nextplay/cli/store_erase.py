"""`nextplay store erase`: leave nothing of an account."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from nextplay.cli.output import Format, FormatOption, plural, say, say_json
from nextplay.cli.store_place import DEFAULT_URL, AccountArgument, StoreOption, TenantOption, opened
from nextplay.errors import NextplayError


def erase(
    account: AccountArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; needed where nobody can answer.")] = False,
    tenant: TenantOption = "",
    store: StoreOption = DEFAULT_URL,
    output: FormatOption = Format.TEXT,
) -> None:
    """Erase all that is remembered of an account, for good; nothing is written about it any more."""
    if not account.strip():
        raise NextplayError("no account is named; give the id under which it was told, nothing was erased")
    with opened(store) as there:
        if not yes:
            _ask(account)
        gone = there.erase(tenant, account)
    if output is Format.JSON:
        say_json(dict(gone))
        return
    counted = ", ".join(plural(count, name.removesuffix("s")) for name, count in gone.items())
    say(f"erased: {counted}; nothing is remembered of `{account}` any more, nor written about it")


def _ask(account: str) -> None:
    """Ask the person at the terminal. Raises `NextplayError` where nobody is there, or says no."""
    if not _somebody_is_there():
        raise NextplayError("nothing was erased: nobody is there to be asked; add --yes")
    if not typer.confirm(f"erase all that is remembered of `{account}`, for good?", err=True):
        raise NextplayError("nothing was erased")


def _somebody_is_there() -> bool:
    return sys.stdin.isatty()
