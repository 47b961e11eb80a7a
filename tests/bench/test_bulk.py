"""A book in bulk is measured as people run it, and the page says what was reached."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from bench.bulk import ENGINES, Run, by_rules, ran, section, write_book

from nextplay.authoring.sample_book import sample_book


def test_a_book_is_measured(tmp_path: Path) -> None:
    """Accounts that are repeated have ids of their own, and one run tells time, processor time and memory."""
    accounts = [dict(entry.snapshot) for entry in sample_book(seed=1, accounts=8)]
    book = write_book(tmp_path / "book.parquet", accounts, rows=20)
    assert pl.read_parquet(book)["account_id"].n_unique() == 20
    found = ran(book, 20, engine="python")
    assert found[:2] == (20, "python")
    assert min(found[2:]) > 0


def test_the_page_says_what_was_reached() -> None:
    """A million accounts are held to the goals; a goal that was missed says why."""
    runs = [Run(10_000, engine, 10.0, 19.0, 500.0) for engine in ENGINES] + [
        Run(1_000_000, "python", 400.0, 790.0, 900.0)
    ]
    shown = section(runs, {(100, "python"): [70.0, 60.0, 65.0]}, rounds=1)
    assert shown.table[0] == ("10,000", "durable", "10.0 s", "1,000", "500 MiB", "1,900 µs")
    assert shown.table[-1][-1] == "65 µs"
    assert all(len(row) == len(shown.header) for row in shown.table)
    assert [goal.met for goal in shown.goals] == [False, True]
    assert [bool(goal.why) for goal in shown.goals] == [True, False]


def test_an_account_is_measured_by_the_number_of_rules() -> None:
    """Each size has a time for each engine and round."""
    found = by_rules([40], rounds=2)
    assert [*found] == [(40, engine) for engine in ENGINES]
    assert all(len(times) == 2 and min(times) > 0 for times in found.values())
