"""The question that a decision answers, as JSON and back: what is hashed into its id, stored, and asked once more.

A question is the snapshot as it was understood, what was left out of it on the way in, the history that was used, the
options and the tenant. With the release it makes the decision, so a stored question is all that a replay needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter

from nextplay.canonical import (
    history_document,
    options_document,
    snapshot_document,
    sorted_digest,
    sorted_document,
)
from nextplay.decision import Options
from nextplay.snapshot import HistoryEntry, InputWarning, SnapshotReading, read_snapshot

DEFAULT_OPTIONS: Final = Options()


class Asked(NamedTuple):
    """One question. `history` is what is used: a list that came with the snapshot has taken its place already."""

    reading: SnapshotReading
    history: tuple[HistoryEntry, ...] = ()
    options: Options = DEFAULT_OPTIONS
    tenant: str = ""


def asked_about(
    reading: SnapshotReading,
    *,
    history: Sequence[HistoryEntry] = (),
    options: Options = DEFAULT_OPTIONS,
    tenant: str = "",
) -> Asked:
    """Return the question about one account. `history` is what a store remembers; the snapshot's own replaces it."""
    sent = reading.snapshot.history
    return Asked(reading, tuple(history) if sent is None else sent, options, tenant)


def question_document(asked: Asked) -> dict[str, Any]:
    """Return the question as JSON values under `tenant`, `snapshot` (without its history), `history`, `options`.

    `input_warnings` is there where something was left out of the snapshot: it is told in the decision.
    """
    snapshot = snapshot_document(asked.reading.snapshot)
    snapshot.pop("history", None)
    document = {
        "tenant": asked.tenant,
        "snapshot": snapshot,
        "history": history_document(asked.history),
        "options": options_document(asked.options),
    }
    warnings = asked.reading.input_warnings
    if warnings:
        document["input_warnings"] = [{"path": warning.path, "message": warning.message} for warning in warnings]
    return document


def decision_id_of(asked: Asked, *, release: str) -> str:
    """Return the id of the decision that a release makes: the hash of `question_document` and the release's id."""
    reading, history, options, tenant = asked
    document: dict[str, Any] = {"history": [sorted_document(entry) for entry in history]}
    if reading.input_warnings:
        document["input_warnings"] = [sorted_document(warning) for warning in reading.input_warnings]
    document |= {
        "options": sorted_document(options),
        "release": release,
        "snapshot": sorted_document(reading.snapshot, without="history"),
        "tenant": tenant,
    }
    return sorted_digest(document, prefix="d1-", digits=32)


def read_question(document: Mapping[str, Any]) -> Asked:
    """Return the question that `question_document` wrote.

    Raises `InputInvalid` where the snapshot is none that this version takes, `ValueError` where something else is
    not as it was written.
    """
    snapshot = read_snapshot(document["snapshot"]).snapshot
    warnings = [InputWarning(**warning) for warning in document.get("input_warnings", ())]
    history = _history().validate_python(document["history"])
    return Asked(
        SnapshotReading(snapshot, tuple(warnings)), history, Options(**document["options"]), document["tenant"]
    )


@cache
def _history() -> TypeAdapter[tuple[HistoryEntry, ...]]:
    return TypeAdapter(tuple[HistoryEntry, ...])
