"""`nextplay version`."""

from __future__ import annotations

import typer

from nextplay import __version__
from nextplay.cli.output import Format, FormatOption, say, say_json

app = typer.Typer(add_completion=False)


@app.command()
def version(*, output: FormatOption = Format.TEXT) -> None:
    """Say which version of the engine this is."""
    if output is Format.JSON:
        say_json({"version": __version__})
    else:
        say(__version__)
