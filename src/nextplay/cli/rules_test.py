"""`nextplay rules test`: the customers of a rulebook through the engine, what they cover, and who is lacking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from nextplay.authoring.cases import CaseResult, run_rule_tests
from nextplay.authoring.coverage import Coverage, cover
from nextplay.authoring.coverage.report import Least, lacking_lines, shortfalls, summary_lines
from nextplay.authoring.coverage.suggest import suggest
from nextplay.cli.exits import ExitCode
from nextplay.cli.junit import junit_xml
from nextplay.cli.output import complain, plural, say, say_json
from nextplay.cli.places import ModelsOption, RulesArgument, models_for
from nextplay.errors import RulebookInvalid
from nextplay.release import Release, load_release
from nextplay.rules.source import read_rulebook_folder


class ResultFormat(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


def run_tests(  # noqa: PLR0913  one parameter for each option of the command
    path: RulesArgument = Path("rules"),
    *,
    only: Annotated[str | None, typer.Option(help="Only tests whose file or name contains this text.")] = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Say which rules and leaves no test tried.")] = False,
    min_coverage: Annotated[
        str | None,
        typer.Option(metavar="RULES[,LEAVES]", help="Per cent of rules, and of leaves, below which it fails."),
    ] = None,
    suggestions: Annotated[
        bool, typer.Option("--suggest", help="Draft tests for what is not covered, instead of running them.")
    ] = False,
    every: Annotated[bool, typer.Option("--every", help="With --suggest: draft for covered leaves too.")] = False,
    rule: Annotated[
        str | None, typer.Option(metavar="ID", help="With --coverage or --suggest: only for this rule.")
    ] = None,
    output: Annotated[ResultFormat, typer.Option("--format", help="How to write the results.")] = ResultFormat.TEXT,
    models: ModelsOption = None,
) -> None:
    """Run the rulebook's tests through the real engine: expected, got, and which reading decided.

    Exit code 4 if one fails or too little is covered, 3 if the rulebook has faults: then no test runs.
    """
    least = None if min_coverage is None else _least(min_coverage)
    files = read_rulebook_folder(path)
    try:
        release = load_release(files, models_for(path, models))
    except RulebookInvalid as error:
        if output is not ResultFormat.JSON:
            raise
        say_json({"faults": [asdict(fault) for fault in error.faults], "tests": [], "failed": 0})
        raise typer.Exit(ExitCode.RULEBOOK) from None
    try:
        _check_named(release, rule)
        if suggestions:
            _suggest(release, files, rule=rule, every=every, output=output)
            return
        results = run_rule_tests(release, only)
        covered = cover(release, files) if coverage or least is not None else None
    finally:
        release.close()
    if only is not None and not results:
        complain(f"no test has `{only}` in its file or name")
        raise typer.Exit(ExitCode.INPUT)
    short = () if covered is None or least is None else shortfalls(covered, least)
    _say_results(results, covered, short, output=output, listed=coverage, rule=rule)
    if short or any(not result.passed for result in results):
        raise typer.Exit(ExitCode.TESTS)


def _least(text: str) -> Least:
    try:
        return Least.read(text)
    except ValueError:
        complain("--min-coverage takes per cent of rules, and after a comma of leaves: `100` or `100,90`")
        raise typer.Exit(ExitCode.INPUT) from None


def _say_results(
    results: Sequence[CaseResult],
    covered: Coverage | None,
    short: Sequence[str],
    *,
    output: ResultFormat,
    listed: bool,
    rule: str | None,
) -> None:
    failed = [result for result in results if not result.passed]
    if output is ResultFormat.JUNIT:
        say(junit_xml(results, covered, short))
        return
    if output is ResultFormat.JSON:
        told = {} if covered is None else {"coverage": covered.document(), "lacking": list(short)}
        say_json({"faults": [], "tests": [_result(result) for result in results], "failed": len(failed), **told})
        return
    for result in failed:
        say(f"{result}\n")
    say(f"{len(results) - len(failed)} of {plural(len(results), 'test')} passed")
    if covered is None:
        return
    lines = [*summary_lines(covered), *(lacking_lines(covered, only=rule) if listed else ())]
    for line in [*lines, *(["", *short] if short else [])]:
        say(line)


def _check_named(release: Release, rule: str | None) -> None:
    book = release.rulebook
    names = {*(one.id for one in book.signals), *(one.id for one in book.gaps), *(one.id for one in book.plays)}
    if rule is not None and rule not in names:
        complain(f"no signal, gap or play is called `{rule}`")
        raise typer.Exit(ExitCode.INPUT)


def _suggest(
    release: Release, files: Mapping[str, bytes], *, rule: str | None, every: bool, output: ResultFormat
) -> None:
    found = suggest(release, files, rule=rule, covered_too=every)
    if output is ResultFormat.JSON:
        drafts = [{"rule": one.id, "name": draft.name, "yaml": draft.yaml} for one, draft in found.drafts]
        lacking = [{"rule": one.id, "about": about} for one, about in found.without]
        say_json({"drafts": drafts, "possible": lacking})
        return
    say("# yaml-language-server: $schema=../schema/tests.json")
    for _, draft in found.drafts:
        say(f"\n{draft.yaml}".rstrip("\n"))
    for one, about in found.without:
        complain(f"no customer could be built for {one.sort} {one.id}: {about}")
    complain(f"{plural(len(found.drafts), 'draft')}; expect only what is meant, and keep what you agree with")


def _result(result: CaseResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "path": result.place.path,
        "line": result.place.line,
        "passed": result.passed,
        "mismatches": [asdict(mismatch) for mismatch in result.mismatches],
    }
