"""Where the rulebook and the model stand: options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
    Path,
    typer.Option("--models", envvar="NEXTPLAY_MODELS", help="Folder of the models.", exists=True, file_okay=False),
]
