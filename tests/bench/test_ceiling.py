"""Claims about the ceiling and how servers are held against it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bench.bare_server import MOST_WAITING
from bench.ceiling import CEILING, ENGINES, GUARDED, Run, decision_cpu, measure, ratio
from bench.h2load import Failed, Flight
from bench.inquiries import Inquiry, inquiries, loaded, read_all
from bench.servers import cpu_seconds, logged, on_one_core
from tests.cli.console import RULEBOOK

needs_h2load = pytest.mark.skipif(
    shutil.which("h2load") is None and os.environ.get("CI") != "true",
    reason="h2load is not here; scripts/prepare_ci.sh installs it",
)


@needs_h2load
def test_every_server_is_held_against_the_ceiling() -> None:
    """A tiny run loads the ceiling and both engines at each load, and judges each engine."""
    section = measure(quick=True, rules=RULEBOOK)
    loads = list(dict.fromkeys(row[0] for row in section.table))
    assert loads[:4] == ["1", "8", "32", "128"]
    assert {row[1] for row in section.table} == {CEILING, GUARDED, *ENGINES}
    assert len(section.table) == len(loads) * 4
    assert all(len(row) == len(section.header) for row in section.table)
    assert sum("`durable`" in goal.what for goal in section.goals) == 3
    runs = section.figures["runs"]["32"]
    assert all(run["per_second"] > 0 and run["p50"] <= run["p95"] <= run["p99"] for run in runs[CEILING])


@needs_h2load
def test_a_wrong_answer_is_found(tmp_path: Path) -> None:
    """What h2load counts as a success is refused where the answer has another size, or other bytes."""
    (asked,) = inquiries(tmp_path, rules=RULEBOOK, accounts=1)
    with logged(("-m", "bench.bare_server", str(tmp_path)), tmp_path / "log") as server:
        assert loaded(server, asked, Flight(1, 2), calls=10).calls == 10
        assert cpu_seconds(server.process.pid) > 0
        read_all(server, [asked], calls=3, threads=1)
        longer = asked._replace(answer=asked.answer + b"\0")
        with pytest.raises(Failed, match="the right one has"):
            loaded(server, longer, Flight(1, 2), calls=10)
        with pytest.raises(Failed, match="answered otherwise"):
            read_all(server, [longer], calls=1, threads=1)
        unknown = Inquiry(b"", asked.answer, tmp_path / "unknown.body")
        unknown.body.write_bytes(b"\0\0\0\0\0")
        with pytest.raises(Failed):
            loaded(server, unknown, Flight(1, 2), calls=10)
    assert MOST_WAITING > 128


def test_a_process_is_held_on_one_core_and_let_go_again() -> None:
    """All of its threads are, those that it starts meanwhile too."""
    before = os.sched_getaffinity(0)
    waits = "import sys, threading; threading.Thread(target=sys.stdin.read).start(); print(flush=True)"
    with subprocess.Popen([sys.executable, "-c", waits], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        tasks = [int(task.name) for task in Path(f"/proc/{process.pid}/task").iterdir()]
        assert len(tasks) == 2
        with on_one_core(process.pid):
            assert [os.sched_getaffinity(task) for task in tasks] == [{max(before)}] * 2
        assert [os.sched_getaffinity(task) for task in tasks] == [before] * 2
        process.kill()


def test_a_ratio_is_taken_within_a_round() -> None:
    """Throughput and processor time are compared round by round, so a slow round of both changes nothing."""
    ceiling = [Run(100.0, 1, 1, 1, 10.0), Run(50.0, 1, 1, 1, 20.0), Run(80.0, 1, 1, 1, 12.0)]
    half = [Run(run.per_second / 2, 2, 2, 2, run.cpu + 7) for run in ceiling]
    assert ratio({CEILING: ceiling, "half": half}, "half") == 0.5
    assert decision_cpu({CEILING: ceiling, "half": half}, "half") == 7.0
