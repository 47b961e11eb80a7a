"""What a diff of two rulebooks costs for each account, and that the cost grows with the accounts and nothing else.

    python -m bench.diff [--accounts 1000 2000 4000] [--old rules] [--new rules] [--workers 1] [--json]

CPU time of this process and of those it starts, so that a busy machine does not count as cost; wall time beside it.
Loading the releases is told apart: it does not grow with the book.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from nextplay.authoring.book import Row
from nextplay.authoring.difference import Comparing, compare
from nextplay.authoring.sample_book import sample_book
from nextplay.rules.source import read_rulebook_folder


def measured(given: Comparing, sizes: list[int], *, workers: int | None) -> list[dict[str, Any]]:
    """Compare books of so many accounts; return for each its times in seconds. The first is of one account."""
    rows = [
        Row(number, json.dumps(entry.snapshot).encode())
        for number, entry in enumerate(sample_book(seed=7, accounts=max(sizes)), start=1)
    ]
    compare(rows[:1], given, shown=0, workers=workers)  # reading rule files is slower the first time
    found = []
    for size in (0, *sizes):
        cpu, wall = _cpu_seconds(), time.perf_counter()
        changed = len(compare(rows[: size or 1], given, shown=0, workers=workers).changes)
        cpu, wall = _cpu_seconds() - cpu, time.perf_counter() - wall
        found.append({"accounts": size, "changed": changed, "cpu_seconds": cpu, "wall_seconds": wall})
    return found


def report(found: list[dict[str, Any]]) -> str:
    """Lay the times out for reading; `ms each` leaves out what one account alone costs too."""
    empty, *sized = found
    lines = [f"{'accounts':>9}{'changed':>9}{'CPU s':>9}{'wall s':>9}{'ms each':>9}"]
    lines.append(f"{'none':>9}{'':>9}{empty['cpu_seconds']:>9.2f}{empty['wall_seconds']:>9.2f}   loading the releases")
    for row in sized:
        each = (row["cpu_seconds"] - empty["cpu_seconds"]) * 1000 / row["accounts"]
        times = f"{row['cpu_seconds']:>9.2f}{row['wall_seconds']:>9.2f}"
        lines.append(f"{row['accounts']:>9,}{row['changed']:>9,}{times}{each:>9.2f}")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--accounts", type=int, nargs="+", default=[1000, 2000, 4000])
    parser.add_argument("--old", type=Path, default=Path("rules"))
    parser.add_argument("--new", type=Path, default=Path("rules"))
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="write the times as JSON")
    asked = parser.parse_args()
    given = Comparing(read_rulebook_folder(asked.old), read_rulebook_folder(asked.new), asked.models)
    found = measured(given, sorted(asked.accounts), workers=asked.workers)
    sys.stdout.write(f"{json.dumps(found, indent=2) if asked.json else report(found)}\n")


def _cpu_seconds() -> float:
    """Return the CPU time of this process and of those it started that have ended."""
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


if __name__ == "__main__":
    main()
