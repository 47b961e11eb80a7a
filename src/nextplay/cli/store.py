"""`nextplay store`: look after what the service remembers."""

from __future__ import annotations

import typer

from nextplay.cli.store_check import check
from nextplay.cli.store_copy import copy
from nextplay.cli.store_erase import erase
from nextplay.cli.store_expire import expire
from nextplay.cli.store_export import export
from nextplay.cli.store_status import status
from nextplay.cli.store_upgrade import upgrade

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Look after what the service remembers.")


@app.callback()
def store() -> None:
    """Look after what the service remembers: its schema, its soundness, and what it must forget."""


app.command("upgrade")(upgrade)
app.command("status")(status)
app.command("check")(check)
app.command("copy")(copy)
app.command("export")(export)
app.command("erase")(erase)
app.command("expire")(expire)
