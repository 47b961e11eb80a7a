"""The command `nextplay`: its parts, and how every error ends as a sentence and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

from nextplay.cli.exits import error_text, exit_code
from nextplay.cli.output import complain

_HELP = """Nextplay tells for each customer account what is wrong, of which kind, and what to do next.

A gap is CX where the experience is broken, and CS where the result is missing. `decide` answers for one account or a
whole book, `batch` for a million of them into a table, `serve` does it over gRPC, `rules` is for those who write the
rulebook, `snapshots` turns exports into accounts, `model` trains a churn model on your own outcomes, `store` looks
after what the service remembers, `replay` decides it once more, `learn` and `report` tell what people and outcomes
teach about plays.

Findings go to stdout, progress and complaints to stderr.

Exit codes: 0 fine, 1 could not be done, 2 the input cannot be used, 3 the rulebook or the model cannot be used,
4 rule tests fail, 5 decisions differ, 6 accounts drifted, 70 an error of ours.
"""

COMMANDS: Final[Mapping[str, str]] = {
    "decide": "nextplay.cli.decide",
    "batch": "nextplay.cli.batch",
    "serve": "nextplay.cli.serve",
    "rules": "nextplay.cli.rules",
    "snapshots": "nextplay.cli.snapshots",
    "model": "nextplay.cli.model",
    "store": "nextplay.cli.store",
    "replay": "nextplay.cli.replay",
    "learn": "nextplay.cli.learn",
    "report": "nextplay.cli.report",
    "healthcheck": "nextplay.cli.healthcheck",
    "version": "nextplay.cli.version",
}
"""Command → the module whose `app` it is, in the order of the help."""


class _Commands(TyperGroup):
    """Loads the module of a command when it is asked for: a health check must not load the rule compiler."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002  click's own signature
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002  click's own signature
        if cmd_name not in COMMANDS:
            return None
        command = typer.main.get_command(import_module(COMMANDS[cmd_name]).app)
        command.name = cmd_name
        return command


app = typer.Typer(
    name="nextplay", cls=_Commands, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="markdown"
)


@app.callback(help=_HELP)
def nextplay() -> None:
    """Hold the commands together."""


def main() -> None:
    """Run the command line; every error ends as a sentence on stderr and an exit code, never as a traceback."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal without our signs still gets the text
    try:
        app()
    except BrokenPipeError:
        # whoever read our output has seen enough; the interpreter must not complain again when it flushes
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("NEXTPLAY_DEBUG"):
            raise
        complain(error_text(error))
        sys.exit(exit_code(error))
