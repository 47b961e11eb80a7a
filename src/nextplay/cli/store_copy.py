"""`nextplay store copy`: move to another database."""

from __future__ import annotations

from typing import Annotated

import typer

from nextplay.cli.output import Format, FormatOption, plural, say, say_json
from nextplay.cli.store_place import DEFAULT_URL, StoreOption, opened, refuse_none
from nextplay.store.copying import copy as copy_rows
from nextplay.store.engine import Database
from nextplay.store.migrating import upgrade_database


def copy(
    target: Annotated[
        str, typer.Argument(metavar="URL", help="URL of the database to copy into; it is empty.", show_default=False)
    ],
    *,
    store: StoreOption = DEFAULT_URL,
    output: FormatOption = Format.TEXT,
) -> None:
    """Copy everything into another database, whole or not at all; its tables are made where they are not there."""
    refuse_none(target)
    opened(store).close()
    source, there = Database(store), Database(target)
    try:
        upgrade_database(there)
        counts = copy_rows(source, there)
    finally:
        source.close()
        there.close()
    if output is Format.JSON:
        say_json(dict(counts))
        return
    told = {name.removesuffix("s"): count for name, count in counts.items() if name != "meta"}
    say(f"copied to `{there.name}`: {', '.join(plural(count, name) for name, count in told.items())}")
