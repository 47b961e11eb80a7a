"""The ceiling: a gRPC server that does what every such service must, and decides nothing.

    python -m bench.bare_server FOLDER [--guarded]

It parses a `DecideRequest` and returns the bytes that lie ready in `FOLDER/ACCOUNT.answer`. The process model is that
of `nextplay serve`: grpc's synchronous server with the same options and as many threads, handlers from bytes to bytes.
`--guarded` puts the service's own outermost layer around it (limits, waiting for bodies, deadlines), which tells what
that layer costs. On standard error it says `{"event": "started", "port": ...}` as the service does, and nothing more.
"""

from __future__ import annotations

import argparse
import io
import json
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import grpc

from nextplay._proto.nextplay.v1.decision_service_pb2 import DecideRequest
from nextplay.service.endpoints import DECISION_SERVICE, add_endpoints
from nextplay.service.guard import Call
from nextplay.service.server import GrpcServer, Limits, server_options
from nextplay.service.telemetry import Journal, json_lines
from nextplay.settings import Settings

MOST_WAITING: Final = 1024
"""Calls that may wait, here and in the server that is held against this one: nothing may be refused for the load."""
_HOST: Final = "127.0.0.1"


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--guarded", action="store_true")
    asked = parser.parse_args()
    answers: dict[str, bytes] = {file.stem: file.read_bytes() for file in asked.folder.glob("*.answer")}

    def decide(raw: bytes, _call: Call) -> bytes:
        request: DecideRequest = DecideRequest.FromString(raw)
        return answers[request.snapshot.account_id]

    settings = Settings(host=_HOST, port=0)
    limits = Limits(
        threads=settings.threads,
        max_waiting=MOST_WAITING,
        max_connections=settings.max_connections,
        deadline_seconds=settings.deadline_seconds,
    )
    if asked.guarded:
        guarded = GrpcServer(
            {DECISION_SERVICE: {"Decide": decide}}, limits=limits, journal=Journal(json_lines(io.BytesIO()))
        )
        port = guarded.start(_HOST, 0)
    else:
        bare = grpc.server(ThreadPoolExecutor(limits.threads), options=server_options(limits))
        add_endpoints(bare, DECISION_SERVICE, {"Decide": decide})
        port = bare.add_insecure_port(f"{_HOST}:0")
        bare.start()
    sys.stderr.write(json.dumps({"event": "started", "port": port}) + "\n")
    sys.stderr.flush()
    signal.pause()


if __name__ == "__main__":
    main()
