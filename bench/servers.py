"""Real servers for measurements and trials: `nextplay serve` as a process of its own, and clients that keep it busy."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import grpc
import orjson

ROOT: Final = Path(__file__).parents[1]
DECIDE: Final = "/nextplay.v1.DecisionService/Decide"


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
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEXTPLAY_")}
    values = {"port": 0, "rules": rules, "models": models, "drain_seconds": 0} | settings
    environment |= {f"NEXTPLAY_{name.upper()}": str(value) for name, value in values.items()}
    command = [sys.executable, "-m", "nextplay.cli", "serve"]
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


def _follow(lines: Iterator[bytes], events: list[dict[str, Any]], quiet: bool) -> None:  # noqa: FBT001  for a thread
    events.extend(orjson.loads(line) for line in lines if not (quiet and b'"decided"' in line))
