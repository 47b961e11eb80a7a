"""`nextplay store expire`: forget what is old."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from nextplay.cli.output import Format, FormatOption, plural, say, say_json
from nextplay.cli.store_place import DEFAULT_URL, StoreOption, now, opened


def expire(
    *,
    days: Annotated[
        int,
        typer.Option("--days", min=1, max=36_500, help="Forget what is older than so many days.", show_default=False),
    ],
    store: StoreOption = DEFAULT_URL,
    output: FormatOption = Format.TEXT,
) -> None:
    """Forget decisions, what was told and actions older than so many days, except what is being worked on."""
    with opened(store) as there:
        gone = there.expire(now() - timedelta(days=days))
    if output is Format.JSON:
        say_json(dict(gone))
        return
    counted = ", ".join(plural(count, name.removesuffix("s")) for name, count in gone.items())
    say(f"forgotten: {counted} older than {plural(days, 'day')}")
