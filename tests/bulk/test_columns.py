"""Rows that are read column by column are the snapshots that their documents would be."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nextplay.authoring.sample_book import sample_book
from nextplay.bulk.columns import readings
from nextplay.bulk.documents import documents_of, frame_of
from nextplay.errors import InputInvalid
from nextplay.snapshot import SnapshotReading, read_snapshot

BOOK = [dict(entry.snapshot) for entry in sample_book(seed=23, accounts=60)]
AS_OF = BOOK[0]["as_of"]
ENTRIES = [{"kind": kind, "at": f"{AS_OF[:10]}T00:00:00Z", "play": "owner_call"} for kind in ("completed", "shown")]


def framed(table: pa.Table) -> pl.DataFrame:
    """Return the columns as a run sees them."""
    frame = frame_of(table.combine_chunks().to_batches()[0])
    assert frame is not None
    return frame


def as_documents(frame: pl.DataFrame) -> list[SnapshotReading | None]:
    """Read each row by its document; `None` where it is refused."""
    return [_read(document) for document in documents_of(frame)]


def _read(document: object) -> SnapshotReading | None:
    if not isinstance(document, Mapping):
        return None
    try:
        return read_snapshot(document)
    except InputInvalid:
        return None


def tabled(documents: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return a column for each key, with days and instants as texts."""
    lines = "\n".join(map(json.dumps, documents))
    return pl.read_ndjson(lines.encode(), infer_schema_length=None).to_arrow()


def typed(value: Any, name: str = "") -> Any:  # noqa: ANN401  any value of a document
    """Return a document whose days and instants are values; what is none becomes unknown."""
    if isinstance(value, dict):
        return {key: typed(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [typed(inner) for inner in value]
    try:
        if name.endswith("_on"):
            return date.fromisoformat(value)
        return datetime.fromisoformat(value) if name in {"at", "as_of"} else value
    except (TypeError, ValueError):
        return None


def sized(kind: Any, floats: Any, whole: Any) -> Any:  # noqa: ANN401  pyarrow is not typed
    """Return a type with its numbers in other sizes."""
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(sized(field.type, floats, whole)) for field in kind])
    if pa.types.is_list(kind):
        return pa.list_(sized(kind.value_type, floats, whole))
    return floats if pa.types.is_floating(kind) else whole if pa.types.is_integer(kind) else kind


ODD = st.sampled_from(
    [None, 0, -1, 3, 7e9, 0.5, "", "no such word", "2026-03-02", "2026-02-30", "2199-01-01", "x" * 201]
)


@st.composite
def _documents(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Take accounts, and put odd values of the same type here and there, or take some away."""
    found = copy.deepcopy(draw(st.lists(st.sampled_from(BOOK), min_size=1, max_size=6)))
    for document in found:
        if draw(st.booleans()):
            document["history"] = draw(st.lists(st.sampled_from(ENTRIES), max_size=2))
        for _ in range(draw(st.integers(0, 2))):
            place: Any = document
            while isinstance(place, dict | list) and place:
                key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
                if not isinstance(place[key], dict | list) or not draw(st.integers(0, 3)):
                    _spoil(place, key, draw(ODD))
                    break
                place = place[key]
    return found


def _spoil(place: Any, key: Any, odd: Any) -> None:  # noqa: ANN401  any place of a document
    value = place[key]
    if isinstance(value, list) and value:
        place[key] = value * 2  # what stands twice
    elif odd is None or (isinstance(value, str | int | float) and isinstance(value, bool) == isinstance(odd, bool)):
        place[key] = odd if odd is None or isinstance(odd, str) == isinstance(value, str) else value


SIZES = [
    (pa.float64(), pa.int64()),
    (pa.float32(), pa.int64()),
    (pa.float64(), pa.float64()),
    (pa.float64(), pa.int32()),
]


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(documents=_documents(), sizes=st.sampled_from([None, *SIZES]))
def test_a_row_that_is_taken_is_its_document(documents: list[dict[str, Any]], sizes: tuple[Any, Any] | None) -> None:
    """Whatever the types of the columns and however odd a value: what columns give is what the document reads as."""
    if sizes is None:
        table = tabled(documents)
    else:
        rows = [typed(document) for document in documents]
        kinds = [field.with_type(sized(field.type, *sizes)) for field in pa.Table.from_pylist(rows).schema]
        table = pa.Table.from_pylist(rows, schema=pa.schema(kinds))
    frame = framed(table)
    for taken, read in zip(readings(frame, as_of=None), as_documents(frame), strict=True):
        assert taken is None or taken == read
        assert taken is None or repr(taken) == repr(read)


def test_ordinary_rows_are_all_taken() -> None:
    """No account of a generated book has to be read as a document, with days as texts or as dates."""
    for table in (tabled(BOOK), pa.Table.from_pylist([typed(document) for document in BOOK])):
        frame = framed(table)
        assert readings(frame, as_of=None) == as_documents(frame)


def test_free_keys_of_every_shape() -> None:
    """Attributes as struct, map, or list of entries; keys that stand twice, or are none, are left to the documents."""
    kept = [[("seats", 1.0), ("pace", None)], [], None]
    left = [[("seats", 1.0), ("seats", 2.0)]]
    maps = pa.array([*kept, *left], pa.map_(pa.string(), pa.float64()))
    structs = pa.array([{"seats": 1.0, "pace": None}, {"seats": None, "pace": None}, None, {"seats": 2.0, "pace": 3.0}])
    lists = maps.cast(pa.list_(pa.struct({"key": pa.string(), "value": pa.float64()})))
    for column, taken in ((maps, 3), (lists, 3), (structs, 4)):
        rows = len(column)
        frame = frame_of(pa.record_batch({"account_id": ["a"] * rows, "as_of": [AS_OF] * rows, "attributes": column}))
        assert frame is not None
        found = readings(frame, as_of=None)
        assert [reading is not None for reading in found] == [True] * taken + [False] * (rows - taken)
        assert found[:taken] == as_documents(frame)[:taken]


def test_days_that_python_has_no_word_for_are_left() -> None:
    """A date beyond the year 9999, or before 1970, is left to the documents, and so is its row alone."""
    days = pa.array([2932897, 0, -1, None], pa.int32()).cast(pa.date32())
    contract = pa.StructArray.from_arrays([days], names=["renewal_on"])
    frame = frame_of(pa.record_batch({"account_id": [*"abcd"], "as_of": [AS_OF] * 4, "contract": contract}))
    assert frame is not None
    found = readings(frame, as_of=None)
    assert [reading is not None for reading in found] == [False, True, False, True]
    assert found[1] is not None
    assert found[1].snapshot.contract.renewal_on == date(1970, 1, 1)


@pytest.mark.parametrize("as_of", [None, AS_OF])
@pytest.mark.parametrize("column", [None, pa.array([None, None, AS_OF]), pa.nulls(3)])
def test_an_instant_for_rows_without_one(as_of: str | None, column: pa.Array | None) -> None:
    """Rows without `as_of` take the one that is given, and are left to the documents where none is."""
    columns: dict[str, Any] = {"account_id": ["a", "b", "c"]} | ({} if column is None else {"as_of": column})
    frame = frame_of(pa.record_batch(columns))
    assert frame is not None
    own = 1 if column is not None and column.null_count < 3 else 0
    assert sum(reading is not None for reading in readings(frame, as_of=as_of)) == (own if as_of is None else 3)
