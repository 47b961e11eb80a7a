"""The command `nextplay`: its parts, and how every error ends as a sentence and an exit code."""

from __future__ import annotations

import os
import sys

import typer

from nextplay import __version__
from nextplay.cli import rules, snapshots
from nextplay.cli.decide import decide
from nextplay.cli.exits import error_text, exit_code
from nextplay.cli.output import Format, FormatOption, complain, say, say_json
from nextplay.cli.serve import healthcheck, serve

_HELP = """Nextplay tells for each customer account what is wrong, of which kind, and what to do next.

A gap is CX where the experience is broken, and CS where the result is missing. `decide` answers for one account or a
whole book, `serve` does it over gRPC, `rules` is for those who write the rulebook, `snapshots` turns exports into
accounts.

Findings go to stdout, progress and complaints to stderr.

Exit codes: 0 fine, 1 could not be done, 2 the input cannot be used, 3 the rulebook or the model cannot be used,
4 rule tests fail, 70 an error of ours.
"""

app = typer.Typer(
    name="nextplay", help=_HELP, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="markdown"
)
app.command()(decide)
app.command()(serve)
app.add_typer(rules.app, name="rules")
app.add_typer(snapshots.app, name="snapshots")
app.command()(healthcheck)


@app.command()
def version(*, output: FormatOption = Format.TEXT) -> None:
    """Say which version of the engine this is."""
    if output is Format.JSON:
        say_json({"version": __version__})
    else:
        say(__version__)


def main() -> None:
    """Run the command line; every error ends as a sentence on stderr and an exit code, never as a traceback."""
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
