"""The outermost interceptor: whatever happens inside, a caller gets one of the answers of `status.py`.

grpc itself would send the text of an exception to the caller, answer an unreadable body with the parser's words
before any of our code runs, and never say when to try again. Our own endpoints take and give bytes; the services that
grpc ships (health, reflection) keep their messages, but are decoded in here as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, NoReturn

import grpc

from nextplay.errors import InputInvalid
from nextplay.service.arrivals import Arrivals
from nextplay.service.foreign import ForeignCall, ForeignStatus, Handler, Watches
from nextplay.service.refusal import DeadlinePassed, MethodUnknown, Overloaded
from nextplay.service.status import is_ours, new_incident, reason_of, status_of, status_of_code
from nextplay.service.telemetry import Journal
from nextplay.service.workers import Pools

RETRY_SECONDS: Final = 0.1
_DETAILS_KEY: Final = "grpc-status-details-bin"
_UNKNOWN_FIELDS_KEY: Final = "nextplay-unknown-fields"
_NO_DEADLINE_SECONDS: Final = 1e8
"""grpc reports a call without a deadline as one that ends in some thousand years."""
_CODES: Final = {code.value[0]: code for code in grpc.StatusCode}


class Call:
    """What an endpoint may ask of the call that it answers, and tell it."""

    def __init__(self, context: grpc.ServicerContext, *, ends: float) -> None:
        """Take the instant (`time.monotonic`) at which the call must have been answered."""
        self._context = context
        self._ends = ends

    @property
    def remaining_seconds(self) -> float:
        """How long the caller still waits, 0 or more."""
        return max(0.0, self._ends - time.monotonic())

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

    def __init__(self, journal: Journal, *, pools: Pools, arrivals: Arrivals, deadline_seconds: float) -> None:
        """Answer our calls in `pools.calls`, and refuse them while it is full.

        A call without a deadline gets `deadline_seconds`. Health and reflection have threads of their own, so that a
        busy server can still be asked how it is, and so do refusals, so that they come at once.
        """
        self._journal = journal
        self._pools = pools
        self._arrivals = arrivals
        self._deadline_seconds = deadline_seconds
        self.watches: Final = Watches()

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
        pool = self._pools.calls if ours else self._pools.of_foreign(method)
        if pool.full:
            return self._refusing(method, Overloaded(RETRY_SECONDS))
        if ours:
            return self._ours(method, handler)
        refuse = partial(self._refuse, method)
        return ForeignCall(handler, self._arrivals, self.watches, self._deadline_seconds, refuse).wrapped(pool)

    def _ours(self, method: str, handler: Handler) -> Handler:
        """Answer a call of ours: as a stream of one message, because only so the wait for it can be ended."""
        endpoint: Endpoint = handler.unary_unary  # type: ignore[assignment]
        arrived = time.monotonic()

        def answer(raws: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
            remaining = context.time_remaining()
            capped = remaining is None or remaining > _NO_DEADLINE_SECONDS
            ends = arrived + self._deadline_seconds if capped else time.monotonic() + remaining
            call = Call(context, ends=ends)
            try:
                raw = self._arrivals.first(raws, context, ends=arrived + self._deadline_seconds)
                call.check_time()
                return endpoint(raw, call)
            except Exception as error:  # noqa: BLE001  the outermost place: nothing may pass
                self._refuse(method, error, context)

        return grpc.stream_unary_rpc_method_handler(answer)

    def _refusing(self, method: str, error: Exception) -> Handler:
        """Answer without reading the body: a handler of streams starts before its first message is there."""

        def answer(_raws: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
            self._refuse(method, error, context)

        answer.experimental_thread_pool = self._pools.refusals  # type: ignore[attr-defined]
        return grpc.stream_unary_rpc_method_handler(answer)

    def _refuse(self, method: str, error: Exception, context: grpc.ServicerContext) -> NoReturn:
        incident = ""
        if isinstance(error, ForeignStatus):
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
