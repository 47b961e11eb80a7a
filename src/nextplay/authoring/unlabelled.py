"""A book of snapshots without outcomes -> facts by column: what probabilities and their drift are told from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from nextplay.authoring.book import BadRow, QuestionReader, Row, RowReader, open_book
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
    with open_book(path) as book:
        return _facts(book.rows, RowReader(as_of), plan, name=path.name, remedy="; give one snapshot a line")


def question_facts(rows: Iterable[Row], plan: FactPlan) -> BookFacts:
    """Read the planned facts of questions of logged decisions.

    Raises `InputInvalid` where none can be used.
    """
    return _facts(rows, QuestionReader(), plan, name="the store", remedy=": nothing was decided in this span")


def _facts(rows: Iterable[Row], reader: RowReader, plan: FactPlan, *, name: str, remedy: str) -> BookFacts:
    read: list[tuple[Facts, str, date]] = []
    for row in rows:
        reading = reader.read(row)
        if reading is not None:
            snapshot = reading.snapshot
            read.append((plan.read(snapshot), snapshot.account_id, snapshot.as_of.date()))
    if not read:
        told = f": {reader.bad[0].told}" if reader.bad else remedy
        raise InputInvalid([Violation(name, f"has no row that can be used{told}")])
    return BookFacts(
        values={name: [facts.value(name) for facts, _, _ in read] for name in plan.names},
        accounts=numbered([account for _, account, _ in read]),
        days=[day for _, _, day in read],
        bad=reader.bad,
    )
