"""The benchmark runs every station of the corridor on its real input."""

from __future__ import annotations

import json

import pytest
from bench.stages import STATIONS, clocked, report, summary
from tests.cli.console import ROOT, RULEBOOK

from nextplay.release import load_release


def test_the_stations_add_up_to_the_whole() -> None:
    """Each station is timed where it stands in a decision, and together they are the decision."""
    release = load_release(RULEBOOK, ROOT / "models", inference="python")
    document = json.loads((ROOT / "examples" / "snapshots" / "slow_answers.json").read_text(encoding="utf-8"))
    [times] = clocked(release, [document], repeats=2)
    release.close()
    assert set(times) == {*STATIONS, "decide", "yardstick"}
    assert all(len(clockings) == 2 and min(clockings) > 0 for clockings in times.values())
    inside = STATIONS[STATIONS.index("facts") : STATIONS.index("wire out")]
    assert sum(times[name][0] for name in inside) == pytest.approx(times["decide"][0])
    text = report(summary([times]))
    assert all(station in text for station in STATIONS)
