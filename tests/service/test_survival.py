"""What was acknowledged survives: kills of the process, restarts of the database, a full disk; and serving goes on."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

import grpc
import orjson
import pytest
from bench.kills import trial
from tests.service.asking import STUCK, question, refusal_of, state, stub
from tests.service.conftest import Running, running
from tests.store.server import PostgresServer

from nextplay._proto.nextplay.v1 import decision_service_pb2 as pb
from nextplay._proto.nextplay.v1 import rulebook_service_pb2
from nextplay._proto.nextplay.v1.memory_pb2 import Reaction
from nextplay._proto.nextplay.v1.rulebook_service_pb2_grpc import RulebookServiceStub
from nextplay.service.clock import utc_now
from nextplay.service.folders import Folders
from nextplay.store import Store
from nextplay.store.migrating import upgrade

UNREAD: Final = "what is remembered could not be read; decided without it"
_CLIENTS: Final = 4
_RECOVERY_SECONDS: Final = 5.0
"""What is promised: ten times the pause between two attempts."""
_PATIENCE_SECONDS: Final = 60.0


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_kills_lose_nothing_that_was_acknowledged(kind: str, request: pytest.FixtureRequest) -> None:
    """A process that is killed under load: all that was acknowledged is stored, once, and the store is sound."""
    found = trial(request.getfixturevalue(f"{kind}_url"), times=3, seconds=0.6)
    assert found.sound, found
    assert (found.kills, found.decisions > 0, found.reactions > 0) == (3, True, True)


@dataclass
class Load:
    """Clients that ask and react until they are told to stop, and what they were answered."""

    channel: grpc.Channel
    answers: list[tuple[str, pb.DecideResponse]] = field(default_factory=list)
    refusals: list[grpc.RpcError] = field(default_factory=list)
    reactions: dict[str, str] = field(default_factory=dict)
    unrecorded: list[grpc.RpcError] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    numbers: Iterator[int] = field(default_factory=count)

    def work(self) -> None:
        """Ask for decisions, and react to the first action of each."""
        while not self.done.is_set():
            number = next(self.numbers)
            request_id, account = f"d-{number}", f"acc-{number % 20}"
            try:
                answer = stub(self.channel).Decide(
                    question(STUCK | {"account_id": account}, request_id=request_id), timeout=30
                )
            except grpc.RpcError as error:
                self.refusals.append(error)
                continue
            self.answers.append((request_id, answer))
            self._react(f"r-{number}", account, answer.decision.actions[0].action_id)

    def _react(self, request_id: str, account: str, action_id: str) -> None:
        reaction = Reaction(account_id=account, action_id=action_id, kind="shown", at="2026-03-01T09:00:00Z")
        request = pb.RecordReactionRequest(request_id=request_id, reaction=reaction)
        try:
            self.reactions[request_id] = stub(self.channel).RecordReaction(request, timeout=30).reaction_id
        except grpc.RpcError as error:
            self.unrecorded.append(error)

    def words(self, since: int = 0) -> set[str]:
        """Return what the answers since the one of this number said about the memory."""
        return {answer.memory for _, answer in self.answers[since:]}


@contextmanager
def load(service: Running) -> Iterator[Load]:
    """Keep a server busy."""
    made = Load(service.channel)
    with ThreadPoolExecutor(_CLIENTS) as clients:
        running_clients = [clients.submit(made.work) for _ in range(_CLIENTS)]
        try:
            yield made
        finally:
            made.done.set()
    for client in running_clients:
        client.result()


@pytest.fixture
def own_postgres() -> Iterator[tuple[PostgresServer, str]]:
    """Run a PostgreSQL of its own, which a test may stop."""
    server = PostgresServer()
    try:
        server.start()
        url = server.make("own")
        upgrade(url)
        yield server, url
    finally:
        server.remove()


def wait_for(holds: Callable[[], bool], what: str) -> None:
    """Ask until something holds."""
    pause = threading.Event()
    for _ in range(int(_PATIENCE_SECONDS / 0.02)):
        if holds():
            return
        pause.wait(0.02)
    pytest.fail(f"it does not come about that {what}")


def memory_of(channel: grpc.Channel) -> rulebook_service_pb2.MemoryState:
    """Ask how the memory is."""
    return RulebookServiceStub(channel).GetRelease(rulebook_service_pb2.GetReleaseRequest()).memory


def log_of(url: str) -> list[str]:
    """Return the request ids in the log, sorted."""
    with Store.open(url, clock=utc_now) as store:
        assert store.check() == ()
        return sorted(one.logged.request_id for one in store.logged())


def records_of(url: str) -> set[tuple[str, str]]:
    """Return what was told, by request id and record id."""
    with Store.open(url, clock=utc_now) as store:
        return {(one.request_id, one.record_id) for one in store.records()}


def test_serving_goes_on_while_postgresql_restarts(folders: Folders, own_postgres: tuple[PostgresServer, str]) -> None:
    """Stopped and started again under load: no call fails, each answer tells, and every answered call is in the log.

    The memory is back within five seconds; reactions are refused meanwhile, and none that was acknowledged is lost.
    """
    database, url = own_postgres
    with running(folders, store=url) as service:
        with load(service) as busy:
            wait_for(lambda: len(busy.reactions) > 20, "reactions are recorded")
            database.stop(at_once=True)
            stopped = len(busy.answers)
            wait_for(lambda: "queued" in busy.words(stopped), "answers leave without the memory")
            wait_for(lambda: len(busy.answers) > stopped + 50, "decisions go on")
            assert state(service.channel, "memory") == 2
            told = memory_of(service.channel)
            assert {failure.way for failure in told.failures} == {"reading", "writing"}
            assert "does not answer" in told.failures[0].reason
            database.start()
            began = time.monotonic()
            wait_for(lambda: state(service.channel, "memory") == 1, "the memory is back")
            assert time.monotonic() - began < _RECOVERY_SECONDS
            back = len(busy.answers)
            wait_for(lambda: len(busy.answers) > back + 20, "decisions go on")
        recovered = [line["seconds"] for line in service.events("memory_recovered")]
        told = memory_of(service.channel)
    assert busy.refusals == []
    assert busy.words() == {"kept", "queued"}
    assert busy.words(back + 10) == {"kept"}
    assert len(recovered) >= 2
    assert told.decisions_lost == 0
    unread = [answer for _, answer in busy.answers if UNREAD in {one.message for one in answer.decision.input_warnings}]
    assert unread
    assert {refusal_of(error).reason for error in busy.unrecorded} == {"STORE_UNAVAILABLE"}
    assert log_of(url) == sorted(request_id for request_id, _ in busy.answers)
    assert set(busy.reactions.items()) <= records_of(url)


def test_refusing_while_postgresql_restarts(folders: Folders, own_postgres: tuple[PostgresServer, str]) -> None:
    """Set to refuse: calls are UNAVAILABLE with the time to come again, and every call that was answered is stored."""
    database, url = own_postgres
    with running(folders, store=url, when_store_fails="refuse") as service, load(service) as busy:
        wait_for(lambda: len(busy.answers) > 20, "decisions are made")
        database.stop(at_once=True)
        wait_for(lambda: len(busy.refusals) > 50, "calls are refused")
        database.start()
        answered = len(busy.answers)
        wait_for(lambda: len(busy.answers) > answered + 20, "decisions are made again")
    refused = [refusal_of(error) for error in busy.refusals]
    assert {(one.code, one.reason) for one in refused} == {(grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE")}
    assert {one.retry_seconds for one in refused} == {1.0}
    assert busy.words() == {"kept"}
    stored = log_of(url)
    assert len(stored) == len(set(stored))
    assert {request_id for request_id, _ in busy.answers} <= set(stored)


def test_the_service_starts_before_its_database(folders: Folders, own_postgres: tuple[PostgresServer, str]) -> None:
    """Set to serve, a server starts without its PostgreSQL, says so, and takes it when it comes."""
    database, url = own_postgres
    database.stop()
    with running(folders, store=url) as service:
        first = stub(service.channel).Decide(question(request_id="r-1"))
        assert first.memory == "queued"
        assert state(service.channel, "memory") == 2
        database.start()
        wait_for(lambda: stub(service.channel).Decide(question(options={"record": False})).memory == "", "it answers")
        wait_for(lambda: log_of(url) == ["r-1"], "the waiting decision is written")
        wait_for(lambda: stub(service.channel).Decide(question(request_id="r-2")).memory == "kept", "it is kept")


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a disk of two megabytes, or skip where that is not allowed."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here; the test with a limit on the size of files runs everywhere")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_never_acknowledged(folders: Folders, tmp_path: Path) -> None:
    """On a full disk (a small tmpfs) nothing is called kept that is not; health says why; with room it all comes in."""
    with small_disk(tmp_path / "small") as disk:
        url = f"sqlite:///{disk / 'nextplay.db'}"
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(700_000))
        with running(folders, store=url) as service:
            with load(service) as busy:
                wait_for(lambda: "queued" in busy.words(), "the disk is full")
                full = len(busy.answers)
                wait_for(lambda: len(busy.answers) > full + 20, "decisions go on")
                wait_for(lambda: len(busy.unrecorded) > 0, "reactions are refused")
                assert "disk" in " ".join(failure.reason for failure in memory_of(service.channel).failures)
                assert state(service.channel, "memory") == 2
            kept = {request_id for request_id, answer in busy.answers if answer.memory == "kept"}
            assert kept <= set(log_of(url))
            ballast.unlink()
            wait_for(lambda: state(service.channel, "memory") == 1, "there is room again")
        assert busy.refusals == []
        assert set(busy.reactions.items()) <= records_of(url)
        assert log_of(url) == sorted(request_id for request_id, _ in busy.answers)


def test_a_limit_on_files_is_never_acknowledged(folders: Folders, tmp_path: Path) -> None:
    """Where files may not grow (RLIMIT_FSIZE), nothing is called kept that is not, and health says why."""
    url = f"sqlite:///{tmp_path / 'own.db'}"
    Store.open(url, clock=utc_now).close()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEXTPLAY_")}
    values = {"port": "0", "rules": folders.rules, "models": folders.models, "inference": "python", "store": url}
    environment |= {f"NEXTPLAY_{name.upper()}": str(value) for name, value in values.items()}
    command = [sys.executable, "-m", "nextplay.cli", "serve"]
    most = 600_000
    kept: set[str] = set()
    with subprocess.Popen(
        command,
        env=environment,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),  # noqa: PLW1509  no threads of ours yet
    ) as process:
        assert process.stderr is not None
        try:
            lines = iter(process.stderr)
            started = next(line for line in map(orjson.loads, lines) if line["event"] == "started")
            threading.Thread(target=lambda: [*lines], daemon=True).start()
            with grpc.insecure_channel(f"127.0.0.1:{started['port']}") as channel:
                for number in range(2000):
                    account = STUCK | {"account_id": f"acc-{number % 20}"}
                    answer = stub(channel).Decide(question(account, request_id=f"d-{number}"), timeout=30)
                    if answer.memory != "kept":
                        break
                    kept.add(f"d-{number}")
                assert answer.memory == "queued"
                assert state(channel, "memory") == 2
                memory = memory_of(channel)
                assert [failure.way for failure in memory.failures] == ["writing"]
                assert "disk" in memory.failures[0].reason
        finally:
            process.kill()
    assert len(kept) > 10
    assert kept <= set(log_of(url))
