"""Two rulebooks over the rows of a book or a log: what the commands that compare share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from nextplay.authoring.book import Row
from nextplay.authoring.difference import (
    Comparing,
    RuleFiles,
    Sides,
    compare,
    difference_document,
    explained,
    limit_names,
    read_limit,
)
from nextplay.authoring.reports import difference_page
from nextplay.cli.difference_view import difference_view
from nextplay.cli.exits import ExitCode
from nextplay.cli.output import Format, complain, say_json, show, write_text
from nextplay.cli.whole_book import is_short, progress_bar
from nextplay.errors import RulebookInvalid
from nextplay.release import Release, load_release

FailIfOption = Annotated[
    list[str] | None,
    typer.Option("--fail-if", metavar="LIMIT", help="A limit, such as accounts-changed>5%; may be repeated."),
]
MostOption = Annotated[int, typer.Option("--most", min=0, max=1000, help="So many most changed accounts explained.")]


@dataclass(frozen=True, slots=True)
class Asking:
    """How a difference is judged and shown."""

    fail_if: Sequence[str] = ()
    output: Format = Format.TEXT
    html: Path | None = None
    everything: bool = False
    shown: int = 10
    workers: int | None = None


class Compared:
    """Both releases, loaded: faults of either, and limits that name nothing, are told before any row is read."""

    def __init__(self, given: Comparing, names: tuple[RuleFiles, RuleFiles], asking: Asking) -> None:
        """Load both sides. Raises as loading a release does, and `InputInvalid` for a limit that is none."""
        self._given = given
        self._asking = asking
        with ExitStack() as releases:
            loaded = [releases.enter_context(closing(_release(side, given.models))) for side in names]
            self._sides = Sides(*names, *loaded)
            limits = limit_names(loaded[0].rulebook, loaded[1].rulebook)
            self._limits = [read_limit(written, limits) for written in asking.fail_if]
            self._releases = releases.pop_all()

    def close(self) -> None:
        """Free both engines."""
        self._releases.close()

    def run(self, rows: Iterable[Row], total: int | None) -> None:
        """Compare, show, and end with the exit code that `docs/cli.md` tells."""
        asking, sides = self._asking, self._sides
        with progress_bar(total) as progress:
            found = compare(rows, self._given, shown=asking.shown, workers=asking.workers, progress=progress)
        document = difference_document(found, sides, self._limits)
        document["most_changed"] = explained(
            found.most, sides.old_release, sides.new_release, reader=self._given.reader()
        )
        if asking.html is not None:
            write_text(asking.html, difference_page(document))
        if asking.output is Format.JSON:
            say_json(document)
        else:
            show(difference_view(document, everything=asking.everything))
        _end(document, gate=bool(self._limits))


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
