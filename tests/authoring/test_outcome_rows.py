"""Snapshots with outcomes become rows to learn from; the label never stays among the inputs."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from nextplay.authoring.labelled import LabelledRows, labelled_rows
from nextplay.authoring.train_config import TrainConfig
from nextplay.errors import InputInvalid
from nextplay.facts import Vocabulary

DAY = "2026-03-02T06:00:00Z"
BY_FILE = {"file": "truth.jsonl", "key": "outcome.left", "left": ["true"]}
IN_THE_ROW = {"column": "gone", "left": ["true"]}


def row(account: str, **keys: Any) -> dict[str, Any]:  # noqa: ANN401  keys of any kind
    """Return a snapshot."""
    return {"account_id": account, "as_of": DAY, "support": {"open_p1": len(account)}, **keys}


def line(account: str, *, left: bool | None, as_of: str = DAY) -> dict[str, Any]:
    """Return an outcome."""
    return {"account_id": account, "as_of": as_of, "outcome": {"left": left}}


def written(path: Path, *documents: object) -> Path:
    """Write JSON lines."""
    path.write_text("".join(f"{json.dumps(document)}\n" for document in documents), encoding="utf-8")
    return path


def read(data: Path, label: dict[str, Any]) -> LabelledRows:
    """Read snapshots with their labels, for one fact."""
    asked = TrainConfig.model_validate({"version": "v-1", "horizon_days": 90, "label": label})
    return labelled_rows(data, asked, None, Vocabulary.of().plan(["support.open_p1"]))


def refused(data: Path, label: dict[str, Any]) -> list[str]:
    """Return what is said of data that cannot be read."""
    with pytest.raises(InputInvalid) as refusal:
        read(data, label)
    return [str(violation) for violation in refusal.value.violations]


def test_snapshots_are_joined_with_a_file_of_outcomes(tmp_path: Path) -> None:
    """Order does not matter; a bad row, a row without outcome and an outcome without row are each counted."""
    rows = [row("a"), row("bb"), {"account_id": "c"}, row("d", support={"open_p1": -1}), row("e")]
    data = written(tmp_path / "book.jsonl", *rows)
    told = [line("z", left=True), line("bb", left=True), line("a", left=False), line("e", left=None)]
    written(tmp_path / "truth.jsonl", *told)
    found = read(data, BY_FILE)
    assert (found.values["support.open_p1"], found.left.tolist()) == ([1, 2], [False, True])
    assert (found.rows, found.without_row) == (5, 1)
    assert found.left_out == {
        "as_of: is required": 1,
        "no label": 1,
        "support.open_p1: must be at least 0": 1,
    }


def test_a_label_in_the_row_is_taken_out_of_it(tmp_path: Path) -> None:
    """The label may stand in the snapshot under a key that no snapshot has: it is no input, and no unknown key."""
    rows = [row("a", gone=True), row("b", gone=False), row("c", gone=None), row("d")]
    found = read(written(tmp_path / "book.jsonl", *rows), IN_THE_ROW)
    assert (found.left.tolist(), found.left_out) == ([True, False], {"no label": 2})


def test_gzip_and_parquet_give_the_same_rows(tmp_path: Path) -> None:
    """What a book is shows in its first bytes, for the data as for the outcomes."""
    rows = [row("a"), row("bb")]
    plain = written(tmp_path / "book.jsonl", *rows)
    truth = written(tmp_path / "truth.jsonl", line("a", left=True), line("bb", left=False))
    (tmp_path / "book.jsonl.gz").write_bytes(gzip.compress(plain.read_bytes()))
    parquet.write_table(pa.table({"snapshot": [json.dumps(one) for one in rows]}), tmp_path / "book.parquet")
    one, *others = (read(tmp_path / name, BY_FILE) for name in ("book.jsonl", "book.jsonl.gz", "book.parquet"))
    assert one.left.tolist() == [True, False]
    assert all((found.values, found.left.tolist()) == (one.values, one.left.tolist()) for found in others)
    truth.write_bytes(gzip.compress(truth.read_bytes()))
    assert read(plain, BY_FILE).left.tolist() == [True, False]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "label.file: `truth.jsonl` holds no outcome"),
        ([{"account_id": "a", "as_of": DAY}], "label.file: truth.jsonl, line 1: outcome.left: is missing; `label.key`"),
        ([{"outcome": {"left": True}, "as_of": DAY}], "line 1: account_id: is missing; an outcome is joined"),
        ([line("a", left=True, as_of="spring")], "line 1: as_of: is no instant; write it as in 2026-03-02T06:00:00Z"),
        ([line("a", left=True), line("a", left=False)], "line 2: outcome.left: differs from an earlier line"),
    ],
)
def test_outcomes_that_cannot_be_joined_are_named_by_line(tmp_path: Path, lines: list[object], message: str) -> None:
    """Each mistake in the file of outcomes has its line and key, and no customer's value."""
    data = written(tmp_path / "book.jsonl", row("a"))
    written(tmp_path / "truth.jsonl", *lines)
    [told] = refused(data, BY_FILE)
    assert message in told
    assert "spring" not in told


def test_an_export_without_its_mapping_is_no_book(tmp_path: Path) -> None:
    """Who gave a CSV and no mapping is told which key is missing."""
    (tmp_path / "book.csv").write_text("Id,Left\na,yes\n", encoding="utf-8")
    [told] = refused(tmp_path / "book.csv", IN_THE_ROW)
    assert told.startswith("mapping: is missing, and `book.csv` holds no snapshots as JSON lines")


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ({"left": ["yes"]}, "needs either a `column` of the data, or a `file` of outcomes with its `key`"),
        ({"left": ["yes"], "column": "a", "file": "b", "key": "c"}, "needs either a `column`"),
        ({"left": ["yes"], "file": "b"}, "`file` and `key` belong together"),
    ],
)
def test_a_label_stands_in_one_place(label: dict[str, Any], message: str) -> None:
    """A label in no place, in two, or in half of one is refused."""
    with pytest.raises(ValueError, match=message):
        TrainConfig.model_validate({"version": "v-1", "horizon_days": 90, "label": label})
