"""From rows of Arrow to the documents that a snapshot is read from.

Nested columns become JSON text by Polars, in Rust, and documents by orjson, and no Python value is made of each cell in
between. Days and instants so come in the spelling that JSON has for them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from nextplay.errors import InputInvalid, Violation
from nextplay.snapshot import parse_json_snapshot
from nextplay.snapshot.remedies import shown_key

WHOLE: Final = "snapshot"
"""The column that holds a snapshot as JSON text; where it is, no other column is read."""
_MAPPINGS: Final = ("attributes", "team")
"""Fields whose keys are free: a struct, a map, or a list of `key` and `value`."""
_ENTRY: Final = {"key", "value"}


class Unreadable(NamedTuple):
    """Why there is no document of a row, and whatever stands where its id should."""

    error: InputInvalid
    account_id: Any = None


Document = Mapping[str, Any] | Unreadable


def texts_of(batch: pa.RecordBatch) -> Iterator[Document]:
    """Read documents from JSON text, as bytes: what is not UTF-8 is refused row by row."""
    return map(_parsed, text_cells(batch.column(WHOLE)))


def text_cells(column: Any) -> list[bytes | None]:  # noqa: ANN401  pyarrow is not typed
    """Return the cells of a column of JSON text as bytes."""
    found: list[bytes | None] = column.cast(pa.large_binary()).to_pylist()
    return found


def frame_of(batch: pa.RecordBatch) -> pl.DataFrame | None:
    """Return the columns of a snapshot, spelled as JSON has them, or `None` where a column holds it as JSON text.

    Raises `InputInvalid` where a column has a type that JSON has no word for, or two columns have one name.
    """
    _refuse_twins(batch.schema)
    if WHOLE not in batch.schema.names:
        return _frame(pa.Table.from_batches([batch]))
    column = batch.column(WHOLE)
    if pa.types.is_struct(column.type):
        return _frame(pa.table(column.flatten(), names=[field.name for field in column.type]))
    if not any(test(column.type) for test in _TEXTS):
        raise InputInvalid([Violation(WHOLE, f"has the type {column.type}; it must hold JSON text, or a struct")])
    return None


def _parsed(text: bytes | None) -> Document:
    try:
        return {} if text is None else parse_json_snapshot(text)
    except InputInvalid as error:
        return Unreadable(error)


def documents_of(frame: pl.DataFrame) -> Iterator[Document]:
    """Read documents from nested columns; numbers that JSON has no word for are put in as they are, to be refused."""
    found: Iterator[dict[str, Any]] = map(orjson.loads, _texts(frame))
    if any(_has_odd_numbers(column) for column in frame.to_arrow().columns):
        found = map(_with_odd_numbers, found, frame.iter_rows(named=True))
    return map(_document, found)


def _document(document: dict[str, Any]) -> Document:
    """Make mappings of the lists that Arrow has for them; what is no such list stays, and is refused by its path."""
    violations: list[Violation] = []
    for name in _MAPPINGS:
        entries = document.get(name)
        if isinstance(entries, list) and all(isinstance(one, dict) and one.keys() == _ENTRY for one in entries):
            violations += _unfit_keys(name, entries)
            document[name] = {str(entry["key"]): entry["value"] for entry in entries}
    return Unreadable(InputInvalid(violations), document.get("account_id")) if violations else document


def _unfit_keys(name: str, entries: Sequence[Mapping[str, Any]]) -> Iterator[Violation]:
    """Find what no JSON object can say: which of two values counts is not guessed."""
    counted = Counter(None if entry["key"] is None else str(entry["key"]) for entry in entries)
    if counted.pop(None, 0):
        yield Violation(name, "has an entry without a key; leave it out")
    for key, times in counted.items():
        if times > 1:
            yield Violation(name, f"has the key `{shown_key(key or '')}` more than once; send it once")


def _has_odd_numbers(column: Any) -> bool:  # noqa: ANN401  pyarrow is not typed
    """Tell whether any number of a column, however deep, is NaN or infinite: JSON would make it a null, an unknown."""
    kind = column.type
    if pa.types.is_floating(kind):
        return bool(pc.any(pc.invert(pc.is_finite(column))).as_py())
    if pa.types.is_struct(kind):
        return any(map(_has_odd_numbers, column.flatten()))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _has_odd_numbers(pc.list_flatten(column))
    return False


def _with_odd_numbers(document: Any, cells: Any) -> Any:  # noqa: ANN401  whatever a row holds
    """Return a row as JSON has it, with the NaN and infinite numbers of its cells."""
    if isinstance(cells, float) and not math.isfinite(cells):
        return cells
    if isinstance(cells, dict) and isinstance(document, dict):
        return {name: _with_odd_numbers(value, cells.get(name)) for name, value in document.items()}
    if isinstance(cells, list) and isinstance(document, list):
        return [_with_odd_numbers(value, cell) for value, cell in zip(document, cells, strict=True)]
    return document


def json_rows(table: pa.Table) -> list[str]:
    """Write each row as the text of one JSON object; nulls stay, for null is absent.

    Raises `InputInvalid` where a column has a type that JSON has no word for.
    """
    return _texts(_frame(table))


def _texts(frame: pl.DataFrame) -> list[str]:
    return frame.select(pl.struct(pl.all()).struct.json_encode()).to_series().to_list()


def _refuse_twins(schema: Any) -> None:  # noqa: ANN401  pyarrow is not typed
    """Refuse names that stand twice, among the columns or within a struct."""
    twice = sorted({name for name in schema.names if schema.names.count(name) > 1})
    if twice:
        raise InputInvalid(
            [Violation(name, "is the name of several columns; rename or drop all but one") for name in twice]
        )
    within = sorted({f"{field.name}.{name}" for field in schema for name in _twins(field.type)})
    if within:
        raise InputInvalid(
            [Violation(name, "is the name of several fields; rename or drop all but one") for name in within]
        )


def _twins(kind: Any) -> Iterator[str]:  # noqa: ANN401  pyarrow is not typed
    """Name the fields of structs, however deep, whose name another field of the same struct has."""
    if pa.types.is_struct(kind):
        names = [field.name for field in kind]
        yield from (name for name in names if names.count(name) > 1)
        yield from (f"{field.name}.{name}" for field in kind for name in _twins(field.type))
    elif is_list(kind):
        yield from _twins(kind.value_type)
    elif pa.types.is_map(kind):
        yield from _twins(kind.item_type)


def _frame(table: pa.Table) -> pl.DataFrame:
    if not table.num_columns:  # rows of which nothing is known are still rows
        return pl.DataFrame({"account_id": [None] * table.num_rows})
    for field in table.schema:
        if not _has_json(field.type):
            raise InputInvalid([Violation(field.name, f"has the type {field.type}, which JSON has no word for")])
    spelled = table.cast(pa.schema([field.with_type(_spelled(field.type)) for field in table.schema]))
    frame = pl.from_arrow(spelled)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101  a table is never a single series
    return frame


def _spelled(kind: Any) -> Any:  # noqa: ANN401  pyarrow is not typed
    """Return the type as it is written: a map as entries, and what is packed unpacked."""
    if pa.types.is_map(kind):
        # as entries: JSON made of a map would hold a key twice, or lose one
        return pa.list_(pa.struct([("key", kind.key_type), ("value", _spelled(kind.item_type))]))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_spelled(field.type)) for field in kind])
    if pa.types.is_dictionary(kind):
        return _spelled(kind.value_type)
    return pa.list_(_spelled(kind.value_type)) if is_list(kind) else _spelled_single(kind)


def _spelled_single(kind: Any) -> Any:  # noqa: ANN401  pyarrow is not typed
    """Return the type of single values: an instant that names no zone is in UTC, a day a day, a decimal a number.

    What holds nothing is a text: Arrow's cast of a list to its own type leaves columns of nulls within as long as the
    lists, not as their entries, which is no valid table.
    """
    if pa.types.is_timestamp(kind):
        return pa.timestamp(kind.unit, "UTC")
    if pa.types.is_date64(kind):
        return pa.date32()
    if pa.types.is_decimal(kind):
        return pa.float64()
    return pa.string() if pa.types.is_null(kind) else kind


def is_list(kind: Any) -> bool:  # noqa: ANN401  pyarrow is not typed
    """Tell whether a type is one of Arrow's types of lists."""
    return any(test(kind) for test in (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list))


def _has_json(kind: Any) -> bool:  # noqa: ANN401  pyarrow is not typed
    if pa.types.is_map(kind):
        return pa.types.is_string(kind.key_type) and _has_json(kind.item_type)
    if pa.types.is_struct(kind):
        return all(_has_json(field.type) for field in kind)
    if is_list(kind) or pa.types.is_dictionary(kind):
        return _has_json(kind.value_type)
    return any(test(kind) for test in _WRITTEN)


_TEXTS: Final = (
    pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_binary,
    pa.types.is_large_binary, pa.types.is_binary_view, pa.types.is_null,
)  # fmt: skip
_WRITTEN: Final = (
    pa.types.is_boolean, pa.types.is_date, pa.types.is_decimal, pa.types.is_floating, pa.types.is_integer,
    pa.types.is_large_string, pa.types.is_null, pa.types.is_string, pa.types.is_string_view,
    pa.types.is_timestamp,
)  # fmt: skip
