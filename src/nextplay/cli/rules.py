"""`nextplay rules`: the tools of a strategist."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from nextplay.authoring.cases import CaseResult, run_rule_tests
from nextplay.cli.exits import ExitCode
from nextplay.cli.output import Format, FormatOption, complain, plural, say, say_json
from nextplay.cli.places import ModelsOption, RulesArgument, models_for
from nextplay.cli.rules_check import check
from nextplay.cli.rules_diff import run_diff
from nextplay.cli.rules_docs import docs
from nextplay.cli.rules_explain import explain
from nextplay.cli.rules_simulate import run_simulation
from nextplay.errors import RulebookInvalid
from nextplay.release import load_release
from nextplay.rules.compile import compile_rulebook
from nextplay.rules.schema import schema_files
from nextplay.rules.source import read_rulebook_folder

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Check and test a rulebook; schemas for the editor.")


app.command("check")(check)
app.command("explain")(explain)
app.command("docs")(docs)
app.command("simulate")(run_simulation)
app.command("diff")(run_diff)


@app.command("test")
def run_tests(
    path: RulesArgument = Path("rules"),
    *,
    only: Annotated[str | None, typer.Option(help="Only tests whose file or name contains this text.")] = None,
    output: FormatOption = Format.TEXT,
    models: ModelsOption = None,
) -> None:
    """Run the rulebook's tests through the real engine: expected, got, and which reading decided.

    Exit code 4 if one fails, 3 if the rulebook has faults: then no test runs.
    """
    folder = models_for(path, models)
    try:
        release = load_release(path, folder)
    except RulebookInvalid as error:
        if output is Format.TEXT:
            raise
        say_json({"faults": [asdict(fault) for fault in error.faults], "tests": [], "failed": 0})
        raise typer.Exit(ExitCode.RULEBOOK) from None
    try:
        results = run_rule_tests(release, only)
    finally:
        release.close()
    if only is not None and not results:
        complain(f"no test has `{only}` in its file or name")
        raise typer.Exit(ExitCode.INPUT)
    failed = [result for result in results if not result.passed]
    if output is Format.JSON:
        say_json({"faults": [], "tests": [_result(result) for result in results], "failed": len(failed)})
    else:
        for result in failed:
            say(f"{result}\n")
        say(f"{len(results) - len(failed)} of {plural(len(results), 'test')} passed")
    if failed:
        raise typer.Exit(ExitCode.TESTS)


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

    They offer the names of this rulebook; while it has faults, they offer only the facts and the keys.
    """
    try:
        rulebook = compile_rulebook(read_rulebook_folder(path)).rulebook
    except RulebookInvalid as error:
        complain(f"the rulebook has {plural(len(error.faults), 'fault')}: its own names are not offered")
        rulebook = None
    folder = out or path / "schema"
    folder.mkdir(parents=True, exist_ok=True)
    files = schema_files(rulebook)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    if output is Format.JSON:
        say_json({"files": [str(folder / name) for name in files]})
    else:
        for name in files:
            say(str(folder / name))


def _result(result: CaseResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "path": result.place.path,
        "line": result.place.line,
        "passed": result.passed,
        "mismatches": [asdict(mismatch) for mismatch in result.mismatches],
    }
