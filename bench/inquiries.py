"""What servers are asked in load tests, the answers that are right, and a second reader that looks at every byte.

The accounts are those of the sample book: each with its own numbers, so that no server answers from what it kept of the
call before. Right answers are decided in this process.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import grpc

from bench.h2load import FRAME_BYTES, Failed, Flight, Load, framed, load
from bench.servers import DECIDE, ROOT, Server
from nextplay._proto.nextplay.v1.decision_service_pb2 import DecideRequest
from nextplay.authoring.sample_book import sample_book
from nextplay.decider import Decider
from nextplay.decision import Options
from nextplay.release import load_release
from nextplay.service.wire import decide_answer, read_question, snapshot_message
from nextplay.snapshot import read_snapshot

_SEED: Final = 7
_DEADLINE_SECONDS: Final = 60


class Inquiry(NamedTuple):
    """One question in bytes, the right answer, and the file that h2load posts."""

    question: bytes
    answer: bytes
    body: Path


def inquiries(folder: Path, *, rules: Path, accounts: int) -> list[Inquiry]:
    """Write questions about invented accounts into a folder, each beside its answer by these rules."""
    release = load_release(rules, ROOT / "models", inference="python")
    decider, options = Decider(release), Options()
    found = []
    for entry in islice(sample_book(seed=_SEED, accounts=accounts), accounts):
        question = DecideRequest(snapshot=snapshot_message(entry.snapshot)).SerializeToString()
        reading = read_snapshot(read_question(question, options).document)
        answer = decide_answer(decider.decide(reading, options=options), "")
        body = folder / f"{entry.snapshot['account_id']}.body"
        body.write_bytes(framed(question))
        body.with_suffix(".answer").write_bytes(answer)
        found.append(Inquiry(question, answer, body))
    release.close()
    return found


def loaded(server: Server, inquiry: Inquiry, flight: Flight, *, calls: int) -> Load:
    """Load a server with one question. Raises `Failed` where not every answer had the size of the right one."""
    seen = load(server.address, inquiry.body, flight, calls=calls)
    wanted = len(inquiry.answer) + FRAME_BYTES
    if seen.bytes_per_answer != wanted:
        raise Failed(f"answers have {seen.bytes_per_answer:.1f} bytes on average, the right one has {wanted}")
    return seen


def read_all(server: Server, asked: Sequence[Inquiry], *, calls: int, threads: int) -> None:
    """Ask about the accounts in turn by a client of grpc, `calls` times in all.

    Raises `grpc.RpcError` where the trailers tell another status than OK, and `Failed` where an answer is not the
    right one byte for byte, or trailers hold a word of trouble.
    """
    with server.channel() as channel, ThreadPoolExecutor(threads) as readers:
        ask: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(DECIDE)

        def read(number: int) -> None:
            inquiry = asked[number % len(asked)]
            answer, call = ask.with_call(inquiry.question, timeout=_DEADLINE_SECONDS)
            if answer != inquiry.answer or call.trailing_metadata():
                raise Failed(f"{inquiry.body.stem} was answered otherwise than by the decider itself")

        for done in [readers.submit(read, number) for number in range(calls)]:
            done.result()
