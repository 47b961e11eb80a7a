"""What commands over a whole book share: their options, and the progress on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

SnapshotsOption = Annotated[
    Path, typer.Option("--snapshots", metavar="FILE", help="The book: JSON lines (also .gz), Parquet, or - for stdin.")
]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, max=256, help="How many processes; left out, one for each core.")
]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", metavar="INSTANT", help="For snapshots that carry no as_of.")
]
HtmlOption = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Also write a page with charts, complete in one file.")
]
AllOption = Annotated[bool, typer.Option("--all", help="Every row of every table, not only the first ones.")]


@contextmanager
def progress_bar(total: int | None) -> Iterator[Callable[[int], None]]:
    """Show how far a book is, on stderr while somebody watches there; yields what takes the number of rows done."""
    columns = (TextColumn("accounts"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, redirect_stdout=False, disable=not sys.stderr.isatty()
    ) as progress:
        task = progress.add_task("", total=total)
        yield lambda rows: progress.advance(task, rows)


def instant(text: str | None) -> str | None:
    """Return what `--as-of` names as an instant; a day is its first second in UTC."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        message = "must be a day or an RFC 3339 instant, such as 2026-03-02 or 2026-03-02T09:00:00Z"
        raise typer.BadParameter(message, param_hint="--as-of") from None
    return (found.replace(tzinfo=UTC) if found.tzinfo is None else found).isoformat()
