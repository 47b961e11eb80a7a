"""The page about trained models says what was measured, and a missing file is skipped with a word."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from bench.model_goals import goals
from bench.model_page import page, report
from bench.model_runs import MODELS, Run, judged, summary
from bench.model_sets import FOLDER, SETS
from tests.cli.console import ROOT

FOUND = json.loads((ROOT / "docs" / "model.json").read_text(encoding="utf-8"))


def test_the_page_is_what_was_measured() -> None:
    """docs/model.md is made of docs/model.json, and every promise is judged by its figures."""
    assert (ROOT / "docs" / "model.md").read_text(encoding="utf-8") == page(FOUND)
    assert FOUND["goals"] == goals(FOUND["sets"])
    assert [goal["goal"] for goal in FOUND["goals"] if not goal["kept"]] == []
    assert set(FOUND["sets"]) == {data.name for data in SETS}
    assert all(name in report(FOUND) for name in (*FOUND["sets"], *MODELS))


def test_a_promise_that_is_broken_is_said() -> None:
    """A figure on the wrong side of its limit is not kept, and stands out on the page."""
    spoiled = json.loads(json.dumps(FOUND))
    spoiled["sets"]["telco"]["served"]["score_microseconds"] = 15.1
    [missed] = [goal for goal in goals(spoiled["sets"]) if not goal["kept"]]
    assert missed["goal"] == "telco: µs for a score with drivers"
    assert "**missed**" in page(spoiled | {"goals": goals(spoiled["sets"])})


def test_missing_files_are_skipped_with_a_word(tmp_path: Path) -> None:
    """Where no file is there, each is named, nothing is written, and the command ends well."""
    command = [sys.executable, "-m", "bench.model", "--data", str(tmp_path), "--write", str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert [line.partition(" is skipped")[0] for line in ended.stderr.splitlines()] == [data.name for data in SETS]
    assert not list(tmp_path.iterdir())


def test_a_split_judges_every_model_on_the_same_rows() -> None:
    """Whatever runs, the rows that judge are those of the split, and their measures are summed up by model."""
    data = next(data for data in SETS if data.name == "SaaS")
    if not (FOLDER / data.file).is_file():
        pytest.skip("the public files are not part of this repository")
    part = judged(Run(data, FOLDER, "grouped"))
    assert {len(found) for found in part.probabilities.values()} == {np.count_nonzero(part.rows)}
    assert set(MODELS) < set(summary([part])["models"])
