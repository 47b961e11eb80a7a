"""`nextplay snapshots`: snapshots out of what a company already has, or invented ones."""

from __future__ import annotations

import typer

from nextplay.cli.feeds import feeds
from nextplay.cli.from_csv import from_csv
from nextplay.cli.generate import generate

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Make snapshots out of exports, or invent some.")
app.command("from-csv")(from_csv)
app.command("feeds")(feeds)
app.command("generate")(generate)


@app.callback()
def snapshots() -> None:
    """Make snapshots out of exports, or invent some."""
