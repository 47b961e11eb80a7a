"""What commands over a whole book share: their options, and the progress on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from nextplay.cli.output import complain
from nextplay.errors import NextplayError

SnapshotsOption = Annotated[
    Path, typer.Option("--snapshots", metavar="FILE", help="The book: JSON lines (also .gz), Parquet, or - for stdin.")
]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, max=256, help="How many processes; left out, one for each core.")
]


def _writable(path: Path | None) -> Path | None:
    """Refuse a page that could not be written, before the whole book is gone through."""
    if path is not None and not path.parent.is_dir():
        raise NextplayError(f"cannot write `{path}`: folder `{path.parent}` is not there; make it first")
    return path


HtmlOption = Annotated[
    Path | None,
    typer.Option(
        "--html", metavar="FILE", help="Also write a page with charts, complete in one file.", callback=_writable
    ),
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


def is_short(book: Mapping[str, Any], done: str) -> bool:
    """Say on stderr, and return, whether rows of a book could not be used; `done` is what was done with the others."""
    rows, decided = book["rows"], book["decided"]
    if not rows:
        complain(f"no accounts: nothing was {done}, because the book is empty")
    elif not decided:
        complain(f"no accounts: nothing was {done}, because none of {rows:,} rows could be used")
    elif book["bad"]:
        complain(f"{book['bad']:,} of {rows:,} rows could not be used: they were not {done}")
    return bool(book["bad"]) or not decided
