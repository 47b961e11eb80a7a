"""Processes that work beside this one: what they return, raise and leave behind, with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from nextplay.errors import EngineFault, NextplayError, RulebookInvalid, WorkerDied
from nextplay.processes import Hand, all_cores

HERE = Path(__file__).parent


class Panic(BaseException):
    """What extensions in Rust raise: no `Exception`."""


@dataclass(frozen=True)
class Clerk:
    """Does what a task says."""

    ready: str = "yes"

    def work(self, task: str) -> tuple[str, int, set[int]]:
        """Answer, fail, hang or die."""
        if task == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if task == "hang":
            threading.Event().wait()
        if task == "disk":
            raise OSError(28, "No space left on device")
        if task == "ours":
            raise NextplayError("told as it is")
        if task == "bug":
            raise ValueError("Acme Ltd")
        if task == "panic":
            raise Panic("Acme Ltd")
        return task, os.getpid(), os.sched_getaffinity(0)

    def close(self) -> None:
        """Hold nothing."""


def refusing() -> Clerk:
    """Be unable to work."""
    raise RulebookInvalid([])


def unheard_of() -> Clerk:
    """Fail as nobody expects."""
    raise KeyError("Acme Ltd")


@contextmanager
def hired(hire: Callable[[], Clerk] = Clerk, core: int | None = None) -> Iterator[Hand[str, tuple[str, int, set[int]]]]:
    """Hire for a while."""
    with closing(Hand(hire, remedy="hire another", core=core)) as hand:
        yield hand


def test_a_process_of_its_own_does_one_task_after_the_other() -> None:
    """The same other process answers each, and is gone afterwards."""
    with hired(partial(Clerk, "yes")) as hand:
        first, second = hand.ask("one"), hand.ask("two")
        assert (first[0], second[0]) == ("one", "two")
        assert first[1] == second[1] == hand.process.pid != os.getpid()
    assert hand.process.exitcode is not None


def test_a_process_is_held_on_the_core_it_was_given() -> None:
    """Its threads stay there; without a core it may use what this process may."""
    core = max(os.sched_getaffinity(0))
    with hired(core=core) as held, hired() as free:
        assert held.ask("where")[2] == {core}
        assert free.ask("where")[2] == os.sched_getaffinity(0)
        assert all_cores() == len(os.sched_getaffinity(0))


def test_what_a_worker_raises_is_raised_here_and_it_goes_on() -> None:
    """Errors of ours and of the system come as they are; others without their words, which may be a customer's."""
    with hired() as hand:
        with pytest.raises(NextplayError, match=r"^told as it is$"):
            hand.ask("ours")
        with pytest.raises(OSError, match="No space left") as full:
            hand.ask("disk")
        with pytest.raises(EngineFault, match=r"^a worker process could not do its work \(ValueError\)$"):
            hand.ask("bug")
        with pytest.raises(EngineFault, match=r"^a worker process could not do its work \(Panic\)$"):
            hand.ask("panic")
        assert full.value.errno == 28
        assert hand.ask("again")[0] == "again"


@pytest.mark.parametrize(("hire", "raised"), [(refusing, RulebookInvalid), (unheard_of, EngineFault)])
def test_who_cannot_be_hired_says_why(hire: Callable[[], Clerk], raised: type[Exception]) -> None:
    """With the first task, and ends then."""
    with hired(hire) as hand:
        with pytest.raises(raised) as told:
            hand.ask("one")
        assert "Acme" not in str(told.value)
        with pytest.raises(WorkerDied):
            hand.ask("two")


def test_who_dies_is_told_with_the_remedy_and_takes_nobody_along() -> None:
    """Killed while it works, by whomever; a task that comes too late is told the same way."""
    with hired() as one, hired() as other:
        with pytest.raises(WorkerDied, match=r"^a worker process died, perhaps for want of memory; hire another$"):
            one.ask("die")
        with pytest.raises(WorkerDied):
            one.ask("anything" * 100_000)
        assert other.ask("still there")[0] == "still there"


def test_stopping_a_process_frees_whoever_waits_for_it() -> None:
    """A thread that waits for an answer hears that none comes."""
    heard: list[Exception] = []

    def wait_for_ever(hand: Hand[str, tuple[str, int, set[int]]]) -> None:
        try:
            hand.ask("hang")
        except WorkerDied as died:
            heard.append(died)

    with hired() as hand:
        hand.ask("up")
        waiting = threading.Thread(target=wait_for_ever, args=(hand,))
        waiting.start()
        hand.stop()
        waiting.join(30)
    assert len(heard) == 1


def test_workers_end_with_the_process_that_hired_them() -> None:
    """Killed, it can tell nobody; they notice. What they hold must not stay in memory."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_processes import Clerk\n"
        "from nextplay.processes import Hand\n"
        "if __name__ == '__main__':\n"
        "    hand = Hand(Clerk, remedy='')\n"
        "    hand.ask('up')\n"
        "    hand.give('hang')\n"
        "    print(hand.process.pid, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(HERE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as hiring:
        assert hiring.stdout is not None
        worker = int(hiring.stdout.readline())
        assert _runs(worker)
        hiring.kill()
    until = time.monotonic() + 30
    while _runs(worker) and time.monotonic() < until:
        time.sleep(0.02)
    assert not _runs(worker)


def _runs(process: int) -> bool:
    """Tell whether a process is there and no mere entry that nobody has collected yet."""
    try:
        return Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
