"""A company's export with outcomes -> a table of facts to learn from; nothing is left out without being counted."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np

from nextplay.authoring.csv_mapping import CsvMapping
from nextplay.authoring.csv_snapshots import CsvExport
from nextplay.authoring.train_config import TrainConfig
from nextplay.churn.artefact import MOST_FACTS
from nextplay.churn.training.facts import LEARNABLE, fact_columns
from nextplay.churn.training.splits import window_closed
from nextplay.churn.training.table import Flags, Table, Whole, numbered
from nextplay.decision import FactValue
from nextplay.errors import InputInvalid, Violation
from nextplay.facts import FactPlan, Facts, Vocabulary
from nextplay.snapshot import read_snapshot

_DAY_ZERO: Final = date(1970, 1, 1)
_LEAST_KNOWN: Final = 0.02
"""Facts known in a smaller share of the rows are not learned from: too few to be more than chance."""
_PARQUET: Final = b"PAR1"


@dataclass(frozen=True, slots=True)
class LabelledRows:
    """Facts by name, and for each row its account, as-of day (since 1970-01-01) and whether the account left.

    `rows` counts the rows of the file, `left_out` those that did not come in, by reason, `cells` unreadable cells.
    """

    values: Mapping[str, list[FactValue]]
    accounts: Whole
    days: Whole
    left: Flags
    rows: int
    left_out: Mapping[str, int]
    cells: int


@dataclass(frozen=True, slots=True)
class Labelled:
    """A table to learn from, and what did not come into it: rows by reason, and cells that could not be read."""

    table: Table
    rows: int
    left_out: Mapping[str, int]
    cells: int


def labelled_table(path: Path, config: TrainConfig, mapping: CsvMapping, vocabulary: Vocabulary) -> Labelled:
    """Read an export (CSV or Parquet) by its mapping into a table of facts that can be learned from.

    Raises `InputInvalid` or `ExportInvalid` where columns are missing, words unreadable, or no row remains.
    """
    found = labelled_rows(path, config, mapping, vocabulary.plan(_learnable(config, vocabulary)))
    told = {name: column for name, column in found.values.items() if _known(column) >= _LEAST_KNOWN}
    columns = fact_columns(told, vocabulary.specs, signs=config.signs, worsening=config.worsening)
    if not 0 < len(columns) <= MOST_FACTS:
        message = f"{len(columns)} facts can be fed, 1 to {MOST_FACTS} can be learned from; name them under `facts`"
        raise InputInvalid([Violation("facts", message)])
    return Labelled(Table(columns, found.left, found.accounts, found.days), found.rows, found.left_out, found.cells)


def labelled_rows(path: Path, config: TrainConfig, mapping: CsvMapping, plan: FactPlan) -> LabelledRows:
    """Read the planned facts of each row with its label; rows without one, or with an open horizon, are counted.

    Raises `InputInvalid` or `ExportInvalid` where columns are missing, or no row remains.
    """
    text = _text(path, mapping)
    labels = _labels(text, config, mapping)
    read: list[tuple[Facts, str, int, bool]] = []
    left_out: Counter[str] = Counter()
    rows = cells = 0
    for row in CsvExport(io.StringIO(text, newline=""), mapping):
        rows += 1
        cells += len(row.problems)
        label = labels[row.row - 1]
        if row.snapshot is None or label is None:
            left_out[row.dropped or "no label"] += 1
            continue
        day = (date.fromisoformat(str(row.snapshot["as_of"])[:10]) - _DAY_ZERO).days
        if not _closed(day, config):
            left_out["horizon not over by `observed_until`"] += 1
            continue
        facts = plan.read(read_snapshot(row.snapshot).snapshot)
        read.append((facts, str(row.snapshot["account_id"]), day, label))
    if not read:
        raise InputInvalid([Violation(path.name, "has no row with an account, an as-of day and a label")])
    return LabelledRows(
        values={name: [facts.value(name) for facts, _, _, _ in read] for name in plan.names},
        accounts=numbered([account for _, account, _, _ in read]),
        days=np.array([day for _, _, day, _ in read], dtype=np.int64),
        left=np.array([label for _, _, _, label in read]),
        rows=rows,
        left_out=dict(sorted(left_out.items())),
        cells=cells,
    )


def _closed(day: int, config: TrainConfig) -> bool:
    """Say whether the label can be known: a row whose horizon is still open would teach that recent accounts stay."""
    until = config.observed_until
    return until is None or window_closed(day, (until - _DAY_ZERO).days, config.horizon_days)


def _learnable(config: TrainConfig, vocabulary: Vocabulary) -> list[str]:
    """Return the facts to read. Raises `InputInvalid` for names that are none."""
    specs = vocabulary.specs
    asked = [*config.facts, *config.leave_out, *config.known_at_the_time, *config.families]
    strangers = sorted({name for name in asked if name not in specs})
    if strangers:
        raise InputInvalid([Violation(name, "is no fact; docs/facts.md lists them") for name in strangers])
    free = [name for name in specs if specs[name].type in LEARNABLE and not name.startswith("churn.")]
    chosen = set(config.facts or free) | {*config.signs, *config.worsening}
    return sorted(chosen - {*config.leave_out})


def _labels(text: str, config: TrainConfig, mapping: CsvMapping) -> list[bool | None]:
    """Return for each row of the file, its header first, whether the account left; `None` where nothing is said."""
    records = list(csv.reader(io.StringIO(text, newline=""), delimiter=mapping.delimiter))
    header = [name.strip() for name in records[0]] if records else []
    if config.label.column not in header:
        raise InputInvalid([Violation("label.column", f"the export has no column `{config.label.column}`")])
    place = header.index(config.label.column)
    cells = [record[place].strip() if len(record) > place else "" for record in records]
    return [None if cell in {"", *mapping.empty} else cell in config.label.left for cell in cells]


def _known(column: list[FactValue]) -> float:
    return 1 - column.count(None) / len(column)


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
