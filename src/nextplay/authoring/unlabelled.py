"""A book of snapshots without outcomes -> facts by column: what probabilities and their drift are told from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from nextplay.authoring.book import BadRow, RowReader, open_book
from nextplay.churn.training.table import Whole, numbered
from nextplay.decision import FactValue
from nextplay.errors import InputInvalid, Violation
from nextplay.facts import FactPlan, Facts


@dataclass(frozen=True, slots=True)
class BookFacts:
    """Facts by name, and for each row the number of its account and its as-of day. `bad` are rows left out."""

    values: Mapping[str, list[FactValue]]
    accounts: Whole
    days: Sequence[date]
    bad: Sequence[BadRow]


def book_facts(path: Path, plan: FactPlan, *, as_of: str | None = None) -> BookFacts:
    """Read the planned facts of a book: JSON lines (also gzipped), Parquet, or `-` for stdin.

    `as_of` is the instant of snapshots that carry none. Raises `InputInvalid` where no row can be used.
    """
    reader = RowReader(as_of)
    read: list[tuple[Facts, str, date]] = []
    with open_book(path) as book:
        for row in book.rows:
            reading = reader.read(row)
            if reading is not None:
                snapshot = reading.snapshot
                read.append((plan.read(snapshot), snapshot.account_id, snapshot.as_of.date()))
    if not read:
        told = f": {reader.bad[0].told}" if reader.bad else "; give one snapshot a line"
        raise InputInvalid([Violation(path.name, f"has no row that can be used{told}")])
    return BookFacts(
        values={name: [facts.value(name) for facts, _, _ in read] for name in plan.names},
        accounts=numbered([account for _, account, _ in read]),
        days=[day for _, _, day in read],
        bad=reader.bad,
    )
