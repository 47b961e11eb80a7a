"""Rows of data with what came of them: a snapshot each, from an export by its mapping or from a book as it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from nextplay.authoring.book import Row, open_book, shared_reason
from nextplay.authoring.csv_mapping import CsvMapping
from nextplay.authoring.csv_snapshots import CsvExport
from nextplay.authoring.outcome_file import OutcomeFile, text_of
from nextplay.authoring.train_config import TrainConfig
from nextplay.errors import InputInvalid, Violation
from nextplay.snapshot import CustomerSnapshot, parse_json_snapshot, read_snapshot

_PARQUET: Final = b"PAR1"


class OutcomeRow(NamedTuple):
    """What a row gave: its snapshot, or under `dropped` why there is none; and whether the account left.

    `left` is `None` where nothing is said of it. `cells` counts what in the row could not be used.
    """

    snapshot: CustomerSnapshot | None
    left: bool | None
    dropped: str = ""
    cells: int = 0


def outcome_rows(
    data: Path, config: TrainConfig, mapping: CsvMapping | None, outcomes: OutcomeFile | None
) -> Iterator[OutcomeRow]:
    """Read data row by row: with a mapping an export, CSV or Parquet; without one snapshots, JSON lines or Parquet.

    The label comes from `outcomes`, or where there are none from the label's column of the data.

    Raises `InputInvalid` or `ExportInvalid` where columns are missing or the data are of another kind.
    """
    found = _snapshots(data, config) if mapping is None else _export(data, config, mapping)
    for row, told in found:
        if row.snapshot is not None:
            asked = told if outcomes is None else outcomes.of(row.snapshot.account_id, row.snapshot.as_of.date())
            yield row._replace(left=None if asked is None else asked in config.label.left)
        else:
            yield row


def _snapshots(data: Path, config: TrainConfig) -> Iterator[tuple[OutcomeRow, str | None]]:
    """Yield each snapshot of a book, and what its label column says."""
    with open_book(data) as book:
        for row in book.rows:
            if row.number == 1 and not row.text.startswith(b"{"):
                message = (
                    f"is missing, and `{data.name}` holds no snapshots as JSON lines; name the mapping of the export"
                )
                raise InputInvalid([Violation("mapping", message)])
            yield _snapshot(row, config.label.column)


def _snapshot(row: Row, column: str | None) -> tuple[OutcomeRow, str | None]:
    try:
        document = parse_json_snapshot(row.text)
        told = None if column is None else text_of(document.pop(column, None))
        reading = read_snapshot(document)
    except InputInvalid as error:
        return OutcomeRow(None, None, dropped=shared_reason(error.violations[0])), None
    return OutcomeRow(reading.snapshot, None, cells=len(reading.input_warnings)), told


def _export(data: Path, config: TrainConfig, mapping: CsvMapping) -> Iterator[tuple[OutcomeRow, str | None]]:
    """Yield the snapshot of each row of an export, and what its label column says."""
    text = _text(data, mapping)
    labels = None if config.label.column is None else _labels(text, config.label.column, mapping)
    for row in CsvExport(io.StringIO(text, newline=""), mapping):
        told = None if labels is None else labels[row.row - 1]
        snapshot = None if row.snapshot is None else read_snapshot(row.snapshot).snapshot
        yield OutcomeRow(snapshot, None, row.dropped, len(row.problems)), told


def _labels(text: str, column: str, mapping: CsvMapping) -> list[str | None]:
    """Return the label of each row of the file, its header first; `None` where nothing is said."""
    records = list(csv.reader(io.StringIO(text, newline=""), delimiter=mapping.delimiter))
    header = [name.strip() for name in records[0]] if records else []
    if column not in header:
        raise InputInvalid([Violation("label.column", f"the export has no column `{column}`")])
    place = header.index(column)
    cells = [record[place].strip() if len(record) > place else "" for record in records]
    return [None if cell in {"", *mapping.empty} else cell for cell in cells]


def _text(path: Path, mapping: CsvMapping) -> str:
    content = path.read_bytes()
    if content.startswith(_PARQUET):
        return _parquet_as_csv(content, mapping)
    try:
        return content.decode(mapping.encoding)
    except UnicodeDecodeError as error:
        message = f"is not {mapping.encoding}; name its `encoding:` in the mapping, such as cp1252"
        raise InputInvalid([Violation(path.name, message)]) from error


def _parquet_as_csv(content: bytes, mapping: CsvMapping) -> str:
    """Write a Parquet table as the CSV that the mapping expects: readers of cells exist once."""
    try:
        from pyarrow import parquet  # noqa: PLC0415  an extra: only who has Parquet needs it
    except ModuleNotFoundError:
        message = "Parquet needs the extra `batch`: install `nextplay[batch]`, or give the data as CSV"
        raise InputInvalid([Violation("data", message)]) from None
    table = parquet.read_table(io.BytesIO(content))
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, delimiter=mapping.delimiter)
    writer.writerow(table.column_names)
    writer.writerows(_cells(table.to_pydict()))
    return lines.getvalue()


def _cells(columns: Mapping[str, list[object]]) -> Iterator[list[str]]:
    for row in zip(*columns.values(), strict=True):
        yield ["" if cell is None else str(cell) for cell in row]
