"""Errors → `google.rpc.Status`: the one table of the gRPC door.

Every refusal that leaves our code carries exactly one `ErrorInfo` (what gRPC itself ends, such as a message beyond its
limit, has none); what a caller can mend carries the paths of the fields,
what passes by itself a `RetryInfo`. Details travel in HTTP/2 trailers, of which clients accept 8 KiB in all, so both
the number of violations and their bytes are bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import uuid4

import grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2 as details
from google.rpc.code_pb2 import Code
from google.rpc.status_pb2 import Status

from nextplay.errors import (
    AccountErased,
    DecisionDamaged,
    InputInvalid,
    NextplayError,
    NotRemembered,
    RequestIdReused,
    StoreError,
    StoreUnavailable,
    Violation,
)
from nextplay.service.refusal import (
    BodyUnreadable,
    Busy,
    DeadlinePassed,
    MethodUnknown,
    NoMemory,
    NotReady,
    Overloaded,
    Refusal,
    TooLarge,
)

DOMAIN: Final = "nextplay"
MOST_VIOLATIONS: Final = 20
_MOST_DETAIL_BYTES: Final = 3000
_MOST_PATH: Final = 160
_MOST_MESSAGE: Final = 240

_TABLE: Final[dict[type[NextplayError], tuple[int, str]]] = {
    InputInvalid: (Code.INVALID_ARGUMENT, "INPUT_INVALID"),
    BodyUnreadable: (Code.INVALID_ARGUMENT, "BODY_UNREADABLE"),
    TooLarge: (Code.RESOURCE_EXHAUSTED, "TOO_LARGE"),
    Overloaded: (Code.RESOURCE_EXHAUSTED, "OVERLOADED"),
    Busy: (Code.RESOURCE_EXHAUSTED, "BUSY"),
    DeadlinePassed: (Code.DEADLINE_EXCEEDED, "DEADLINE_PASSED"),
    NotReady: (Code.UNAVAILABLE, "NOT_READY"),
    NotRemembered: (Code.NOT_FOUND, "NOT_REMEMBERED"),
    RequestIdReused: (Code.ALREADY_EXISTS, "REQUEST_ID_REUSED"),
    AccountErased: (Code.FAILED_PRECONDITION, "ACCOUNT_ERASED"),
    DecisionDamaged: (Code.DATA_LOSS, "DECISION_DAMAGED"),
    StoreUnavailable: (Code.UNAVAILABLE, "STORE_UNAVAILABLE"),
    NoMemory: (Code.UNIMPLEMENTED, "NO_MEMORY"),
    MethodUnknown: (Code.UNIMPLEMENTED, "METHOD_UNKNOWN"),
}
"""Type of the error → status code and `ErrorInfo.reason`. Everything else is INTERNAL."""
STORE_RETRY_SECONDS: Final = 1.0
_STORE_SILENT: Final = "the memory cannot be reached; try again later, a write with the same `request_id`"
"""What a database says may name hosts and files, which are the operator's alone."""


def is_ours(error: Exception) -> bool:
    """Say whether the error is a fault of ours, whose cause belongs into the log and not into the answer."""
    return type(error) not in _TABLE


def reason_of(error: Exception) -> str:
    """Return the `ErrorInfo.reason` under which the error is answered."""
    return "INTERNAL" if is_ours(error) else _TABLE[type(error)][1]  # type: ignore[index]


def status_of(error: Exception, *, incident: str = "") -> Status:
    """Turn an error into the answer. `incident` names the log line of a fault of ours; empty draws one."""
    if isinstance(error, InputInvalid):
        return _status(error, _summary(error.violations), [_bad_request(error.violations)])
    if isinstance(error, Overloaded | Busy | NotReady):
        return _status(error, str(error), [_retry(error.retry_seconds)])
    if isinstance(error, StoreUnavailable):
        return _status(error, _STORE_SILENT, [_retry(STORE_RETRY_SECONDS)])
    if isinstance(error, Refusal) or (isinstance(error, StoreError) and not is_ours(error)):
        return _status(error, str(error), [])
    return _internal(incident or new_incident())


def status_of_code(code: grpc.StatusCode, message: str) -> Status:
    """Give the answer of a service that is not ours (health) its `ErrorInfo`."""
    number: int = code.value[0]
    return _packed(number, message, [details.ErrorInfo(reason=code.name, domain=DOMAIN)])


def new_incident() -> str:
    """Draw the id that ties an answer to the log line with its cause."""
    return uuid4().hex[:16]


def _internal(incident: str) -> Status:
    info = details.ErrorInfo(reason="INTERNAL", domain=DOMAIN, metadata={"incident": incident})
    return _packed(Code.INTERNAL, f"an error of this server; its log has the cause under incident {incident}", [info])


def _status(error: NextplayError, message: str, extra: Sequence[Message]) -> Status:
    code, reason = _TABLE[type(error)]
    return _packed(code, message, [details.ErrorInfo(reason=reason, domain=DOMAIN), *extra])


def _packed(code: int, message: str, parts: Iterable[Message]) -> Status:
    status = Status(code=code, message=message)
    for part in parts:
        status.details.add().Pack(part)
    return status


def _summary(violations: Sequence[Violation]) -> str:
    """Say how many fields are wrong, and the first: enough for a client that shows no details."""
    if not violations:
        return "the request cannot be taken"
    first = violations[0]
    more = f", and {len(violations) - 1} more" if len(violations) > 1 else ""
    return f"{_cut(first.path, _MOST_PATH)}: {_cut(first.message, _MOST_MESSAGE)}{more}"


def _bad_request(violations: Sequence[Violation]) -> details.BadRequest:
    """List the first violations, at most `MOST_VIOLATIONS` lines and 3000 bytes; the last line counts the rest."""
    bad = details.BadRequest()
    room = _MOST_DETAIL_BYTES
    most = MOST_VIOLATIONS if len(violations) <= MOST_VIOLATIONS else MOST_VIOLATIONS - 1
    for violation in violations[:most]:
        path, message = _cut(violation.path, _MOST_PATH), _cut(violation.message, _MOST_MESSAGE)
        room -= len(path.encode()) + len(message.encode()) + 8
        if room < 0:
            break
        bad.field_violations.add(field=path, description=message)
    left = len(violations) - len(bad.field_violations)
    if left:
        bad.field_violations.add(field="", description=f"and {left} more")
    return bad


def _retry(seconds: float) -> details.RetryInfo:
    delay = Duration()
    delay.FromNanoseconds(int(seconds * 1e9))
    return details.RetryInfo(retry_delay=delay)


def _cut(text: str, most: int) -> str:
    """Shorten: a path may hold the name of a custom field, which the caller chose."""
    return text if len(text) <= most else text[: most - 1] + "…"
