"""Kills a serving process again and again under load, and looks whether it ever lied.

    python -m bench.kills [--times 100] [--on sqlite postgresql] [--seconds 0.5] [--json]

Clients ask for decisions and record reactions, and note what was acknowledged. The process is killed (SIGKILL) at a
random moment and started anew on the same store; reactions without an answer are sent again under their `request_id`.
At the end everything acknowledged must be stored, each call and each request once, and the store must be sound.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final

import grpc
from tests.store.server import PostgresServer

from bench.servers import ROOT, Server, serving
from nextplay._proto.nextplay.v1 import decision_service_pb2 as pb
from nextplay._proto.nextplay.v1.decision_service_pb2_grpc import DecisionServiceStub
from nextplay._proto.nextplay.v1.memory_pb2 import Reaction
from nextplay.service.clock import utc_now
from nextplay.service.wire import snapshot_message
from nextplay.store import Store
from nextplay.store.migrating import upgrade

RULES: Final = ROOT / "tests" / "rules" / "small"
_CLIENTS: Final = 8
_ACCOUNTS: Final = 40
_SNAPSHOT: Final = {
    "contract": {"started_on": "2026-01-20", "seats": 40},
    "usage": {"active_users_28d": 4, "setup_attempts_14d": 9, "setup_errors_14d": 7},
    "objectives": [],
    "relationship": {"last_two_way_contact_on": "2025-12-01"},
}
"""An account about which the small rulebook has something to recommend."""


@dataclass
class Told:
    """What clients sent, and what was acknowledged: by `request_id`."""

    decisions: dict[str, str] = field(default_factory=dict)
    reactions: dict[str, str] = field(default_factory=dict)
    unanswered: dict[str, Reaction] = field(default_factory=dict)
    sent: int = 0
    contradictions: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """What came of it; `missing`, `doubled`, `contradictions` and `problems` must be empty."""

    kills: int
    sent: int
    decisions: int
    reactions: int
    stored_decisions: int
    stored_reactions: int
    missing: tuple[str, ...]
    doubled: tuple[str, ...]
    contradictions: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Say whether nothing was lost, doubled or damaged."""
        return not (self.missing or self.doubled or self.contradictions or self.problems)


def trial(url: str, *, times: int, seconds: float, seed: int = 7) -> Found:
    """Kill a server of this store so many times, each after up to twice `seconds` of load, and judge."""
    random, told, numbers = Random(seed), Told(), count(1)  # noqa: S311  nothing is kept secret here
    for _ in range(times):
        with serving(rules=RULES, inference="python", store=url) as server:
            _busy_until_killed(server, told, numbers, seconds=random.uniform(0.1, 2) * seconds)
    with serving(rules=RULES, inference="python", store=url) as server, server.channel() as channel:
        for request_id in [*told.unanswered]:
            _react(DecisionServiceStub(channel), told, request_id)
    return _judged(url, told, kills=times)


def _busy_until_killed(server: Server, told: Told, numbers: Iterator[int], *, seconds: float) -> None:
    left_over, lock = [*told.unanswered], threading.Lock()

    def work() -> None:
        with server.channel() as channel:
            stub = DecisionServiceStub(channel)
            try:
                while True:
                    with lock:
                        again = left_over.pop() if left_over else None
                        number = next(numbers)
                    if again is not None:
                        _react(stub, told, again)
                    _decide_and_react(stub, told, number)
            except grpc.RpcError:
                return  # it was killed

    threads = [threading.Thread(target=work) for _ in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    server.process.kill()
    for thread in threads:
        thread.join()


def _decide_and_react(stub: DecisionServiceStub, told: Told, number: int) -> None:
    request_id, account = f"d-{number}", f"acc-{number % _ACCOUNTS}"
    snapshot = snapshot_message(_SNAPSHOT | {"account_id": account, "as_of": "2026-03-02T09:00:00Z"})
    told.sent += 1
    answer = stub.Decide(pb.DecideRequest(snapshot=snapshot, request_id=request_id), timeout=30)
    if answer.memory != "kept":
        told.contradictions.append(f"{request_id} was answered with `{answer.memory}`")
    told.decisions[request_id] = answer.decision.decision_id
    if answer.decision.actions:
        action = answer.decision.actions[number % len(answer.decision.actions)]
        reaction = Reaction(account_id=account, action_id=action.action_id, kind="accepted", at="2026-03-01T09:00:00Z")
        told.unanswered[f"r-{number}"] = reaction
        _react(stub, told, f"r-{number}")


def _react(stub: DecisionServiceStub, told: Told, request_id: str) -> None:
    told.sent += 1
    request = pb.RecordReactionRequest(request_id=request_id, reaction=told.unanswered[request_id])
    told.reactions[request_id] = stub.RecordReaction(request, timeout=30).reaction_id
    del told.unanswered[request_id]


def _judged(url: str, told: Told, *, kills: int) -> Found:
    with Store.open(url, clock=utc_now) as store:
        calls = [(one.logged.request_id, one.logged.decision_id) for one in store.logged()]
        records = [(one.request_id, one.record_id) for one in store.records()]
        problems = store.check()
    missing = sorted(told.decisions.items() - set(calls)) + sorted(told.reactions.items() - set(records))
    times = Counter(name for name, _ in [*calls, *records])
    return Found(
        kills=kills,
        sent=told.sent,
        decisions=len(told.decisions),
        reactions=len(told.reactions),
        stored_decisions=len(calls),
        stored_reactions=len(records),
        missing=tuple(name for name, _ in missing),
        doubled=tuple(sorted(name for name, seen in times.items() if seen > 1)),
        contradictions=tuple(told.contradictions),
        problems=problems,
    )


@contextmanager
def database(kind: str) -> Iterator[str]:
    """Give the URL of a fresh store: a file of SQLite, or a real PostgreSQL with `fsync` on."""
    if kind == "sqlite":
        with TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'nextplay.db'}"
        return
    server = PostgresServer()
    try:
        server.start()
        url = server.make("kills")
        upgrade(url)
        yield url
    finally:
        server.remove()


def report(found: dict[str, Found]) -> str:
    """Lay the findings out for reading."""
    return "\n".join(_told(kind, one) for kind, one in found.items())


def _told(kind: str, one: Found) -> str:
    return (
        f"{kind}: {one.kills} kills under load, {one.sent} calls sent\n"
        f"  acknowledged {one.decisions} decisions and {one.reactions} reactions; "
        f"stored {one.stored_decisions} and {one.stored_reactions}\n"
        f"  acknowledged and not stored: {len(one.missing)}; stored twice: {len(one.doubled)}; "
        f"not as promised: {len(one.contradictions)}; problems of the store: {len(one.problems)}"
    )


def main() -> None:
    """Try, print, and end with 1 where something was lost, doubled or damaged."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--on", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--json", action="store_true", help="write the findings as JSON")
    asked = parser.parse_args()
    found: dict[str, Found] = {}
    for kind in asked.on:
        with database(kind) as url:
            found[kind] = trial(url, times=asked.times, seconds=asked.seconds)
    written: dict[str, Any] = {kind: asdict(one) for kind, one in found.items()}
    sys.stdout.write(f"{json.dumps(written, indent=2) if asked.json else report(found)}\n")
    sys.exit(0 if all(one.sound for one in found.values()) else 1)


if __name__ == "__main__":
    main()
