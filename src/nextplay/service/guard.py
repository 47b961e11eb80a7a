"""The outermost interceptor: whatever happens inside, a caller gets one of the answers of `status.py`.

grpc itself would send the text of an exception to the caller, answer an unreadable body with the parser's words
before any of our code runs, and never say when to try again. Our own endpoints take and give bytes; the services that
grpc ships (health, reflection) keep their messages, but are decoded in here as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, Final, NoReturn, TypeAlias

import grpc

from nextplay.errors import InputInvalid
from nextplay.service.refusal import BodyUnreadable, DeadlinePassed, MethodUnknown, Overloaded
from nextplay.service.status import is_ours, new_incident, reason_of, status_of, status_of_code
from nextplay.service.telemetry import Journal
from nextplay.service.workers import Pools

RETRY_SECONDS: Final = 0.1
_DETAILS_KEY: Final = "grpc-status-details-bin"
_UNKNOWN_FIELDS_KEY: Final = "nextplay-unknown-fields"
_NO_DEADLINE_SECONDS: Final = 1e8
"""grpc reports a call without a deadline as one that ends in some thousand years."""
_CODES: Final = {code.value[0]: code for code in grpc.StatusCode}

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"


class Call:
    """What an endpoint may ask of the call that it answers, and tell it."""

    def __init__(self, context: grpc.ServicerContext, *, ends: float) -> None:
        """Take the instant (`time.monotonic`) at which the call must have been answered."""
        self._context = context
        self._ends = ends

    def check_time(self) -> None:
        """Raise `DeadlinePassed` where nobody waits for the answer any more."""
        if time.monotonic() > self._ends or not self._context.is_active():
            raise DeadlinePassed

    def tell_unknown_fields(self, count: int) -> None:
        """Tell the caller how many fields were sent that this version of the contract does not know."""
        if count:
            self._context.set_trailing_metadata(((_UNKNOWN_FIELDS_KEY, str(count)),))


Endpoint = Callable[[bytes, Call], bytes]


class Guard(grpc.ServerInterceptor):
    """Decodes, limits, bounds in time, and turns every exception into a status."""

    def __init__(self, journal: Journal, *, pools: Pools, deadline_seconds: float) -> None:
        """Answer our calls in `pools.calls`, and refuse them while it is full.

        A call without a deadline gets `deadline_seconds`. Health and reflection have threads of their own, so that a
        busy server can still be asked how it is, and so do refusals, so that they come at once.
        """
        self._journal = journal
        self._pools = pools
        self._deadline_seconds = deadline_seconds

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Handler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        """Wrap the handler of one call; called before the call is given to a thread."""
        method = handler_call_details.method
        handler = continuation(handler_call_details)
        if handler is None:
            return self._refusing(method, MethodUnknown())
        ours = handler.request_deserializer is None
        if (self._pools.calls if ours else self._pools.inquiries).full:
            return self._refusing(method, Overloaded(RETRY_SECONDS))
        return self._ours(method, handler) if ours else self._foreign(method, handler)

    def _ours(self, method: str, handler: Handler) -> Handler:
        endpoint: Endpoint = handler.unary_unary  # type: ignore[assignment]
        arrived = time.monotonic()

        def answer(raw: bytes, context: grpc.ServicerContext) -> bytes:
            remaining = context.time_remaining()
            capped = remaining is None or remaining > _NO_DEADLINE_SECONDS
            call = Call(context, ends=arrived + self._deadline_seconds if capped else time.monotonic() + remaining)
            try:
                call.check_time()
                return endpoint(raw, call)
            except Exception as error:  # noqa: BLE001  the outermost place: nothing may pass
                self._refuse(method, error, context)

        return grpc.unary_unary_rpc_method_handler(answer)

    def _foreign(self, method: str, handler: Handler) -> Handler:
        """Wrap a service that grpc ships: one message in, or a stream of messages."""
        if handler.request_streaming:
            wrapped = grpc.stream_stream_rpc_method_handler
            answer = self._streaming(method, handler)
        elif handler.response_streaming:
            wrapped = grpc.unary_stream_rpc_method_handler
            answer = self._watching(method, handler)
        else:
            wrapped = grpc.unary_unary_rpc_method_handler
            answer = self._asking(method, handler)
        answer.experimental_thread_pool = self._pools.inquiries  # type: ignore[attr-defined]
        return wrapped(answer, response_serializer=handler.response_serializer)

    def _asking(self, method: str, handler: Handler) -> Callable[..., Any]:
        def answer(raw: bytes, context: grpc.ServicerContext) -> Any:  # noqa: ANN401  any message
            try:
                response = handler.unary_unary(_decoded(handler, raw), context)  # type: ignore[misc]
                self._complete(context)
            except NotImplementedError:
                self._refuse(method, MethodUnknown(), context)
            except Exception as error:  # noqa: BLE001  the outermost place: nothing may pass
                self._refuse(method, error, context)
            return response

        return answer

    def _watching(self, method: str, handler: Handler) -> Callable[..., Any]:
        """Wrap health's `Watch`, which answers by callback, so that an open watch holds no thread."""

        def answer(raw: bytes, context: grpc.ServicerContext, *send: Callable[[Any], None]) -> Any:  # noqa: ANN401  any message
            try:
                return handler.unary_stream(_decoded(handler, raw), context, *send)  # type: ignore[misc]
            except Exception as error:  # noqa: BLE001  the outermost place: nothing may pass
                self._refuse(method, error, context)

        answer.experimental_non_blocking = getattr(  # type: ignore[attr-defined]
            handler.unary_stream, "experimental_non_blocking", False
        )
        return answer

    def _streaming(self, method: str, handler: Handler) -> Callable[..., Any]:
        def answer(raws: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[Any]:
            try:
                yield from handler.stream_stream((_decoded(handler, raw) for raw in raws), context)  # type: ignore[misc]
            except Exception as error:  # noqa: BLE001  the outermost place: nothing may pass
                self._refuse(method, error, context)

        return answer

    def _complete(self, context: grpc.ServicerContext) -> None:
        """Give the status that a foreign service set the `ErrorInfo` that it lacks."""
        code = context.code()  # type: ignore[attr-defined]
        if code not in (None, grpc.StatusCode.OK):
            raise _ForeignStatus(code)

    def _refusing(self, method: str, error: Exception) -> Handler:
        """Answer without reading the body: a handler of streams starts before its first message is there."""

        def answer(_raws: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
            self._refuse(method, error, context)

        answer.experimental_thread_pool = self._pools.refusals  # type: ignore[attr-defined]
        return grpc.stream_unary_rpc_method_handler(answer)

    def _refuse(self, method: str, error: Exception, context: grpc.ServicerContext) -> NoReturn:
        incident = ""
        if isinstance(error, _ForeignStatus):
            status = status_of_code(error.code, "the service that was asked for is not known here")
        else:
            if is_ours(error):
                incident = new_incident()
                self._journal.failed(method, incident, error)
            else:
                violations = len(error.violations) if isinstance(error, InputInvalid) else 0
                self._journal.refused(method, reason_of(error), violations)
            status = status_of(error, incident=incident)
        context.set_trailing_metadata(((_DETAILS_KEY, status.SerializeToString()),))
        context.abort(_CODES[status.code], status.message)


class _ForeignStatus(Exception):
    """A status that a service of grpc's set without an exception."""

    def __init__(self, code: grpc.StatusCode) -> None:
        super().__init__(code.name)
        self.code = code


def _decoded(handler: Handler, raw: bytes) -> Any:  # noqa: ANN401  any message
    try:
        return handler.request_deserializer(raw)  # type: ignore[misc]
    except Exception as error:
        raise BodyUnreadable from error
