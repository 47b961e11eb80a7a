"""Work on all cores: each process loads what it needs once, and results come back in the order of the book.

Rows, or whatever else there is one of for each account or decision, travel in pieces of a fixed size, so that no
result depends on how many processes there are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import chain, islice
from queue import SimpleQueue
from typing import Final, TypeVar

from nextplay.processes import Hand, Worker, all_cores

PIECE_ROWS: Final = 50
FEW_ROWS: Final = 400
"""Up to so many rows one process is faster than starting more."""
_PIECES_AHEAD: Final = 4
"""Pieces that wait for each process: enough to keep it busy, few enough to hold no book in memory."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def work_through(
    rows: Iterable[Item], hire: Callable[[], Worker[Sequence[Item], Result]], *, workers: int | None = None
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
    pieces: Iterator[Sequence[Item]], hire: Callable[[], Worker[Sequence[Item], Result]], processes: int
) -> Iterator[tuple[Sequence[Item], Result]]:
    hands = [Hand(hire, remedy="try again with --workers 1") for _ in range(processes)]
    free: SimpleQueue[Hand[Sequence[Item], Result]] = SimpleQueue()
    for hand in hands:
        free.put(hand)

    def worked(piece: Sequence[Item]) -> Result:
        hand = free.get()
        try:
            return hand.ask(piece)
        finally:
            free.put(hand)

    waiting: deque[tuple[Sequence[Item], Future[Result]]] = deque()
    pool = ThreadPoolExecutor(processes)  # a thread for each process does nothing but wait for its answer
    try:
        for piece in pieces:
            waiting.append((piece, pool.submit(worked, piece)))
            if len(waiting) >= processes * _PIECES_AHEAD:
                done, result = waiting.popleft()
                yield done, result.result()
        while waiting:
            done, result = waiting.popleft()
            yield done, result.result()
    finally:
        for hand in hands:
            hand.stop()
        pool.shutdown(cancel_futures=True)
        for hand in hands:
            hand.close()
