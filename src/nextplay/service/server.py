"""The gRPC server: its options, its threads, health, reflection, and how it stops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from nextplay.service.arrivals import Arrivals
from nextplay.service.endpoints import MOST_BATCH_BYTES, add_endpoints
from nextplay.service.guard import Endpoint, Guard
from nextplay.service.ports import PortTaken, probe
from nextplay.service.telemetry import Journal
from nextplay.service.workers import Pools

_SLACK_BYTES: Final = 64 << 10


@dataclass(frozen=True, slots=True)
class Limits:
    """What one server takes on at once; see the settings of the same names."""

    threads: int
    max_waiting: int
    max_connections: int
    deadline_seconds: float
    shares_port: bool = False
    """Whether other processes of this service listen on the same port, which somebody holds for all of them."""


class GrpcServer:
    """One server on one port. `start` → `announce(serving=True)` → `announce(serving=False)` → `stop`."""

    def __init__(self, services: Mapping[str, Mapping[str, Endpoint]], *, limits: Limits, journal: Journal) -> None:
        """Offer `services` (full name → method → endpoint), health for each, and reflection."""
        self._pools = Pools.of(limits.threads, max_waiting=limits.max_waiting)
        self._arrivals = Arrivals()
        guard = Guard(journal, pools=self._pools, arrivals=self._arrivals, deadline_seconds=limits.deadline_seconds)
        self._watches = guard.watches
        self._shares_port = limits.shares_port
        self._server = grpc.server(self._pools.calls, interceptors=[guard], options=server_options(limits))
        self._health = health.HealthServicer()
        self._names = ("", *services)
        self.announce(serving=False)  # a fresh servicer says SERVING
        for name, endpoints in services.items():
            add_endpoints(self._server, name, endpoints)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection((*services, health.SERVICE_NAME, reflection.SERVICE_NAME), self._server)

    def start(self, host: str, port: int) -> int:
        """Listen, and return the port. Health says NOT_SERVING. Raises `PortTaken`."""
        if not self._shares_port:
            probe(host, port)
        try:
            bound = self._server.add_insecure_port(f"{host}:{port}")
        except RuntimeError as error:
            raise PortTaken(host, port) from error
        self._server.start()
        self._arrivals.start()
        return bound

    def announce(self, *, serving: bool) -> None:
        """Tell the health checks of all services: the server as a whole says SERVING last, and NOT_SERVING first."""
        states = health_pb2.HealthCheckResponse
        for name in reversed(self._names) if serving else self._names:
            self._health.set(name, states.SERVING if serving else states.NOT_SERVING)

    def tell(self, name: str, *, serving: bool) -> None:
        """Tell the health of something that is no service of its own, such as the memory."""
        states = health_pb2.HealthCheckResponse
        self._health.set(name, states.SERVING if serving else states.NOT_SERVING)

    def stop(self, grace_seconds: float) -> None:
        """Refuse new calls, give running ones `grace_seconds`, and return when all have ended."""
        stopped = self._server.stop(grace_seconds)
        self._watches.end()
        stopped.wait()
        self._arrivals.stop()
        self._pools.shutdown()


def server_options(limits: Limits) -> list[tuple[str, int]]:
    """Bound everything that grpc leaves open by default: time, size and number."""
    return [
        ("grpc.so_reuseport", int(limits.shares_port)),  # else a second process must not take the port unseen
        ("grpc.max_receive_message_length", MOST_BATCH_BYTES + _SLACK_BYTES),
        ("grpc.max_concurrent_streams", 100),
        ("grpc.max_allowed_incoming_connections", limits.max_connections),
        ("grpc.server_handshake_timeout_ms", 10_000),
        ("grpc.max_connection_idle_ms", 300_000),
        ("grpc.max_connection_age_ms", 1_800_000),
        ("grpc.max_connection_age_grace_ms", 60_000),
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
        ("grpc.http2.max_ping_strikes", 2),
    ]
