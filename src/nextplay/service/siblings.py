"""What one worker may ask of all others: three words, passed on by the process that supervises them.

Each worker holds one end of a pipe. `ask` returns when every other worker has done what the word means, so that a
caller whose calls reach several workers meets one service. The pipe also tells that the supervisor is gone.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Mapping
from itertools import count
from multiprocessing.connection import Connection
from queue import Empty, Queue
from typing import Final, Literal, NamedTuple

from nextplay.service.recorder import MOST_WAIT_SECONDS, Recorder

STOP: Final = signal.SIGUSR1
"""How a supervisor tells a worker to drain and stop, and told again, to hurry. No other process sends it: a terminal or
a service manager signals all processes at once, and a worker would take the supervisor's word for the second one."""
Word = Literal["flush", "reload", "tell"]
"""`flush`: write what waits for the decision log. `reload`: look at the folders of rules and models now. `tell`: only
say which release serves, as every answer does."""


class Standing(NamedTuple):
    """How one worker stands: the release that it serves, empty where it serves none now, and its restarts so far."""

    number: int
    release: str
    restarts: int


class Serving(NamedTuple):
    """Worker → supervisor: it answers calls."""


class Asking(NamedTuple):
    """Worker → supervisor: have all others do this, and then say `Answered`."""

    word: Word
    token: int


class Doing(NamedTuple):
    """Supervisor → worker: do this for that worker's question, and then say `Done`."""

    word: Word
    asker: int
    token: int


class Done(NamedTuple):
    """Worker → supervisor: what was asked is done, and this release serves here now."""

    asker: int
    token: int
    release: str


class Answered(NamedTuple):
    """Supervisor → worker: all others have done what this question asked for, or are gone; so stand all workers."""

    token: int
    workers: tuple[Standing, ...]


class Siblings:
    """The other workers, as one of them reaches them. Safe to use from any thread."""

    def __init__(self, line: Connection, number: int) -> None:
        """Speak over `line` as the worker of that number; nothing is heard before `listen`."""
        self._line: Final = line
        self._number: Final = number
        self._sending: Final = threading.Lock()
        self._tokens: Final = count(os.getpid() << 32)  # a worker started anew must not hear answers to the one before
        self._waiting: Final[dict[int, Queue[tuple[Standing, ...]]]] = {}
        self._serves: Callable[[], str] = str

    def listen(self, doing: Mapping[Word, Callable[[], object]], *, serves: Callable[[], str]) -> None:
        """Do from now on what others ask; end this process in order where the supervisor is gone.

        `serves` names the release that serves here.
        """
        self._serves = serves
        threading.Thread(target=self._hear, args=(doing,), name="siblings", daemon=True).start()

    def say_serving(self) -> None:
        """Tell the supervisor that this worker answers calls."""
        self._send(Serving())

    def ask(self, word: Word, *, seconds: float) -> tuple[Standing, ...]:
        """Have all others do it; return how all workers stand then, by number, or nothing after so many seconds."""
        token, answers = next(self._tokens), Queue[tuple[Standing, ...]]()
        self._waiting[token] = answers
        try:
            self._send(Asking(word, token))
            standing = answers.get(timeout=seconds)
        except Empty:
            return ()
        finally:
            del self._waiting[token]
        release = self._serves()
        return tuple(one._replace(release=release) if one.number == self._number else one for one in standing)

    def _hear(self, doing: Mapping[Word, Callable[[], object]]) -> None:
        try:
            while True:
                self._heard(self._line.recv(), doing)
        except (EOFError, OSError):
            os.kill(os.getpid(), STOP)

    def _heard(self, message: object, doing: Mapping[Word, Callable[[], object]]) -> None:
        if isinstance(message, Answered):
            answers = self._waiting.get(message.token)
            if answers is not None:
                answers.put(message.workers)
        elif isinstance(message, Doing):
            threading.Thread(target=self._do, args=(message, doing), name=message.word, daemon=True).start()

    def _do(self, asked: Doing, doing: Mapping[Word, Callable[[], object]]) -> None:
        try:
            doing[asked.word]()
        finally:
            self._send(Done(asked.asker, asked.token, self._serves()))

    def _send(self, message: object) -> None:
        with self._sending:
            try:
                self._line.send(message)
            except OSError:  # the supervisor is gone; whoever listens ends this process
                return


class EveryRecorder:
    """Flushes the decision logs of all workers: the decision that is looked for may wait in another one."""

    def __init__(self, own: Recorder, siblings: Siblings) -> None:
        """Flush `own`, and those of `siblings`."""
        self._own: Final = own
        self._siblings: Final = siblings

    def flush(self) -> None:
        """Return when every decision that was answered before this call is stored, or cannot be."""
        self._own.flush()
        self._siblings.ask("flush", seconds=MOST_WAIT_SECONDS)
