"""`nextplay healthcheck`: is the server ready? A container asks every few seconds, so little is loaded here."""

from __future__ import annotations

from typing import Annotated

import typer

from nextplay.cli.channel import ServerUnreachable, connected, serving
from nextplay.cli.exits import ExitCode
from nextplay.cli.output import complain, say

app = typer.Typer(add_completion=False)


@app.command()
def healthcheck(
    *,
    address: Annotated[
        str, typer.Option(envvar="NEXTPLAY_ADDRESS", help="Host and port of the server.")
    ] = "127.0.0.1:50051",
    name: Annotated[str, typer.Option("--service", help="A gRPC service; left out, the server as a whole.")] = "",
    timeout: Annotated[float, typer.Option(min=0.1, max=60, help="Seconds to wait for the answer.")] = 3,
) -> None:
    """Ask a server whether it is ready: exit code 0 if it is, 1 if it is not."""
    with connected(address) as channel:
        try:
            ready = serving(channel, service=name, timeout_seconds=timeout)
        except ServerUnreachable as error:
            complain(f"{address} does not answer: {error}")
            raise typer.Exit(ExitCode.FAILED) from error
    say("serving" if ready else "not serving")
    if not ready:
        raise typer.Exit(ExitCode.FAILED)
