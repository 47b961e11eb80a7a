"""What large books take, computed from what one account costs.

    python -m bench.scale [--measure] [--write]

The processor time of an account in bulk, with all that is around it, is taken from docs/performance.json; `--measure`
decides 10,000 accounts on this machine instead. `--write` puts the table into docs/scale.md.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.bulk import Run, books

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "scale.md"
FIGURES: Final = ROOT / "docs" / "performance.json"
BOOKS: Final = {"10 M": 10_000_000, "100 M": 100_000_000, "1 B": 1_000_000_000}
_BEGIN: Final = "<!-- scale:begin -->\n"
_END: Final = "<!-- scale:end -->"
_MEASURED: Final = 10_000
_SECONDS: Final = 3600
_FEW_HOURS: Final = 2


def table(microseconds: float, mebibytes: float) -> str:
    """Return the table, as Markdown, for so much processor time an account and so much memory of a run."""
    lines = [
        f"One account takes {microseconds:,.0f} µs of processor time; the run held at most {mebibytes:,.0f} MiB.",
        "",
        "| accounts | core hours | on 2 cores | on 64 cores | cores for one hour |",
        "|---|---|---|---|---|",
    ]
    for name, accounts in BOOKS.items():
        hours = accounts * microseconds / 1e6 / _SECONDS
        cores = math.ceil(hours)
        lines.append(f"| {name} | {hours:,.1f} | {_length(hours / 2)} | {_length(hours / 64)} | {cores:,} |")
    return "\n".join([*lines, ""])


def _length(hours: float) -> str:
    return f"{hours * 60:,.0f} min" if hours < _FEW_HOURS else f"{hours:,.1f} h"


def cost(runs: list[Run]) -> tuple[float, float]:
    """Return the processor time of an account (microseconds) and the most memory held (MiB), of the largest book."""
    largest = [run for run in runs if run.rows == max(run.rows for run in runs)]
    each = median(run.processor_seconds / run.rows * 1e6 for run in largest)
    return each, max(run.memory for run in largest)


def measured() -> list[Run]:
    """Decide a book here."""
    return list(books([_MEASURED], rounds=1))


def kept(figures: Path = FIGURES) -> list[Run]:
    """Return the runs of the page about performance; none where it has no section about bulk."""
    found: dict[str, Any] = json.loads(figures.read_text("utf-8")) if figures.exists() else {}
    sections = found.get("sections", {})
    bulk = sections.get("bulk", {}) if isinstance(sections, dict) else {}
    return [Run(**run) for run in bulk.get("figures", {}).get("runs", [])]


def main() -> None:
    """Print the table, or write it into the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    runs = measured() if asked.measure else kept() or measured()
    text = table(*cost(runs))
    if asked.write:
        page = PAGE.read_text("utf-8")
        before, rest = page.split(_BEGIN, 1)
        PAGE.write_text(f"{before}{_BEGIN}{text}{_END}{rest.split(_END, 1)[1]}", "utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
