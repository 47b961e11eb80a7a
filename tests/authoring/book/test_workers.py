"""Work on one process or on several gives the same, in the order of the book."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from nextplay.authoring.book import Row, work_through
from nextplay.authoring.book.workers import FEW_ROWS, PIECE_ROWS

ROWS = [Row(number, b"x" * (number % 7)) for number in range(1, 3 * PIECE_ROWS + 8)]


@dataclass(frozen=True)
class Measuring:
    """Hires a worker that measures rows."""

    def __call__(self) -> Measuring:
        """Be the worker."""
        return self

    def work(self, piece: Iterable[Row]) -> list[tuple[int, int]]:
        """Return number and length of each row."""
        return [(row.number, len(row.text)) for row in piece]

    def close(self) -> None:
        """Hold nothing."""


def measured(workers: int | None) -> list[tuple[int, int]]:
    """Return what comes of all rows."""
    return [entry for _, result in work_through(ROWS, Measuring(), workers=workers) for entry in result]


@pytest.mark.parametrize("workers", [None, 1, 2])
def test_results_come_in_the_order_of_the_book(workers: int | None) -> None:
    """Any number of processes gives each row's result in its place."""
    assert len(ROWS) <= FEW_ROWS
    assert measured(workers) == [(row.number, len(row.text)) for row in ROWS]


def test_each_piece_comes_with_its_rows() -> None:
    """Whoever needs the rows of a result has them."""
    for piece, result in work_through(ROWS, Measuring(), workers=1):
        assert [row.number for row in piece] == [number for number, _ in result]


def test_no_rows() -> None:
    """An empty book gives nothing, on any number of processes."""
    assert list(work_through([], Measuring())) == list(work_through([], Measuring(), workers=2)) == []
