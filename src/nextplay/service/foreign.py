"""The services that grpc ships (health, reflection) behind our guard.

They keep their messages and their code; what they lack is done around them: an unreadable body is refused as such, an
exception becomes a status, a status gets its `ErrorInfo`, and no thread waits for ever.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

import grpc

from nextplay.service.arrivals import Arrivals
from nextplay.service.refusal import BodyUnreadable, MethodUnknown

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
Answer = Callable[..., Any]
Send = Callable[[Any], None]
"""Sends one message of a stream; `None` ends it."""


class ForeignStatus(Exception):
    """A status that a service of grpc's set without an exception."""

    def __init__(self, code: grpc.StatusCode) -> None:
        """Keep the code."""
        super().__init__(code.name)
        self.code = code


class Watches:
    """The open watches of health: they never end by themselves, and a stopping server must not wait for them."""

    def __init__(self) -> None:
        """Begin with none."""
        self._open: dict[grpc.ServicerContext, Send] = {}

    def add(self, context: grpc.ServicerContext, send: Send) -> None:
        """Remember how a watch is answered, until it ends."""
        self._open[context] = send
        if not context.add_callback(lambda: self._forget(context)):
            self._forget(context)

    def _forget(self, context: grpc.ServicerContext) -> None:
        self._open.pop(context, None)

    def end(self) -> None:
        """End every watch that is open, as OK."""
        for context, send in self._open.copy().items():
            if context.is_active():
                send(None)


@dataclass(frozen=True, slots=True)
class ForeignCall:
    """One call of such a service: its handler, how long a message may take, and how it is refused."""

    handler: Handler
    arrivals: Arrivals
    watches: Watches
    seconds: float
    refuse: Callable[[Exception, grpc.ServicerContext], NoReturn]

    def wrapped(self, pool: ThreadPoolExecutor) -> Handler:
        """Return the handler that answers in the threads of `pool`."""
        if self.handler.request_streaming:
            make, answer = grpc.stream_stream_rpc_method_handler, self._conversation()
        elif self.handler.response_streaming:
            make, answer = grpc.stream_stream_rpc_method_handler, self._watch()
        else:
            make, answer = grpc.stream_unary_rpc_method_handler, self._question()
        answer.experimental_thread_pool = pool  # type: ignore[attr-defined]
        return make(answer, response_serializer=self.handler.response_serializer)

    def _question(self) -> Answer:
        """Wrap a call with one message and one answer."""

        def answer(raws: Iterator[bytes], context: grpc.ServicerContext) -> Any:  # noqa: ANN401  any message
            try:
                response = self.handler.unary_unary(self._only(raws, context), context)  # type: ignore[misc]
            except NotImplementedError:
                raise MethodUnknown from None
            code = context.code()  # type: ignore[attr-defined]
            if code not in (None, grpc.StatusCode.OK):
                raise ForeignStatus(code)
            return response

        return self._guarded(answer)

    def _watch(self) -> Answer:
        """Wrap health's `Watch`, which answers by callback, so that an open watch holds no thread."""

        def answer(raws: Iterator[bytes], context: grpc.ServicerContext, *send: Send) -> Any:  # noqa: ANN401  any message
            request = self._only(raws, context)
            for one in send:
                self.watches.add(context, one)
            return self.handler.unary_stream(request, context, *send)  # type: ignore[misc]

        guarded = self._guarded(answer)
        non_blocking = getattr(self.handler.unary_stream, "experimental_non_blocking", False)
        guarded.experimental_non_blocking = non_blocking  # type: ignore[attr-defined]
        return guarded

    def _conversation(self) -> Answer:
        """Wrap a call with many messages and many answers."""

        def answer(raws: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[Any]:
            arriving = self.arrivals.each(raws, context, seconds=self.seconds)
            try:
                yield from self.handler.stream_stream(map(self._decoded, arriving), context)  # type: ignore[misc]
            except Exception as error:  # noqa: BLE001  the outermost place: nothing may pass
                self.refuse(error, context)

        return answer

    def _guarded(self, answer: Answer) -> Answer:
        def guarded(raws: Iterator[bytes], context: grpc.ServicerContext, *send: Send) -> Any:  # noqa: ANN401  any message
            try:
                return answer(raws, context, *send)
            except Exception as error:  # noqa: BLE001  the outermost place: nothing may pass
                self.refuse(error, context)

        return guarded

    def _only(self, raws: Iterator[bytes], context: grpc.ServicerContext) -> Any:  # noqa: ANN401  any message
        return self._decoded(self.arrivals.first(raws, context, ends=time.monotonic() + self.seconds))

    def _decoded(self, raw: bytes) -> Any:  # noqa: ANN401  any message
        try:
            return self.handler.request_deserializer(raw)  # type: ignore[misc]
        except Exception as error:
            raise BodyUnreadable from error
