"""`nextplay store check`: look for damage."""

from __future__ import annotations

import typer

from nextplay.cli.exits import ExitCode
from nextplay.cli.output import Format, FormatOption, plural, say, say_json
from nextplay.cli.store_place import DEFAULT_URL, StoreOption, opened


def check(*, store: StoreOption = DEFAULT_URL, output: FormatOption = Format.TEXT) -> None:
    """Read every page and every decision, and name what is damaged; with damage the exit code is 1."""
    with opened(store) as there:
        problems = there.check()
    if output is Format.JSON:
        say_json({"problems": problems})
    else:
        for problem in problems:
            say(problem)
        say(f"{plural(len(problems), 'problem')} found")
    if problems:
        raise typer.Exit(ExitCode.FAILED)
