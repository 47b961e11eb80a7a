"""How good churn models trained by our recipe are on public data, beside the plain things one would do without it.

    python -m bench.model [--data FOLDER] [--sets telco crm5 ...] [--write docs] [--json]

Each file is split twice: by chance, whole accounts together, five times; and by time, with a gap of the horizon, where
it has dates. Inside each split the whole recipe runs anew: guards, rounds, calibrator. With --write the figures go to
model.json and model.md in a folder. Files that are not there are skipped, and that is said.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bench.model_goals import goals
from bench.model_page import page, report
from bench.model_runs import FOLDS, Judged, Run, judged, served, summary
from bench.model_sets import FOLDER, SETS, DataSet
from nextplay.churn.training.fit import library_versions

_CORES: Final = 2


def measured_sets(sets: Iterable[DataSet], folder: Path) -> dict[str, Any]:
    """Run every split of every set on two processes, and put the figures together by set."""
    chosen = list(sets)
    runs = [run for data in chosen for run in _runs(data, folder)]
    with ProcessPoolExecutor(_CORES) as pool:
        parts: dict[tuple[str, str], list[Judged]] = {}
        for done, part in enumerate(pool.map(judged, runs), start=1):
            parts.setdefault((part.run.data.name, part.run.split), []).append(part)
            _say(f"{done} of {len(runs)}: {part.run.data.name}, {part.run.split}, {part.seconds:.0f} s")
        summaries = dict(zip(parts, pool.map(summary, parts.values()), strict=True))
        serving = list(pool.map(served, [Run(data, folder, "whole") for data in chosen]))
        return {
            data.name: {
                "about": data.kind,
                "file": data.file,
                "grouped": summaries[data.name, "grouped"],
                "later": summaries.get((data.name, "later")),
                "served": serving[place],
            }
            for place, data in enumerate(chosen)
        }


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=FOLDER, help="folder of the public files")
    parser.add_argument("--sets", nargs="*", default=[data.name for data in SETS], help="only these")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write model.json and model.md there")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    asked = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"  # two processes use two cores already
    begin = time.perf_counter()
    wanted = [data for data in SETS if data.name in asked.sets]
    present = [data for data in wanted if (asked.data / data.file).is_file()]
    for data in wanted:
        if data not in present:
            _say(f"{data.name} is skipped: {data.file} is not in {asked.data.name}; its origin stands in docs/model.md")
    if not present:
        return
    found = document(measured_sets(present, asked.data), seconds=time.perf_counter() - begin)
    sys.stdout.write(json.dumps(found, indent=1) + "\n" if asked.json else report(found) + "\n")
    if asked.write:
        (asked.write / "model.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        (asked.write / "model.md").write_text(page(found), encoding="utf-8")


def document(sets: dict[str, Any], *, seconds: float) -> dict[str, Any]:
    """Add to the figures where, when and with what they were found, and which goals they meet."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {_CORES} processes on {os.cpu_count()} shared cores",
        "versions": {"python": platform.python_version()} | library_versions(),
        "seconds": round(seconds),
        "sets": sets,
        "goals": goals(sets),
    }


def _runs(data: DataSet, folder: Path) -> list[Run]:
    later = [Run(data, folder, "later")] if data.as_of else []
    return [Run(data, folder, "grouped", fold) for fold in range(FOLDS)] + later


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    main()
