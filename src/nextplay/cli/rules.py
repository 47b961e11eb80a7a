"""`nextplay rules`: the tools of a strategist."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nextplay.cli.output import Format, FormatOption, complain, plural, say, say_json, writing
from nextplay.cli.places import RulesArgument
from nextplay.cli.rules_check import check
from nextplay.cli.rules_cohorts import cohorts
from nextplay.cli.rules_diff import run_diff
from nextplay.cli.rules_docs import docs
from nextplay.cli.rules_explain import explain
from nextplay.cli.rules_simulate import run_simulation
from nextplay.cli.rules_test import run_tests
from nextplay.errors import Fault, RulebookInvalid
from nextplay.rules.compile import BOOK_PATH, compile_rulebook
from nextplay.rules.schema import schema_files
from nextplay.rules.source import read_rulebook_folder

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Check, test, explain, simulate, diff and document a rulebook; count cohorts; write schemas for the editor.",
)


app.command("check")(check)
app.command("explain")(explain)
app.command("docs")(docs)
app.command("simulate")(run_simulation)
app.command("diff")(run_diff)
app.command("test")(run_tests)
app.command("cohorts")(cohorts)


@app.command()
def schema(
    path: RulesArgument = Path("rules"),
    *,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder to write to; left out, schema/ in the rulebook.")
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Write the JSON Schema files with which an editor completes and checks rule files.

    They offer the names of this rulebook; while it has faults, they offer only the facts and the keys. Exit code 3 for
    a folder that is no rulebook.
    """
    files = read_rulebook_folder(path)
    if BOOK_PATH not in files:
        message = f"`{path}` is no rulebook: it does not hold this file"
        raise RulebookInvalid([Fault(BOOK_PATH, 1, 1, "missing-file", message, hint=f"add `{BOOK_PATH}`")])
    try:
        rulebook = compile_rulebook(files).rulebook
    except RulebookInvalid as error:
        complain(f"the rulebook has {plural(len(error.faults), 'fault')}: its own names are not offered")
        rulebook = None
    folder = out or path / "schema"
    schemas = schema_files(rulebook)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in schemas.items():
            (folder / name).write_bytes(content)
    if output is Format.JSON:
        say_json({"files": [str(folder / name) for name in schemas]})
    else:
        for name in schemas:
            say(str(folder / name))
