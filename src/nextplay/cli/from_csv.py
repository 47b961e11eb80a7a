"""`nextplay snapshots from-csv`: exports joined by account into snapshots, with a full account of what was left out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated, Any, Final

import orjson
import typer

from nextplay.authoring.csv_mapping import CsvMapping
from nextplay.authoring.csv_mapping_file import read_mapping
from nextplay.authoring.csv_report import CellProblem, RowResult, Tally
from nextplay.authoring.csv_snapshots import CsvExport
from nextplay.authoring.exports import Rows, opened, streamed
from nextplay.authoring.keyed_files import KeyedFiles
from nextplay.authoring.keyed_tally import FileTally
from nextplay.cli.exits import ExitCode
from nextplay.cli.output import Format, FormatOption, complain, counted, plural, writing

_NAMED: Final = 5
"""How many rows that repeat another are named."""
_HOLLOW: Final = (
    "  has no row at all, and the mapping calls it complete: {accounts} say that there are none, as known; "
    "export it again, or take `complete` out"
)


def from_csv(
    export: Annotated[
        Path | None,
        typer.Argument(
            metavar="[EXPORT]",
            help="The accounts: CSV, Parquet or JSON lines, or - for stdin; or the folder in which all files lie. "
            "Left out, the `path` of the mapping.",
        ),
    ] = None,
    *,
    mapping: Annotated[Path, typer.Option(metavar="MAP", help="Mapping file: which column becomes which field.")],
    file: Annotated[
        list[str] | None,
        typer.Option("--file", metavar="NAME=FILE", help="A further file of the mapping; again for more."),
    ] = None,
    target: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write here, not to stdout.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"], help="For rows that carry no as_of."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit code 2 for unreadable cells and broken rows of further files too.")
    ] = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """Turn exports into snapshots, one JSON object a line.

    Further files that the mapping names are joined by account. Every cell that cannot be read is reported with row and
    column on stderr and left out of its snapshot; rows without an account are dropped and counted. Exit code 2 if a row
    of the accounts was dropped.
    """
    folder = export if export is not None and export.is_dir() else None
    read = read_mapping(mapping, folder=folder)
    accounts = export
    if export is None or folder is not None:
        accounts = Path(read.path) if read.path else None
    if accounts is None:
        message = "name the file of the accounts, or give the mapping a `path`"
        raise typer.BadParameter(message, param_hint="EXPORT")
    keyed = KeyedFiles.read(read, _given(file or ()))
    tally = Tally()
    with _rows_of(accounts, read) as rows, _written(target) as sink:
        found = CsvExport(rows, read, as_of=as_of.replace(tzinfo=UTC) if as_of else None, keyed=keyed)
        for row in counted(found, "row"):
            tally.add(row)
            if row.snapshot is not None:
                sink.write(orjson.dumps(row.snapshot) + b"\n")
            _report(row, output=output)
        unmapped = found.unmapped
    files = keyed.tallies()
    _summarise(tally, unmapped, files, output=output)
    if tally.dropped or (strict and (tally.cells or any(told.broken or told.hollow for told in files))):
        raise typer.Exit(ExitCode.INPUT)


def _given(files: Sequence[str]) -> dict[str, Path]:
    """Read `NAME=FILE`; raises `BadParameter` for every one that is not, or that comes twice."""
    pairs = [text.partition("=") for text in files]
    wrong = [text for text, (name, sign, path) in zip(files, pairs, strict=True) if not (name and sign and path)]
    wrong += sorted({name for name, _, _ in pairs if [one for one, _, _ in pairs].count(name) > 1})
    if wrong:
        message = f"{', '.join(f'`{text}`' for text in wrong)}: write NAME=FILE, each name once"
        raise typer.BadParameter(message, param_hint="--file")
    return {name: Path(path) for name, _, path in pairs}


def _report(row: RowResult, *, output: Format) -> None:
    """Say on stderr what had to be left out of a row, or that it gave no snapshot."""
    for problem in row.problems:
        complain(orjson.dumps(_problem(problem)).decode() if output is Format.JSON else str(problem))
    if row.dropped:
        dropped = {"row": row.row, "dropped": row.dropped}
        text = f"row {row.row}: dropped: {row.dropped}"
        complain(orjson.dumps(dropped).decode() if output is Format.JSON else text)


def _problem(problem: CellProblem) -> dict[str, Any]:
    """Write a problem as JSON; only those of further files name their file."""
    found: dict[str, Any] = {"row": problem.row, "column": problem.column, "field": problem.field}
    return found | {"message": problem.message} | ({"file": problem.file} if problem.file else {})


def _summarise(tally: Tally, unmapped: tuple[str, ...], files: Sequence[FileTally], *, output: Format) -> None:
    """Close the report: every row and cell of every file is accounted for."""
    if output is Format.JSON:
        summary = {"rows": tally.rows, "snapshots": tally.snapshots, "dropped": dict(tally.dropped)}
        summary |= {"cells_left_out": _cells(tally.cells), "columns_not_mapped": unmapped}
        summary |= {"same_account_and_instant": len(tally.twice)}
        summary |= {"rows_of_the_same": [row for row, _ in tally.twice[:_NAMED]]}
        if files:
            summary["files"] = [_file_document(told) for told in files]
        complain(orjson.dumps({"summary": summary}, option=orjson.OPT_SORT_KEYS).decode())
        return
    rows, snapshots = plural(tally.rows, "row"), plural(tally.snapshots, "snapshot")
    complain(f"{rows}: {snapshots}, {sum(tally.dropped.values()) or 'none'} dropped")
    for reason, count in sorted(tally.dropped.items()):
        complain(f"  dropped {count}: {reason}")
    own = {key: count for key, count in tally.cells.items() if not key[2]}
    _summarise_columns(own, unmapped)
    if tally.twice:
        _summarise_repeats(tally.twice)
    for told in files:
        complain(f"file `{told.name}`: {plural(told.rows, 'row')}: {told.used or 'none'} used")
        if told.hollow:
            complain(_HOLLOW.format(accounts=plural(tally.snapshots, "snapshot")))
        for reason, count in sorted(told.left_out.items()):
            place = f"row {told.first[reason]}" if count == 1 else f"first row {told.first[reason]}"
            complain(f"  left out {plural(count, 'row')}: {reason} ({place})")
        for column, count in sorted(told.later.items()):
            complain(f"  not known yet at `as_of`: {plural(count, 'cell')} of `{column}`")
        _summarise_columns({key: count for key, count in tally.cells.items() if key[2] == told.name}, told.unmapped)


def _summarise_repeats(twice: Sequence[tuple[int, int]]) -> None:
    """Name the rows that repeat an account and instant; all of them became snapshots."""
    named = ", ".join(f"row {row} repeats row {first}" for row, first in twice[:_NAMED])
    more = f" and {len(twice) - _NAMED} more" if len(twice) > _NAMED else ""
    told = f"  {plural(len(twice), 'snapshot')} of an account at an instant that came before: {named}{more}"
    complain(f"{told}; all were written, so keep one row of each")


def _summarise_columns(cells: Mapping[tuple[str, str, str], int], unmapped: Sequence[str]) -> None:
    for (column, message, _), count in sorted(cells.items()):
        complain(f"  left out {plural(count, 'cell')} of `{column}`: {message}")
    if unmapped:
        complain(f"  columns neither read nor ignored by the mapping: {', '.join(unmapped)}")


def _cells(cells: Mapping[tuple[str, str, str], int]) -> list[dict[str, Any]]:
    return [
        {"column": column, "message": message, "cells": count} | ({"file": file} if file else {})
        for (column, message, file), count in sorted(cells.items())
    ]


def _file_document(told: FileTally) -> dict[str, Any]:
    return {
        "file": told.name,
        "rows": told.rows,
        "used": told.used,
        "left_out": dict(told.left_out),
        "first_rows_left_out": dict(told.first),
        "complete_without_a_row": told.hollow,
        "not_known_yet": dict(told.later),
        "columns_not_mapped": told.unmapped,
    }


@contextmanager
def _rows_of(path: Path, mapping: CsvMapping) -> Iterator[Rows]:
    """Open the accounts, which may come from stdin."""
    columns = mapping.columns()
    source = streamed(sys.stdin.buffer, mapping, columns) if str(path) == "-" else opened(path, mapping, columns)
    with source as rows:
        yield rows


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
