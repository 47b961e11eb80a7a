"""Claims about the writer of the decision log: groups, order of answer and commit, overflow, failures, and the end."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from tests.store.told import T0, a_decision

from nextplay.errors import StoreUnavailable
from nextplay.service.clock import utc_now
from nextplay.service.memory import Memory
from nextplay.service.recorder import MOST_IN_GROUP, LogState, Recorder
from nextplay.service.telemetry import Journal, json_lines
from nextplay.store import Store
from nextplay.store.records import LoggedDecision

Log = Callable[[Sequence[LoggedDecision]], int]


class Gated(Store):
    """A real store whose log can be held up, or be made to fail before or after it wrote."""

    def prepare(self) -> None:
        """Let everything through."""
        self.open_gate = threading.Event()
        self.open_gate.set()
        self.entered = threading.Event()
        self.groups: list[int] = []
        self.fail_before: Callable[[Sequence[LoggedDecision]], bool] = lambda _group: False
        self.fail_after = False

    def log(self, decisions: Sequence[LoggedDecision]) -> int:
        """Write, once the gate is open."""
        self.entered.set()
        assert self.open_gate.wait(30)
        if self.fail_before(decisions):
            raise StoreUnavailable("the store cannot be written")
        left_out = super().log(decisions)
        self.groups.append(len(decisions))
        if self.fail_after:
            raise StoreUnavailable("the connection broke while it committed")
        return left_out


class Bench:
    """A recorder over a gated store, and what it logs."""

    def __init__(self, path: Path, **settings: object) -> None:
        self.store = Gated.open(f"sqlite:///{path / 'nextplay.db'}", clock=utc_now)
        self.store.prepare()
        self.log = io.BytesIO()
        journal = Journal(json_lines(self.log))
        self.memory = Memory(lambda: self.store, journal=journal, retry_seconds=0.01)
        values = {"most_waiting": 1000, "retry_seconds": 0.01} | settings
        self.recorder = Recorder(self.memory, journal=journal, **values)  # type: ignore[arg-type]
        self.threads = ThreadPoolExecutor(16)

    def keep(self, *entries: LoggedDecision) -> Future[str]:
        """Keep the entries of one call in a thread of its own."""
        return self.threads.submit(self.recorder.keep, entries)

    def stored(self) -> list[str]:
        """Return the ids in the log, sorted."""
        return sorted(one.logged.decision_id for one in self.store.logged())

    def events(self, name: str) -> list[dict[str, object]]:
        """Return the journal's lines of one kind."""
        return [line for line in map(orjson.loads, self.log.getvalue().splitlines()) if line["event"] == name]


@contextmanager
def bench(path: Path, **settings: object) -> Iterator[Bench]:
    """Run a recorder, and stop it at the end."""
    made = Bench(path, **settings)
    made.recorder.start()
    try:
        yield made
    finally:
        made.store.open_gate.set()
        made.recorder.stop(1)
        made.threads.shutdown()
        made.memory.close()


def entry(number: int) -> LoggedDecision:
    """Return an entry of its own."""
    return a_decision(
        account_id=f"acc-{number % 7}", decision_id=f"d1-{number:04}", at=T0 + timedelta(microseconds=number)
    )


def ids(*numbers: int) -> list[str]:
    """Return the ids of entries, sorted."""
    return [f"d1-{number:04}" for number in sorted(numbers)]


def waiting_for(bench: Bench, count: int) -> None:
    """Wait until so many decisions wait, or are being written."""
    pause = threading.Event()
    while bench.recorder.state.waiting < count:
        pause.wait(0.001)


def test_kept_means_stored(tmp_path: Path) -> None:
    """Before the answer: when `keep` returns, the entries of the call are in the log."""
    with bench(tmp_path) as run:
        for number in range(3):
            assert run.recorder.keep([entry(2 * number), entry(2 * number + 1)]) == "kept"
            assert run.stored() == ids(*range(2 * number + 2))
        assert run.recorder.state == LogState(written=6)


