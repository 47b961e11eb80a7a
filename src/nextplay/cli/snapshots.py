"""`nextplay snapshots`: snapshots out of what a company already has, or invented ones."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated

import orjson
import typer

from nextplay.authoring.csv_mapping_file import read_mapping
from nextplay.authoring.csv_snapshots import CsvExport, RowResult, Tally
from nextplay.cli.exits import ExitCode
from nextplay.cli.generate import generate
from nextplay.cli.output import Format, FormatOption, complain, counted, plural, writing

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Make snapshots out of exports, or invent some.")
app.command("generate")(generate)


@app.callback()
def snapshots() -> None:
    """Make snapshots out of exports, or invent some."""


@app.command("from-csv")
def from_csv(
    export: Annotated[Path, typer.Argument(metavar="EXPORT", help="CSV file, or - for stdin.")],
    *,
    mapping: Annotated[Path, typer.Option(metavar="MAP", help="Mapping file: which column becomes which field.")],
    target: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write here, not to stdout.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"], help="For rows that carry no as_of."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 2 for unreadable cells too.")] = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Turn an export into snapshots, one JSON object a line.

    Every cell that cannot be read is reported with row and column on stderr and left out of its snapshot; rows without
    an account are dropped and counted. Exit code 2 if a row was dropped.
    """
    read = read_mapping(mapping)
    instant = as_of.replace(tzinfo=UTC) if as_of else None
    tally = Tally()
    with _lines_of(export, read.encoding) as lines, _written(target) as sink:
        rows = CsvExport(lines, read, as_of=instant)
        for row in counted(rows, "row"):
            tally.add(row)
            if row.snapshot is not None:
                sink.write(orjson.dumps(row.snapshot) + b"\n")
            _report(row, output=output)
    _summarise(tally, rows.unmapped, output=output)
    if tally.dropped or (strict and tally.cells):
        raise typer.Exit(ExitCode.INPUT)


def _report(row: RowResult, *, output: Format) -> None:
    """Say on stderr what had to be left out of a row, or that it gave no snapshot."""
    for problem in row.problems:
        complain(orjson.dumps(problem).decode() if output is Format.JSON else str(problem))
    if row.dropped:
        dropped = {"row": row.row, "dropped": row.dropped}
        text = f"row {row.row}: dropped: {row.dropped}"
        complain(orjson.dumps(dropped).decode() if output is Format.JSON else text)


def _summarise(tally: Tally, unmapped: tuple[str, ...], *, output: Format) -> None:
    """Close the report: every row and cell is accounted for."""
    cells = sorted(tally.cells.items())
    if output is Format.JSON:
        summary = {"rows": tally.rows, "snapshots": tally.snapshots, "dropped": dict(tally.dropped)}
        left_out = [{"column": column, "message": message, "cells": count} for (column, message), count in cells]
        summary |= {"cells_left_out": left_out, "columns_not_mapped": unmapped, "same_account_and_instant": tally.twice}
        complain(orjson.dumps({"summary": summary}, option=orjson.OPT_SORT_KEYS).decode())
        return
    rows, snapshots = plural(tally.rows, "row"), plural(tally.snapshots, "snapshot")
    complain(f"{rows}: {snapshots}, {sum(tally.dropped.values()) or 'none'} dropped")
    for reason, count in sorted(tally.dropped.items()):
        complain(f"  dropped {count}: {reason}")
    for (column, message), count in cells:
        complain(f"  left out {plural(count, 'cell')} of `{column}`: {message}")
    if unmapped:
        complain(f"  columns neither read nor ignored by the mapping: {', '.join(unmapped)}")
    if tally.twice:
        complain(f"  {plural(tally.twice, 'snapshot')} of an account at an instant that came before")


@contextmanager
def _lines_of(path: Path, encoding: str) -> Iterator[IO[str]]:
    """Open the export as text; line ends stay as they are, for a quoted cell may contain one."""
    if str(path) == "-":
        with io.TextIOWrapper(sys.stdin.buffer, encoding=encoding, newline="") as stream:
            yield stream
        return
    with path.open(encoding=encoding, newline="") as stream:
        yield stream


@contextmanager
def _written(path: Path | None) -> Iterator[IO[bytes]]:
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with writing(path):
        stream = path.open("wb")
    with stream:
        yield stream
