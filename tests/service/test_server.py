"""The server around the endpoints: health, reflection, faults of ours, time, load."""

from __future__ import annotations

import io
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import grpc
import orjson
import pytest
from grpc_health.v1 import health
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from tests.service.asking import HEALTH, NOT_SERVING, SERVING, byte_call, raw_call, refused, state, watched

from nextplay.errors import EngineFault
from nextplay.service.guard import Call, Endpoint
from nextplay.service.ports import PortTaken
from nextplay.service.server import GrpcServer, Limits
from nextplay.service.telemetry import Journal, json_lines

SERVICE = "test.Service"
CALL = f"/{SERVICE}/Call"


ROOMY = Limits(threads=4, max_waiting=64, max_connections=100, deadline_seconds=30)


@contextmanager
def served(
    endpoint: Endpoint, *, log: io.BytesIO | None = None, limits: Limits = ROOMY
) -> Iterator[tuple[GrpcServer, grpc.Channel]]:
    """Run a server with one endpoint, whatever it does."""
    server = GrpcServer({SERVICE: {"Call": endpoint}}, limits=limits, journal=Journal(json_lines(log or io.BytesIO())))
    port = server.start("127.0.0.1", 0)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield server, channel
    server.stop(5)


def echo(raw: bytes, _call: Call) -> bytes:
    """Answer what was asked."""
    return raw


def test_health_says_what_was_announced() -> None:
    """Nothing serves before it is announced: not the server as a whole, and not its services."""
    with served(echo) as (server, channel):
        seen = [(state(channel, ""), state(channel, SERVICE))]
        for serving in (True, False):
            server.announce(serving=serving)
            seen.append((state(channel, ""), state(channel, SERVICE)))
    assert seen == [(NOT_SERVING, NOT_SERVING), (SERVING, SERVING), (NOT_SERVING, NOT_SERVING)]


def test_the_whole_is_announced_last_and_withdrawn_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sees the server as a whole SERVING finds every service so, however early it looks."""
    told: list[tuple[str, int]] = []
    tell = health.HealthServicer.set

    def tell_and_remember(self: health.HealthServicer, name: str, status: int) -> None:
        told.append((name, status))
        tell(self, name, status)

    monkeypatch.setattr(health.HealthServicer, "set", tell_and_remember)
    server = GrpcServer({SERVICE: {}}, limits=ROOMY, journal=Journal(json_lines(io.BytesIO())))
    told.clear()
    for serving in (True, False):
        server.announce(serving=serving)
    server.stop(0)
    assert told == [(SERVICE, SERVING), ("", SERVING), ("", NOT_SERVING), (SERVICE, NOT_SERVING)]


def test_health_can_be_watched() -> None:
    """A watch tells each change as it is announced, and holds no thread while it waits."""
    with served(echo) as (server, channel):
        watches = [watched(channel, SERVICE) for _ in range(20)]
        assert [next(watch) for watch in watches] == [NOT_SERVING] * 20
        server.announce(serving=True)
        assert [next(watch) for watch in watches] == [SERVING] * 20


def test_open_watches_do_not_hold_up_a_stop() -> None:
    """A server that stops ends the watches of its health at once instead of waiting for them."""
    with served(echo) as (server, channel):
        watches = [watched(channel, "") for _ in range(5)]
        assert [next(watch) for watch in watches] == [NOT_SERVING] * 5
        began = time.monotonic()
        server.stop(60)
        assert time.monotonic() < began + 30
        assert [list(watch) for watch in watches] == [[]] * 5


def test_health_of_an_unknown_service() -> None:
    """Also grpc's own services answer with an `ErrorInfo`."""
    with served(echo) as (_, channel):
        answer = refused(lambda: state(channel, "no.such.Service"))
    assert (answer.code, answer.reason) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")


