"""A book is read row by row, whatever it is made of; what is no book is refused in a sentence."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from nextplay.authoring.book import RowReader, open_book
from nextplay.authoring.sample_book import sample_book
from nextplay.errors import InputInvalid, NextplayError
from nextplay.snapshot import read_snapshot

SNAPSHOTS = [entry.snapshot for entry in sample_book(seed=3, accounts=12)]
LINES = b"".join(json.dumps(snapshot).encode() + b"\n" for snapshot in SNAPSHOTS)


def rows_of(path: Path) -> list[tuple[int, Any]]:
    """Return the rows of a book, parsed."""
    with open_book(path) as book:
        return [(row.number, json.loads(row.text)) for row in book.rows]


def written(tmp_path: Path, content: bytes) -> Path:
    """Write a book under a name that says nothing."""
    path = tmp_path / "book"
    path.write_bytes(content)
    return path


def test_json_lines(tmp_path: Path) -> None:
    """Lines come with their numbers; blank ones count and give no row; a byte order mark is passed over."""
    path = written(tmp_path, b"\xef\xbb\xbf" + LINES.replace(b"\n", b"\n\n", 1))
    assert rows_of(path) == [(number + (number > 1), row) for number, row in enumerate(SNAPSHOTS, start=1)]
    with open_book(path) as book:
        assert book.total == len(SNAPSHOTS) + 1


def test_gzip_by_its_first_bytes(tmp_path: Path) -> None:
    """A gzipped book gives the same rows, whatever its name."""
    assert [row for _, row in rows_of(written(tmp_path, gzip.compress(LINES)))] == SNAPSHOTS


def test_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` reads stdin."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LINES)))
    assert [row for _, row in rows_of(Path("-"))] == SNAPSHOTS


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (gzip.compress(LINES, mtime=0)[:-20], "damaged or cut off gzip"),
        (b'{\n  "account_id": "a"\n}\n', "one object on one line"),
        (b"PAR1 and then nothing of the kind", "no Parquet file"),
    ],
)
def test_what_is_no_book_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    """A damaged file, and one object over many lines, end with a sentence and a remedy."""
    with pytest.raises(InputInvalid, match=says):
        rows_of(written(tmp_path, content))


def nested_table() -> pa.Table:
    """Return the snapshots as nested columns; custom fields as a map."""
    rows = [{**snapshot, "attributes": [("plan", "pro")]} for snapshot in SNAPSHOTS]
    table = pa.Table.from_pylist([{key: row.get(key) for key in sorted({k for r in rows for k in r})} for row in rows])
    place = table.column_names.index("attributes")
    attributes = pa.array([row["attributes"] for row in rows], pa.map_(pa.string(), pa.string()))
    return table.set_column(place, "attributes", attributes)


def test_parquet_of_nested_columns_reads_as_json(tmp_path: Path) -> None:
    """The same accounts as nested columns are the same snapshots."""
    parquet.write_table(nested_table(), tmp_path / "book")
    rows = rows_of(tmp_path / "book")
    found = [read_snapshot(row).snapshot for _, row in rows]
    assert found == [read_snapshot({**snapshot, "attributes": {"plan": "pro"}}).snapshot for snapshot in SNAPSHOTS]
    assert [number for number, _ in rows] == list(range(1, len(SNAPSHOTS) + 1))


def test_parquet_of_json_text(tmp_path: Path) -> None:
    """A column `snapshot` holds the JSON; other columns beside it do not matter."""
    texts = [json.dumps(snapshot) for snapshot in SNAPSHOTS]
    parquet.write_table(pa.table({"snapshot": texts, "note": ["x"] * len(texts)}), tmp_path / "book")
    assert [row for _, row in rows_of(tmp_path / "book")] == SNAPSHOTS


def test_parquet_of_structs(tmp_path: Path) -> None:
    """A column `snapshot` may hold the snapshot itself."""
    table = nested_table()
    parquet.write_table(pa.table({"snapshot": table.to_struct_array().combine_chunks()}), tmp_path / "book")
    parquet.write_table(table, tmp_path / "flat")
    assert rows_of(tmp_path / "book") == rows_of(tmp_path / "flat")


def test_parquet_with_what_json_has_no_word_for(tmp_path: Path) -> None:
    """The book is refused by the number of the row and the place in it: a row without it would be another account."""
    beyond = pa.array([0, 2**63 - 1], pa.timestamp("us", "UTC"))
    parquet.write_table(pa.table({"account_id": ["a", "b"], "as_of": beyond}), tmp_path / "book")
    with pytest.raises(InputInvalid, match=r"^row 2: as_of: is beyond the years 1 to 9999"):
        rows_of(tmp_path / "book")
    texts = pa.array([b"{}", b'{"\xff": 1}'], pa.binary()).view(pa.string())
    parquet.write_table(pa.table({"snapshot": texts}), tmp_path / "texts")
    with open_book(tmp_path / "texts") as book:
        assert [row.text for row in book.rows] == [b"{}", b'{"\xff": 1}']


def test_parquet_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pyarrow is not installed, the remedy is named."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(NextplayError, match=r"install `nextplay\[batch\]`"):
        rows_of(written(tmp_path, b"PAR1"))


def test_bad_rows_keep_their_number_and_reason(tmp_path: Path) -> None:
    """Rows that are bad for the same reason share it; each keeps its number and all that is wrong with it."""
    bad = [b'{"account_id": "a"}', b'{"account_id"', b'{"account_id": 1, "as_of": "2026-01-01"}', b'{"account_id":   ']
    reader = RowReader()
    with open_book(written(tmp_path, b"\n".join([*bad, LINES]))) as book:
        readings = [reader.read(row) for row in book.rows]
    assert [reading is None for reading in readings] == [True] * 4 + [False] * len(SNAPSHOTS)
    assert [row.number for row in reader.bad] == [1, 2, 3, 4]
    assert "--as-of" in reader.bad[0].reason
    assert reader.bad[1].reason == reader.bad[3].reason
    assert reader.bad[1].told != reader.bad[3].told


def test_an_instant_for_rows_without_one() -> None:
    """With an instant given, rows without one count; those with one keep theirs."""
    row = type("Row", (), {"number": 1, "text": b'{"account_id": "a"}'})()
    reading = RowReader("2026-03-02T00:00:00+00:00").read(row)
    assert reading is not None
    assert reading.snapshot.as_of.isoformat() == "2026-03-02T00:00:00+00:00"
