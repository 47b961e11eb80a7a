"""An export with outcomes becomes a table, and nothing is left out unsaid."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from nextplay.authoring.csv_mapping import CsvMapping
from nextplay.authoring.labelled import labelled_table
from nextplay.authoring.train_config import TrainConfig
from nextplay.errors import InputInvalid
from nextplay.facts import Vocabulary

MAPPING = CsvMapping.model_validate(
    {"account_id": "Id", "as_of": "Day", "fields": {"support.open_p1": "P1", "contract.seats": "Seats"}}
)
EXPORT = """Id,Day,P1,Seats,Left
a,2026-01-01,0,5,no
a,2026-04-01,2,5,yes
b,2026-01-01,0,,no
,2026-01-01,1,7,no
c,2026-06-01,three,8,no
d,2026-01-01,1,9,
"""


def config(**keys: Any) -> TrainConfig:  # noqa: ANN401  keys of any kind
    """Return a configuration for the export."""
    given = {"version": "v-1", "mapping": "-", "horizon_days": 90, "label": {"column": "Left", "left": ["yes"]}}
    return TrainConfig.model_validate(given | keys)


def outcome(account: str, as_of: str, *, gone: bool | None) -> str:
    """Write a line of a file of outcomes."""
    return json.dumps({"account_id": account, "as_of": as_of, "came": {"gone": gone}})


@pytest.fixture(name="export")
def small_export(tmp_path: Path) -> Path:
    """Write the export."""
    path = tmp_path / "book.csv"
    path.write_text(EXPORT, encoding="utf-8")
    return path


def test_rows_become_facts_with_labels(export: Path) -> None:
    """Accounts are numbered, days counted, labels read; rows without account or label are counted by reason."""
    found = labelled_table(export, config(facts=["support.open_p1", "contract.seats"]), MAPPING, Vocabulary.of())
    assert found.table.names == ("contract.seats", "support.open_p1")
    assert found.table.label.tolist() == [False, True, False, False]
    assert found.table.accounts.tolist() == [0, 0, 1, 2]
    assert (found.rows, found.cells, found.left_out) == (6, 1, {"no account_id": 1, "no label": 1})


def test_open_windows_are_left_out(export: Path) -> None:
    """A row whose horizon had not ended when the outcomes were taken teaches nothing."""
    asked = config(facts=["support.open_p1"], observed_until="2026-06-30")
    found = labelled_table(export, asked, MAPPING, Vocabulary.of())
    assert found.table.label.tolist() == [False, True, False]
    assert found.left_out["horizon not over by `observed_until`"] == 1


def test_parquet_gives_the_same_table(export: Path, tmp_path: Path) -> None:
    """The same cells as Parquet make the same table, to the hash."""
    header, *rows = [line.split(",") for line in EXPORT.splitlines()]
    table = pa.table({name: [row[place] or None for row in rows] for place, name in enumerate(header)})
    parquet.write_table(table, tmp_path / "book.parquet")
    asked = config(facts=["support.open_p1", "contract.seats"])
    one, two = (
        labelled_table(path, asked, MAPPING, Vocabulary.of()).table for path in (export, tmp_path / "book.parquet")
    )
    assert one.content_hash() == two.content_hash()


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"label": {"column": "Gone", "left": ["yes"]}}, "label.column: the export has no column `Gone`"),
        ({"facts": ["usage.wizardry"]}, r"usage\.wizardry: is no fact"),
        ({"facts": ["surveys.nps.newest"]}, "facts: 0 facts can be fed"),
    ],
)
def test_what_cannot_be_read_is_refused(export: Path, keys: dict[str, Any], message: str) -> None:
    """A label or fact that is not there is named, with what to do."""
    with pytest.raises(InputInvalid, match=message):
        labelled_table(export, config(**keys), MAPPING, Vocabulary.of())


def test_data_of_another_shape_names_the_columns_that_were_sought(tmp_path: Path) -> None:
    """Snapshots read by the mapping of an export give no row, and the message names the columns that it looked for."""
    path = tmp_path / "book.jsonl"
    path.write_text('{"account_id": "a", "as_of": "2026-01-01T00:00:00Z"}\n', encoding="utf-8")
    with pytest.raises(InputInvalid, match="looked for in `Id`, `Day`, `Left`: is it a file that this mapping reads"):
        labelled_table(path, config(facts=["contract.seats"]), MAPPING, Vocabulary.of())


def test_outcomes_of_a_file_are_joined_by_account_and_day(export: Path, tmp_path: Path) -> None:
    """An export may leave its labels to a file; outcomes without a row are counted, and so are rows without outcome."""
    lines = [
        outcome("a", "2026-01-01", gone=False),
        outcome("a", "2026-04-01", gone=True),
        outcome("b", "2026-01-01T18:00:00Z", gone=None),
        outcome("e", "2026-01-01", gone=True),
    ]
    (tmp_path / "told.jsonl").write_text("\n".join(lines), encoding="utf-8")
    asked = config(facts=["support.open_p1"], label={"file": "told.jsonl", "key": "came.gone", "left": ["true"]})
    found = labelled_table(export, asked, MAPPING, Vocabulary.of())
    assert found.table.label.tolist() == [False, True]
    assert (found.left_out, found.without_row) == ({"no account_id": 1, "no label": 3}, 1)
