"""Parquet as a book: one account a row, in nested columns as the snapshot's JSON, or as JSON text in `snapshot`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import IO, Any, Final

import orjson

from nextplay.errors import InputInvalid, NextplayError, Violation

PARQUET_MAGIC: Final = b"PAR1"
_WHOLE: Final = "snapshot"
_MAPPINGS: Final = ("attributes", "team")
"""Fields whose keys are free; Parquet holds these as lists of `key` and `value`."""
_AT_ONCE: Final = 1000


def parquet_rows(stream: IO[bytes]) -> tuple[int, Iterator[bytes]]:
    """Return how many rows there are, and each as JSON text.

    Raises `NextplayError` where the extra `batch` is not installed, `InputInvalid` where the file cannot be read.
    """
    try:
        from pyarrow import ArrowException, parquet  # noqa: PLC0415  an extra: only who has Parquet needs it
    except ImportError:
        raise NextplayError(
            "Parquet needs the extra `batch`: install `nextplay[batch]`, or give the book as JSON lines"
        ) from None
    try:
        file = parquet.ParquetFile(stream)
    except (ArrowException, OSError):
        raise InputInvalid([Violation("book", "is no Parquet file that can be read; make it anew")]) from None
    return file.metadata.num_rows, _texts(file)


def _texts(file: Any) -> Iterator[bytes]:  # noqa: ANN401  pyarrow is not typed
    from pyarrow import types  # noqa: PLC0415  an extra: who has no Parquet needs it not

    from nextplay.bulk.documents import text_cells  # noqa: PLC0415  as above
    from nextplay.bulk.unfit import unfit_rows  # noqa: PLC0415  as above

    whole = _WHOLE in file.schema_arrow.names
    first = 1
    for batch in file.iter_batches(batch_size=_AT_ONCE, columns=[_WHOLE] if whole else None):
        _refuse({first + place: unreadable.error for place, unreadable in unfit_rows(batch).items()})
        if not whole:
            yield from map(_row_text, batch.to_pylist())
        elif types.is_struct(batch.schema.field(_WHOLE).type):
            yield from (_row_text(row or {}) for row in batch.column(_WHOLE).to_pylist())
        else:
            yield from (text or b"{}" for text in text_cells(batch.column(_WHOLE)))
        first += batch.num_rows


def _refuse(unfit: Mapping[int, InputInvalid]) -> None:
    """Refuse a book for the cells of rows, by their number, that have no word in JSON."""
    if unfit:
        raise InputInvalid(
            Violation(f"row {number}: {violation.path}", violation.message)
            for number, error in unfit.items()
            for violation in error.violations
        )


def _row_text(row: Mapping[str, Any]) -> bytes:
    document = dict(row)
    for name in _MAPPINGS:
        if isinstance(document.get(name), list):
            document[name] = dict(_pair(entry) for entry in document[name])
    return orjson.dumps(document, default=_plain, option=orjson.OPT_NAIVE_UTC)


def _pair(entry: Any) -> tuple[str, Any]:  # noqa: ANN401  a map comes as pairs or as structs
    return (str(entry["key"]), entry["value"]) if isinstance(entry, dict) else (str(entry[0]), entry[1])


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else str(value)
