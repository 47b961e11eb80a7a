"""Lines on their way to a stream: at once, or gathered and written a moment later by a thread of their own.

Each write lets go of the interpreter, and where calls are waiting, one of them takes it: a thread switch in the midst
of every decision.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import BinaryIO, Final

_GATHER_SECONDS: Final = 0.01
"""How late a line may come, beside what writing takes; a process that is killed loses so much of its log."""
MOST_WAITING: Final = 10_000
"""From so many lines on, whoever adds one writes them: a stream that is slow to read slows the calls, as it would."""


class Lines:
    """Writes lines to one stream, in their order. Safe to use from any thread."""

    def __init__(self, stream: BinaryIO, *, gathers: bool = False) -> None:
        """Write each line at once, or, where it `gathers`, together with those of a moment."""
        self._stream: Final = stream
        self._gathers: Final = gathers
        self._adding: Final = threading.Lock()
        self._writing: Final = threading.Lock()
        self._waiting: list[bytes] = []
        self._some: Final = threading.Event()
        self._thread: threading.Thread | None = None

    def write(self, line: bytes) -> None:
        """Add a line, which ends with a line feed."""
        with self._adding:
            self._waiting.append(line)
            count = len(self._waiting)
        if not self._gathers or count >= MOST_WAITING:
            self.flush()
        elif count == 1:
            self._wake()

    def flush(self) -> None:
        """Return when every line that was added before is written. Raises `OSError` where the stream takes none."""
        with self._writing:
            with self._adding:
                lines, self._waiting = self._waiting, []
            if lines:
                self._stream.write(b"".join(lines))
                self._stream.flush()

    def _wake(self) -> None:
        if self._thread is None:
            with self._adding:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._write_on, name="lines", daemon=True)
                    self._thread.start()
        self._some.set()

    def _write_on(self) -> None:
        while True:
            self._some.wait()
            time.sleep(_GATHER_SECONDS)
            self._some.clear()
            with suppress(OSError):  # nobody reads any more: no reason to decide nothing
                self.flush()
