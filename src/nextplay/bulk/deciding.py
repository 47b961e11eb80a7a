"""A batch of accounts in, a batch of decisions out: one row for each row, in the same order, whatever is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from nextplay.bulk.documents import Document, documents
from nextplay.bulk.rows import Cells, decided_row, refused_row, result_batch
from nextplay.canonical import canonical_json, decision_document
from nextplay.decider import Decider
from nextplay.decision import Options
from nextplay.errors import InputInvalid
from nextplay.question import DEFAULT_OPTIONS, Asked, asked_about
from nextplay.snapshot import read_snapshot

_LONGEST_ID: Final = 200


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
    return result_batch([_row(document, decider, options) for document in documents(batch)])


def _row(document: Document, decider: Decider, options: BulkOptions) -> Cells:
    if isinstance(document, InputInvalid):
        return refused_row(None, document)
    try:
        asked = _asked(document, options)
        findings = decider.conclude(asked, with_advice=options.texts).findings
    except InputInvalid as error:
        return refused_row(_readable_id(document), error)
    texts = None
    if options.texts:
        decision = decider.word(findings, options=asked.options)
        texts = canonical_json(decision_document(decision)).decode()
    return decided_row(findings, release=decider.release.release_id.release, texts=texts)


def _asked(document: Mapping[str, Any], options: BulkOptions) -> Asked:
    if options.as_of is not None and document.get("as_of") is None:
        document = {**document, "as_of": options.as_of}
    reading = read_snapshot(document, strict=options.asked.strict)
    return asked_about(reading, options=options.asked, tenant=options.tenant)


def _readable_id(document: Mapping[str, Any]) -> str | None:
    account_id = document.get("account_id")
    if not isinstance(account_id, str) or not 0 < len(account_id) <= _LONGEST_ID:
        return None
    try:
        account_id.encode()
    except UnicodeEncodeError:  # half a character, which JSON text can hold and a table cannot
        return None
    return account_id
