"""Generated rulebooks are sound, and every size is measured in a process of its own."""

from __future__ import annotations

import pytest
from bench.rule_load import FACTS, rulebook_files
from bench.sizes import ENGINES, measured, section

from nextplay.rules.compile import compile_rulebook


@pytest.mark.parametrize("count", [8, 100, 1000])
def test_a_generated_rulebook_is_one_that_people_could_have_written(count: int) -> None:
    """It has as many rules as were asked for, every one of them used, without a fault or a warning."""
    compiled = compile_rulebook(rulebook_files(count))
    book = compiled.rulebook
    assert len(book.signals) + len(book.gaps) + len(book.plays) == count
    assert compiled.warnings == ()
    assert [spec.name for spec in book.attributes] == list(FACTS)


def test_a_size_is_measured_with_both_engines() -> None:
    """A fresh process tells how long it took to start and to load anew, what it held, and what a decision took."""
    found = measured([40], rounds=1)
    assert [*found] == [(40, engine) for engine in ENGINES]
    for (one,) in found.values():
        assert all(figure > 0 for figure in one)
        assert one.start_seconds > one.again_seconds
        assert one.both >= one.memory > 1
    shown = section(found, rounds=1)
    assert [row[:2] for row in shown.table] == [("40", engine) for engine in ENGINES]
    assert all(len(row) == len(shown.header) for row in shown.table)
