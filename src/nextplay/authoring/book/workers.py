"""Work on all cores: each process loads what it needs once, and results come back in the order of the book.

Rows, or whatever else there is one of for each account or decision, travel in pieces of a fixed size, so that no
result depends on how many processes there are.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from itertools import chain, islice
from multiprocessing import get_context
from typing import Any, Final, Protocol, TypeVar

from nextplay.errors import NextplayError

PIECE_ROWS: Final = 50
FEW_ROWS: Final = 400
"""Up to so many rows one process is faster than starting more."""
_PIECES_AHEAD: Final = 4
"""Pieces that wait for each process: enough to keep it busy, few enough to hold no book in memory."""
_WORKER: list[Worker[Any, Any]] = []
"""The worker of this process, in processes that were started here."""

Item = TypeVar("Item")
Item_contra = TypeVar("Item_contra", contravariant=True)
Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)


class Worker(Protocol[Item_contra, Result_co]):
    """Does the work for one piece of rows after the other."""

    def work(self, piece: Sequence[Item_contra]) -> Result_co:
        """Return the result for some rows."""

    def close(self) -> None:
        """Free what it holds."""


def all_cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def work_through(
    rows: Iterable[Item], hire: Callable[[], Worker[Item, Result]], *, workers: int | None = None
) -> Iterator[tuple[Sequence[Item], Result]]:
    """Yield each piece of rows with its result, in order.

    `hire` makes a worker; for more than one process it has to be picklable. `workers` left out, all cores are used for
    a book that is worth it. Raises what a worker raises, and `NextplayError` where a process dies.
    """
    rows = iter(rows)
    if workers is None:
        first = list(islice(rows, FEW_ROWS + 1))
        rows = chain(first, rows)
        workers = 1 if len(first) <= FEW_ROWS else all_cores()
    pieces = _pieces(rows)
    if workers > 1:
        yield from _on_processes(pieces, hire, workers)
        return
    with closing(hire()) as worker:
        for piece in pieces:
            yield piece, worker.work(piece)


def _pieces(rows: Iterator[Item]) -> Iterator[Sequence[Item]]:
    return iter(lambda: tuple(islice(rows, PIECE_ROWS)), ())


def _on_processes(
    pieces: Iterator[Sequence[Item]], hire: Callable[[], Worker[Item, Result]], processes: int
) -> Iterator[tuple[Sequence[Item], Result]]:
    waiting: deque[tuple[Sequence[Item], Future[Result]]] = deque()
    # a fresh interpreter each: what the inference engine holds outside Python must not be shared by a fork
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_start, initargs=(hire,))
    try:
        for piece in pieces:
            waiting.append((piece, pool.submit(_work, piece)))
            if len(waiting) >= processes * _PIECES_AHEAD:
                done, result = waiting.popleft()
                yield done, result.result()
        while waiting:
            done, result = waiting.popleft()
            yield done, result.result()
    except BrokenProcessPool:
        raise NextplayError("a worker process died, perhaps for want of memory; try again with --workers 1") from None
    finally:
        pool.shutdown(cancel_futures=True)


def _start(hire: Callable[[], Worker[Any, Any]]) -> None:
    _WORKER.append(hire())


def _work(piece: Sequence[Any]) -> Any:  # noqa: ANN401  whatever the worker of this process returns
    return _WORKER[0].work(piece)
