"""The release that serves: swapped as one reference, and closed when its last decision is out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from nextplay.decider import Decider
from nextplay.release import Release
from nextplay.service.refusal import NotReady


@dataclass(slots=True, eq=False)
class Serving:
    """A release in service, and how many decisions are using it. Only `Releases` changes the last two fields."""

    release: Release
    decider: Decider
    loaded_at: datetime
    users: int = field(default=0)
    retired: bool = field(default=False)


class Releases:
    """Holds at most one release that serves. Safe to use from any thread."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._current: Serving | None = None

    @property
    def current(self) -> Serving | None:
        """The release that serves now, for reading its description; to decide with it, take a `lease`."""
        return self._current

    @property
    def name(self) -> str:
        """The name of the release that serves now; empty where there is none."""
        return self._current.release.release_id.release if self._current else ""

    @contextmanager
    def lease(self) -> Iterator[Serving]:
        """Keep the present release open for the length of one call, whatever is swapped in meanwhile.

        Raises `NotReady` where there is none.
        """
        with self._lock:
            serving = self._current
            if serving is None:
                raise NotReady
            serving.users += 1
        try:
            yield serving
        finally:
            with self._lock:
                serving.users -= 1
                unused = serving.retired and serving.users == 0
            if unused:
                serving.release.close()

    def take(self, release: Release, *, now: datetime) -> None:
        """Serve this release from now on; the one before is closed as soon as nobody uses it."""
        self._swap(Serving(release, Decider(release), now))

    def close(self) -> None:
        """Serve none from now on."""
        self._swap(None)

    def _swap(self, following: Serving | None) -> None:
        with self._lock:
            former, self._current = self._current, following
            if former is not None:
                former.retired = True
            unused = former if former is not None and former.users == 0 else None
        if unused is not None:
            unused.release.close()
