"""Real servers for measurements and trials: `nextplay serve` as a process of its own, and clients that keep it busy."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import grpc
import orjson

ROOT: Final = Path(__file__).parents[1]
DECIDE: Final = "/nextplay.v1.DecisionService/Decide"
NEXTPLAY: Final = ("-m", "nextplay.cli", "serve")
_START_SECONDS: Final = 120.0
_STOP_SECONDS: Final = 10.0


@dataclass
class Server:
    """A server that answers, its address, and the lines of its log so far."""

    process: subprocess.Popen[bytes]
    address: str
    events: list[dict[str, Any]] = field(default_factory=list)

    def channel(self) -> grpc.Channel:
        """Open a connection of its own: channels to one address share one otherwise."""
        return grpc.insecure_channel(self.address, options=[("grpc.use_local_subchannel_pool", 1)])


@contextmanager
def serving(*, rules: Path, models: Path = ROOT / "models", quiet: bool = True, **settings: object) -> Iterator[Server]:
    """Run a server on a free port; it is killed at the end. `quiet` forgets the lines about single decisions."""
    environment = _environment({"rules": rules, "models": models} | settings)
    command = [sys.executable, *NEXTPLAY]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, cwd=Path("/")) as process:  # noqa: S603  our own command
        if process.stderr is None:
            raise RuntimeError("the server has no log")
        first = b""
        try:
            lines = iter(process.stderr)
            started = next((line for line in lines if b'"started"' in (first := line)), None)
            if started is None:
                raise RuntimeError(f"the server did not start; it said at last: {first.decode(errors='replace')}")
            server = Server(process, f"127.0.0.1:{orjson.loads(started)['port']}")
            reader = threading.Thread(target=_follow, args=(lines, server.events, quiet), daemon=True)
            reader.start()
            yield server
        finally:
            process.kill()


@contextmanager
def logged(command: Sequence[str], log: Path, **settings: object) -> Iterator[Server]:
    """Run a server of Python that says `started` as ours does; killed at the end.

    Its log goes to a file, as in earnest: to read each line here would take processor time from what is measured.
    """
    with (
        log.open("wb") as lines,
        subprocess.Popen([sys.executable, *command], env=_environment(settings), stderr=lines) as process,  # noqa: S603  our own command
    ):
        try:
            ends = time.monotonic() + _START_SECONDS
            while (port := _started(log)) is None:
                if process.poll() is not None or time.monotonic() > ends:
                    raise RuntimeError(f"the server did not start; it said: {log.read_text(encoding='utf-8')}")
                time.sleep(0.05)
            yield Server(process, f"127.0.0.1:{port}")
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process and its children took so far (Linux; in steps of 10 ms)."""
    folder = Path(f"/proc/{pid}")
    fields = (folder / "stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    children = [int(child) for task in folder.glob("task/*/children") for child in task.read_text().split()]
    return own + sum(map(cpu_seconds, children))


@contextmanager
def on_one_core(pid: int) -> Iterator[None]:
    """Hold all threads of a process on one core, the last, as `NEXTPLAY_CORES=own` does; then let it go again."""
    before = os.sched_getaffinity(pid)
    _hold(pid, {max(before)})
    try:
        yield
    finally:
        _hold(pid, before)


def _hold(pid: int, cores: set[int]) -> None:
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(ProcessLookupError):  # a thread that ended meanwhile
            os.sched_setaffinity(int(task.name), cores)


def _environment(settings: Mapping[str, object]) -> dict[str, str]:
    """Return the settings of a server as its environment, and none that this process was given."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEXTPLAY_")}
    values = {"port": 0, "drain_seconds": 0, **settings}
    return environment | {f"NEXTPLAY_{name.upper()}": str(value) for name, value in values.items()}


def _started(log: Path) -> int | None:
    lines = log.read_bytes().splitlines()
    return next((int(orjson.loads(line)["port"]) for line in lines if b'"started"' in line), None)


def _follow(lines: Iterator[bytes], events: list[dict[str, Any]], quiet: bool) -> None:  # noqa: FBT001  for a thread
    events.extend(orjson.loads(line) for line in lines if not (quiet and b'"decided"' in line))
