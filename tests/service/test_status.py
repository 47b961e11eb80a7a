"""Every error has one answer, with exactly one `ErrorInfo`, small enough for any client, and without any value."""

from __future__ import annotations

import inspect

import grpc
import pytest
from google.rpc import error_details_pb2
from google.rpc.code_pb2 import Code
from google.rpc.status_pb2 import Status

from nextplay.errors import (
    AccountErased,
    DecisionDamaged,
    EngineFault,
    InputInvalid,
    ModelInvalid,
    NotRemembered,
    RequestIdReused,
    StoreFault,
    StoreOutdated,
    StoreUnavailable,
    Violation,
)
from nextplay.service import refusal, status
from nextplay.service.status import MOST_VIOLATIONS, status_of, status_of_code


def infos(answer: Status) -> list[error_details_pb2.ErrorInfo]:
    """Return the `ErrorInfo`s of an answer."""
    found = []
    for part in answer.details:
        info = error_details_pb2.ErrorInfo()
        if part.Unpack(info):
            found.append(info)
    return found


def bad_request(answer: Status) -> error_details_pb2.BadRequest:
    """Return the `BadRequest` of an answer."""
    bad = error_details_pb2.BadRequest()
    assert any(part.Unpack(bad) for part in answer.details)
    return bad


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (InputInvalid([Violation("a", "must be b")]), Code.INVALID_ARGUMENT, "INPUT_INVALID"),
        (refusal.BodyUnreadable(), Code.INVALID_ARGUMENT, "BODY_UNREADABLE"),
        (refusal.TooLarge("an account", 5), Code.RESOURCE_EXHAUSTED, "TOO_LARGE"),
        (refusal.Overloaded(0.1), Code.RESOURCE_EXHAUSTED, "OVERLOADED"),
        (refusal.DeadlinePassed(), Code.DEADLINE_EXCEEDED, "DEADLINE_PASSED"),
        (refusal.NotReady(), Code.UNAVAILABLE, "NOT_READY"),
        (NotRemembered("action"), Code.NOT_FOUND, "NOT_REMEMBERED"),
        (RequestIdReused("came before"), Code.ALREADY_EXISTS, "REQUEST_ID_REUSED"),
        (AccountErased("was erased"), Code.FAILED_PRECONDITION, "ACCOUNT_ERASED"),
        (StoreUnavailable("secret"), Code.UNAVAILABLE, "STORE_UNAVAILABLE"),
        (DecisionDamaged(), Code.DATA_LOSS, "DECISION_DAMAGED"),
        (StoreFault("secret"), Code.INTERNAL, "INTERNAL"),
        (StoreOutdated("secret"), Code.INTERNAL, "INTERNAL"),
        (refusal.NoMemory("PutHold"), Code.UNIMPLEMENTED, "NO_MEMORY"),
        (refusal.Busy("PreviewRulebook", 2.0), Code.RESOURCE_EXHAUSTED, "BUSY"),
        (refusal.MethodUnknown(), Code.UNIMPLEMENTED, "METHOD_UNKNOWN"),
        (EngineFault("secret"), Code.INTERNAL, "INTERNAL"),
        (ModelInvalid("secret"), Code.INTERNAL, "INTERNAL"),
        (KeyError("secret"), Code.INTERNAL, "INTERNAL"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_table(error: Exception, code: int, reason: str) -> None:
    """The table of errors: code, reason, domain, and nothing of the cause of a fault of ours."""
    answer = status_of(error)
    assert answer.code == code
    assert [(info.reason, info.domain) for info in infos(answer)] == [(reason, "nextplay")]
    assert "secret" not in str(answer)


def test_every_refusal_has_its_answer() -> None:
    """No refusal is missing in the table, so that none is answered as a fault of ours."""
    refusals = {
        kind
        for _, kind in inspect.getmembers(refusal, inspect.isclass)
        if issubclass(kind, refusal.Refusal) and kind is not refusal.Refusal
    }
    of_content = {InputInvalid, NotRemembered, RequestIdReused, AccountErased, DecisionDamaged, StoreUnavailable}
    assert refusals | of_content == set(status._TABLE)


def test_retry_hint() -> None:
    """Load, unreadiness and a memory that cannot be reached say after how long to try again."""
    retry = error_details_pb2.RetryInfo()
    for error, milliseconds in (
        (refusal.Overloaded(0.25), 250),
        (refusal.NotReady(), 1000),
        (StoreUnavailable("the store does not answer"), 1000),
    ):
        assert any(part.Unpack(retry) for part in status_of(error).details)
        assert retry.retry_delay.ToMilliseconds() == milliseconds


def test_incident_ties_answer_and_log() -> None:
    """A fault of ours names its incident in the text and in the details."""
    answer = status_of(ValueError("x"), incident="abc123")
    assert "abc123" in answer.message
    assert infos(answer)[0].metadata["incident"] == "abc123"


def test_few_violations_are_all_listed() -> None:
    """Up to the limit every field is listed in the order of the paths."""
    answer = status_of(InputInvalid(Violation(f"f{n:02}", "wrong") for n in reversed(range(MOST_VIOLATIONS))))
    assert [violation.field for violation in bad_request(answer).field_violations] == [
        f"f{n:02}" for n in range(MOST_VIOLATIONS)
    ]


def test_many_violations_are_counted() -> None:
    """Beyond the limit the last line says how many are left."""
    answer = status_of(InputInvalid(Violation(f"f{n:04}", "wrong") for n in range(1000)))
    listed = bad_request(answer).field_violations
    assert len(listed) == MOST_VIOLATIONS
    assert listed[-1].description == f"and {1000 - MOST_VIOLATIONS + 1} more"


def test_answer_fits_into_trailers() -> None:
    """Long paths and remedies are cut: an answer stays under the 8 KiB that clients accept, as base64 too."""
    wide = [Violation("attributes." + "ü" * 5000 + str(n), "ü" * 5000) for n in range(1000)]
    answer = status_of(InputInvalid(wide))
    assert len(answer.SerializeToString()) * 4 / 3 + len(answer.message.encode()) * 3 < 8192
    assert bad_request(answer).field_violations[-1].description.startswith("and ")


def test_status_of_a_foreign_service() -> None:
    """A status that grpc's own services set gets its `ErrorInfo`."""
    answer = status_of_code(grpc.StatusCode.NOT_FOUND, "no")
    assert (answer.code, infos(answer)[0].reason) == (Code.NOT_FOUND, "NOT_FOUND")
