"""`nextplay rules diff`: two rulebooks over one book of accounts."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from nextplay.authoring.book import open_book
from nextplay.authoring.difference import Comparing, read_rules
from nextplay.cli.as_of import AsOfOption, instant
from nextplay.cli.difference_run import Asking, Compared, FailIfOption, MostOption
from nextplay.cli.output import Format, FormatOption
from nextplay.cli.places import ModelsOption, models_for
from nextplay.cli.whole_book import AllOption, HtmlOption, SnapshotsOption, WorkersOption

SideArgument = Annotated[
    str, typer.Argument(metavar="OLD", help="Folder of a rulebook, or a git revision of one (main, HEAD~1:rules).")
]
NewArgument = Annotated[str, typer.Argument(metavar="[NEW]", help="The same of the rulebook it becomes.")]


def run_diff(  # noqa: PLR0913  each parameter is an option of the command
    old: SideArgument,
    new: NewArgument = "rules",
    *,
    snapshots: SnapshotsOption,
    fail_if: FailIfOption = None,
    output: FormatOption = Format.TEXT,
    html: HtmlOption = None,
    everything: AllOption = False,
    shown: MostOption = 10,
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
    given = Comparing(before.files, after.files, folder, instant(as_of))
    asking = Asking(fail_if or (), output, html, everything, shown, workers)
    with closing(Compared(given, (before, after), asking)) as compared, open_book(snapshots) as book:
        compared.run(book.rows, book.total)
