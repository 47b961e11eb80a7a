"""Cells that nobody can read: text that is not UTF-8, and days and instants beyond the years that calendars count.

Arrow carries them (PostgreSQL's `infinity` comes so), but neither Python nor JSON has a word for them, and what reads
columns falls over them or takes them for unknown. So they are looked for first, and their rows refused by the place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from nextplay.bulk.documents import WHOLE, Unreadable, is_list
from nextplay.errors import InputInvalid, Violation

_SECONDS: Final = (-62_135_596_800, 253_402_300_800)
"""From the first instant of the year 1 to that after the last of 9999, which is not included; counted from 1970."""
_DAY_SECONDS: Final = 86_400
_A_SECOND: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_NO_DAY: Final = "is beyond the years 1 to 9999; send a day of the calendar, or null for unknown"
_NO_TEXT: Final = "must be UTF-8"


def unfit_rows(batch: pa.RecordBatch) -> dict[int, Unreadable]:
    """Return why the rows of a batch that hold such cells are refused, by their place.

    JSON text in the column `snapshot` is not looked at: it is read as bytes, which says the same.
    """
    columns = _columns(batch)
    found: dict[int, list[Violation]] = {}
    for name, column in columns.items():
        if not _is_sound(column):
            for row in range(len(column)):
                violations = list(_violations(column.take(pa.array([row])), name))
                if violations:
                    found.setdefault(row, []).extend(violations)
    ids = columns.get("account_id")
    return {row: Unreadable(InputInvalid(violations), _account_id(ids, row)) for row, violations in found.items()}


def _columns(batch: pa.RecordBatch) -> dict[str, Any]:
    if WHOLE not in batch.schema.names:
        return dict(zip(batch.schema.names, batch.columns, strict=True))
    whole = batch.column(WHOLE)
    if not pa.types.is_struct(whole.type):
        return {}
    return dict(zip([field.name for field in whole.type], whole.flatten(), strict=True))


def _account_id(ids: Any, row: int) -> object:  # noqa: ANN401  pyarrow is not typed
    try:
        return None if ids is None else ids[row].as_py()
    except (UnicodeDecodeError, ValueError):
        return None


def _is_sound(column: Any) -> bool:  # noqa: ANN401  pyarrow is not typed
    return _is_text(column) and not _has_odd_days(column)


def _is_text(column: Any) -> bool:  # noqa: ANN401  pyarrow is not typed
    """Tell whether all text, however deep, is UTF-8."""
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _has_odd_days(column: Any) -> bool:  # noqa: ANN401  pyarrow is not typed
    """Tell whether any day or instant, however deep, is beyond the calendar."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _has_odd_days(column.dictionary_decode())
    if pa.types.is_temporal(kind):
        return _is_beyond(column)
    if pa.types.is_struct(kind):
        return any(map(_has_odd_days, column.flatten()))
    return _is_many(kind) and _has_odd_days(_entries(column))


def _is_many(kind: Any) -> bool:  # noqa: ANN401  pyarrow is not typed
    return is_list(kind) or pa.types.is_map(kind)


def _entries(column: Any) -> Any:  # noqa: ANN401  pyarrow is not typed
    """Return the entries of all lists of a column; those of a map are structs."""
    kind = column.type
    if pa.types.is_map(kind):
        column = column.cast(pa.list_(pa.struct([("key", kind.key_type), ("value", kind.item_type)])))
    return pc.list_flatten(column)


def _is_beyond(column: Any) -> bool:  # noqa: ANN401  pyarrow is not typed
    kind = column.type
    if pa.types.is_date32(kind):
        first, end = (seconds // _DAY_SECONDS for seconds in _SECONDS)
    elif pa.types.is_timestamp(kind) or pa.types.is_date64(kind):
        unit = _A_SECOND[kind.unit if pa.types.is_timestamp(kind) else "ms"]
        first, end = (seconds * unit for seconds in _SECONDS)
    else:
        return False  # a type that is refused as a whole
    lowest, highest = pc.min_max(column.view(pa.int32() if pa.types.is_date32(kind) else pa.int64())).values()
    return lowest.is_valid and not first <= lowest.as_py() <= highest.as_py() < end


def _violations(cell: Any, path: str) -> Iterator[Violation]:  # noqa: ANN401  pyarrow is not typed
    """Find what cannot be read in a column of one cell."""
    if _is_sound(cell):
        return
    kind = cell.type
    if pa.types.is_struct(kind):
        for field, inner in zip(kind, cell.flatten(), strict=True):
            yield from _violations(inner, f"{path}.{field.name}")
    elif _is_many(kind):
        entries = _entries(cell)
        for place in range(len(entries)):
            yield from _violations(entries.take(pa.array([place])), f"{path}[{place}]")
    else:
        yield Violation(path, _NO_DAY if _is_text(cell) else _NO_TEXT)
