"""Waits for the body of a call, and gives up on one that does not come.

A thread that answers a call also waits for its message, and grpc would let it wait for as long as the connection
lives: sixteen clients that send headers and nothing else would hold sixteen threads.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Final

import grpc

from nextplay.service.refusal import BodyUnreadable, DeadlinePassed

_SWEEP_SECONDS: Final = 0.25


class Arrivals:
    """The calls that wait for a message. `start` and `stop` run the thread that ends those that wait too long."""

    def __init__(self) -> None:
        """Begin with none."""
        self._waiting: dict[grpc.ServicerContext, float] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._sweep, name="arrivals", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End watching."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def first(self, raws: Iterator[bytes], context: grpc.ServicerContext, *, ends: float) -> bytes:
        """Return the message of a call that has one, if it arrives until `ends` (`time.monotonic`).

        Raises `BodyUnreadable` where the client ended without one, `DeadlinePassed` where it came too late or the
        client went away.
        """
        self._waiting[context] = ends
        try:
            return next(raws)
        except StopIteration:
            raise BodyUnreadable from None
        except grpc.RpcError as error:
            raise DeadlinePassed from error
        finally:
            del self._waiting[context]

    def each(self, raws: Iterator[bytes], context: grpc.ServicerContext, *, seconds: float) -> Iterator[bytes]:
        """Yield the messages of a call that has many; each must arrive within `seconds` after the one before."""
        while True:
            try:
                raw = self.first(raws, context, ends=time.monotonic() + seconds)
            except BodyUnreadable:
                return
            yield raw

    def _sweep(self) -> None:
        while not self._stopping.wait(_SWEEP_SECONDS):
            now = time.monotonic()
            for context, ends in self._waiting.copy().items():
                if now > ends:
                    context.cancel()
