"""`nextplay healthcheck`: is the server ready? A container asks every few seconds, so little is loaded here."""

from __future__ import annotations

from typing import Annotated, Final

import typer
from pydantic import ValidationError

from nextplay.cli.channel import ServerUnreachable, connected, serving
from nextplay.cli.exits import ExitCode
from nextplay.cli.output import complain, say
from nextplay.settings import Settings

app = typer.Typer(add_completion=False)


@app.command()
def healthcheck(
    *,
    address: Annotated[
        str | None,
        typer.Option(
            envvar="NEXTPLAY_ADDRESS",
            help="Host and port of the server.",
            show_default="where `nextplay serve` listens: NEXTPLAY_HOST and NEXTPLAY_PORT, or 127.0.0.1:50051",
        ),
    ] = None,
    name: Annotated[str, typer.Option("--service", help="A gRPC service; left out, the server as a whole.")] = "",
    timeout: Annotated[float, typer.Option(min=0.1, max=60, help="Seconds to wait for the answer.")] = 3,
) -> None:
    """Ask a server whether it is ready: exit code 0 if it is, 1 if it is not."""
    address = address or _own_address()
    with connected(address) as channel:
        try:
            ready = serving(channel, service=name, timeout_seconds=timeout)
        except ServerUnreachable as error:
            complain(f"{address} does not answer: {error}")
            raise typer.Exit(ExitCode.FAILED) from error
    say("serving" if ready else "not serving")
    if not ready:
        raise typer.Exit(ExitCode.FAILED)


def _own_address() -> str:
    """Return where a server with these settings answers this machine. Ends with a sentence where they do not tell."""
    try:
        settings = Settings()
    except ValidationError:
        complain("a NEXTPLAY_ variable cannot be used, so the server's address is not known; name it with --address")
        raise typer.Exit(ExitCode.INPUT) from None
    if settings.port == 0:
        complain("NEXTPLAY_PORT is 0, so only the server's log knows its port; name it with --address")
        raise typer.Exit(ExitCode.INPUT)
    return f"{_ANSWERS_HERE.get(settings.host, settings.host)}:{settings.port}"


_ANSWERS_HERE: Final = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "[::]": "[::1]"}  # noqa: S104  compared, not listened on
"""A server that listens on every address is asked on the one of this machine."""
