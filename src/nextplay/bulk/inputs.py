"""The file that comes in: what it is, and its rows in partitions, so that a book of any length fits into memory."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import pyarrow as pa
from pyarrow import parquet

from nextplay.bulk.documents import WHOLE, frame_of
from nextplay.errors import InputInvalid, Violation

LINE_ENDINGS: Final = (".jsonl", ".ndjson")
TABLE_ENDING: Final = ".parquet"
_ZIPPED: Final = ".gz"
_BOM: Final = b"\xef\xbb\xbf"
_BLOCK: Final = 1 << 20


class Partition(NamedTuple):
    """Some rows, decided together and kept together. `numbers` are those of its rows in the file, from 1."""

    number: int
    numbers: Sequence[int]
    batch: pa.RecordBatch


class Fingerprint(NamedTuple):
    """What tells an input from another, and how many rows it has at most, where that is known without unpacking."""

    sha256: str
    rows: int | None


def is_table(path: Path) -> bool:
    """Tell by its ending whether a file is Parquet, or else JSON lines.

    Raises `InputInvalid` where the ending says neither.
    """
    name = path.name.lower()
    if name.endswith(TABLE_ENDING):
        return True
    if name.removesuffix(_ZIPPED).endswith(LINE_ENDINGS):
        return False
    remedy = f"must end in {TABLE_ENDING}, or in {' or '.join(LINE_ENDINGS)} for JSON lines; rename it"
    raise InputInvalid([Violation(f"`{path}`", remedy)])


def fingerprint(path: Path) -> Fingerprint:
    """Read the whole file once, for its hash and the number of its rows."""
    table = is_table(path)
    digest, lines, last = hashlib.sha256(), 0, b"\n"
    with path.open("rb") as stream:
        for block in iter(lambda: stream.read(_BLOCK), b""):
            digest.update(block)
            lines += 0 if table else block.count(b"\n")
            last = block
        if table:
            return Fingerprint(digest.hexdigest(), _opened(stream).metadata.num_rows)
    zipped = path.name.lower().endswith(_ZIPPED)
    return Fingerprint(digest.hexdigest(), None if zipped else lines + (not last.endswith(b"\n")))


@contextmanager
def partitions(path: Path, rows: int) -> Iterator[Iterator[Partition]]:
    """Open the file and yield its partitions, of `rows` rows each but the last.

    Raises `InputInvalid` for a file that cannot be read, or a column that no snapshot can be read from; it may come
    while partitions are read.
    """
    table = is_table(path)
    with path.open("rb") as stream:
        yield _of_table(stream, rows) if table else _of_lines(stream, rows)


def _opened(stream: IO[bytes]) -> Any:  # noqa: ANN401  pyarrow is not typed
    try:
        # columns are read page by page: one group of rows may hold the whole book
        return parquet.ParquetFile(stream, buffer_size=_BLOCK, pre_buffer=False)
    except (pa.ArrowException, OSError):
        raise InputInvalid([Violation("book", "is no Parquet file that can be read; make it anew")]) from None


def _of_table(stream: IO[bytes], rows: int) -> Iterator[Partition]:
    file = _opened(stream)
    names = file.schema_arrow.names
    columns = [WHOLE] if WHOLE in names else names
    frame_of(pa.RecordBatch.from_pylist([], file.schema_arrow))  # refuses columns that have no JSON
    begin = 0
    try:
        for number, batch in enumerate(_even(file.iter_batches(batch_size=rows, columns=columns), rows)):
            yield Partition(number, range(begin + 1, begin + 1 + batch.num_rows), batch)
            begin += batch.num_rows
    except (pa.ArrowException, OSError):
        raise InputInvalid([Violation("book", "is a damaged Parquet file; make it anew")]) from None


def _even(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """Cut batches to the same number of rows: groups of rows end where they end, and so do batches."""
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        rest = batch
        while count + rest.num_rows >= rows:
            held.append(rest.slice(0, rows - count))
            rest = rest.slice(rows - count)
            yield _joined(held)
            held, count = [], 0
        if rest.num_rows:
            held.append(rest)
            count += rest.num_rows
    if held:
        yield _joined(held)


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return pa.Table.from_batches(batches).combine_chunks().to_batches()[0]


def _of_lines(stream: io.BufferedReader, rows: int) -> Iterator[Partition]:
    numbered = _numbered(stream)
    for number in range(1 << 62):
        lines = list(islice(numbered, rows))
        if not lines:
            return
        texts = pa.array([text for _, text in lines], pa.large_binary())
        yield Partition(number, [line for line, _ in lines], pa.record_batch({WHOLE: texts}))


def _numbered(stream: io.BufferedReader) -> Iterator[tuple[int, bytes]]:
    """Give each line that is not blank its number."""
    zipped = stream.peek(2)[:2] == b"\x1f\x8b"
    lines: Iterable[bytes] = gzip.GzipFile(fileobj=stream) if zipped else stream
    try:
        for number, line in enumerate(lines, start=1):
            text = (line.removeprefix(_BOM) if number == 1 else line).strip()
            if number == 1 and text in {b"{", b"["}:
                remedy = "is not JSON lines: write each snapshot as one object on one line"
                raise InputInvalid([Violation("book", remedy)])
            if text:
                yield number, text
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise InputInvalid([Violation("book", "is a damaged or cut off gzip file; make it anew")]) from None
