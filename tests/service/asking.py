"""What tests send, and how they read what comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health_pb2

from nextplay._proto.nextplay.v1 import decision_service_pb2 as pb
from nextplay._proto.nextplay.v1.decision_service_pb2_grpc import DecisionServiceStub
from nextplay.service.wire import snapshot_message

STUCK: dict[str, Any] = {
    "account_id": "acc",
    "as_of": "2026-03-02T09:00:00Z",
    "profile": {"segment": "enterprise"},
    "contract": {"started_on": "2026-01-20", "seats": 40},
    "usage": {"active_users_28d": 4, "setup_attempts_14d": 9, "setup_errors_14d": 7},
    "objectives": [{"title": "First report", "status": "active"}],
    "relationship": {"last_two_way_contact_on": "2025-12-01"},
}
"""An account with a CX gap and a CS gap under the small rulebook."""

HEALTH = "/grpc.health.v1.Health/"
SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING
DECIDE = "/nextplay.v1.DecisionService/Decide"


def question(document: Mapping[str, Any] = STUCK, **fields: Any) -> pb.DecideRequest:  # noqa: ANN401  fields of the request
    """Return a request for one account."""
    return pb.DecideRequest(snapshot=snapshot_message(document), **fields)


def stub(channel: grpc.Channel) -> DecisionServiceStub:
    """Return the client of the decision service."""
    return DecisionServiceStub(channel)


def raw_call(channel: grpc.Channel, method: str = DECIDE) -> Callable[[bytes], bytes]:
    """Return a call that sends and receives bytes as they are."""
    call = byte_call(channel, method)
    return lambda raw: call(raw, timeout=30)


def byte_call(channel: grpc.Channel, method: str = DECIDE) -> grpc.UnaryUnaryMultiCallable[bytes, bytes]:
    """Return a call of grpc's own that sends and receives bytes as they are."""
    return channel.unary_unary(method, request_serializer=None, response_deserializer=None)


def state(channel: grpc.Channel, service: str) -> int:
    """Ask the health of a service."""
    check = channel.unary_unary(
        HEALTH + "Check",
        request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
        response_deserializer=health_pb2.HealthCheckResponse.FromString,
    )
    return check(health_pb2.HealthCheckRequest(service=service), timeout=10).status


def watched(channel: grpc.Channel, service: str) -> Iterator[int]:
    """Watch the health of a service."""
    watch = channel.unary_stream(
        HEALTH + "Watch",
        request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
        response_deserializer=health_pb2.HealthCheckResponse.FromString,
    )
    for answer in watch(health_pb2.HealthCheckRequest(service=service), timeout=60):
        yield answer.status


@dataclass(frozen=True)
class Refused:
    """An answer that is not OK, with its details taken apart."""

    code: grpc.StatusCode
    message: str
    infos: list[error_details_pb2.ErrorInfo]
    violations: list[tuple[str, str]]
    retry_seconds: float | None
    raw: bytes

    @property
    def reason(self) -> str:
        """The reason of the one `ErrorInfo`."""
        assert len(self.infos) == 1, self
        assert self.infos[0].domain == "nextplay"
        return self.infos[0].reason

    @property
    def paths(self) -> list[str]:
        """The paths of the fields that are wrong."""
        return [path for path, _ in self.violations]


def refused(call: Callable[[], object]) -> Refused:
    """Make a call that must be refused, and take its answer apart."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return refusal_of(caught.value)


def refusal_of(error: grpc.RpcError) -> Refused:
    """Take the answer of a failed call apart; code and text must be those of the details."""
    assert isinstance(error, grpc.Call)
    found = [value for key, value in error.trailing_metadata() or () if key == "grpc-status-details-bin"]
    raw = found[0] if found else b""
    assert isinstance(raw, bytes)
    status = Status.FromString(raw)
    if found:
        assert (status.code, status.message) == (error.code().value[0], error.details())
    return refusal_in(status, error.code())


def refusal_in(status: Status, code: grpc.StatusCode) -> Refused:
    """Take a status apart."""
    bad = details(status, error_details_pb2.BadRequest)
    retry = details(status, error_details_pb2.RetryInfo)
    return Refused(
        code=code,
        message=status.message,
        infos=details(status, error_details_pb2.ErrorInfo),
        violations=[(entry.field, entry.description) for one in bad for entry in one.field_violations],
        retry_seconds=retry[0].retry_delay.ToMilliseconds() / 1000 if retry else None,
        raw=status.SerializeToString(),
    )


def details(status: Status, kind: type[Message]) -> list[Any]:
    """Return the details of one type."""
    found = []
    for part in status.details:
        one = kind()
        if part.Unpack(one):
            found.append(one)
    return found
