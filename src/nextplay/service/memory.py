"""The store as the service meets it: opened when it can be, asked while it answers, and left alone while it does not.

A database that is down must not make every call wait for it. Once a way to it has failed, one call each half second
tries again, and all others learn at once what is wrong. Reading and writing fail apart: a full disk can be read.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeVar

from nextplay.errors import StoreOutdated, StoreUnavailable
from nextplay.service.clock import Clock, utc_now
from nextplay.service.telemetry import Journal
from nextplay.store import Store

RETRY_SECONDS: Final = 0.5
Found = TypeVar("Found")
Way = Literal["reading", "writing"]


@dataclass(frozen=True, slots=True)
class Failure:
    """What is wrong with one way to the store, and since when."""

    way: Way
    reason: str
    since: datetime


class Memory:
    """A store that may come and go. Safe to use from any thread."""

    def __init__(
        self,
        opening: Callable[[], Store],
        *,
        journal: Journal,
        clock: Clock = utc_now,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        """Open the store with `opening` when it is first needed, or by `open`."""
        self._opening: Final = opening
        self._lock: Final = threading.Lock()
        self._store: Store | None = None
        self._closed = False
        self._on_change: Callable[[], None] = lambda: None
        ways = [_Way(way, journal, clock, retry_seconds, self._changed) for way in ("reading", "writing")]
        self._reading, self._writing = ways

    def open(self) -> None:
        """Open the store. Raises `StoreUnavailable`, also once it was closed, and `StoreOutdated`."""
        with self._lock:
            if self._closed:
                raise StoreUnavailable("the memory is closed: the server is stopping")
            if self._store is None:
                self._store = self._opening()

    def close(self) -> None:
        """Let the store go; nothing is read or written any more."""
        with self._lock:
            store, self._store, self._closed = self._store, None, True
        if store is not None:
            store.close()

    def watch(self, on_change: Callable[[], None]) -> None:
        """Call `on_change` whenever a way begins or ends to fail."""
        self._on_change = on_change

    @property
    def store(self) -> Store:
        """The store, opened if it is not. Raises `StoreUnavailable`, also where the schema is not the one needed."""
        store = self._store
        if store is not None:
            return store
        try:
            self.open()
        except StoreOutdated as error:
            raise StoreUnavailable(str(error)) from error
        return self.store

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What is wrong now; empty while the store answers."""
        return tuple(way.failure for way in (self._reading, self._writing) if way.failure is not None)

    @property
    def writable(self) -> bool:
        """Say whether the last attempt to write went well, or none was made yet."""
        return self._writing.failure is None

    def read(self, work: Callable[[Store], Found]) -> Found:
        """Read. Raises `StoreUnavailable`: at once while the store is known not to answer."""
        return self._reading.run(lambda: work(self.store))

    def write(self, work: Callable[[Store], Found]) -> Found:
        """Write. Raises as `read` does."""
        return self._writing.run(lambda: work(self.store))

    def _changed(self) -> None:
        self._on_change()


class _Way:
    """One way to the store, which remembers that it fails."""

    def __init__(
        self, way: Way, journal: Journal, clock: Clock, retry_seconds: float, on_change: Callable[[], None]
    ) -> None:
        self._way: Final[Way] = way
        self._journal: Final = journal
        self._clock: Final = clock
        self._retry_seconds: Final = retry_seconds
        self._on_change: Final = on_change
        self._lock: Final = threading.Lock()
        self._again_at = 0.0
        self.failure: Failure | None = None

    def run(self, work: Callable[[], Found]) -> Found:
        if self.failure is not None:
            self._admit()
        try:
            found = work()
        except StoreUnavailable as error:
            self._failed(str(error))
            raise
        if self.failure is not None:
            self._recovered()
        return found

    def _admit(self) -> None:
        """Let one call try each while; raise `StoreUnavailable` for all others."""
        with self._lock:
            now = time.monotonic()
            if self.failure is not None and now < self._again_at:
                raise StoreUnavailable(self.failure.reason)
            self._again_at = now + self._retry_seconds

    def _failed(self, reason: str) -> None:
        with self._lock:
            self._again_at = time.monotonic() + self._retry_seconds
            news = self.failure is None or self.failure.reason != reason
            since = self._clock() if self.failure is None else self.failure.since
            self.failure = Failure(self._way, reason, since)
        if news:
            self._journal.memory_failed(self._way, reason)
            self._on_change()

    def _recovered(self) -> None:
        with self._lock:
            failure, self.failure = self.failure, None
        if failure is not None:
            self._journal.memory_recovered(self._way, (self._clock() - failure.since).total_seconds())
            self._on_change()
