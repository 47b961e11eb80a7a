"""A batch of accounts in, a batch of decisions out: one row for each row, in the same order, whatever is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from nextplay.bulk.documents import Document, documents
from nextplay.bulk.rows import Decided, Refused, result_batch
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
    outcomes = [_outcome(document, decider, options) for document in documents(batch)]
    return result_batch(outcomes, release=decider.release.release_id.release)


def _outcome(document: Document, decider: Decider, options: BulkOptions) -> Decided | Refused:
    if isinstance(document, InputInvalid):
        return _refused(None, document)
    try:
        asked = _asked(document, options)
        findings = decider.conclude(asked).findings
    except InputInvalid as error:
        return _refused(document.get("account_id"), error)
    if not options.texts:
        return Decided(findings, None)
    decision = decider.word(findings, options=asked.options)
    return Decided(findings, canonical_json(decision_document(decision)).decode())


def _asked(document: Mapping[str, Any], options: BulkOptions) -> Asked:
    if options.as_of is not None and document.get("as_of") is None:
        document = {**document, "as_of": options.as_of}
    reading = read_snapshot(document, strict=options.asked.strict)
    return asked_about(reading, options=options.asked, tenant=options.tenant)


def _refused(account_id: object, error: InputInvalid) -> Refused:
    readable = isinstance(account_id, str) and 0 < len(account_id) <= _LONGEST_ID
    return Refused(str(account_id) if readable else None, tuple(map(str, error.violations)))
