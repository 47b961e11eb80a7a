"""`nextplay rules diff`: two rulebooks over one book of accounts."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Annotated, Any

import typer

from nextplay.authoring.book import open_book
from nextplay.authoring.difference import (
    Comparing,
    RuleFiles,
    Sides,
    compare,
    difference_document,
    explained,
    limit_names,
    read_limit,
    read_rules,
)
from nextplay.authoring.reports import difference_page
from nextplay.cli.as_of import AsOfOption, instant
from nextplay.cli.difference_view import difference_view
from nextplay.cli.exits import ExitCode
from nextplay.cli.output import Format, FormatOption, complain, say_json, show, write_text
from nextplay.cli.places import ModelsOption, models_for
from nextplay.cli.whole_book import (
    AllOption,
    HtmlOption,
    SnapshotsOption,
    WorkersOption,
    is_short,
    progress_bar,
)
from nextplay.errors import RulebookInvalid
from nextplay.release import Release, load_release

SideArgument = Annotated[
    str, typer.Argument(metavar="OLD", help="Folder of a rulebook, or a git revision of one (main, HEAD~1:rules).")
]
NewArgument = Annotated[str, typer.Argument(metavar="[NEW]", help="The same of the rulebook it becomes.")]


def run_diff(  # noqa: PLR0913  each parameter is an option of the command
    old: SideArgument,
    new: NewArgument = "rules",
    *,
    snapshots: SnapshotsOption,
    fail_if: Annotated[
        list[str] | None,
        typer.Option("--fail-if", metavar="LIMIT", help="A limit, such as accounts-changed>5%; may be repeated."),
    ] = None,
    output: FormatOption = Format.TEXT,
    html: HtmlOption = None,
    everything: AllOption = False,
    shown: Annotated[
        int, typer.Option("--most", min=0, max=1000, help="So many most changed accounts explained.")
    ] = 10,
    workers: WorkersOption = None,
    as_of: AsOfOption = None,
    models: ModelsOption = None,
) -> None:
    """Compare two rulebooks over a book: who gains, loses or changes an action, by which change, and what it costs.

    Exit code 5 if the decision of an account differs; with --fail-if only if a limit is broken. Else 2 if rows could
    not be used, and always 2 if none could.
    """
    before, after = read_rules(old, beside=new), read_rules(new, beside=old)
    folder = models_for(Path(new) if Path(new).is_dir() else Path("rules"), models)
    moment = instant(as_of)
    with ExitStack() as releases:
        sides = Sides(
            before, after, *(releases.enter_context(closing(_release(side, folder))) for side in (before, after))
        )
        names = limit_names(sides.old_release.rulebook, sides.new_release.rulebook)
        limits = [read_limit(written, names) for written in fail_if or ()]
        with open_book(snapshots) as book, progress_bar(book.total) as progress:
            given = Comparing(before.files, after.files, folder, moment)
            found = compare(book.rows, given, shown=shown, workers=workers, progress=progress)
        document = difference_document(found, sides, limits)
        document["most_changed"] = explained(found.most, sides.old_release, sides.new_release, as_of=moment)
    if html is not None:
        write_text(html, difference_page(document))
    if output is Format.JSON:
        say_json(document)
    else:
        show(difference_view(document, everything=everything))
    _end(document, gate=bool(limits))


def _release(side: RuleFiles, models: Path) -> Release:
    try:
        return load_release(side.files, models)
    except RulebookInvalid:
        complain(f"in `{side.name}`:")
        raise


def _end(document: Mapping[str, Any], *, gate: bool) -> None:
    """End with the code for differences: of any account, or where there are limits, of one that is broken.

    A book of which nothing could be compared says nothing of either, so its own code goes first.
    """
    broken = [entry["limit"] for entry in document["limits"] if entry["broken"]]
    for limit in broken:
        complain(f"limit broken: {limit}")
    short = is_short(document["book"], "compared")
    if document["book"]["decided"] and (broken or (document["accounts"] and not gate)):
        raise typer.Exit(ExitCode.DIFFERENCES)
    if short:
        raise typer.Exit(ExitCode.INPUT)
