"""What remembering costs: decisions a second with the store on and off, on real servers, in one run.

    python -m bench.memory [--seconds 4] [--rounds 7] [--calls 16 32] [--store sqlite:///FILE] [--json]

Two servers of the same rules run side by side, one with `store=none`. They are kept busy in turn, a few seconds each,
by so many calls in flight; so whatever else the machine does disturbs both alike. Medians over the rounds are compared.
The accounts are those of `examples/snapshots` under many ids, so each call reads a past, and writes a decision and its
actions. The clients take a part of the processor as well, which makes the ratio milder than the server alone would
show; `server` is the processor time that the server itself took for a decision, and its ratio has no clients in it.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import grpc

from bench.servers import DECIDE, ROOT, Server, cpu_seconds, serving
from nextplay._proto.nextplay.v1.decision_service_pb2 import DecideRequest
from nextplay.service.wire import snapshot_message

_EXAMPLES: Final = ROOT / "examples" / "snapshots"
_ACCOUNTS: Final = 500
_CHANNELS: Final = 4
GOAL: Final = 0.7
"""Throughput with the store on, as a share of that without."""


class Pace(NamedTuple):
    """How fast one server was for a while: decisions a second, and its own processor time for one, in microseconds."""

    per_second: float
    server_microseconds: float


def questions() -> list[bytes]:
    """Return requests about many accounts, the examples in turn."""
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(_EXAMPLES.glob("*.json"))]
    return [
        DecideRequest(
            snapshot=snapshot_message(documents[number % len(documents)] | {"account_id": f"account-{number}"})
        ).SerializeToString()
        for number in range(_ACCOUNTS)
    ]


def pace(server: Server, asked: Sequence[bytes], *, calls: int, seconds: float) -> Pace:
    """Keep `calls` calls in flight for a while."""
    counts = [0] * calls
    channels = [server.channel() for _ in range(min(_CHANNELS, calls))]
    ends = time.monotonic() + seconds

    def ask(number: int) -> None:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channels[number % len(channels)].unary_unary(DECIDE)
        while time.monotonic() < ends:
            call(asked[(number + counts[number] * calls) % len(asked)], timeout=60)
            counts[number] += 1

    cpu, began = cpu_seconds(server.process.pid), time.monotonic()
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, used = time.monotonic() - began, cpu_seconds(server.process.pid) - cpu
    for channel in channels:
        channel.close()
    return Pace(sum(counts) / took, used / max(1, sum(counts)) * 1e6)


def compared(servers: dict[str, Server], *, calls: int, seconds: float, rounds: int) -> dict[str, Any]:
    """Measure the servers in turn, for some rounds, and compare the medians."""
    asked = questions()
    found: dict[str, list[Pace]] = {name: [] for name in servers}
    for server in servers.values():
        pace(server, asked, calls=calls, seconds=seconds)  # warm up: caches, pools, prepared statements
    for turn in range(rounds):
        for name in sorted(servers, reverse=bool(turn % 2)):
            found[name].append(pace(servers[name], asked, calls=calls, seconds=seconds))
    middle = {name: Pace(*map(median, zip(*paces, strict=True))) for name, paces in found.items()}
    return {
        "calls": calls,
        "per_second": {name: round(value.per_second, 1) for name, value in middle.items()},
        "server_microseconds": {name: round(value.server_microseconds) for name, value in middle.items()},
        "ratio": round(middle["on"].per_second / middle["off"].per_second, 3),
        "server_ratio": round(middle["off"].server_microseconds / middle["on"].server_microseconds, 3),
    }


def report(found: Sequence[dict[str, Any]]) -> str:
    """Lay the figures out for reading."""
    titles = f"{'off, 1/s':>10}{'on, 1/s':>10}{'ratio':>8}{'server, off':>13}{'on':>9}{'ratio':>8}"
    lines = [f"{'calls in flight':<18}{titles}"]
    lines += [
        f"{row['calls']:<18}{row['per_second']['off']:>10.1f}{row['per_second']['on']:>10.1f}{row['ratio']:>8.1%}"
        f"{row['server_microseconds']['off']:>10} µs{row['server_microseconds']['on']:>6} µs{row['server_ratio']:>8.1%}"
        for row in found
    ]
    reached = all(row["ratio"] >= GOAL for row in found)
    lines.append(f"goal: a ratio of {GOAL:.0%}; {'reached' if reached else 'missed'}")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--calls", type=int, nargs="+", default=[16, 32])
    parser.add_argument("--rules", type=Path, default=ROOT / "rules")
    parser.add_argument("--store", help="another store than a file of SQLite in a temporary folder")
    parser.add_argument("--json", action="store_true", help="write the figures as JSON")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        stores = {"on": asked.store or f"sqlite:///{folder}/nextplay.db", "off": "none"}
        servers = {
            name: stack.enter_context(serving(rules=asked.rules.resolve(), store=store, log_before_answer=True))
            for name, store in stores.items()
        }
        found = [compared(servers, calls=calls, seconds=asked.seconds, rounds=asked.rounds) for calls in asked.calls]
    sys.stdout.write(f"{json.dumps(found, indent=2) if asked.json else report(found)}\n")


if __name__ == "__main__":
    main()
