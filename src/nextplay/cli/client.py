"""A client of the service, as a CRM would write one: snapshots in and decisions out, both as JSON documents."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import grpc
from google.protobuf.json_format import MessageToDict
from grpc_health.v1 import health_pb2

from nextplay._proto.nextplay.v1 import decision_pb2, decision_service_pb2, decision_service_pb2_grpc
from nextplay.errors import NextplayError
from nextplay.service.wire import snapshot_message

_RETRY_SECONDS: Final = 0.1


class ServerUnreachable(NextplayError):
    """No healthy server answers at the address, or it refused the call; the text says which."""


@contextmanager
def connected(address: str) -> Iterator[grpc.Channel]:
    """Open a channel to a server and close it at the end. Nothing is sent before the first call."""
    with grpc.insecure_channel(address) as channel:
        yield channel


def decide_remotely(
    channel: grpc.Channel, snapshot: Mapping[str, Any], *, locale: str = "en", timeout_seconds: float = 5
) -> dict[str, Any]:
    """Ask for one decision and return it under the names of the contract. Raises `ServerUnreachable`."""
    stub = decision_service_pb2_grpc.DecisionServiceStub(channel)
    request = decision_service_pb2.DecideRequest(
        snapshot=snapshot_message(snapshot), options=decision_pb2.Options(locale=locale)
    )
    try:
        response = stub.Decide(request, timeout=timeout_seconds)
    except grpc.RpcError as error:
        raise ServerUnreachable(_refusal(error)) from error
    return MessageToDict(response.decision, preserving_proto_field_name=True)


def serving(channel: grpc.Channel, *, service: str = "", timeout_seconds: float = 5) -> bool:
    """Ask the standard health service once. Raises `ServerUnreachable` where nobody answers."""
    check = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
        response_deserializer=health_pb2.HealthCheckResponse.FromString,
    )
    try:
        answer = check(health_pb2.HealthCheckRequest(service=service), timeout=timeout_seconds)
    except grpc.RpcError as error:
        raise ServerUnreachable(_refusal(error)) from error
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def wait_until_serving(channel: grpc.Channel, *, timeout_seconds: float) -> bool:
    """Ask again and again until the server is ready; false if the time is over first."""
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline:
        try:
            if serving(channel, timeout_seconds=1):
                return True
        except ServerUnreachable:
            pass
        time.sleep(_RETRY_SECONDS)
    return False


def _refusal(error: grpc.RpcError) -> str:
    code = error.code().name if isinstance(error, grpc.Call) else "UNKNOWN"
    details = error.details() if isinstance(error, grpc.Call) else ""
    return f"{code}: {details}"
