"""A batch of accounts in, a batch of decisions out: one row for each row, in the same order, whatever is in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import polars as pl
import pyarrow as pa

from nextplay.bulk.columns import readings
from nextplay.bulk.documents import Document, Unreadable, documents_of, frame_of, texts_of
from nextplay.bulk.rows import Cells, decided_row, refused_row, result_batch
from nextplay.bulk.unfit import unfit_rows
from nextplay.canonical import decision_json
from nextplay.decider import Concluded, Decider
from nextplay.decision import Options
from nextplay.errors import InputInvalid
from nextplay.question import DEFAULT_OPTIONS, Asked, asked_about
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
    found = _accounts(batch, options)
    rows: list[Cells] = []
    while piece := list(islice(found, _ROWS_AT_A_TIME)):
        rows += _rows(piece, decider, options)
    return result_batch(rows)


def _accounts(batch: pa.RecordBatch, options: BulkOptions) -> Iterator[SnapshotReading | Document]:
    """Read all rows but those that hold what nobody can read: these are refused without a look at the rest."""
    unfit = unfit_rows(batch)
    sound = batch
    if unfit:
        sound = batch.take(pa.array([row for row in range(batch.num_rows) if row not in unfit], pa.int64()))
    frame = frame_of(sound)
    others = texts_of(batch) if frame is None else _read(frame, options)
    for row in range(batch.num_rows):
        yield unfit[row] if row in unfit else next(others)


def _read(frame: pl.DataFrame, options: BulkOptions) -> Iterator[SnapshotReading | Document]:
    """Read rows column by column, and as documents those that are out of the ordinary."""
    for piece in frame.iter_slices(_ROWS_AT_A_TIME):
        found = readings(piece, as_of=options.as_of)
        others = documents_of(piece.filter(pl.Series([reading is None for reading in found], dtype=pl.Boolean)))
        for reading in found:
            yield next(others) if reading is None else reading


def _rows(accounts: Sequence[SnapshotReading | Document], decider: Decider, options: BulkOptions) -> Iterator[Cells]:
    questions = [_question(account, options) for account in accounts]
    asked = [question for question in questions if isinstance(question, Asked)]
    concluded = decider.conclude_each(asked, with_advice=options.texts)
    for account, question in zip(accounts, questions, strict=True):
        found = next(concluded) if isinstance(question, Asked) else question
        if isinstance(found, InputInvalid):
            yield refused_row(_readable_id(_account_id(account)), found)
        else:
            yield decided_row(
                found.findings,
                release=decider.release.release_id.release,
                texts=_texts(found, decider) if options.texts else None,
            )


def _question(account: SnapshotReading | Document, options: BulkOptions) -> Asked | InputInvalid:
    if isinstance(account, Unreadable):
        return account.error
    try:
        reading = account if isinstance(account, SnapshotReading) else _reading(account, options)
        return asked_about(reading, options=options.asked, tenant=options.tenant)
    except InputInvalid as error:
        return error


def _texts(found: Concluded, decider: Decider) -> str:
    decision = decider.word(found.findings, options=found.asked.options)
    return decision_json(decision).decode()


def _account_id(account: SnapshotReading | Document) -> object:
    if isinstance(account, SnapshotReading):
        return account.snapshot.account_id
    return account.account_id if isinstance(account, Unreadable) else account.get("account_id")


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
