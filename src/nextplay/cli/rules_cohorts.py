"""`nextplay rules cohorts`: how many accounts of a stage fail at a touchpoint, as a file of the rulebook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nextplay.authoring.book import open_book
from nextplay.authoring.cohorts import (
    FAILING_FROM,
    LEAST_ACCOUNTS,
    Counted,
    cohorts_document,
    cohorts_file,
    count_cohorts,
)
from nextplay.cli.as_of import AsOfOption, instant
from nextplay.cli.exits import ExitCode
from nextplay.cli.output import Format, FormatOption, complain, plural, say, say_json, write_text
from nextplay.cli.whole_book import is_short, progress_bar


def cohorts(
    book: Annotated[Path, typer.Argument(metavar="BOOK", help="JSON lines (also .gz), Parquet, or - for stdin.")],
    *,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write the file here, such as rules/cohorts.yaml; else to stdout."),
    ] = None,
    least: Annotated[
        int, typer.Option("--least", min=1, help="A share of fewer accounts is left out, and said so.")
    ] = LEAST_ACCOUNTS,
    failing_from: Annotated[
        float,
        typer.Option(
            "--failing-from", min=0.001, max=1, help="An account fails where this share of its interactions failed."
        ),
    ] = FAILING_FROM,
    as_of: AsOfOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Count over a book which share of the accounts of a stage fails at each touchpoint, for `cohorts.yaml`.

    Reviewed and committed beside the rules, the shares stand in where a snapshot carries no `cohort_failure_share`.
    Where rows could not be used the exit code is 2; no file is written where none could.
    """
    with open_book(book) as opened, progress_bar(opened.total) as progress:
        counted = count_cohorts(
            opened.rows, least_accounts=least, failing_from=failing_from, as_of=instant(as_of), progress=progress
        )
    document = cohorts_document(counted)
    if counted.accounts and out is not None:
        write_text(out, cohorts_file(counted))
    if output is Format.JSON:
        say_json(document)
    elif counted.accounts and out is None:
        say(cohorts_file(counted).rstrip("\n"))
    elif counted.accounts:
        _summary(counted, out)
    if counted.accounts and not counted.enough:
        complain(_nothing(counted))
    for row in counted.bad[:10]:
        complain(f"row {row.number}: {row.told}")
    if is_short(document["book"], "counted"):
        raise typer.Exit(ExitCode.INPUT)


def _nothing(counted: Counted) -> str:
    """Say why there is no share at all."""
    told = f"no share could be counted over {plural(counted.accounts, 'account')}: "
    if not counted.staged:
        return told + "none has a journey stage (`journey_stage`), and shares are counted by stage"
    if counted.few:
        return told + f"no stage has {plural(counted.least_accounts, 'account')} at a touchpoint; --least N takes fewer"
    return told + "no account of a stage has interactions at a touchpoint"


def _summary(counted: Counted, out: Path | None) -> None:
    say(f"{out}: {plural(len(counted.enough), 'share')} of {plural(counted.accounts, 'account')}, {counted.as_of}")
    for one in counted.enough:
        say(f"  {one.stage} at {one.touchpoint}: {one.share:.1%} of {one.accounts} accounts")
    if counted.few:
        say(f"fewer than {plural(counted.least_accounts, 'account')}, so no share:")
        for one in counted.few:
            say(f"  {one.stage} at {one.touchpoint}: {plural(one.accounts, 'account')}")
    unstaged = counted.accounts - counted.staged
    if unstaged:
        say(f"{plural(unstaged, 'account')} without a journey stage: in no cohort")
