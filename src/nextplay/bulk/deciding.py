"""A batch of accounts in, a batch of decisions out: one row for each row, in the same order, whatever is in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
import pyarrow as pa

from nextplay.bulk.columns import readings
from nextplay.bulk.documents import Document, Unreadable, documents, documents_of, frame_of
from nextplay.bulk.rows import Cells, decided_row, refused_row, result_batch
from nextplay.canonical import canonical_json, decision_document
from nextplay.decider import Decider
from nextplay.decision import Options
from nextplay.errors import InputInvalid
from nextplay.question import DEFAULT_OPTIONS, asked_about
from nextplay.snapshot import SnapshotReading, read_snapshot

_LONGEST_ID: Final = 200
_ROWS_AT_A_TIME: Final = 2500
"""Rows of columns whose snapshots are held together."""


@dataclass(frozen=True, slots=True)
class BulkOptions:
    """How a whole book is decided; what changes an online decision is in `asked`, and changes `decision_id` alike.

    `as_of` is the instant (RFC 3339) of accounts that carry none; left out, they are refused. `texts` adds the whole
    decision in `asked.locale`, as JSON.
    """

    asked: Options = DEFAULT_OPTIONS
    as_of: str | None = None
    tenant: str = ""
    texts: bool = False


def decide_arrow(batch: pa.RecordBatch, decider: Decider, *, options: BulkOptions) -> pa.RecordBatch:
    """Decide each row of a batch; the answer has the schema `RESULT`.

    The columns are named as the keys of a snapshot (null is absent), or one column `snapshot` holds it as JSON text.
    A row that cannot be used never raises: it has its reasons in `refused`.

    Raises `InputInvalid` where a column has a type that no snapshot can be read from.
    """
    frame = frame_of(batch)
    found = documents(batch) if frame is None else _read(frame, options)
    return result_batch([_row(account, decider, options) for account in found])


def _read(frame: pl.DataFrame, options: BulkOptions) -> Iterator[SnapshotReading | Document]:
    """Read rows column by column, and as documents those that are out of the ordinary."""
    for piece in frame.iter_slices(_ROWS_AT_A_TIME):
        found = readings(piece, as_of=options.as_of)
        others = documents_of(piece.filter(pl.Series([reading is None for reading in found], dtype=pl.Boolean)))
        for reading in found:
            yield next(others) if reading is None else reading


def _row(account: SnapshotReading | Document, decider: Decider, options: BulkOptions) -> Cells:
    if isinstance(account, Unreadable):
        return refused_row(_readable_id(account.account_id), account.error)
    try:
        reading = account if isinstance(account, SnapshotReading) else _reading(account, options)
        asked = asked_about(reading, options=options.asked, tenant=options.tenant)
        findings = decider.conclude(asked, with_advice=options.texts).findings
    except InputInvalid as error:
        account_id = account.snapshot.account_id if isinstance(account, SnapshotReading) else account.get("account_id")
        return refused_row(_readable_id(account_id), error)
    texts = None
    if options.texts:
        decision = decider.word(findings, options=asked.options)
        texts = canonical_json(decision_document(decision)).decode()
    return decided_row(findings, release=decider.release.release_id.release, texts=texts)


def _reading(document: Mapping[str, Any], options: BulkOptions) -> SnapshotReading:
    if options.as_of is not None and document.get("as_of") is None:
        document = {**document, "as_of": options.as_of}
    return read_snapshot(document, strict=options.asked.strict)


def _readable_id(account_id: object) -> str | None:
    if not isinstance(account_id, str) or not 0 < len(account_id) <= _LONGEST_ID:
        return None
    try:
        account_id.encode()
    except UnicodeEncodeError:  # half a character, which JSON text can hold and a table cannot
        return None
    return account_id
