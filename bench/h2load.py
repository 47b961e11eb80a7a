"""Load by `h2load`, a client in C that takes little of the processor that the server needs.

It posts one body over and over and counts HTTP statuses; a refusal of gRPC is a 200 to it. So the bytes that came back
are counted: `Load.answer_bytes`, with a frame before each answer.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from bench.servers import DECIDE

FRAME_BYTES: Final = 5
"""What gRPC puts before a message: a flag and the length."""
_HEADERS: Final = ("content-type: application/grpc", "te: trailers")
_MOST_STREAMS: Final = 100
"""Streams of one connection that our servers allow."""


class Failed(RuntimeError):
    """The load did not run as it should; the text says what happened."""


class Load(NamedTuple):
    """What one run saw. Latencies in microseconds."""

    calls: int
    per_second: float
    p50: float
    p95: float
    p99: float
    answer_bytes: int


class Flight(NamedTuple):
    """How calls are put on the wire: at most `streams` in flight on each of some connections."""

    connections: int
    streams: int
    per_second: float | None = None
    """The pace over all connections; as fast as answers come where absent."""


def framed(message: bytes) -> bytes:
    """Return the body of a gRPC call."""
    return b"\0" + len(message).to_bytes(4, "big") + message


def load(address: str, body: Path, flight: Flight, *, calls: int = 0, seconds: int = 0) -> Load:
    """Make `calls` calls, or as many as are answered in `seconds`, and return what they saw.

    So many calls are dealt out evenly to the connections; for a time each connection makes as many as it can, and
    those that were in flight at the end are not counted. Raises `Failed` where a call had no answer.
    """
    log = body.with_suffix(".log")
    log.unlink(missing_ok=True)
    program = shutil.which("h2load")
    if program is None:
        raise Failed("h2load is not installed: Debian has it in `nghttp2-client`")
    amount = ["-n", str(calls)] if calls else ["-D", str(seconds)]
    command = [program, *amount, "-c", str(flight.connections), "-m", str(min(flight.streams, _MOST_STREAMS))]
    command += ["-d", str(body), "--log-file", str(log), *(part for header in _HEADERS for part in ("-H", header))]
    if flight.per_second is not None:
        command += ["--rps", f"{flight.per_second / flight.connections:.1f}"]
    ended = subprocess.run([*command, f"http://{address}{DECIDE}"], capture_output=True, text=True, check=False)  # noqa: S603  our own command
    told = ended.stdout
    done = re.search(r"(\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", told)
    traffic = re.search(r"traffic: .*\((\d+)\) data", told)
    pace = re.search(r"finished in .*, ([\d.]+) req/s", told)
    if not (done and traffic and pace) or any(map(int, done.groups()[1:])) or int(done[1]) < max(1, calls):
        raise Failed(f"h2load ended with {ended.returncode}: {told}{ended.stderr}")
    micros = np.loadtxt(log, dtype=np.int64, delimiter="\t", usecols=2)
    p50, p95, p99 = np.percentile(micros, (50, 95, 99))
    return Load(int(done[1]), float(pace[1]), float(p50), float(p95), float(p99), int(traffic[1]))
