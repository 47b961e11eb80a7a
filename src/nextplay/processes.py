"""Processes that work beside this one, each over a line of its own: whoever dies takes no lock of the others along.

`concurrent.futures.ProcessPoolExecutor` has its processes share queues; one that is killed while it holds their lock
leaves all others waiting, and whoever started them too.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

from nextplay.errors import EngineFault, NextplayError, WorkerDied

if TYPE_CHECKING:
    Line = Connection[Any, Any]

Task = TypeVar("Task")
Task_contra = TypeVar("Task_contra", contravariant=True)
Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)


class Worker(Protocol[Task_contra, Result_co]):
    """Does one task after the other."""

    def work(self, task: Task_contra, /) -> Result_co:
        """Return what comes of a task."""

    def close(self) -> None:
        """Free what it holds."""


def all_cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Hand(Generic[Task, Result]):
    """A process with a worker in it, and the line to it: one task at a time, from one thread at a time."""

    def __init__(self, hire: Callable[[], Worker[Task, Result]], *, remedy: str, core: int | None = None) -> None:
        """Start a process in which `hire` makes the worker; both it and every task have to be picklable.

        `remedy` is what a person can do where the process dies; with `core` the process is held on that processor.
        """
        # a fresh interpreter each: what the inference engine holds outside Python must not be shared by a fork
        spawning = get_context("spawn")
        ours, theirs = spawning.Pipe()
        self.line: Final[Line] = ours
        self.process: Final = spawning.Process(target=_serve, args=(hire, theirs, core), daemon=True)
        self._remedy: Final = remedy
        self.process.start()
        theirs.close()  # so that the line ends when the process does

    def ask(self, task: Task) -> Result:
        """Have a task done and wait for it. Raises as `answer` does."""
        self.give(task)
        return self.answer()

    def give(self, task: Task) -> None:
        """Give a task to a process that has none. Where it can no longer be heard, `answer` tells."""
        with suppress(ConnectionError):
            self.line.send(task)

    def answer(self) -> Result:
        """Return what came of the task, waiting for it.

        Raises what the worker or its hiring raised: an error of this package or of the system as it is, any other as an
        `EngineFault`, since its words may be a customer's. Raises `WorkerDied` where the process is gone.
        """
        try:
            done, told = self.line.recv()
        except (EOFError, ConnectionError):
            raise WorkerDied(self._remedy) from None
        if not done:
            raise told
        result: Result = told
        return result

    def stop(self) -> None:
        """End the process, whatever it is doing: a thread that waits for its answer hears of it."""
        self.process.terminate()
        self.process.join()

    def close(self) -> None:
        """End the process and the line, for which nobody may be waiting any more."""
        self.stop()
        self.line.close()


def _serve(hire: Callable[[], Worker[Any, Any]], line: Line, core: int | None) -> None:
    """Do what comes over the line until it ends."""
    if core is not None:
        os.sched_setaffinity(0, {core})
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one is interrupted too, and tells
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(EOFError, ConnectionError):
        try:
            worker = hire()
        except BaseException as error:  # noqa: BLE001  whatever it is (Rust's panics are no `Exception`), the reader tells
            line.recv()
            line.send((False, _portable(error)))
            return
        with closing(worker):
            while True:
                line.send(_done(worker, line.recv()))


def _done(worker: Worker[Task, Result], task: Task) -> tuple[bool, Result | Exception]:
    try:
        return True, worker.work(task)
    except BaseException as error:  # noqa: BLE001  see above
        return False, _portable(error)


def _portable(error: BaseException) -> Exception:
    """Return an error that can travel and be told: another's words may quote what it was working on."""
    if isinstance(error, NextplayError | OSError):
        return error
    return EngineFault(f"a worker process could not do its work ({type(error).__name__})")


def _end_with_parent() -> None:
    """End this process as soon as the one that started it is gone: killed, it cannot tell its workers to stop."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
