"""The service as a whole: start, stop, drain, and what it refuses to start with."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import grpc
import orjson
import pytest
from tests.service.asking import NOT_SERVING, SERVING, question, raw_call, refused, state, stub, watched
from tests.service.conftest import Running, running, settings_of

from nextplay.errors import ModelInvalid, NextplayError, ReleaseRejected, RulebookInvalid
from nextplay.service.app import App, StartRefused
from nextplay.service.folders import Folders, FoldersUnreadable
from nextplay.service.server import PortTaken
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
        watch = watched(channel, "")
        before = next(watch)
        stopping.start()
        assert (before, next(watch)) == (SERVING, NOT_SERVING)
        assert state(channel, DECISIONS) == NOT_SERVING
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


def broken_model(folders: Folders) -> None:
    """Damage the artefact of the model in use."""
    version = (folders.models / "churn" / "current").read_text().strip()
    for path in (folders.models / "churn" / version).glob("*.json"):
        path.write_bytes(path.read_bytes().replace(b"0", b"1", 1))


def no_model(folders: Folders) -> None:
    """Point to a version that is not there."""
    (folders.models / "churn" / "current").write_text("v999")


def no_rules(folders: Folders) -> None:
    """Move the rulebook away."""
    folders.rules.rename(folders.rules.with_name("elsewhere"))


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (broken_rule, RulebookInvalid),
        (failing_test, ReleaseRejected),
        (broken_model, ModelInvalid),
        (no_model, ModelInvalid),
        (no_rules, FoldersUnreadable),
    ],
)
def test_no_start_without_a_release(folders: Folders, spoil: object, expected: type[NextplayError]) -> None:
    """What is wrong with rules or model ends the start with its own error, and the port is free again."""
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


@contextmanager
def process(folders: Folders, **environment: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run `nextplay serve` as a process of its own; gives it and its port, and kills it if it is still there."""
    names = {
        "PATH": os.environ["PATH"],
        "NEXTPLAY_PORT": "0",
        "NEXTPLAY_RULES": str(folders.rules),
        "NEXTPLAY_MODELS": str(folders.models),
    }
    command = [sys.executable, "-m", "nextplay.cli", "serve"]
    with subprocess.Popen(command, env=names | environment, stderr=subprocess.PIPE, cwd=Path("/")) as child:
        assert child.stderr is not None
        reader = threading.Thread(target=child.stderr.read)
        try:
            lines = map(orjson.loads, child.stderr)
            port = next(line["port"] for line in lines if line["event"] == "started")
            reader.start()
            yield child, port
            child.kill()
            reader.join(30)
        finally:
            child.kill()


def test_rolling_restart_fails_no_call(folders: Folders) -> None:
    """One of two servers is replaced under load: a client with the standard configuration sees no failed call."""
    done, failures, answers = threading.Event(), list[grpc.RpcError](), list[str]()

    def ask(channel: grpc.Channel) -> None:
        while not done.is_set():
            try:
                answers.append(stub(channel).Decide(question(), timeout=30).decision.decision_id)
            except grpc.RpcError as error:
                failures.append(error)

    with process(folders, NEXTPLAY_DRAIN_SECONDS="1") as (first, port), process(folders) as (_, other):
        target = f"ipv4:127.0.0.1:{port},127.0.0.1:{other}"
        with grpc.insecure_channel(target, options=[("grpc.service_config", RETRYING)]) as channel:
            askers = [threading.Thread(target=ask, args=(channel,)) for _ in range(4)]
            for asker in askers:
                asker.start()
            first.send_signal(signal.SIGTERM)
            assert first.wait(30) == 0
            with process(folders, NEXTPLAY_PORT=str(port)):
                before = len(answers)
                while len(answers) < before + 100 and not failures:
                    done.wait(0.01)
                done.set()
                for asker in askers:
                    asker.join(30)
    assert failures == []
    assert len(set(answers)) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_hurries(folders: Folders, number: signal.Signals) -> None:
    """The first signal drains, a second one cuts the drain short; both end with exit code 0."""
    with process(folders, NEXTPLAY_DRAIN_SECONDS="600") as (child, port):
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            child.send_signal(number)
            while state(channel, "") == SERVING:
                assert child.poll() is None
        child.send_signal(number)
        assert child.wait(30) == 0


def test_port_taken_ends_with_a_sentence(shared: Running) -> None:
    """`nextplay serve` on an occupied port says so in one sentence and ends with exit code 1."""
    command = [sys.executable, "-m", "nextplay.cli", "serve", "--port", str(shared.app.port)]
    folders = ["--rules", str(shared.folders.rules), "--models", str(shared.folders.models)]
    result = subprocess.run([*command, *folders], capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 1
    assert f"`127.0.0.1:{shared.app.port}` cannot be listened on" in result.stderr
    assert "Traceback" not in result.stderr
