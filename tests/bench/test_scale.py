"""What large books take: computed from what an account costs, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

from bench.bulk import Run
from bench.scale import PAGE, cost, kept, table

RUNS = [Run(10, "durable", 1.0, 2.0, 90.0), Run(1000, "python", 1.0, 0.36, 300.0), Run(1000, "python", 1.0, 0.4, 200.0)]


def test_the_largest_book_counts() -> None:
    """The median of the largest book is what an account costs: small books are mostly the start."""
    assert cost(RUNS) == (380.0, 300.0)


def test_hours_follow_from_the_cost() -> None:
    """360 microseconds make an hour of one core for ten million accounts."""
    lines = [line for line in table(360.0, 300.0).splitlines() if line.startswith("| 10 M")]
    assert lines == ["| 10 M | 1.0 | 30 min | 1 min | 1 |"]


def test_the_page_holds_the_table_of_the_figures() -> None:
    """What the page says is what the figures that were measured amount to."""
    runs = kept()
    assert runs == [] or table(*cost(runs)) in PAGE.read_text("utf-8")


def test_no_figures_no_runs(tmp_path: Path) -> None:
    """Where nothing about bulk was measured yet, nothing is made up."""
    (tmp_path / "performance.json").write_text(json.dumps({"sections": {}}))
    assert kept(tmp_path / "performance.json") == []
