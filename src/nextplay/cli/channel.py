"""A connection to a server, and the question whether it is ready."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import grpc
from grpc_health.v1 import health_pb2

from nextplay.errors import NextplayError

_RETRY_SECONDS: Final = 0.1


class ServerUnreachable(NextplayError):
    """No healthy server answers at the address, or it refused the call; the text says which."""


@contextmanager
def connected(address: str) -> Iterator[grpc.Channel]:
    """Open a channel to a server and close it at the end. Nothing is sent before the first call."""
    with grpc.insecure_channel(address) as channel:
        yield channel


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
        raise ServerUnreachable(refusal(error)) from error
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


def refusal(error: grpc.RpcError) -> str:
    """Word the status that a call ended with."""
    code = error.code().name if isinstance(error, grpc.Call) else "UNKNOWN"
    details = error.details() if isinstance(error, grpc.Call) else ""
    return f"{code}: {details}"
