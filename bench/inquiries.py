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
from nextplay.decision import Explanation, Options
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


def inquiries(folder: Path, *, rules: Path, accounts: int, explanation: Explanation = "reasons") -> list[Inquiry]:
    """Write questions about invented accounts into a folder, each beside its answer by these rules."""
    release = load_release(rules, ROOT / "models", inference="python")
    decider, found = Decider(release), []
    for entry in islice(sample_book(seed=_SEED, accounts=accounts), accounts):
        account = f"{entry.snapshot['account_id']}-{explanation}"
        message = DecideRequest(snapshot=snapshot_message(entry.snapshot | {"account_id": account}))
        message.options.explanation = explanation
        question = read_question(raw := message.SerializeToString(), Options())
        decision = decider.decide(read_snapshot(question.document), options=question.options)
        body = folder / f"{account}.body"
        body.write_bytes(framed(raw))
        body.with_suffix(".answer").write_bytes(answer := decide_answer(decision, ""))
        found.append(Inquiry(raw, answer, body))
    release.close()
    return found


def loaded(server: Server, inquiry: Inquiry, flight: Flight, *, calls: int = 0, seconds: int = 0) -> Load:
    """Load a server with one question; see `load`. Raises `Failed` where an answer had not the size of the right one.

    At the end of a time, answers may be on their way in pieces: so many bytes, and no more, may be left over.
    """
    seen = load(server.address, inquiry.body, flight, calls=calls, seconds=seconds)
    size = len(inquiry.answer) + FRAME_BYTES
    over = seen.answer_bytes - seen.calls * size
    if not 0 <= over <= (0 if calls else flight.connections * flight.streams * size):
        raise Failed(f"{seen.calls} answers have {seen.answer_bytes} bytes in all, the right one has {size}")
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
