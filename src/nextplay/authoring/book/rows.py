"""From a file to its rows: JSON lines, gzipped or not, or Parquet. A row is the JSON text of one snapshot."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, NamedTuple, cast

from nextplay.authoring.book.parquet import PARQUET_MAGIC, parquet_rows
from nextplay.errors import InputInvalid, Violation

_GZIP_MAGIC: Final = b"\x1f\x8b"
_BOM: Final = b"\xef\xbb\xbf"
_BLOCK: Final = 1 << 20


class Row(NamedTuple):
    """One row: its number in the file, from 1, and its JSON text."""

    number: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Book:
    """Rows in the order of the file; `total` is how many there are at most, where that costs little to know."""

    rows: Iterator[Row]
    total: int | None


@contextmanager
def open_book(path: Path) -> Iterator[Book]:
    """Open a book; `-` is stdin. What a file is shows in its first bytes, whatever its name.

    Raises `InputInvalid` for what is no book, `OSError` for what cannot be opened.
    """
    if str(path) == "-":
        yield _book(io.BufferedReader(cast("io.RawIOBase", sys.stdin.buffer)), None)
        return
    with path.open("rb") as stream:
        yield _book(stream, path)


def _book(stream: io.BufferedReader, path: Path | None) -> Book:
    head = stream.peek(4)[:4]
    if head == PARQUET_MAGIC:
        total, texts = parquet_rows(stream if stream.seekable() else io.BytesIO(stream.read()))
        return Book((Row(number, text) for number, text in enumerate(texts, start=1)), total)
    if head.startswith(_GZIP_MAGIC):
        return Book(_lines(_unzipped(stream)), None)
    return Book(_lines(stream), None if path is None else _count_lines(path))


def _unzipped(stream: IO[bytes]) -> Iterator[bytes]:
    try:
        with gzip.open(stream) as lines:
            yield from lines
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise InputInvalid([Violation("book", "is a damaged or cut off gzip file; make it anew")]) from None


def _lines(stream: Iterator[bytes] | IO[bytes]) -> Iterator[Row]:
    """Give each line that is not blank its number; refuse an object laid out over many lines."""
    for number, line in enumerate(stream, start=1):
        text = (line.removeprefix(_BOM) if number == 1 else line).strip()
        if number == 1 and text in {b"{", b"["}:
            remedy = "is not JSON lines: write each snapshot as one object on one line"
            raise InputInvalid([Violation("book", remedy)])
        if text:
            yield Row(number, text)


def _count_lines(path: Path) -> int | None:
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(_BLOCK), b"")) or None
