"""Several workers over one port, as real processes: one service to its callers, whatever becomes of one of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import orjson
import pytest
from tests.service.asking import STUCK, question, refused, stub
from tests.service.conftest import copied_folders

from nextplay._proto.nextplay.v1 import decision_service_pb2 as pb
from nextplay._proto.nextplay.v1.memory_pb2 import Reaction
from nextplay._proto.nextplay.v1.rulebook_service_pb2 import GetReleaseRequest, ReloadReleaseRequest, Worker
from nextplay._proto.nextplay.v1.rulebook_service_pb2_grpc import RulebookServiceStub
from nextplay.service.clock import utc_now
from nextplay.service.folders import Folders
from nextplay.store import Store

_PATIENCE_SECONDS = 60.0
_CONNECTIONS = 16


@dataclass(frozen=True)
class Service:
    """A supervisor with its workers, and what all of them have logged so far."""

    process: subprocess.Popen[bytes]
    events: list[dict[str, Any]]
    store: str

    @property
    def port(self) -> int:
        """The one port."""
        return int(next(event["port"] for event in self.events if event["event"] == "started"))

    def named(self, name: str) -> list[dict[str, Any]]:
        """Return the log lines of one kind so far."""
        return [event for event in [*self.events] if event["event"] == name]

    def workers(self) -> dict[int, int]:
        """Return the processes that serve now: number of the worker -> process id."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        spawned = [int(one) for one in children if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]
        return dict(enumerate(sorted(spawned), start=1))


def environment(folders: Folders, **settings: object) -> dict[str, str]:
    """Return what a process of the service is told."""
    values: dict[str, object] = {"port": 0, "rules": folders.rules, "models": folders.models, "workers": 2}
    values |= {"store": f"sqlite:///{folders.rules.parent / 'nextplay.db'}", "drain_seconds": 0} | settings
    told = {f"NEXTPLAY_{name.upper()}": str(value) for name, value in values.items()}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", "")} | told


@contextmanager
def served(folders: Folders, **settings: object) -> Iterator[Service]:
    """Run the service with two workers, and end it."""
    names = environment(folders, **settings)
    command = [sys.executable, "-m", "nextplay.cli", "serve"]
    with subprocess.Popen(command, env=names, stderr=subprocess.PIPE, cwd=Path("/"), start_new_session=True) as process:
        assert process.stderr is not None
        told, events = (line for line in process.stderr if line.startswith(b"{")), list[dict[str, Any]]()
        reader = threading.Thread(target=lambda: events.extend(map(orjson.loads, told)))
        reader.start()
        service = Service(process, events, names["NEXTPLAY_STORE"])
        try:
            wait_for(lambda: bool(service.named("started")) or process.poll() is not None)
            yield service
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(_PATIENCE_SECONDS)
            reader.join(_PATIENCE_SECONDS)


@contextmanager
def connected(service: Service) -> Iterator[list[grpc.Channel]]:
    """Open connections of their own, which spread over the workers."""
    with ExitStack() as stack:
        options = [("grpc.use_local_subchannel_pool", 1)]
        target = f"127.0.0.1:{service.port}"
        yield [stack.enter_context(grpc.insecure_channel(target, options=options)) for _ in range(_CONNECTIONS)]


def wait_for(holds: Callable[[], bool]) -> None:
    """Ask until something holds."""
    ends, pause = time.monotonic() + _PATIENCE_SECONDS, threading.Event()
    while not holds():
        assert time.monotonic() < ends
        pause.wait(0.02)


def on_every(channels: list[grpc.Channel], call: Callable[[grpc.Channel], Any]) -> list[Any]:
    """Make one call on each connection at once."""
    with ThreadPoolExecutor(len(channels)) as callers:
        return [*callers.map(call, channels)]


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="two workers need two cores")
def test_each_worker_keeps_to_a_core_of_its_own(folders: Folders) -> None:
    """Every thread of a worker may use one core, and no two workers the same."""
    with served(folders, cores="own") as service, connected(service) as channels:
        on_every(channels, lambda channel: stub(channel).Decide(question()))
        held = [
            {frozenset(os.sched_getaffinity(int(task.name))) for task in Path(f"/proc/{worker}/task").iterdir()}
            for worker in service.workers().values()
        ]
    assert [len(cores) for cores in held] == [1, 1]
    (one,), (other,) = held
    assert len(one) == len(other) == 1
    assert one != other


