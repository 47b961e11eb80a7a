"""`nextplay report`: what the memory tells about the rulebook."""

from __future__ import annotations

import typer

from nextplay.cli.report_plays import plays

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Tell what became of plays and gaps.")


@app.callback()
def report() -> None:
    """Tell what the memory knows about the rulebook."""


app.command("plays")(plays)
