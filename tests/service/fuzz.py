"""Random and mutated messages against a real server; `python -m tests.service.fuzz 100000 [SEED]` for long runs.

Every answer must be OK, INVALID_ARGUMENT or RESOURCE_EXHAUSTED, those of the memory also NOT_FOUND or ALREADY_EXISTS,
and neither a fault of ours nor one of the store may be in the log.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from tests.service.asking import question, raw_call, stub
from tests.service.conftest import ROOT, Running, copied_folders, running
from tests.service.memory_calls import every_request

from nextplay._proto.nextplay.v1 import decision_service_pb2 as pb
from nextplay._proto.nextplay.v1 import rulebook_service_pb2 as rb

ALLOWED = {grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.RESOURCE_EXHAUSTED}
OF_MEMORY = ALLOWED | {grpc.StatusCode.NOT_FOUND, grpc.StatusCode.ALREADY_EXISTS}
WEIGHTS = (40, 6, 2, 1)
MEMORY = "/nextplay.v1.DecisionService/"
METHODS = (
    "/nextplay.v1.DecisionService/Decide",
    "/nextplay.v1.DecisionService/BatchDecide",
    "/nextplay.v1.RulebookService/CheckRulebook",
    "/nextplay.v1.RulebookService/PreviewRulebook",
)
TEXTS = (
    "", "acc", "nps", "csat", "nps_0_10", "support", "onboarding", "2026-03-02", "2026-02-30", "9999-12-31",
    "0001-01-01", "2026-03-02T09:00:00Z", "2026-03-02T09:00:00+23:59", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00", "2026-W10-1T00:00:00Z", "active", "customer", "left", "EUR", "accepted", "answered",
    "held", "shown", "surveys", "enterprise", "{usage.seats}", "%s%n", "\x00", "\u202e", "ß" * 300, "\U0001f4a5",
    "early_adoption_stalled", "tried_and_stopped", "call_back", "plan_code", "logins_7d", "rulebook.yaml", "../x",
    "en", "pt-BR", "full", "none",
)  # fmt: skip
NUMBERS = (0.0, -0.0, 1.0, -1.0, 0.5, 1e-300, 1e15, 1e16, -1e300, float("nan"), float("inf"), float("-inf"), 7.0, 3.5)
WHOLE = (0, 1, -1, 2, 7, 30, 200, 36_500, 36_501, 1_000_000_000, 2**31 - 1, -(2**31))


def texts(dice: random.Random) -> str:
    """Draw a text that means something somewhere, or one that does not anywhere."""
    if dice.random() < 0.8:
        return dice.choice(TEXTS)
    points = (dice.choice((dice.randrange(32, 127), dice.randrange(0xD7FF))) for _ in range(dice.randrange(20)))
    return "".join(map(chr, points))


def filled(message: Message, dice: random.Random, depth: int = 0) -> Message:
    """Fill a message at random, within its types."""
    for field in message.DESCRIPTOR.fields:
        if dice.random() < (0.35 if depth else 0.8):
            _fill(message, field, dice, depth)
    return message


def _fill(message: Message, field: Any, dice: random.Random, depth: int) -> None:  # noqa: ANN401  a descriptor has two types
    inner = field.message_type
    target = getattr(message, field.name)
    if inner is not None and inner.GetOptions().map_entry:
        value = inner.fields_by_name["value"]
        for _ in range(dice.randrange(4)):
            if value.message_type is None:
                target[texts(dice)] = texts(dice)
            else:
                filled(target[texts(dice)], dice, depth + 1)
    elif field.is_repeated:
        for _ in range(dice.randrange(5)):
            if inner is None:
                target.append(_scalar(field, dice))
            else:
                filled(target.add(), dice, depth + 1)
    elif inner is not None:
        filled(target, dice, depth + 1)
        target.SetInParent()
    else:
        setattr(message, field.name, _scalar(field, dice))


def _scalar(field: FieldDescriptor, dice: random.Random) -> object:
    if field.type == FieldDescriptor.TYPE_STRING:
        return texts(dice)
    if field.type == FieldDescriptor.TYPE_BYTES:
        return dice.randbytes(dice.randrange(200)) if dice.random() < 0.5 else texts(dice).encode()
    if field.type == FieldDescriptor.TYPE_BOOL:
        return dice.random() < 0.5
    return dice.choice(NUMBERS if field.type == FieldDescriptor.TYPE_DOUBLE else WHOLE)


def mutated(raw: bytes, dice: random.Random) -> bytes:
    """Flip, cut, insert, repeat: what happens to bytes on the way."""
    out = bytearray(raw)
    for _ in range(dice.randrange(1, 6)):
        place = dice.randrange(len(out) + 1)
        match dice.randrange(5):
            case 0 if out:
                out[place % len(out)] ^= 1 << dice.randrange(8)
            case 1:
                del out[place : place + dice.randrange(1, 20)]
            case 2:
                out[place:place] = dice.randbytes(dice.randrange(1, 12))
            case 3:
                out[place:place] = out[max(0, place - dice.randrange(1, 200)) : place]
            case _ if out:
                out[place % len(out)] = dice.choice((0, 0x7F, 0x80, 0xFF))
    return bytes(out)


def messages(dice: random.Random, count: int, action_id: str) -> Iterator[tuple[str, bytes]]:
    """Yield (method, body): random bytes, random messages, and mutations of sound ones.

    Those of the memory are about the account of `question` and one of its actions.
    """
    paths = (ROOT / "tests" / "rules" / "small").rglob("*.yaml")
    files = [rb.RuleFile(path=path.name, content=path.read_bytes()) for path in paths]
    sound: Sequence[Message] = [
        question(),
        pb.BatchDecideRequest(requests=[question()] * 3),
        rb.CheckRulebookRequest(files=files),
        rb.PreviewRulebookRequest(files=files, max_accounts=3),
    ]
    of_memory = every_request("acc", action_id)
    for _ in range(count):
        if dice.random() < 0.6:
            method, whole = dice.choices(list(zip(METHODS, sound, strict=True)), weights=WEIGHTS)[0]
        else:
            name, whole = dice.choice(list(of_memory.items()))
            method = f"{MEMORY}{name}"
            _renew(whole, dice)
        yield method, _body(whole, dice)


def _renew(request: Any, dice: random.Random) -> None:  # noqa: ANN401  any request
    """Give a write a `request_id` of its own, most of the time."""
    writes = request.requests if isinstance(request, pb.BatchRecordReactionsRequest) else [request]
    for write in writes:
        if "request_id" in write.DESCRIPTOR.fields_by_name and dice.random() < 0.8:
            write.request_id = f"r-{dice.getrandbits(64)}"


def _body(sound: Message, dice: random.Random) -> bytes:
    """Draw a body: random bytes, a sound message with some damage or one other field, or a message of any fields."""
    way = dice.randrange(16)
    if way == 0:
        return dice.randbytes(dice.randrange(300))
    if way < 4:
        return mutated(sound.SerializeToString(), dice)
    if way < 10:
        return changed(sound, dice).SerializeToString()
    raw = filled(type(sound)(), dice).SerializeToString()
    return mutated(raw, dice) if way < 12 else raw


def changed(sound: Message, dice: random.Random) -> Message:
    """Give one field of a sound message, at any depth, another value of its type."""
    copy = type(sound)()
    copy.CopyFrom(sound)
    target, depth = copy, 0
    while True:
        field = dice.choice(target.DESCRIPTOR.fields)
        inner = [
            value
            for other, value in target.ListFields()
            if other.message_type and not other.is_repeated and not other.message_type.GetOptions().map_entry
        ]
        if not inner or dice.random() < 0.3:
            _fill(target, field, dice, depth)
            return copy
        target, depth = dice.choice(inner), depth + 1


def attack(service: Running, count: int, seed: int) -> Counter[str]:
    """Send the messages; count the answers, and fail on one that may not be, with the message that brought it about."""
    answers: Counter[str] = Counter()
    dice = random.Random(seed)  # noqa: S311  a seed must give the same again
    action_id = stub(service.channel).Decide(question()).decision.actions[0].action_id
    for number, (method, raw) in enumerate(messages(dice, count, action_id)):
        code = answered(raw_call(service.channel, method), raw)
        allowed = ALLOWED if method in METHODS else OF_MEMORY
        assert code in allowed, f"seed {seed}, message {number}, {method}: {code}: {raw.hex()}"
        answers[code.name] += 1
    assert service.events("failed") == service.events("memory_failed") == []
    return answers


def answered(call: Callable[[bytes], bytes], raw: bytes) -> grpc.StatusCode:
    """Make a call and return the code of its answer."""
    try:
        call(raw)
    except grpc.RpcError as error:
        return error.code() if isinstance(error, grpc.Call) else grpc.StatusCode.UNKNOWN
    return grpc.StatusCode.OK


def main() -> None:
    """Run against a server of our own."""
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as name, running(copied_folders(Path(name))) as service:
        sys.stdout.write(f"{dict(attack(service, count, seed))}\n")


if __name__ == "__main__":
    main()