def test_workers_without_a_core_each_are_refused(folders: Folders) -> None:
    """It ends at once, with the setting, both numbers, and what to do."""
    there = len(os.sched_getaffinity(0))
    ended = subprocess.run(
        [sys.executable, "-m", "nextplay.cli", "serve"],
        env=environment(folders, cores="own", workers=there + 1),
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE_SECONDS,
    )
    assert ended.returncode == 1
    assert ended.stderr == (
        f"NEXTPLAY_CORES: {there + 1} workers cannot have a core each of the {there} that this process may use; take "
        "fewer --workers, or leave it at `shared`\n"
    )


@pytest.fixture
def service(folders: Folders) -> Iterator[Service]:
    """Run two workers over one port."""
    with served(folders) as service:
        yield service


def test_workers_are_one_service(service: Service, folders: Folders) -> None:
    """Many connections reach both workers, a reload at one has reached both, and a refused release is refused by both.

    At the end the service stops with exit code 0, and leaves no process behind.
    """
    with connected(service) as channels:
        on_every(channels, lambda channel: stub(channel).Decide(question(), timeout=30))
        assert {event["worker"] for event in service.named("decided")} == {1, 2}

        def releases() -> set[str]:
            asked = [RulebookServiceStub(channel).GetRelease(GetReleaseRequest(), timeout=30) for channel in channels]
            return {told.release.id.release for told in asked}

        (before,) = releases()
        gaps = folders.rules / "gaps" / "gaps.yaml"
        whole = gaps.read_bytes()
        gaps.write_bytes(whole + b"# another edition\n")
        told = RulebookServiceStub(channels[0]).ReloadRelease(ReloadReleaseRequest(), timeout=60)
        (after,) = releases()
        assert (after == told.release.id.release, after == before) == (True, False)
        assert [*told.workers] == [Worker(number=number, release=after) for number in (1, 2)]

        gaps.write_bytes(b"- id: lonely\n")
        told = RulebookServiceStub(channels[0]).ReloadRelease(ReloadReleaseRequest(), timeout=60)
        assert (told.outcome, [worker.release for worker in told.workers]) == ("refused", [after, after])
        assert releases() == {after}
        assert {event["worker"] for event in service.named("release_refused")} == {1, 2}
    pids = service.workers().values()
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(_PATIENCE_SECONDS) == 0
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []


def test_a_killed_worker_comes_back(service: Service) -> None:
    """Where one worker is killed the other serves on, a new one takes its place, and nothing acknowledged is lost."""
    acknowledged: list[str] = []

    def ask(channel: grpc.Channel) -> None:
        try:
            acknowledged.append(stub(channel).Decide(question(), timeout=30).decision.decision_id)
        except grpc.RpcError as error:
            assert error.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}  # noqa: PT017  both of a dying process

    with connected(service) as channels:
        on_every(channels, ask)
        os.kill(service.workers()[1], signal.SIGKILL)
        wait_for(lambda: bool(service.named("worker_ended")))
        on_every(channels, ask)
        wait_for(lambda: len(service.named("worker_started")) == 3)
        (ended,) = service.named("worker_ended")
        assert (ended["exit_code"], ended["restarts"]) == (-signal.SIGKILL, 0)
    with connected(service) as channels:
        answered = len(acknowledged)
        on_every(channels, ask)
        assert len(acknowledged) == answered + len(channels)
        told = RulebookServiceStub(channels[0]).GetRelease(GetReleaseRequest(), timeout=30)
        assert sorted(worker.restarts for worker in told.workers) == [0, 1]
        assert {worker.release for worker in told.workers} == {told.release.id.release}
    with Store.open(service.store, clock=utc_now) as store:
        assert len(store.decisions("", "acc", size=1000, before=None)) >= len(acknowledged)


def test_a_worker_that_cannot_start_anew_takes_no_calls(service: Service, folders: Folders) -> None:
    """Where the folders are wrong when a worker dies, the other answers every call until they are right again."""
    gaps = folders.rules / "gaps" / "gaps.yaml"
    whole = gaps.read_bytes()
    gaps.write_bytes(b"- id: lonely\n")
    wait_for(lambda: {event["worker"] for event in service.named("release_refused")} == {1, 2})
    os.kill(service.workers()[1], signal.SIGKILL)
    wait_for(lambda: len(service.named("worker_ended")) >= 2)
    (dead,) = {event["worker"] for event in service.named("worker_ended")}
    with connected(service) as channels:
        on_every(channels, lambda channel: stub(channel).Decide(question(), timeout=30))
        told = RulebookServiceStub(channels[0]).GetRelease(GetReleaseRequest(), timeout=30)
        assert [worker.number for worker in told.workers if not worker.release] == [dead]
        assert service.process.poll() is None
    gaps.write_bytes(whole)
    wait_for(lambda: len(service.named("worker_started")) == 3)


