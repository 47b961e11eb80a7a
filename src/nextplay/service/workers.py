"""Threads that answer calls, and the count of calls that wait for one.

grpc's own limit on concurrent calls refuses without saying when to try again; here the guard asks first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, ParamSpec, TypeVar

_INQUIRY_THREADS: Final = 4
_INQUIRIES_WAITING: Final = 256
_UNBOUNDED: Final = 1 << 30

Arguments = ParamSpec("Arguments")
Returned = TypeVar("Returned")


class Workers(ThreadPoolExecutor):
    """A thread pool that knows how many of its jobs are waiting or running."""

    def __init__(self, threads: int, *, limit: int, name: str) -> None:
        """Start up to `threads` threads; from `limit` jobs on, the pool is full."""
        super().__init__(max_workers=threads, thread_name_prefix=name)
        self._limit = limit
        self._lock = threading.Lock()
        self._jobs = 0

    @property
    def full(self) -> bool:
        """Say whether one more job should be refused."""
        return self._jobs >= self._limit

    def submit(
        self, fn: Callable[Arguments, Returned], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Returned]:
        """Run the job in a thread, counted until it ends however it ends."""
        with self._lock:
            self._jobs += 1
        try:
            future = super().submit(fn, *args, **kwargs)
        except BaseException:
            self._ended()
            raise
        future.add_done_callback(self._ended)
        return future

    def _ended(self, _future: object = None) -> None:
        with self._lock:
            self._jobs -= 1


@dataclass(frozen=True, slots=True)
class Pools:
    """Threads for our own calls, for health, for reflection, and for refusals, which need no work."""

    calls: Workers
    health: Workers
    reflection: Workers
    refusals: Workers

    @classmethod
    def of(cls, threads: int, *, max_waiting: int) -> Pools:
        """Make the pools; threads start when they are needed."""
        return cls(
            calls=Workers(threads, limit=max_waiting, name="call"),
            health=Workers(_INQUIRY_THREADS, limit=_INQUIRIES_WAITING, name="health"),
            reflection=Workers(_INQUIRY_THREADS, limit=_INQUIRIES_WAITING, name="reflection"),
            refusals=Workers(1, limit=_UNBOUNDED, name="refusal"),
        )

    def of_foreign(self, method: str) -> Workers:
        """Return the threads for a service that grpc ships: health never waits behind anything else."""
        return self.health if method.startswith("/grpc.health.") else self.reflection

    def shutdown(self) -> None:
        """End the threads when their calls have ended."""
        for pool in (self.calls, self.health, self.reflection, self.refusals):
            pool.shutdown(wait=True)
