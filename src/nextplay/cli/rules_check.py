"""`nextplay rules check`: faults first, then what is allowed and probably not meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from textwrap import indent
from typing import Annotated, Final

import typer

from nextplay.authoring.book import RowReader, open_book
from nextplay.authoring.lint import Finding, lint_rulebook
from nextplay.authoring.sample_book import sample_book
from nextplay.cli.as_of import AsOfOption, instant
from nextplay.cli.exits import ExitCode
from nextplay.cli.output import Format, FormatOption, complain, plural, say, say_json
from nextplay.cli.places import RulesArgument
from nextplay.errors import Fault, RulebookInvalid
from nextplay.release import Release, load_release
from nextplay.rules.source import read_rulebook_folder
from nextplay.snapshot import CustomerSnapshot, read_snapshot

_SEED: Final = 1
"""Which book `--sample` invents, so that the same rulebook always gets the same findings."""


def check(
    path: RulesArgument = Path("rules"),
    *,
    witness: Annotated[
        bool, typer.Option("--witness", help="Show a customer for each finding, ready to become a test.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings count as faults.")] = False,
    snapshots: Annotated[
        Path | None,
        typer.Option("--snapshots", metavar="FILE", help="Also find the plays that come through for nobody in a book."),
    ] = None,
    sample: Annotated[int, typer.Option("--sample", metavar="N", min=0, help="The same with N invented accounts.")] = 0,
    as_of: AsOfOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Find every mistake of every file at once, and what is allowed and probably not meant.

    Each has its place and a remedy. Exit code 3 if there is a fault, with --strict also for a warning. The linter
    waits until the faults are mended.
    """
    book = _book(snapshots, sample, instant(as_of))
    counts: dict[str, int] = {}
    findings: Sequence[Finding] = ()
    files = read_rulebook_folder(path)
    try:
        release = load_release(files, None)
    except RulebookInvalid as error:
        faults: Sequence[Fault] = error.faults
    else:
        try:
            faults, counts = release.warnings, _counts(release)
            findings = lint_rulebook(release, files, with_witnesses=witness or output is Format.JSON, book=book)
        finally:
            release.close()
    broken = sum(fault.level == "error" for fault in faults)
    warnings = len(faults) - broken + sum(finding.level == "warning" for finding in findings)
    if output is Format.JSON:
        documents = [finding.document() for finding in findings]
        say_json({"faults": [asdict(fault) for fault in faults], "findings": documents, "rules": counts})
    else:
        for fault in faults:
            say(f"{fault}\n")
        _say_findings(findings, witness=witness)
        say(_summary(broken, warnings, sum(finding.level == "info" for finding in findings), counts=counts))
    if broken or (strict and warnings):
        raise typer.Exit(ExitCode.RULEBOOK)


def _book(path: Path | None, sample: int, as_of: str | None) -> Iterator[CustomerSnapshot]:
    """Yield the accounts of a book, and invented ones; says which rows cannot be used, and why."""
    if path is not None:
        reader = RowReader(as_of)
        with open_book(path) as book:
            yield from (reading.snapshot for row in book.rows if (reading := reader.read(row)) is not None)
        for bad in reader.bad:
            complain(f"row {bad.number} of {path} was passed over: {bad.told}")
    for entry in sample_book(seed=_SEED, accounts=sample):
        yield read_snapshot(entry.snapshot).snapshot


def _say_findings(findings: Sequence[Finding], *, witness: bool) -> None:
    """Write the findings file by file, each under the name of its file."""
    for path, group in groupby(findings, key=lambda finding: finding.place.path):
        say(f"== {path}\n")
        for finding in group:
            say(str(finding))
            if witness:
                shown = " possible" if finding.witness is None else f"\n{indent(finding.witness.yaml, '    ')}"
                say(f"  witness:{shown}")
            say("")


def _counts(release: Release) -> dict[str, int]:
    book = release.rulebook
    return {"signals": len(book.signals), "gaps": len(book.gaps), "plays": len(book.plays), "tests": len(book.tests)}


def _summary(broken: int, warnings: int, notes: int, *, counts: dict[str, int]) -> str:
    told = f"{plural(broken, 'fault')}, {plural(warnings, 'warning')}" + (f", {plural(notes, 'note')}" if notes else "")
    rules = ", ".join(f"{count} {name}" for name, count in counts.items())
    return f"{told} in {rules}" if counts else told
