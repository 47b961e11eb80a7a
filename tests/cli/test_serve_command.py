"""`nextplay serve` and `nextplay healthcheck` as processes: ready, asked, stopped, refused."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.cli.console import ENVIRONMENT, ROOT, RULEBOOK, SCRIPT, nextplay

from nextplay.cli.channel import connected
from nextplay.cli.client import decide_remotely


@contextmanager
def server() -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run a server on a free port; yield the process and its address once its log says that it has started."""
    command: list[str | Path] = [SCRIPT, "serve", "--port", "0", "--rules", RULEBOOK]
    with (
        TemporaryDirectory() as folder,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=ENVIRONMENT | {"NEXTPLAY_DRAIN_SECONDS": "0", "NEXTPLAY_STORE": f"sqlite:///{folder}/nextplay.db"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        assert process.stdout is not None
        try:
            events = map(json.loads, process.stdout)
            started = next(event for event in events if event["event"] == "started")
            yield process, f"127.0.0.1:{started['port']}"
        finally:
            process.kill()


def test_a_server_is_asked_and_stopped() -> None:
    """A ready server passes the health check, answers over gRPC, and ends with 0 on SIGTERM."""
    with server() as (process, address):
        healthy = nextplay("healthcheck", "--address", address)
        assert (healthy.code, healthy.stdout) == (0, "serving\n")
        unknown = nextplay("healthcheck", "--address", address, "--service", "nextplay.v1.NoService")
        assert unknown.code == 1
        with connected(address) as channel:
            decision = decide_remotely(channel, {"account_id": "a", "objectives": []})
        assert decision["diagnosis"]["kind"] == "cs"
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_an_occupied_port_is_refused() -> None:
    """A port that another process has ends the command with 1 and its number."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = nextplay("serve", "--port", port, "--rules", RULEBOOK)
    assert ended.code == 1
    assert port in ended.stderr


def test_the_outside_is_refused_without_saying_so() -> None:
    """Beyond the loopback interface the command asks for --insecure and ends with 1."""
    ended = nextplay("serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104  it must be refused
    assert ended.code == 1
    assert "--insecure" in ended.stderr


def test_settings_that_cannot_be_used_are_named() -> None:
    """A wrong environment variable ends with 2 and its own name."""
    ended = nextplay("serve", NEXTPLAY_THREADS="many")
    assert ended.code == 2
    assert "NEXTPLAY_THREADS" in ended.stderr
    ended = nextplay("serve", "--port", "99999")
    assert ended.code == 2
    assert "--port" in ended.stderr


def test_a_rulebook_that_fails_its_tests_is_not_served(tmp_path: object) -> None:
    """A release whose own tests fail is refused at the start; exit 3 or 4 by what is wrong."""
    ended = nextplay("serve", "--port", "0", "--rules", str(tmp_path))
    assert ended.code == 3


def test_nobody_at_the_address() -> None:
    """Where nobody answers, the check ends with 1 and a sentence."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
        ended = nextplay("healthcheck", "--address", address, "--timeout", "1")
    assert (ended.code, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"{address} does not answer: ")