def test_after_the_answer_nothing_is_waited_for(tmp_path: Path) -> None:
    """After the answer: `keep` returns while the store is held up, and `flush` returns when all is written."""
    with bench(tmp_path, before_answer=False) as run:
        run.store.open_gate.clear()
        assert {run.recorder.keep([entry(number)]) for number in range(5)} == {"queued"}
        assert run.stored() == []
        run.store.open_gate.set()
        run.recorder.flush()
        assert run.stored() == ids(*range(5))


def test_what_waits_is_written_together(tmp_path: Path) -> None:
    """Calls that come while a commit runs share the next one; no call is torn apart or waits for a third."""
    with bench(tmp_path) as run:
        run.store.open_gate.clear()
        first = run.keep(entry(0))
        assert run.store.entered.wait(30)
        others = [run.keep(entry(2 * number), entry(2 * number + 1)) for number in range(1, 13)]
        waiting_for(run, 25)
        run.store.open_gate.set()
        assert {one.result(30) for one in [first, *others]} == {"kept"}
        assert run.store.groups == [1, 24]


def test_groups_are_bounded(tmp_path: Path) -> None:
    """A long queue is written in groups of bounded size, in the order in which it came."""
    with bench(tmp_path, before_answer=False, most_waiting=5000) as run:
        run.store.open_gate.clear()
        run.recorder.keep([entry(0)])
        assert run.store.entered.wait(30)
        for number in range(1, 601):
            run.recorder.keep([entry(number)])
        run.store.open_gate.set()
        run.recorder.flush()
        assert run.store.groups == [1, MOST_IN_GROUP, MOST_IN_GROUP, 600 - 2 * MOST_IN_GROUP]
        assert [one.logged.decision_id for one in run.store.logged()] == ids(*range(601))


@pytest.mark.parametrize("refuse", [False, True])
def test_overflow_is_counted_and_told(tmp_path: Path, refuse: bool) -> None:  # noqa: FBT001  a parameter of the test
    """What finds no place in the queue is lost, counted and told, or fails the call where that is set."""
    with bench(tmp_path, before_answer=False, most_waiting=3, refuse=refuse) as run:
        run.store.open_gate.clear()
        for number in range(3):
            assert run.recorder.keep([entry(number)]) == "queued"
        if refuse:
            with pytest.raises(StoreUnavailable, match="no room"):
                run.recorder.keep([entry(3)])
        else:
            assert run.recorder.keep([entry(3)]) == "lost"
        run.store.open_gate.set()
        run.recorder.flush()
        assert run.stored() == ids(0, 1, 2)
        assert run.recorder.state == LogState(written=3, lost=1)
    assert [line["count"] for line in run.events("decisions_lost")] == [1]


def test_a_short_outage_loses_nothing(tmp_path: Path) -> None:
    """While the log fails calls are answered at once, their entries wait, and all are written when it can be again."""
    with bench(tmp_path) as run:
        run.store.fail_before = lambda _group: True
        assert {run.recorder.keep([entry(number)]) for number in range(20)} == {"queued"}
        assert [failure.way for failure in run.memory.failures] == ["writing"]
        assert run.stored() == []
        run.store.fail_before = lambda _group: False
        wait_until(lambda: run.recorder.state.written == 20)
        assert run.recorder.keep([entry(20)]) == "kept"
        assert run.stored() == ids(*range(21))
        assert run.memory.failures == ()
    assert [line["reason"] for line in run.events("memory_failed")] == ["the store cannot be written"]
    assert len(run.events("memory_recovered")) == 1


def test_a_failing_log_refuses_where_that_is_set(tmp_path: Path) -> None:
    """Set to refuse, a call whose entry cannot be written fails, and the entry is not written later."""
    with bench(tmp_path, refuse=True) as run:
        run.store.fail_before = lambda _group: True
        for number in range(3):
            with pytest.raises(StoreUnavailable, match="cannot be written"):
                run.recorder.keep([entry(number)])
        run.store.fail_before = lambda _group: False
        wait_until(lambda: run.keep(entry(3)).exception() is None)
        assert run.stored() == ids(3)
        assert run.recorder.state.lost == 0


