"""A company's data with outcomes -> a table of facts to learn from; nothing is left out without being counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np

from nextplay.authoring.csv_mapping import CsvMapping
from nextplay.authoring.label_words import LabelWords
from nextplay.authoring.outcome_file import OutcomeFile
from nextplay.authoring.outcome_rows import outcome_rows
from nextplay.authoring.train_config import TrainConfig
from nextplay.churn.artefact import MOST_FACTS
from nextplay.churn.training.facts import LEARNABLE, fact_columns
from nextplay.churn.training.splits import window_closed
from nextplay.churn.training.table import Flags, Table, Whole, numbered
from nextplay.decision import FactValue
from nextplay.errors import InputInvalid, Violation
from nextplay.facts import FactPlan, Facts, Vocabulary

_DAY_ZERO: Final = date(1970, 1, 1)
_LEAST_KNOWN: Final = 0.02
"""Facts known in a smaller share of the rows are not learned from: too few to be more than chance."""


@dataclass(frozen=True, slots=True)
class LabelledRows:
    """Facts by name, and for each row its account, as-of day (since 1970-01-01) and whether the account left.

    `rows` counts the rows of the data, `left_out` those that did not come in, by reason, `cells` what could not be
    read in them, `without_row` the outcomes of a file of their own that no row was found for.
    """

    values: Mapping[str, list[FactValue]]
    accounts: Whole
    days: Whole
    left: Flags
    rows: int
    left_out: Mapping[str, int]
    cells: int
    without_row: int


@dataclass(frozen=True, slots=True)
class Labelled:
    """A table to learn from, and what did not come into it: rows by reason, cells, and outcomes without a row."""

    table: Table
    rows: int
    left_out: Mapping[str, int]
    cells: int
    without_row: int


def labelled_table(path: Path, config: TrainConfig, mapping: CsvMapping | None, vocabulary: Vocabulary) -> Labelled:
    """Read data, an export by its mapping or snapshots without one, into a table of facts that can be learned from.

    Raises `InputInvalid` or `ExportInvalid` where columns are missing, words unreadable, or no row remains.
    """
    found = labelled_rows(path, config, mapping, vocabulary.plan(_learnable(config, vocabulary)))
    told = {name: column for name, column in found.values.items() if _known(column) >= _LEAST_KNOWN}
    columns = fact_columns(told, vocabulary.specs, signs=config.signs, worsening=config.worsening)
    if not 0 < len(columns) <= MOST_FACTS:
        message = f"{len(columns)} facts can be fed, 1 to {MOST_FACTS} can be learned from; name them under `facts`"
        raise InputInvalid([Violation("facts", message)])
    table = Table(columns, found.left, found.accounts, found.days)
    return Labelled(table, found.rows, found.left_out, found.cells, found.without_row)


def labelled_rows(path: Path, config: TrainConfig, mapping: CsvMapping | None, plan: FactPlan) -> LabelledRows:
    """Read the planned facts of each row with its label; rows without one, or with an open horizon, are counted.

    Raises `InputInvalid` or `ExportInvalid` where columns or outcomes are missing, no row remains, or all rows that
    remain have the same outcome.
    """
    label = config.label
    outcomes = OutcomeFile(path.parent / label.file, label.key) if label.file and label.key else None
    read: list[tuple[Facts, str, int, bool]] = []
    words = LabelWords(config.label.left)
    left_out: Counter[str] = Counter()
    rows = cells = 0
    for row in outcome_rows(path, config, mapping, outcomes):
        rows += 1
        cells += row.cells
        words.add(row.told)
        if row.snapshot is None or row.left is None:
            left_out[row.dropped or "no label"] += 1
            continue
        day = (row.snapshot.as_of.date() - _DAY_ZERO).days
        if not _closed(day, config):
            left_out["horizon not over by `observed_until`"] += 1
            continue
        read.append((plan.read(row.snapshot), row.snapshot.account_id, day, row.left))
    if not read:
        raise InputInvalid([Violation(path.name, _nothing_read(config, mapping))])
    words.check([left for _, _, _, left in read])
    return LabelledRows(
        values={name: [facts.value(name) for facts, _, _, _ in read] for name in plan.names},
        accounts=numbered([account for _, account, _, _ in read]),
        days=np.array([day for _, _, day, _ in read], dtype=np.int64),
        left=np.array([left for _, _, _, left in read]),
        rows=rows,
        left_out=dict(sorted(left_out.items())),
        cells=cells,
        without_row=outcomes.without_row if outcomes else 0,
    )


def _nothing_read(config: TrainConfig, mapping: CsvMapping | None) -> str:
    """Say what no row has, and in which columns it was looked for."""
    message = "has no row with an account, an as-of day and a label"
    if mapping is None:
        return message
    sought = [mapping.account_id.column, mapping.as_of and mapping.as_of.column, config.label.column]
    columns = ", ".join(f"`{column}`" for column in sought if column)
    return f"{message}; looked for in {columns}: is it a file that this mapping reads?"


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


def _known(column: list[FactValue]) -> float:
    return 1 - column.count(None) / len(column)
