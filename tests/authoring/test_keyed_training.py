"""Training reads further files as `snapshots from-csv` does: each row of the data knows only its own day."""

from __future__ import annotations

from pathlib import Path

import pytest

from nextplay.authoring.outcome_rows import outcome_rows
from nextplay.authoring.train_config import mapping_of, read_train_config
from nextplay.errors import InputInvalid
from nextplay.facts import Vocabulary

TRAIN = """
version = "v-1"
mapping = "mapping.yaml"
horizon_days = 90
{more}
[label]
column = "Left"
left = ["yes"]
"""
MAPPING = """
account_id: Id
as_of: Day
fields: {contract.seats: Seats}
files:
  cases:
    path: elsewhere.csv
    account_id: Account
    rows: tickets
    complete: true
    fields: {ticket_id: Case, opened_at: Opened, resolved_at: Closed}
"""


@pytest.fixture(name="folder")
def folder_of_exports(tmp_path: Path) -> Path:
    """Write a labelled export at two dates, and its tickets."""
    (tmp_path / "book.csv").write_text("Id,Day,Seats,Left\na,2026-01-01,5,no\na,2026-04-01,5,yes\n", encoding="utf-8")
    cases = "Account,Case,Opened,Closed\na,1,2025-12-20,2026-02-01\na,2,2026-03-20,\n"
    (tmp_path / "cases.csv").write_text(cases, encoding="utf-8")
    (tmp_path / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "train.toml").write_text(TRAIN.format(more='files = {cases = "cases.csv"}'), encoding="utf-8")
    return tmp_path


def test_each_row_knows_the_tickets_of_its_own_day(folder: Path) -> None:
    """On the first day one ticket is open, whose end came later; on the second another one."""
    config = read_train_config(folder / "train.toml")
    plan = Vocabulary.of().plan(["support.open_tickets", "support.tickets_90d"])
    rows = list(outcome_rows(folder / "book.csv", config, mapping_of(folder / "train.toml", config), None))
    snapshots = [row.snapshot for row in rows if row.snapshot is not None]
    tickets = [[ticket.ticket_id for ticket in snapshot.tickets or ()] for snapshot in snapshots]
    assert tickets == [["1"], ["1", "2"]]
    assert [plan.read(snapshot).value("support.tickets_90d") for snapshot in snapshots] == [1, 1]
    assert [row.left for row in rows] == [False, True]


def test_a_file_that_the_mapping_does_not_have_is_named(folder: Path) -> None:
    """A wrong name under `files` is told before anything is read."""
    (folder / "train.toml").write_text(TRAIN.format(more='files = {case = "cases.csv"}'), encoding="utf-8")
    with pytest.raises(InputInvalid, match=r"files\.case: is no file of the mapping"):
        mapping_of(folder / "train.toml", read_train_config(folder / "train.toml"))


def test_rows_without_a_date_are_refused(folder: Path) -> None:
    """A file that is as of the export may know what came after the day of a row: training does not take it."""
    text = MAPPING.replace("opened_at: Opened, resolved_at: Closed", "priority: Opened")
    (folder / "mapping.yaml").write_text(text.replace("complete: true", "as_exported: true"), encoding="utf-8")
    config = read_train_config(folder / "train.toml")
    with pytest.raises(InputInvalid, match=r"files\.cases: has rows without a date"):
        list(outcome_rows(folder / "book.csv", config, mapping_of(folder / "train.toml", config), None))
