"""Where the rulebook and the models stand: options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nextplay.errors import InputInvalid, NextplayError, Violation
from nextplay.rules.source import read_rulebook_folder, without_tests


def _folder(context: typer.Context, option: typer.CallbackParam, path: Path | None) -> Path | None:
    """Refuse what is no folder, naming the option that says another.

    Raises `NextplayError` for what is not there, `InputInvalid` for a file or stdin.
    """
    if path is None or path.is_dir() or context.resilient_parsing:
        return path
    if str(path) == "-":
        raise InputInvalid([Violation("`-`", "cannot be read from stdin: name a folder; a rulebook is a whole folder")])
    if path.exists():
        raise InputInvalid([Violation(f"`{path}`", "is a file; name the folder that it stands in")])
    name = next((name for name in option.opts if name.startswith("--")), None)
    remedy = f"name it with {name}" if name else "name it as the argument"
    raise NextplayError(f"`{path}`: there is no such folder; {remedy}, or go to the folder that it stands in")


RulesOption = Annotated[
    Path, typer.Option("--rules", envvar="NEXTPLAY_RULES", help="Folder of the rulebook.", callback=_folder)
]
RulesArgument = Annotated[
    Path,
    typer.Argument(metavar="[PATH]", envvar="NEXTPLAY_RULES", help="Folder of the rulebook.", callback=_folder),
]
ModelsOption = Annotated[
    Path | None,
    typer.Option(
        "--models",
        envvar="NEXTPLAY_MODELS",
        help="Folder of the models; left out, models beside the rulebook, else in the present folder.",
        callback=_folder,
    ),
]


class ModelsMissing(NextplayError):
    """There is no folder of models where one is looked for."""


def models_for(rules: Path, given: Path | None) -> Path:
    """Return the given folder of models, else `models` beside `rules`, else `models` in the present folder.

    Raises `ModelsMissing` where none of them is there.
    """
    if given is not None:
        return given
    beside, here = rules.resolve().parent / "models", Path("models")
    found = next((folder for folder in (beside, here) if folder.is_dir()), None)
    if found is None:
        raise ModelsMissing(
            f"no folder `models`, neither beside `{rules}` nor in the present folder; name it with --models"
        )
    return found


def rules_that_decide(rules: Path) -> dict[str, bytes]:
    """Return the files of a rulebook without its tests: a command that only decides need not load them."""
    return without_tests(read_rulebook_folder(rules))
