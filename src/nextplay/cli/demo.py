"""`make demo`: a real server, real calls, decisions as people read them.

Starts `nextplay serve` as a process of its own, sends accounts over gRPC as a CRM would, prints what comes back, and
stops the server. The first account is a real customer of a wholesaler, out of an export; the others are invented.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any, Final

import grpc
from rich.console import Group
from rich.panel import Panel
from rich.text import Text

from nextplay.authoring.csv_mapping_file import read_mapping
from nextplay.authoring.csv_snapshots import CsvExport
from nextplay.cli.channel import ServerUnreachable, connected, wait_until_serving
from nextplay.cli.client import decide_remotely, react_remotely
from nextplay.cli.exits import error_text, exit_code
from nextplay.cli.output import complain, show
from nextplay.cli.rendering import decision_view
from nextplay.errors import NextplayError

REAL_ACCOUNT: Final = "13777"
"""The account of the excerpt that is shown: it ordered every eleven days, and then a third as much and ever later."""
STORIES: Final = {
    "slow_answers": "Invented: the goals are on their way, and support keeps nobody's promise",
    "goal_without_owner": "Invented: everything works, and nobody at the customer owns the goal",
    "outage_and_lost_champion": "Invented: the connection is down, and the champion has left",
    "use_fell_and_nobody_knows_why": "Invented: use fell by half, and nothing on record says why",
    "ahead_of_plan": "Invented: nothing is wrong, and there is room to grow",
}
"""File of `examples/snapshots` → what it is about, in the order of the demonstration."""
REMEMBERED: Final = "outage_and_lost_champion"
"""The example that is told twice: once more after people have done something about it."""
_START_SECONDS: Final = 60
_STOP_SECONDS: Final = 20


def main() -> None:
    """Run the demonstration from the top of the repository; end with a sentence where something is missing."""
    try:
        run(Path.cwd())
    except (NextplayError, OSError) as error:
        complain(error_text(error))
        sys.exit(exit_code(error))


def run(root: Path) -> None:
    """Start the server on a free port, show every example, stop the server."""
    examples = root / "examples"
    port = _free_port()
    with _server(root, port), connected(f"127.0.0.1:{port}") as channel:
        show(Text(f"A Nextplay server answers on 127.0.0.1:{port}. Every decision below came over gRPC.\n"))
        story = "A real customer of a wholesaler, straight out of an export: only tenure, recency and volume are known"
        _tell(channel, story, _real_account(examples / "online_retail"))
        for name, story in STORIES.items():
            path = examples / "snapshots" / f"{name}.json"
            _tell(channel, f"{story} ({path.relative_to(root)})", json.loads(path.read_text(encoding="utf-8")))
        path = examples / "snapshots" / f"{REMEMBERED}.json"
        _tell_next_day(channel, json.loads(path.read_text(encoding="utf-8")))


def _tell_next_day(channel: grpc.Channel, snapshot: dict[str, Any]) -> None:
    """Take the first action on, have the second done, and ask again: the server knows, and nothing is sent along."""
    as_of = datetime.fromisoformat(snapshot["as_of"])
    first, second = (action["action_id"] for action in decide_remotely(channel, snapshot)["actions"][:2])
    for action_id, kind, hours in ((first, "accepted", 1), (second, "completed", 7)):
        at = (as_of + timedelta(hours=hours)).isoformat()
        reaction = {"account_id": snapshot["account_id"], "action_id": action_id, "kind": kind, "at": at}
        react_remotely(channel, reaction, request_id=f"demo/{kind}")
    tomorrow = (as_of + timedelta(days=1)).isoformat()
    story = "The same account a day later: the first action was taken on, the second is done, and Nextplay remembers"
    _tell(channel, story, snapshot | {"as_of": tomorrow})


def _tell(channel: grpc.Channel, story: str, snapshot: dict[str, Any]) -> None:
    decision = decide_remotely(channel, snapshot)
    show(Group(Panel(Text(story)), decision_view(decision), Text()))


def _real_account(folder: Path) -> dict[str, Any]:
    """Convert the excerpt and pick the account that is shown."""
    mapping = read_mapping(folder / "mapping.yaml")
    with (folder / "excerpt.csv").open(encoding=mapping.encoding, newline="") as lines:
        snapshots = [row.snapshot for row in CsvExport(lines, mapping) if row.snapshot]
    return next(snapshot for snapshot in snapshots if snapshot["account_id"] == REAL_ACCOUNT)


@contextmanager
def _server(root: Path, port: int) -> Iterator[None]:
    """Run `nextplay serve` beside us; it is stopped whatever happens."""
    command = [sys.executable, "-m", "nextplay.cli", "serve", "--port", str(port)]
    with TemporaryFile() as log, TemporaryDirectory() as folder:
        # nobody else calls this server: it need not answer on once it is told to stop, nor remember what it was shown
        settings = {**os.environ, "NEXTPLAY_DRAIN_SECONDS": "0", "NEXTPLAY_STORE": f"sqlite:///{folder}/demo.db"}
        process = subprocess.Popen(command, cwd=root, env=settings, stdout=log, stderr=log)  # noqa: S603  our own command
        try:
            _wait(process, port, log)
            yield
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: IO[bytes]) -> None:
    complain("starting the server ...")
    with connected(f"127.0.0.1:{port}") as channel:
        for _ in range(_START_SECONDS):
            if wait_until_serving(channel, timeout_seconds=1):
                return
            if process.poll() is not None:
                break
    log.seek(0)
    raise ServerUnreachable(f"the server did not start; it said:\n{log.read().decode(errors='replace')}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
