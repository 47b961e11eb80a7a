"""Cells become typed columns, and a table knows its rows, accounts and hash."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.churn.training.small_book import book

from nextplay.churn.training.table import Cell, column_of, numbered
from nextplay.errors import InputInvalid


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["Yes", "No", ""], "flag", [1, 0, np.nan]),
        ([True, False, None], "flag", [1, 0, np.nan]),
        (["0", "1", "NA"], "flag", [0, 1, np.nan]),
        (["1", "2.5", " "], "number", [1, 2.5, np.nan]),
        ([1.0, float("nan"), 3.0], "number", [1, np.nan, 3]),
        (["b", "a", "-"], "word", [1, 0, np.nan]),
        (["1", "1", "1"], "number", [1, 1, 1]),
    ],
)
def test_cells_tell_the_kind_of_a_column(cells: list[Cell], kind: str, values: list[float]) -> None:
    """Two flags make a flag, figures a number, anything else words; what says nothing is missing."""
    column = column_of("x", cells)
    assert column.kind == kind
    np.testing.assert_array_equal(column.values, values)


@pytest.mark.parametrize(
    ("cells", "kind", "words", "message"),
    [
        ([f"name {place}" for place in range(65)], None, (), "has 65 different words"),
        (["1", "two"], "number", (), "holds cells that are no number"),
        (["yes", "maybe"], "flag", (), "holds cells that are no flag"),
        (["1", "inf"], "number", (), "holds cells that are no number"),
        (["a", "c"], "word", ("a", "b"), "holds words that are not declared; allowed are a, b"),
    ],
)
def test_cells_that_do_not_fit_are_refused(cells: list[Cell], kind: None, words: tuple[str, ...], message: str) -> None:
    """The refusal names the column and never shows a cell."""
    with pytest.raises(InputInvalid, match=f"x: {message}"):
        column_of("x", cells, kind=kind, words=words)


def test_accounts_are_numbered_by_name() -> None:
    """Equal names get equal numbers, in the order of the names."""
    assert numbered(["b", "a", "b"]).tolist() == [1, 0, 1]


def test_columns_without_order_come_first() -> None:
    """The matrix has the order in which the learner keeps columns, whatever order they were given in."""
    table = book(50)
    assert table.names[0] == "profile.plan"
    assert replace(table, columns=table.columns[::-1]).names == table.names
    assert table.without(["profile.plan"]).matrix.shape == (50, 4)


def test_the_hash_changes_with_every_cell() -> None:
    """Two equal tables have one hash; another value, label, account or column makes another."""
    table = book(50)
    values = table.columns[1].values.copy()
    values[3] += 1
    others = [
        replace(table, columns=(table.columns[0], replace(table.columns[1], values=values), *table.columns[2:])),
        replace(table, label=~table.label),
        replace(table, accounts=table.accounts + 1),
        table.without(["profile.plan"]),
    ]
    assert book(50).content_hash() == table.content_hash()
    assert len({table.content_hash(), *(other.content_hash() for other in others)}) == 5
