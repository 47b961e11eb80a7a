"""Where the rulebook and the models stand: options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nextplay.cli.exits import ExitCode
from nextplay.cli.output import complain
from nextplay.rules.source import read_rulebook_folder, without_tests

RulesOption = Annotated[
    Path,
    typer.Option("--rules", envvar="NEXTPLAY_RULES", help="Folder of the rulebook.", exists=True, file_okay=False),
]
RulesArgument = Annotated[
    Path,
    typer.Argument(
        metavar="[PATH]", envvar="NEXTPLAY_RULES", help="Folder of the rulebook.", exists=True, file_okay=False
    ),
]
ModelsOption = Annotated[
    Path | None,
    typer.Option(
        "--models",
        envvar="NEXTPLAY_MODELS",
        help="Folder of the models; left out, models beside the rulebook, else in the present folder.",
        exists=True,
        file_okay=False,
    ),
]


def models_for(rules: Path, given: Path | None) -> Path:
    """Return the given folder of models, else `models` beside `rules`, else `models` in the present folder.

    Ends with a sentence where none of them is there.
    """
    if given is not None:
        return given
    beside, here = rules.resolve().parent / "models", Path("models")
    found = next((folder for folder in (beside, here) if folder.is_dir()), None)
    if found is None:
        complain(f"no folder `models`, neither beside `{rules}` nor in the present folder; name it with --models")
        raise typer.Exit(ExitCode.INPUT)
    return found


def rules_that_decide(rules: Path) -> dict[str, bytes]:
    """Return the files of a rulebook without its tests: a command that only decides need not load them."""
    return without_tests(read_rulebook_folder(rules))
