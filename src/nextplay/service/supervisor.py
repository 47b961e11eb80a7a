"""Several processes over one port: started, watched, started anew where they die, and stopped together.

This process answers no calls. It holds the port, starts the first worker alone, so that what is wrong is told once and
the store is made once, then the others; it passes on what workers ask of each other (`siblings`); and it forwards
signals. Workers are spawned and never forked: gRPC does not survive a fork.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe, get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Final

from nextplay.service.ports import reserved
from nextplay.service.siblings import STOP, Answered, Asking, Doing, Done, Serving, Standing
from nextplay.service.telemetry import Journal
from nextplay.settings import Settings

STOPPING_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_FIRST_PAUSE_SECONDS: Final = 0.1
_LONGEST_PAUSE_SECONDS: Final = 10.0
_STEADY_SECONDS: Final = 60.0
"""A worker that has served so long and dies is started anew as if it were its first death."""
_PATIENCE_SECONDS: Final = 5.0
"""How much longer than its own drain and grace a worker may take to end before it is killed."""
_MOST_UNANSWERED: Final = 100
"""A worker that owes so many answers is asked no more."""

Work = Callable[[Settings, int, Connection], None]
"""What a worker does with the settings, its number and its line to the supervisor; it ends by the exit code."""


@dataclass(slots=True)
class _Worker:
    """One place among the workers, and the process that fills it now; none between two attempts."""

    number: int
    process: SpawnProcess | None = None
    line: Connection | None = None
    serving_since: float | None = None
    deaths: int = 0
    restarts: int = 0
    due_at: float = 0.0


@dataclass(slots=True)
class _Question:
    """What one worker asked of all others, and who has not done it yet."""

    asker: int
    token: int
    missing: set[int] = field(default_factory=set)
    releases: dict[int, str] = field(default_factory=dict)
    """What the others serve, by the number of the worker, once they have done it."""


class Supervisor:
    """Runs the workers of one service. `run` once."""

    def __init__(self, settings: Settings, work: Work, *, journal: Journal) -> None:
        """Run `work` in as many processes as `settings.workers` says; it must be importable by its name."""
        self._settings: Final = settings
        self._work: Final = work
        self._journal: Final = journal
        self._spawning: Final = get_context("spawn")
        self._workers: Final = [_Worker(number) for number in range(1, settings.workers + 1)]
        self._questions: Final[dict[tuple[int, int], _Question]] = {}
        self._port = settings.port
        self._told_started = False

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT, then return 0; or the exit code of a worker that could not start.

        Where workers die later, they are started anew; the service ends only where none serves any more and a new one
        cannot start. Raises `PortTaken`.
        """
        with (
            reserved(self._settings.host, self._settings.port) as self._port,
            _signals() as signals,
            self._all_ended(),
        ):
            self._start(self._workers[0])
            while True:
                if signals in self._wait(signals):
                    self._drain(signals)
                    return 0
                failed = self._look_after_the_dead()
                if failed is not None:
                    return failed
                self._start_what_is_due()

    def _start(self, worker: _Worker) -> None:
        line, theirs = Pipe()
        settings = self._settings.model_copy(update={"port": self._port})
        worker.process = self._spawning.Process(
            target=self._work, args=(settings, worker.number, theirs), name=f"worker {worker.number}"
        )
        worker.line, worker.serving_since = line, None
        worker.process.start()
        theirs.close()

    def _wait(self, signals: Connection) -> list[object]:
        """Wait for something to happen, and hear what workers say; return what was ready."""
        lines = {worker.line: worker for worker in self._workers if worker.line is not None}
        ends = [worker.process.sentinel for worker in self._workers if worker.process is not None]
        dues = [worker.due_at for worker in self._workers if worker.process is None and worker.due_at]
        pause = max(0.0, min(dues) - time.monotonic()) if dues else None
        ready = wait([signals, *lines, *ends], pause)
        for line, worker in lines.items():
            if line in ready:
                self._hear(worker)
        return list(ready)

    def _hear(self, worker: _Worker) -> None:
        if worker.line is None:
            return
        try:
            message = worker.line.recv()
        except (EOFError, OSError):  # its process is ending; the sentinel tells when it has
            worker.line.close()
            worker.line = None
            return
        if isinstance(message, Serving):
            self._serves(worker)
        elif isinstance(message, Asking):
            self._pass_on(worker, message)
        elif isinstance(message, Done):
            key = (message.asker, message.token)
            if key in self._questions:
                self._questions[key].releases[worker.number] = message.release
            self._is_done(worker.number, key)

    def _serves(self, worker: _Worker) -> None:
        worker.serving_since = time.monotonic()
        if self._told_started:
            return
        for other in self._workers:
            if other.process is None:
                self._start(other)
        if all(other.serving_since is not None for other in self._workers):
            self._told_started = True
            settings = self._settings
            self._journal.lived(
                "started", host=settings.host, port=self._port, insecure=settings.insecure, workers=settings.workers
            )

    def _pass_on(self, asker: _Worker, asking: Asking) -> None:
        question = _Question(asker.number, asking.token)
        key = (asker.number, asking.token)
        for other in self._workers:
            if other is not asker and other.line is not None and self._answers(other):
                question.missing.add(other.number)
                _say(other.line, Doing(asking.word, *key))
        self._questions[key] = question
        self._is_done(asker.number, key)

    def _answers(self, worker: _Worker) -> bool:
        """Tell whether a worker can be asked: one that hangs must not fill its pipe, which would stop this process."""
        unanswered = sum(worker.number in question.missing for question in self._questions.values())
        return worker.serving_since is not None and unanswered < _MOST_UNANSWERED

    def _is_done(self, number: int, key: tuple[int, int]) -> None:
        question = self._questions.get(key)
        if question is None:
            return
        question.missing.discard(number)
        if not question.missing:
            del self._questions[key]
            asker = self._workers[question.asker - 1]
            if asker.line is not None:
                told = question.releases
                standing = [Standing(one.number, told.get(one.number, ""), one.restarts) for one in self._workers]
                _say(asker.line, Answered(question.token, tuple(standing)))

    def _look_after_the_dead(self) -> int | None:
        """Plan anew for every worker that has died; return an exit code where the service must end."""
        for worker in self._workers:
            process = worker.process
            if process is None or process.is_alive():
                continue
            code = process.exitcode
            served_since, worker.process, worker.serving_since = worker.serving_since, None, None
            process.close()
            if worker.line is not None:
                worker.line.close()
                worker.line = None
            for key, question in [*self._questions.items()]:
                if question.asker == worker.number:
                    del self._questions[key]
                else:
                    question.releases.pop(worker.number, None)
                    self._is_done(worker.number, key)
            if served_since is None and (not self._told_started or not self._any_serves):
                return _as_exit_code(code)
            self._plan(worker, code, served_since)
        return None

    def _plan(self, worker: _Worker, code: int | None, served_since: float | None) -> None:
        now = time.monotonic()
        steady = served_since is not None and now - served_since > _STEADY_SECONDS
        worker.deaths = 1 if steady else worker.deaths + 1
        pause = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2 ** min(worker.deaths - 1, 10))
        worker.due_at = now + pause
        restarts = sum(one.restarts for one in self._workers)
        self._journal.worker_ended(worker.number, code, restarts=restarts, again_in_seconds=pause)

    def _start_what_is_due(self) -> None:
        now = time.monotonic()
        for worker in self._workers:
            if worker.process is None and worker.due_at and now >= worker.due_at:
                worker.due_at = 0.0
                worker.restarts += 1
                self._start(worker)

    @property
    def _any_serves(self) -> bool:
        return any(worker.serving_since is not None for worker in self._workers)

    def _drain(self, signals: Connection) -> None:
        """Have all workers stop in order; a second signal cuts their drain short. Who takes too long is killed."""
        settings = self._settings
        until = time.monotonic() + settings.drain_seconds + 2 * settings.grace_seconds + _PATIENCE_SECONDS
        signals.recv()
        self._signal_all()
        while (left := self._processes) and (pause := until - time.monotonic()) > 0:
            ready = wait([signals, *(process.sentinel for process in left)], pause)
            if signals in ready:
                signals.recv()
                self._signal_all()
            self._hear_the_last()
            for worker in self._workers:
                if worker.process is not None and not worker.process.is_alive():
                    worker.process.close()
                    worker.process = None

    def _hear_the_last(self) -> None:
        """Answer what workers still ask while they end: nobody waits for those who are going."""
        for worker in self._workers:
            while worker.line is not None and worker.line.poll():
                self._hear(worker)

    @property
    def _processes(self) -> list[SpawnProcess]:
        return [worker.process for worker in self._workers if worker.process is not None]

    def _signal_all(self) -> None:
        for process in self._processes:
            if process.pid is not None and process.is_alive():
                os.kill(process.pid, STOP)

    @contextmanager
    def _all_ended(self) -> Iterator[None]:
        """Leave no worker behind, however this process ends."""
        try:
            yield
        finally:
            if not self._told_started:
                self._signal_all()
                wait_until = time.monotonic() + self._settings.grace_seconds + _PATIENCE_SECONDS
                for process in self._processes:
                    process.join(max(0.0, wait_until - time.monotonic()))
            for process in self._processes:
                process.kill()
                process.join()


def _say(line: Connection, message: object) -> None:
    with suppress(OSError):  # a worker that is ending; its sentinel tells
        line.send(message)


def _as_exit_code(code: int | None) -> int:
    """Return what this process ends with for a worker that ended so; one that was killed counts as a fault."""
    return code if code is not None and code > 0 else 1


@contextmanager
def _signals() -> Iterator[Connection]:
    """Turn the signals that stop the service into messages, so that one wait hears them and the workers."""
    ours, theirs = Pipe(duplex=False)
    resource_tracker.ensure_running()  # which the first spawn would start, and then unblock these very signals
    former = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING_SIGNALS)

    def forward() -> None:
        with suppress(OSError):
            while True:
                theirs.send(signal.sigwait(STOPPING_SIGNALS))

    threading.Thread(target=forward, name="signals", daemon=True).start()
    try:
        yield ours
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)
