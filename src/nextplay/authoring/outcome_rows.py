"""Rows of data with what came of them: a snapshot each, from an export by its mapping or from a book as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nextplay.authoring.book import Row, open_book, shared_reason
from nextplay.authoring.csv_mapping import CsvMapping
from nextplay.authoring.csv_snapshots import CsvExport
from nextplay.authoring.exports import opened
from nextplay.authoring.keyed_files import KeyedFiles
from nextplay.authoring.outcome_file import OutcomeFile, text_of
from nextplay.authoring.train_config import TrainConfig
from nextplay.errors import InputInvalid, Violation
from nextplay.snapshot import CustomerSnapshot, parse_json_snapshot, read_snapshot


class OutcomeRow(NamedTuple):
    """What a row gave: its snapshot, or under `dropped` why there is none; and whether the account left.

    `left` is `None` where nothing is said of it, and `told` the word that says it. `cells` counts what in the row could
    not be used.
    """

    snapshot: CustomerSnapshot | None
    left: bool | None
    dropped: str = ""
    cells: int = 0
    told: str | None = None


def outcome_rows(
    data: Path, config: TrainConfig, mapping: CsvMapping | None, outcomes: OutcomeFile | None
) -> Iterator[OutcomeRow]:
    """Read data row by row: with a mapping an export and what it joins; without one snapshots, JSON lines or Parquet.

    The label comes from `outcomes`, or where there are none from the label's column of the data.

    Raises `InputInvalid` or `ExportInvalid` where columns are missing or the data are of another kind.
    """
    found = _snapshots(data, config) if mapping is None else _export(data, config, mapping)
    for row, told in found:
        if row.snapshot is not None:
            asked = told if outcomes is None else outcomes.of(row.snapshot.account_id, row.snapshot.as_of.date())
            yield row._replace(left=None if asked is None else asked in config.label.left, told=asked)
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
    timeless = [name for name, file in mapping.files.items() if file.as_exported]
    if timeless:
        message = "has rows without a date, which may know what came after `as_of`; map `dated`, or leave the file out"
        raise InputInvalid([Violation(f"files.{name}", message) for name in timeless])
    label = config.label.column
    columns = (*mapping.columns(), *([] if label is None else [label]))
    with opened(data, mapping, columns) as rows:
        if label is not None and label not in rows.header:
            raise InputInvalid([Violation("label.column", f"the export has no column `{label}`")])
        for row in CsvExport(rows, mapping, keyed=KeyedFiles.read(mapping), beside=label):
            told = None if row.beside in {"", *mapping.empty} else row.beside
            snapshot = None if row.snapshot is None else read_snapshot(row.snapshot).snapshot
            yield OutcomeRow(snapshot, None, row.dropped, len(row.problems)), told
