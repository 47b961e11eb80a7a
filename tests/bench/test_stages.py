"""The benchmark runs every station of the corridor on its real input."""

from __future__ import annotations

import json

from bench.stages import STATIONS, medians, report, summary
from tests.cli.console import ROOT, RULEBOOK

from nextplay.release import load_release


def test_every_station_is_timed() -> None:
    """One repetition gives a time for each station, and the report shows them all."""
    release = load_release(RULEBOOK, ROOT / "models", inference="python")
    document = json.loads((ROOT / "examples" / "snapshots" / "slow_answers.json").read_text(encoding="utf-8"))
    times = medians(release, [document], repeats=1)
    release.close()
    assert set(times) == {*STATIONS, "decide", "yardstick"}
    assert all(time > 0 for time in times.values())
    text = report(summary(times, 1))
    assert all(station in text for station in STATIONS)
