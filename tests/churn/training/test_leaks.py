"""A column that knows the answer is named, and rows that stand twice are kept together."""

from __future__ import annotations

import numpy as np
import pytest
from tests.churn.training.small_book import book, with_column

from nextplay.churn.training.leaks import leaks, twins
from nextplay.churn.training.table import Column, Table

TABLE = book(400)


def test_a_sound_table_has_no_leak() -> None:
    """Nothing is suspected of honest columns."""
    assert leaks(TABLE) == ()
    assert twins(book(300, missing=0.0))[1] is None


@pytest.mark.parametrize(
    ("column", "kind", "message"),
    [
        (Column("cancel_reason_given", "flag", np.tile([0.0, 1.0], 200)), "name", "is named like something known only"),
        (Column("billing.churn_date", "number", np.arange(400.0)), "name", "is named like something known only"),
        (Column("end_date", "number", np.arange(400.0)), "name", "is named like something known only"),
        (Column("seats_now", "number", np.where(TABLE.label, -1.0, np.arange(400.0))), "alone", r"AUC 1\.000"),
        (
            Column("state", "word", np.where(TABLE.label, 1.0, 0.0), words=("on", "off")),
            "alone",
            "tells the outcome alone",
        ),
        (Column("nps", "number", np.where(TABLE.label, np.nan, np.arange(400.0))), "missing", "is missing only where"),
        (Column("why", "number", np.where(TABLE.label, np.arange(400.0), np.nan)), "present", "is present only where"),
    ],
)
def test_a_leak_is_named_by_its_column(column: Column, kind: str, message: str) -> None:
    """Names, a column that tells all alone, and values missing or there only for those who left."""
    [found] = leaks(with_column(TABLE, column))
    assert (found.column, found.kind) == (column.name, kind)
    assert message.replace("\\", "") in found.message
    assert "leave it out" in found.message


def test_a_fact_of_the_vocabulary_is_not_judged_by_its_name() -> None:
    """`contract.auto_renew_cancelled` is computed from what was known at the time."""
    column = Column("contract.auto_renew_cancelled", "flag", np.tile([0.0, 1.0], 200), declared=True)
    assert leaks(with_column(TABLE, column)) == ()


def test_twins_are_put_into_one_group() -> None:
    """A file that holds a copy of itself is found, and no fold learns a row that another judges."""
    table = book(100, missing=0.0)
    doubled = table.rows(np.tile(np.arange(100), 2))
    doubled = Table(doubled.columns, doubled.label, np.arange(200))
    grouped, found = twins(doubled)
    assert found is not None
    assert "100 accounts have a row that is equal" in found.message
    assert grouped.accounts[:100].tolist() == grouped.accounts[100:].tolist()
