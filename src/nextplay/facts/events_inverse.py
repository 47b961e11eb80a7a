"""From facts about events of one kind back to rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nextplay.decision import FactValue
from nextplay.facts.declare import Writer, number
from nextplay.facts.draft import Draft

EVENT_WINDOWS: Final = (30, 90, 180)
"""Days of the windows that events are counted over."""
STATUS_WINDOW: Final = 180
"""Days that the flags about a status look back."""


def event_writer(kind: str) -> Writer:
    """Return the inverse of all facts about events of `kind`."""

    def write(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
        short = {name.rpartition(".")[2]: value for name, value in wanted.items()}
        counted = _counted(draft, short)
        _state(counted, draft, short)
        for row in counted:
            row["kind"] = kind
        draft.rows("events").extend(counted)

    return write


def _counted(draft: Draft, short: Mapping[str, FactValue]) -> list[dict[str, Any]]:
    """Return rows that are not explained, so many in every window as asked for and none newer than asked for."""
    newest = short.get("days_since")
    ages = [] if newest is None else [int(number(newest))]
    for window in EVENT_WINDOWS:
        wished = short.get(f"count_{window}d")
        inside = sum(age <= window for age in ages)
        if wished is None:
            continue
        missing = int(number(wished)) - inside
        if missing < 0:
            raise ValueError("more events would be needed than asked for")
        ages += [max(window - 1, int(number(newest or 0)))] * missing
    return [{"occurred_on": draft.ago(age)} for age in ages]


def _state(rows: list[dict[str, Any]], draft: Draft, short: Mapping[str, FactValue]) -> None:
    """Give every row a status, adding rows where a status is asked for that none can take."""
    wished = [status for status in ("confirmed", "unverified") if short.get(f"any_{status}") is True]
    filler = "unverified" if short.get("any_unverified") is not False else "confirmed"
    for index, row in enumerate(rows):
        row["status"] = wished[index] if index < len(wished) else filler
    rows += [{"occurred_on": draft.ago(0), "status": status} for status in wished[len(rows) :]]
    if short.get("any_explained") is True:
        rows.append({"occurred_on": draft.ago(0), "status": "explained"})
