"""The benchmark of a diff runs on the real thing and prints a row for each size."""

from __future__ import annotations

from bench.diff import measured, report
from tests.authoring.whole_books import CHANGED, MODELS, SMALL

from nextplay.authoring.difference import Comparing


def test_each_size_is_measured() -> None:
    """Every book is compared, larger ones change more accounts, and each stands in the table."""
    found = measured(Comparing(SMALL, CHANGED, MODELS), [20, 60], workers=1)
    assert [row["accounts"] for row in found] == [0, 20, 60]
    assert found[1]["changed"] < found[2]["changed"]
    assert all(row["cpu_seconds"] > 0 for row in found)
    assert len(report(found).splitlines()) == 4
