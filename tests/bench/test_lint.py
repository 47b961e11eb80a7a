"""The benchmark of the linter invents sound rulebooks and prints a row for each size."""

from __future__ import annotations

from bench.lint import invented, measured, report


def test_each_size_is_measured() -> None:
    """Rulebooks of any size have no faults and give findings; the same size is the same rulebook."""
    assert invented(60) == invented(60)
    found = measured([60, 120])
    assert [row["rules"] for row in found] == [60, 120]
    assert all(row["findings"] > 0 and row["cpu_seconds"] > 0 for row in found)
    assert len(report(found).splitlines()) == 3