@pytest.mark.parametrize("database", ["sqlite_url", "postgresql_url"])
def test_parallel_duplicates_at_both_workers_are_one_row(
    folders: Folders, database: str, request: pytest.FixtureRequest
) -> None:
    """A reaction that is sent fifty times to both workers at once is recorded once; everybody gets the same receipt."""
    store = request.getfixturevalue(database)
    with served(folders, store=store) as service, connected(service) as channels:
        decision = stub(channels[0]).Decide(question(), timeout=30).decision
        reaction = Reaction(account_id="acc", action_id=decision.actions[0].action_id, kind="accepted")
        sent = pb.RecordReactionRequest(request_id="once", reaction=reaction)
        repeated = [channels[number % len(channels)] for number in range(50)]
        receipts = on_every(repeated, lambda channel: stub(channel).RecordReaction(sent, timeout=30))
        on_every(channels, lambda channel: stub(channel).Decide(question(), timeout=30))
        assert {event["worker"] for event in service.named("decided")} == {1, 2}
    assert len({receipt.SerializeToString(deterministic=True) for receipt in receipts}) == 1
    with Store.open(store, clock=utc_now) as opened:
        assert opened.status().records == 1


def test_what_one_worker_still_has_to_write_another_finds(folders: Folders) -> None:
    """Where answers leave before they are stored, a decision is found at once, whichever worker is asked for it."""
    with served(folders, log_before_answer=False) as service, connected(service) as channels:

        def found(number: int) -> bool:
            asked, other = channels[number % len(channels)], channels[(number * 7 + 3) % len(channels)]
            made = stub(asked).Decide(question(STUCK | {"account_id": f"acc-{number}"}), timeout=30)
            request = pb.GetDecisionRequest(decision_id=made.decision.decision_id)
            stored = stub(other).GetDecision(request, timeout=30)
            return bool(stored.decision.decision_id == made.decision.decision_id)

        with ThreadPoolExecutor(8) as callers:
            assert all(callers.map(found, range(100)))
        nowhere = pb.GetDecisionRequest(decision_id="d1-" + "0" * 32)
        assert refused(lambda: stub(channels[0]).GetDecision(nowhere, timeout=30)).code is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_all_processes_drains_once(folders: Folders, number: signal.Signals) -> None:
    """A terminal or a service manager signals every process: they drain, and a second signal cuts that short."""
    with served(folders, drain_seconds=600) as service:
        with connected(service) as channels:
            on_every(channels, lambda channel: stub(channel).Decide(question(), timeout=30))
            os.killpg(service.process.pid, number)
            wait_for(lambda: len(service.named("worker_draining")) == 2)
            answers = on_every(channels, lambda channel: stub(channel).Decide(question(), timeout=30))
            assert len(answers) == len(channels)
            assert service.named("worker_stopped") == []
        os.killpg(service.process.pid, number)
        assert service.process.wait(_PATIENCE_SECONDS) == 0
        wait_for(lambda: len(service.named("worker_stopped")) == 2)


def test_workers_end_with_their_supervisor(service: Service) -> None:
    """A supervisor that is killed leaves no worker behind: nobody would restart or stop it."""
    pids = service.workers().values()
    service.process.kill()
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))
    assert len(pids) == 2


@pytest.mark.parametrize(
    ("spoil", "code", "told"),
    [
        ({"host": "0.0.0.0"}, 1, "--insecure"),  # noqa: S104  the claim
        ({"rules": "/nowhere"}, 1, "nowhere"),
        ({"store": "sqlite:////nowhere/nextplay.db"}, 1, "nextplay.db"),
        ({"port": "{port}"}, 1, "cannot be listened on"),
        ({"port": "{port}", "workers": 1}, 1, "cannot be listened on"),
        ({"workers": 0}, 2, "NEXTPLAY_WORKERS"),
    ],
)
def test_a_wrong_start_is_told_once(
    folders: Folders, running_pair: Service, spoil: dict[str, object], code: int, told: str
) -> None:
    """What is wrong ends the start with one sentence and the exit code of a single process."""
    filled = {name: str(value).format(port=running_pair.port) for name, value in spoil.items()}
    command = [sys.executable, "-m", "nextplay.cli", "serve"]
    names = environment(folders, **filled)
    result = subprocess.run(command, env=names, capture_output=True, text=True, check=False, timeout=60, cwd="/")
    sentences = [line for line in result.stderr.splitlines() if not line.startswith("{")]
    assert (result.returncode, len(sentences), told in result.stderr) == (code, 1, True), result.stderr


@pytest.fixture(scope="module")
def running_pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Run two workers for tests that change nothing about them."""
    with served(copied_folders(tmp_path_factory.mktemp("pair"))) as service:
        yield service
