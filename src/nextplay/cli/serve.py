"""`nextplay serve` and `nextplay healthcheck`: the service as a process, and the question whether it is ready."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from nextplay.cli.client import ServerUnreachable, connected, serving
from nextplay.cli.exits import ExitCode
from nextplay.cli.output import complain, say
from nextplay.settings import Settings


def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one.", show_default="50051")] = None,
    rules: Annotated[Path | None, typer.Option(help="Folder of the rulebook.", show_default="rules")] = None,
    models: Annotated[Path | None, typer.Option(help="Folder of the models.", show_default="models")] = None,
    insecure: Annotated[
        bool | None, typer.Option("--insecure", help="Listen beyond this machine although callers have no identity.")
    ] = None,
) -> None:
    """Answer over gRPC until SIGTERM or Ctrl-C.

    A changed rulebook or model is taken within two seconds, once its tests pass. Each option, and more, can be set by
    an environment variable, such as NEXTPLAY_PORT: docs/settings.md.
    """
    from nextplay.service import app as service  # noqa: PLC0415  only this command needs a whole server

    given = {"host": host, "port": port, "rules": rules, "models": models, "insecure": insecure}
    service.serve(_settings({name: value for name, value in given.items() if value is not None}))


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


def _settings(given: dict[str, Any]) -> Settings:
    """Join options and environment. Ends with a sentence for each setting that cannot be used."""
    try:
        return Settings(**given)
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            name = str(problem["loc"][0])
            told = f"--{name}" if name in given else f"NEXTPLAY_{name.upper()}"
            complain(f"{told}: {str(problem['msg']).lower()}")
        raise typer.Exit(ExitCode.INPUT) from None