def test_health_list_is_not_there() -> None:
    """A method of health that grpc's servicer leaves out is unknown, and no fault of ours."""
    with served(echo) as (_, channel):
        answer = refused(lambda: raw_call(channel, HEALTH + "List")(b""))
    assert (answer.code, answer.reason) == (grpc.StatusCode.UNIMPLEMENTED, "METHOD_UNKNOWN")


@pytest.mark.parametrize("method", ["Check", "Watch"])
def test_health_with_an_unreadable_body(method: str) -> None:
    """Also grpc's own services refuse an unreadable body as such."""
    with served(echo) as (_, channel):
        if method == "Check":
            answer = refused(lambda: raw_call(channel, HEALTH + method)(b"\xff"))
        else:
            watch: Callable[..., Iterator[bytes]] = channel.unary_stream(
                HEALTH + method, request_serializer=None, response_deserializer=None
            )
            answer = refused(lambda: next(watch(b"\xff", timeout=30)))
    assert (answer.code, answer.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "BODY_UNREADABLE")


def test_reflection_lists_the_services() -> None:
    """Reflection names our service, health and itself, and refuses unreadable questions."""
    with served(echo) as (_, channel):
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        question = reflection_pb2.ServerReflectionRequest(list_services="")
        (answer,) = stub.ServerReflectionInfo(iter([question]), timeout=30)
        listed = {service.name for service in answer.list_services_response.service}
        ask: Callable[..., Iterator[bytes]] = channel.stream_stream(
            "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
            request_serializer=None,
            response_deserializer=None,
        )
        unreadable = refused(lambda: list(ask(iter([b"\xff"]), timeout=30)))
    assert listed == {SERVICE, "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}
    assert (unreadable.code, unreadable.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "BODY_UNREADABLE")


@pytest.mark.parametrize("error", [EngineFault("ostrich"), KeyError("ostrich"), RecursionError("ostrich")])
def test_faults_of_ours(error: Exception) -> None:
    """An exception becomes INTERNAL with an incident; the log tells under it where, and no text but our own errors'."""

    def fail(_raw: bytes, _call: Call) -> bytes:
        raise error from ValueError("ostrich")

    log = io.BytesIO()
    with served(fail, log=log) as (_, channel):
        answer = refused(lambda: raw_call(channel, CALL)(b""))
    assert (answer.code, answer.reason) == (grpc.StatusCode.INTERNAL, "INTERNAL")
    assert b"ostrich" not in answer.raw
    (line,) = [orjson.loads(line) for line in log.getvalue().splitlines()]
    assert line["incident"] == answer.infos[0].metadata["incident"]
    assert line["incident"] in answer.message
    told, cause = line["causes"]
    assert told["type"].endswith(f".{type(error).__name__}")
    assert re.fullmatch(r".*test_server\.py:\d+ fail", told["frames"][-1])
    assert cause == {"type": "builtins.ValueError", "frames": []}
    assert [told.get("message")] == (["ostrich"] if isinstance(error, EngineFault) else [None])
    assert log.getvalue().count(b"ostrich") == isinstance(error, EngineFault)


def test_deadline_cap() -> None:
    """A call whose caller set no deadline ends at the server's cap."""

    def work(_raw: bytes, call: Call) -> bytes:
        while True:
            call.check_time()

    with served(work, limits=replace(ROOMY, deadline_seconds=0.5)) as (_, channel):
        answer = refused(lambda: byte_call(channel, CALL)(b""))
    assert (answer.code, answer.reason) == (grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_PASSED")


@pytest.mark.parametrize("cancelled", [True, False], ids=["cancelled", "deadline"])
def test_work_ends_when_nobody_waits(*, cancelled: bool) -> None:
    """A call that was cancelled, or whose own deadline passed, stops working; the cap does not prolong it."""
    began, ended = threading.Event(), threading.Event()

    def work(_raw: bytes, call: Call) -> bytes:
        began.set()
        try:
            while True:
                call.check_time()
        finally:
            ended.set()

    with served(work) as (_, channel):
        grpc.channel_ready_future(channel).result(10)
        answer = byte_call(channel, CALL).future(b"", timeout=30 if cancelled else 1)
        assert began.wait(10)
        if cancelled:
            answer.cancel()
        assert ended.wait(10)


@pytest.mark.parametrize("path", [CALL, HEALTH + "Check", HEALTH + "Watch"])
def test_bodies_that_never_come(path: str) -> None:
    """Calls without a message hold their threads no longer than the cap, and then everybody is answered again."""
    gate = threading.Event()

    def nothing() -> Iterator[bytes]:
        gate.wait(60)
        yield from ()

    with served(echo, limits=replace(ROOMY, deadline_seconds=1)) as (_, channel):
        send: Callable[..., Iterator[bytes]] = channel.stream_stream(
            path, request_serializer=None, response_deserializer=None
        )
        stalled = [send(nothing(), timeout=60) for _ in range(2 * ROOMY.threads)]
        codes = {refused(lambda call=call: next(call)).code for call in stalled}  # type: ignore[misc]
        assert raw_call(channel, CALL)(b"x") == b"x"
        assert state(channel, "") == NOT_SERVING
        gate.set()
    assert codes == {grpc.StatusCode.CANCELLED}


def test_a_call_without_a_message() -> None:
    """A client that ends its call without a message is told that it sent none."""
    with served(echo) as (_, channel):
        send: Callable[..., bytes] = channel.stream_unary(CALL, request_serializer=None, response_deserializer=None)
        answer = refused(lambda: send(iter(()), timeout=30))
    assert (answer.code, answer.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "BODY_UNREADABLE")


def test_overload() -> None:
    """Beyond the limit calls are refused at once and told when to try again, and health still answers."""
    began, gate = threading.Semaphore(0), threading.Event()

    def wait(raw: bytes, _call: Call) -> bytes:
        began.release()
        gate.wait(30)
        return raw

    with served(wait, limits=replace(ROOMY, threads=2, max_waiting=2)) as (server, channel):
        server.announce(serving=True)
        waiting = [byte_call(channel, CALL).future(b"x", timeout=30) for _ in range(2)]
        assert all(began.acquire(timeout=10) for _ in waiting)
        answer = refused(lambda: raw_call(channel, CALL)(b"x"))
        assert state(channel, SERVICE) == SERVING
        gate.set()
        assert [call.result() for call in waiting] == [b"x", b"x"]
        assert raw_call(channel, CALL)(b"y") == b"y"
    assert (answer.code, answer.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED")
    assert answer.retry_seconds == pytest.approx(0.1)


def test_stop_lets_running_calls_end() -> None:
    """Stopping refuses new calls and lets the one that runs give its answer."""
    began, gate = threading.Event(), threading.Event()

    def wait(raw: bytes, _call: Call) -> bytes:
        began.set()
        gate.wait(30)
        return raw

    with served(wait) as (server, channel):
        running = byte_call(channel, CALL).future(b"x", timeout=30)
        assert began.wait(10)
        stopping = threading.Thread(target=server.stop, args=(30,))
        stopping.start()
        gate.set()
        assert running.result() == b"x"
        stopping.join(10)
        late = refused(lambda: raw_call(channel, CALL)(b"y"))
    assert late.code is grpc.StatusCode.UNAVAILABLE


def test_port_is_taken() -> None:
    """A second server does not share the port of the first, which goes on answering."""
    with served(echo) as (_, channel):
        port = int(channel._channel.target().decode().rpartition(":")[2])  # type: ignore[attr-defined]
        second = GrpcServer({}, limits=Limits(1, 1, 1, 1.0), journal=Journal(json_lines(io.BytesIO())))
        with pytest.raises(PortTaken, match=f"`127.0.0.1:{port}` cannot be listened on"):
            second.start("127.0.0.1", port)
        second.stop(0)
        assert raw_call(channel, CALL)(b"y") == b"y"