def test_a_commit_that_only_seemed_to_fail_is_not_repeated(tmp_path: Path) -> None:
    """A connection that broke after the commit leaves one row for each call, also where the questions are equal."""
    same = replace(entry(1), decided_at=T0 + timedelta(seconds=1))
    with bench(tmp_path) as run:
        run.store.open_gate.clear()
        run.store.fail_after = True
        calls = [run.keep(entry(1), entry(2)), run.keep(same)]
        waiting_for(run, 3)
        run.store.open_gate.set()
        assert {call.result(30) for call in calls} == {"queued"}
        run.store.fail_after = False
        run.recorder.flush()
        wait_until(lambda: run.recorder.state.waiting == 0)
        assert run.stored() == ids(1, 1, 2)


def test_one_entry_that_cannot_be_written_holds_nobody_up(tmp_path: Path) -> None:
    """An entry that the database refuses for ever is given up, counted and told; all others are written."""
    with bench(tmp_path) as run:
        run.store.fail_before = lambda group: any(one.decision_id == "d1-0005" for one in group)
        asked = list[int]()
        while not run.recorder.state.lost:
            asked.append(len(asked))
            run.recorder.keep([entry(asked[-1])])
            wait_until(lambda: run.recorder.state.waiting <= 1)  # itself alone
        wait_until(lambda: run.recorder.state.waiting == 0)
        assert run.stored() == ids(*(number for number in asked if number != 5))
    assert [line["count"] for line in run.events("decisions_lost")] == [1]


def test_a_fault_of_ours_does_not_end_the_writer(tmp_path: Path) -> None:
    """Whatever a group does to the writer is logged under an incident, and the next one is written."""
    with bench(tmp_path, refuse=True) as run:

        def broken(_group: Sequence[LoggedDecision]) -> bool:
            raise ZeroDivisionError

        run.store.fail_before = broken
        with pytest.raises(StoreUnavailable, match="an error of this server"):
            run.recorder.keep([entry(0)])
        run.store.fail_before = lambda _group: False
        assert run.keep(entry(1)).result(30) == "kept"
    assert len(run.events("failed")) == 1


def test_the_end_writes_what_waits(tmp_path: Path) -> None:
    """Stopping writes the whole queue first; afterwards nothing is taken any more."""
    made = Bench(tmp_path, before_answer=False)
    made.recorder.start()
    for number in range(700):
        assert made.recorder.keep([entry(number)]) == "queued"
    made.recorder.stop(60)
    assert made.stored() == ids(*range(700))
    assert made.recorder.keep([entry(700)]) == "lost"
    made.memory.close()


def test_the_end_waits_only_so_long_for_a_store_that_fails(tmp_path: Path) -> None:
    """Where the store fails for good, stopping gives up in time and tells how many decisions are lost."""
    made = Bench(tmp_path, before_answer=False)
    made.store.fail_before = lambda _group: True
    made.recorder.start()
    for number in range(5):
        made.recorder.keep([entry(number)])
    made.recorder.flush()
    made.recorder.stop(0.05)
    assert made.recorder.state == LogState(lost=5)
    assert [line["count"] for line in made.events("decisions_lost")] == [5]
    made.memory.close()


def test_parallel_calls_each_have_their_row(tmp_path: Path) -> None:
    """Forty-eight calls from sixteen threads: each is kept, each has one row, and groups are shared."""
    with bench(tmp_path) as run:
        calls = [run.keep(entry(number)) for number in range(48)]
        assert {call.result(60) for call in calls} == {"kept"}
        assert run.stored() == ids(*range(48))
        assert sum(run.store.groups) == 48


def wait_until(holds: Callable[[], bool]) -> None:
    """Ask until something holds."""
    pause = threading.Event()
    for _ in range(6000):
        if holds():
            return
        pause.wait(0.005)
    pytest.fail("it does not come about")
