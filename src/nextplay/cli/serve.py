"""`nextplay serve`: the service as a process."""

from __future__ import annotations

import os
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from nextplay.cli.exits import ExitCode, error_text, exit_code
from nextplay.cli.output import complain
from nextplay.service.app import refuse_open_doors, serve_as_worker
from nextplay.service.app import serve as answer
from nextplay.service.cores import refuse_short_cores
from nextplay.service.supervisor import Supervisor
from nextplay.service.telemetry import Journal, json_lines
from nextplay.settings import Settings

app = typer.Typer(add_completion=False)


@app.command()
def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one.", show_default="50051")] = None,
    rules: Annotated[Path | None, typer.Option(help="Folder of the rulebook.", show_default="rules")] = None,
    models: Annotated[Path | None, typer.Option(help="Folder of the models.", show_default="models")] = None,
    store: Annotated[
        str | None,
        typer.Option(help="URL of the database, or `none`: remember nothing.", show_default="sqlite:///nextplay.db"),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes that answer on the one port.", show_default="1")
    ] = None,
    insecure: Annotated[
        bool | None, typer.Option("--insecure", help="Listen beyond this machine although callers have no identity.")
    ] = None,
) -> None:
    """Answer over gRPC until SIGTERM or Ctrl-C.

    A changed rulebook or model is taken within two seconds, once its tests pass. Each option, and more, can be set by
    an environment variable, such as NEXTPLAY_PORT: docs/settings.md.
    """
    given = {"host": host, "port": port, "rules": rules, "models": models, "store": store, "workers": workers}
    given |= {"insecure": insecure}
    settings = _settings({name: value for name, value in given.items() if value is not None})
    if settings.workers == 1:
        answer(settings)
        return
    refuse_open_doors(settings)
    refuse_short_cores(settings)
    if code := Supervisor(settings, work, journal=Journal(json_lines())).run():
        raise typer.Exit(code)


def work(settings: Settings, number: int, line: Connection) -> None:
    """Be one of several workers; every error ends as a sentence on stderr and an exit code."""
    try:
        serve_as_worker(settings, number, line)
    except Exception as error:
        if os.environ.get("NEXTPLAY_DEBUG"):
            raise
        complain(error_text(error))
        sys.exit(exit_code(error))


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
