"""`nextplay snapshots generate`: a book of invented accounts, and the truth about them."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Annotated

import orjson
import typer

from nextplay.authoring.sample_book import sample_book
from nextplay.cli.output import writing


def generate(
    *,
    seed: Annotated[int, typer.Option(help="Which book: the same seed gives the same bytes.")] = 1,
    accounts: Annotated[int, typer.Option(min=0, help="How many accounts.")] = 100,
    months: Annotated[int, typer.Option(min=1, max=60, help="Up to so many dates an account, 30 days apart.")] = 1,
    output: Annotated[Path | None, typer.Option(metavar="BOOK", help="Write snapshots here, not to stdout.")] = None,
    truth: Annotated[Path | None, typer.Option(metavar="TRUTH", help="Write the hidden truth here.")] = None,
) -> None:
    """Invent a book of accounts whose hidden causes are known, one JSON object a line.

    The truth file has a line for each snapshot: causes, diagnosis, right actions, and what came of it with and without
    them. Nothing of it stands in the book.
    """
    with ExitStack() as files:
        book = files.enter_context(_opened(output)) if output else sys.stdout.buffer
        told = files.enter_context(_opened(truth)) if truth else None
        for entry in sample_book(seed=seed, accounts=accounts, months=months):
            book.write(orjson.dumps(entry.snapshot, option=orjson.OPT_APPEND_NEWLINE))
            if told is not None:
                told.write(orjson.dumps(entry.truth, option=orjson.OPT_APPEND_NEWLINE))
        book.flush()


def _opened(path: Path) -> IO[bytes]:
    with writing(path):
        return path.open("wb")
