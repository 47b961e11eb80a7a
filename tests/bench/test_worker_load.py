"""Claims about how the worth of a second worker is judged."""

from __future__ import annotations

import os
import shutil

import pytest
from bench.ceiling import Run
from bench.worker_load import Machine, measure, section
from tests.cli.console import RULEBOOK

needs_h2load = pytest.mark.skipif(
    shutil.which("h2load") is None and os.environ.get("CI") != "true",
    reason="h2load is not here; scripts/prepare_ci.sh installs it",
)


def run(per_second: float, cpu: float) -> Run:
    """Return a run of that pace."""
    return Run(per_second, 1, 2, 3, cpu)


@pytest.mark.parametrize(
    ("pace", "cores", "met"), [(180.0, 4, True), (180.0, 2, True), (150.0, 4, False), (150.0, 2, None)]
)
def test_the_gain_is_judged_where_cores_allow(pace: float, cores: int, met: bool | None) -> None:  # noqa: FBT001  a case
    """A gain that is reached counts anywhere; one that is missed counts only where the load has a core of its own."""
    found = section({1: [run(100, 900)], 2: [run(pace, 950)]}, Machine(cores, 0.1), rounds=1, seconds=1)
    (goal,) = found.goals
    assert goal.met is met
    assert goal.reached == f"{pace / 100:.2f} x"
    assert ("950 µs" in goal.why) is (met is not True)
    assert [row[0] for row in found.table] == ["1", "2"]
    assert found.table[0][-1] == "0.09", "100 calls a second of 900 µs each"


@needs_h2load
def test_one_worker_and_two_are_loaded() -> None:
    """A short run drives both services and tells the processor time of all their processes."""
    found = measure(quick=True, rules=RULEBOOK)
    assert [row[0] for row in found.table] == ["1", "2"]
    assert all(runs[0]["cpu"] > 0 for runs in found.figures["runs"].values())
