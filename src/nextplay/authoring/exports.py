"""One file of an export -> rows of texts: CSV, JSON lines or Parquet, read row by row and never whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, Protocol

import orjson

from nextplay.authoring.csv_errors import ExportInvalid
from nextplay.authoring.csv_source import Signs

LINE_ENDS: Final = frozenset({".jsonl", ".ndjson"})
"""How names of files with JSON lines end."""
_PARQUET: Final = b"PAR1"
_BOM: Final = b"\xef\xbb\xbf"
Row = tuple[int, list[str] | None]
"""Number of a row as a spreadsheet or editor counts, and its cells; `None` where the line is no JSON object."""


class Rows(Protocol):
    """The rows of one file. `header` names the columns, in the order of the cells."""

    header: list[str]

    def __iter__(self) -> Iterator[Row]:
        """Yield every row that is not blank."""

    def unread(self, known: set[str]) -> tuple[str, ...]:
        """Name the columns of the file that are not `known`."""


class CsvRows:
    """Rows of CSV. The header is row 1; a quoted cell may contain line ends."""

    def __init__(self, lines: Iterable[str], signs: Signs) -> None:
        """Read the header. Raises `ExportInvalid` where there is none."""
        self._signs = signs
        self._rows = csv.reader(lines, delimiter=signs.delimiter)
        self.header = [name.strip() for name in self._next() or []]
        if not self.header:
            raise ExportInvalid(["the export is empty: the first row must name the columns"])

    def __iter__(self) -> Iterator[Row]:
        """Yield every row that is not blank. Raises `ExportInvalid` where it is no CSV."""
        row = 1
        while (cells := self._next()) is not None:
            row += 1
            if cells:
                yield row, cells

    def unread(self, known: set[str]) -> tuple[str, ...]:
        """Name the columns that are not known, in the order of the file."""
        return tuple(name for name in self.header if name not in known)

    def _next(self) -> list[str] | None:
        try:
            return next(self._rows, None)
        except csv.Error as error:
            raise ExportInvalid([f"line {self._rows.line_num} is not CSV: {error}"]) from error
        except UnicodeDecodeError as error:
            reason = f"the export is not {self._signs.encoding}; name its `encoding:` in the mapping, such as cp1252"
            raise ExportInvalid([reason]) from error


class JsonRows:
    """One JSON object a line. Columns are dotted paths (`properties.name`, `results.0.id`); a missing one is empty."""

    def __init__(self, lines: Iterable[bytes], columns: Sequence[str]) -> None:
        """Take the columns that the mapping reads: a line need not have all of them."""
        self.header = list(columns)
        self._paths = [_parts(name) for name in columns]
        self._lines = lines
        self._seen: dict[str, None] = {}

    def __iter__(self) -> Iterator[Row]:
        """Yield every line that is not blank."""
        for number, line in enumerate(self._lines, start=1):
            text = line.removeprefix(_BOM).strip()
            if not text:
                continue
            try:
                found = orjson.loads(text)
            except orjson.JSONDecodeError:
                found = None
            if not isinstance(found, dict):
                yield number, None
                continue
            self._seen |= dict.fromkeys(_names(found, ""))
            yield number, [_text_at(found, path) for path in self._paths]

    def unread(self, known: set[str]) -> tuple[str, ...]:
        """Name the paths that stood in some line and are not known, in the order of their coming."""
        return tuple(name for name in self._seen if name not in known)


class ParquetRows:
    """Rows of a Parquet table; the first is row 2, as if the names of the columns stood above it."""

    def __init__(self, source: Path | io.BytesIO) -> None:
        """Open the table. Raises `ExportInvalid` without the extra that reads it, or where it is none."""
        try:
            import pyarrow as pa  # noqa: PLC0415  an extra: only who has Parquet needs it
            from pyarrow import parquet  # noqa: PLC0415  likewise
        except ModuleNotFoundError:
            reason = "Parquet needs the extra `batch`: install `nextplay[batch]`, or give the data as CSV"
            raise ExportInvalid([reason]) from None
        try:
            self._table: Any = parquet.ParquetFile(source)
        except pa.ArrowException as error:
            raise ExportInvalid(["is not a Parquet table that can be read"]) from error
        self.header = [str(name) for name in self._table.schema_arrow.names]

    def __iter__(self) -> Iterator[Row]:
        """Yield every row."""
        row = 1
        for batch in self._table.iter_batches():
            for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                row += 1
                yield row, [_text(cell) for cell in cells]

    def unread(self, known: set[str]) -> tuple[str, ...]:
        """Name the columns that are not known, in the order of the file."""
        return tuple(name for name in self.header if name not in known)


@contextmanager
def opened(path: Path, signs: Signs, columns: Sequence[str]) -> Iterator[Rows]:
    """Open a file in its own form; `columns` are those that the mapping reads.

    Raises `ExportInvalid` where it cannot be read, `OSError` where it is not there.
    """
    with path.open("rb") as stream:
        form = signs.format or _form(path, stream)
        if form == "parquet":
            yield ParquetRows(path)
        else:
            with _rows(stream, form, signs, columns) as rows:
                yield rows


@contextmanager
def streamed(stream: IO[bytes], signs: Signs, columns: Sequence[str]) -> Iterator[Rows]:
    """Read a stream without a name, such as stdin: CSV, unless the mapping says `format`."""
    if signs.format == "parquet":
        yield ParquetRows(io.BytesIO(stream.read()))
    else:
        with _rows(stream, signs.format or "csv", signs, columns) as rows:
            yield rows


@contextmanager
def _rows(stream: IO[bytes], form: str, signs: Signs, columns: Sequence[str]) -> Iterator[Rows]:
    if form == "json_lines":
        yield JsonRows(stream, columns)
        return
    with io.TextIOWrapper(stream, encoding=signs.encoding, newline="") as text:
        yield CsvRows(text, signs)


def _form(path: Path, stream: IO[bytes]) -> str:
    magic = stream.read(len(_PARQUET))
    stream.seek(0)
    return "parquet" if magic == _PARQUET else "json_lines" if path.suffix in LINE_ENDS else "csv"


def _parts(name: str) -> list[str]:
    return name.split(".")


def _text_at(found: object, path: Sequence[str]) -> str:
    """Follow a dotted path through objects and lists; nothing there, or `null`, is an empty cell."""
    for part in path:
        if isinstance(found, dict):
            found = found.get(part)
        elif isinstance(found, list):
            found = found[int(part)] if part.isdecimal() and int(part) < len(found) else None
        else:
            return ""
    return _text(found)


def _text(value: object) -> str:
    """Write a value as a CSV would have it."""
    if value is None or value != value:  # noqa: PLR0124  not a number is not equal to itself
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode()
    return value if isinstance(value, str) else str(value)


def _names(found: dict[str, Any], prefix: str) -> Iterator[str]:
    for name, value in found.items():
        if isinstance(value, dict):
            yield from _names(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            for place, item in enumerate(value):
                if isinstance(item, dict):
                    yield from _names(item, f"{prefix}{name}.{place}.")
                else:
                    yield f"{prefix}{name}.{place}"
        else:
            yield f"{prefix}{name}"
