"""How documents and rows of columns become the values of `records.py`, and back."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from operator import attrgetter
from typing import Any, Final

import orjson

from nextplay.store.records import Answer, Hold, LoggedAction, LoggedDecision, Outcome, Reaction, StoredRecord, Told

_LEVEL: Final = 1
"""The cheapest: higher levels take longer and save little more."""
NO_DUE_DATE: Final = date.max
_action_values: Final = attrgetter(*[field.name for field in fields(LoggedAction)])
_DUE: Final = [field.name for field in fields(LoggedAction)].index("due_on")
_PLAIN: Final = (
    "tenant", "account_id", "decision_id", "as_of", "decided_at", "release", "rulebook_hash", "model_hash",
    "engine_version", "request_id", "took_microseconds",
)  # fmt: skip
_plain_of: Final = attrgetter(*_PLAIN)
METHODS: Final[dict[type[Told], str]] = {Reaction: "reaction", Answer: "answer", Outcome: "outcome", Hold: "hold"}
_TOLD_COLUMNS: Final = {
    "reaction": ("account_id", "action_id", "kind", "at", "decision_id", "until", "actor_id", "reason"),
    "answer": ("account_id", "gap", "answer", "at", "actor_id"),
    "outcome": ("account_id", "kind", "occurred_on", "annual_value", "currency_code", "objective_id"),
    "hold": ("account_id", "play", "until", "reason", "at", "actor_id"),
}
"""The columns of each kind of record, in the order of the fields of its class."""
_KINDS: Final[dict[str, Any]] = {method: kind for kind, method in METHODS.items()}


def packed(document: bytes) -> bytes:
    """Compress a document."""
    return zlib.compress(document, _LEVEL)


def unpacked(blob: bytes) -> bytes:
    """Give a document back."""
    return zlib.decompress(blob)


def decision_row(decision: LoggedDecision) -> dict[str, Any]:
    """Return a decision as the columns of its row."""
    row = dict(zip(_PLAIN, _plain_of(decision), strict=True))
    row["masked"] = orjson.dumps(decision.masked).decode()
    row["held_out"] = orjson.dumps(decision.held_out).decode()
    row["actions"] = orjson.dumps([_action_values(action) for action in decision.actions])
    row["question"] = packed(decision.question)
    row["answer"] = packed(decision.answer)
    return row


def decision_of(row: Any) -> LoggedDecision:  # noqa: ANN401  a row has the columns that were asked for
    """Read a decision back from its row."""
    return LoggedDecision(
        **{name: getattr(row, name) for name in _PLAIN},
        masked=tuple(orjson.loads(row.masked)),
        held_out=tuple(orjson.loads(row.held_out)),
        actions=tuple(_action_of(values) for values in orjson.loads(row.actions)),
        question=unpacked(row.question),
        answer=unpacked(row.answer),
    )


def _action_of(values: list[Any]) -> LoggedAction:
    if values[_DUE] is not None:
        values[_DUE] = date.fromisoformat(values[_DUE])
    return LoggedAction(*values)


def told_row(told: Told) -> dict[str, Any]:
    """Return what was told as the columns of its row."""
    method = METHODS[type(told)]
    values: Sequence[object] = [getattr(told, field.name) for field in fields(told)]
    return {"method": method, **dict(zip(_TOLD_COLUMNS[method], values, strict=True))}


def record_of(row: Any) -> StoredRecord:  # noqa: ANN401  see above
    """Read something told back from its row."""
    told = _KINDS[row.method](*[getattr(row, column) for column in _TOLD_COLUMNS[row.method]])
    is_reaction = row.method == "reaction"
    return StoredRecord(
        sequence=row.sequence,
        tenant=row.tenant,
        request_id=row.request_id,
        record_id=row.record_id,
        recorded_at=row.recorded_at,
        told=told,
        play=row.play if is_reaction else None,
        gap=row.gap if is_reaction else None,
        channel=row.channel if is_reaction else None,
    )
