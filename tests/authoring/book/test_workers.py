"""Work on one process or on several gives the same, in the order of the book."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Any, cast

import pytest

from nextplay.authoring.book import Row, work_through
from nextplay.authoring.book.workers import FEW_ROWS, PIECE_ROWS
from nextplay.errors import NextplayError

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


@dataclass(frozen=True)
class Dying:
    """Hires a worker that is killed at a row."""

    row: int

    def __call__(self) -> Dying:
        """Be the worker."""
        return self

    def work(self, piece: Iterable[Row]) -> int:
        """Count rows up to the one that kills."""
        counted = 0
        for row in piece:
            if row.number == self.row:
                os.kill(os.getpid(), signal.SIGKILL)
            counted += 1
        return counted

    def close(self) -> None:
        """Hold nothing."""


def test_a_process_that_is_killed_ends_the_work_and_says_so() -> None:
    """Whatever came before it is there, in order; nothing waits for ever."""
    counts: list[int] = []
    with pytest.raises(NextplayError, match=r"a worker process died.*--workers 1"):
        counts.extend(result for _, result in work_through(ROWS, Dying(PIECE_ROWS + 3), workers=2))
    assert counts in ([], [PIECE_ROWS])


def test_who_has_seen_enough_may_stop() -> None:
    """What nobody asks for is not waited for."""
    with closing(cast("Generator[Any]", work_through(ROWS * 20, Measuring(), workers=2))) as results:
        piece, _ = next(results)
        assert [row.number for row in piece] == [row.number for row in ROWS[:PIECE_ROWS]]
    assert multiprocessing.active_children() == []
