"""The service as a whole: start, stop, drain, and what it refuses to start with."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import grpc
import orjson
import pytest
from tests.service.asking import NOT_SERVING, SERVING, question, raw_call, refused, state, stub, watched
from tests.service.conftest import Running, running, settings_of

from nextplay.errors import NextplayError, ReleaseRejected, RulebookInvalid
from nextplay.service.app import App, StartRefused
from nextplay.service.folders import Folders, FoldersUnreadable
from nextplay.service.ports import PortTaken
from nextplay.service.telemetry import Journal, json_lines

DECISIONS, RULEBOOKS = "nextplay.v1.DecisionService", "nextplay.v1.RulebookService"
RETRYING = orjson.dumps(
    {
        "loadBalancingConfig": [{"round_robin": {}}],
        "healthCheckConfig": {"serviceName": DECISIONS},
        "methodConfig": [
            {
                "name": [{}],
                "retryPolicy": {
                    "maxAttempts": 5,
                    "initialBackoff": "0.05s",
                    "maxBackoff": "1s",
                    "backoffMultiplier": 2,
                    "retryableStatusCodes": ["UNAVAILABLE"],
                },
            }
        ],
    }
).decode()
"""What every gRPC client can be told: spread calls, leave a server that is not healthy, try again where one is gone."""


def test_started_service_serves(shared: Running) -> None:
    """After the start every service is healthy, and the log names the port."""
    assert [state(shared.channel, name) for name in ("", DECISIONS, RULEBOOKS)] == [SERVING] * 3
    assert [line["port"] for line in shared.events("started")] == [shared.app.port]


def test_drain(folders: Folders) -> None:
    """A stopping service tells its health checks, answers on until the drain is over, and then is gone."""
    log = io.BytesIO()
    app = App(settings_of(folders, drain_seconds=600), journal=Journal(json_lines(log)))
    app.start()
    stopping = threading.Thread(target=app.stop, daemon=True)
    with grpc.insecure_channel(f"127.0.0.1:{app.port}") as channel:
        watches = [watched(channel, name) for name in ("", DECISIONS)]
        before = [next(watch) for watch in watches]
        stopping.start()
        assert (before, [next(watch) for watch in watches]) == ([SERVING] * 2, [NOT_SERVING] * 2)
        assert stub(channel).Decide(question()).decision.decision_id
        app.hurry()
        stopping.join(30)
        assert refused(lambda: stub(channel).Decide(question())).code is grpc.StatusCode.UNAVAILABLE
    events = [orjson.loads(line)["event"] for line in log.getvalue().splitlines()]
    assert events == ["release_taken", "started", "draining", "decided", "stopped"]


def broken_rule(folders: Folders) -> None:
    """Make a mistake in a rule file."""
    (folders.rules / "gaps" / "gaps.yaml").write_text("- id: lonely\n")


def failing_test(folders: Folders) -> None:
    """Expect something else than the rules give."""
    path = folders.rules / "tests" / "empty_test.yaml"
    path.write_text(path.read_text().replace("diagnosis: undetermined", "diagnosis: cx"))


def no_rules(folders: Folders) -> None:
    """Move the rulebook away."""
    folders.rules.rename(folders.rules.with_name("elsewhere"))


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (broken_rule, RulebookInvalid),
        (failing_test, ReleaseRejected),
        (no_rules, FoldersUnreadable),
    ],
)
def test_no_start_without_a_release(folders: Folders, spoil: object, expected: type[NextplayError]) -> None:
    """What is wrong with the rules ends the start with its own error, and the port is free again."""
    assert callable(spoil)
    settings = settings_of(folders)
    with App(settings) as probe:
        port = probe.port
    spoil(folders)
    with pytest.raises(expected):
        App(settings_of(folders, port=port)).start()
    with pytest.raises(expected):
        App(settings_of(folders, port=port)).start()


def test_port_taken(shared: Running) -> None:
    """A second service on the same port ends its start; the first goes on."""
    with pytest.raises(PortTaken):
        App(settings_of(shared.folders, port=shared.app.port)).start()
    assert stub(shared.channel).Decide(question()).decision.decision_id


def test_other_machines_need_consent(folders: Folders) -> None:
    """Beyond the loopback interface the service asks for `--insecure`."""
    with pytest.raises(StartRefused, match="--insecure"):
        App(settings_of(folders, host="0.0.0.0"))  # noqa: S104  the claim


def test_other_machines_get_no_rulebook_service(folders: Folders) -> None:
    """With consent decisions are offered, and the rulebook service is not there, not even by name."""
    with running(folders, host="0.0.0.0", insecure=True) as open_to_all:  # noqa: S104  the claim
        channel = open_to_all.channel
        assert stub(channel).Decide(question()).decision.decision_id
        calls = [raw_call(channel, f"/{RULEBOOKS}/{name}") for name in ("GetRelease", "CheckRulebook", "ReloadRelease")]
        reasons = [refused(partial(call, b"")).reason for call in calls]
        health = refused(lambda: state(channel, RULEBOOKS))
    assert reasons == ["METHOD_UNKNOWN"] * 3
    assert health.code is grpc.StatusCode.NOT_FOUND


@dataclass(frozen=True)
class Child:
    """A server in a process of its own, its port, and the events that it has logged since it started."""

    process: subprocess.Popen[bytes]
    port: int
    events: list[str]


@contextmanager
def process(folders: Folders, **environment: str) -> Iterator[Child]:
    """Run `nextplay serve` as a process of its own, and kill it if it is still there."""
    names = {
        "PATH": os.environ["PATH"],
        "NEXTPLAY_PORT": "0",
        "NEXTPLAY_RULES": str(folders.rules),
        "NEXTPLAY_MODELS": str(folders.models),
        "NEXTPLAY_STORE": f"sqlite:///{folders.rules.parent / 'nextplay.db'}",
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    }
    command = [sys.executable, "-m", "nextplay.cli", "serve"]
    with subprocess.Popen(command, env=names | environment, stderr=subprocess.PIPE, cwd=Path("/")) as child:
        assert child.stderr is not None
        lines, events = map(orjson.loads, child.stderr), list[str]()
        reader = threading.Thread(target=lambda: events.extend(line["event"] for line in lines))
        try:
            port = next(line["port"] for line in lines if line["event"] == "started")
            reader.start()
            yield Child(child, port, events)
            child.kill()
            reader.join(30)
        finally:
            child.kill()


def wait_for(holds: Callable[[], bool], *, seconds: float = 60) -> None:
    """Ask until something holds."""
    ends, pause = time.monotonic() + seconds, threading.Event()
    while not holds():
        assert time.monotonic() < ends
        pause.wait(0.01)


def answered_meanwhile(one: Child, other: Child) -> int:
    """Count what one server answers while the other answers a hundred: none, once its clients have turned away."""
    before, goal = one.events.count("decided"), other.events.count("decided") + 100
    wait_for(lambda: other.events.count("decided") >= goal)
    return one.events.count("decided") - before


def test_rolling_restart_fails_no_call(folders: Folders) -> None:
    """One of two servers is drained and replaced under load: a client with the standard configuration fails no call.

    The drain ends when the client has turned away, and not after some seconds, which a busy machine may need longer.
    """
    done, failures, answers = threading.Event(), list[grpc.RpcError](), list[str]()

    def ask(channel: grpc.Channel) -> None:
        while not done.is_set():
            try:
                answers.append(stub(channel).Decide(question(), timeout=30).decision.decision_id)
            except grpc.RpcError as error:
                failures.append(error)

    with process(folders, NEXTPLAY_DRAIN_SECONDS="600") as first, process(folders) as other:
        target = f"ipv4:127.0.0.1:{first.port},127.0.0.1:{other.port}"
        with grpc.insecure_channel(target, options=[("grpc.service_config", RETRYING)]) as channel:
            askers = [threading.Thread(target=ask, args=(channel,)) for _ in range(4)]
            for asker in askers:
                asker.start()
            wait_for(lambda: "decided" in first.events)
            first.process.send_signal(signal.SIGTERM)
            wait_for(lambda: "draining" in first.events)
            wait_for(lambda: not answered_meanwhile(first, other))
            first.process.send_signal(signal.SIGTERM)
            assert first.process.wait(30) == 0
            with process(folders, NEXTPLAY_PORT=str(first.port)) as second:
                wait_for(lambda: second.events.count("decided") > 50 or bool(failures))
                done.set()
                for asker in askers:
                    asker.join(30)
    assert failures == []
    assert len(set(answers)) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_hurries(folders: Folders, number: signal.Signals) -> None:
    """The first signal drains, a second one cuts the drain short; both end with exit code 0."""
    with process(folders, NEXTPLAY_DRAIN_SECONDS="600") as server:
        child = server.process
        with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            child.send_signal(number)
            while state(channel, "") == SERVING:
                assert child.poll() is None
        child.send_signal(number)
        assert child.wait(30) == 0


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"NEXTPLAY_PORT": "{port}"}, (0, "serving\n", "")),
        ({"NEXTPLAY_PORT": "{port}", "NEXTPLAY_HOST": "0.0.0.0"}, (0, "serving\n", "")),  # noqa: S104  a setting
        ({"NEXTPLAY_PORT": "1", "NEXTPLAY_ADDRESS": "127.0.0.1:{port}"}, (0, "serving\n", "")),
        ({"NEXTPLAY_PORT": "0"}, (2, "", "--address")),
        ({"NEXTPLAY_PORT": "many"}, (2, "", "--address")),
    ],
)
def test_healthcheck_asks_where_the_settings_say(
    shared: Running, environment: dict[str, str], told: tuple[int, str, str]
) -> None:
    """A health check with the environment of the server finds the server, or says that it must be told the address."""
    names = {name: value.format(port=shared.app.port) for name, value in environment.items()}
    command = [sys.executable, "-m", "nextplay.cli", "healthcheck"]
    result = subprocess.run(
        command, env={"PATH": os.environ["PATH"]} | names, capture_output=True, text=True, check=False, timeout=60
    )
    code, answer, remedy = told
    assert (result.returncode, result.stdout) == (code, answer), result.stderr
    assert remedy in result.stderr


def test_port_taken_ends_with_a_sentence(shared: Running) -> None:
    """`nextplay serve` on an occupied port says so in one sentence and ends with exit code 1."""
    command = [sys.executable, "-m", "nextplay.cli", "serve", "--port", str(shared.app.port)]
    folders = ["--rules", str(shared.folders.rules), "--models", str(shared.folders.models)]
    result = subprocess.run([*command, *folders], capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 1
    assert f"`127.0.0.1:{shared.app.port}` cannot be listened on" in result.stderr
    assert len(result.stderr.splitlines()) == 1, result.stderr
