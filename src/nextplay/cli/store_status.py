"""`nextplay store status`: how much is remembered, and since when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from nextplay.cli.output import Format, FormatOption, plural, say, say_json
from nextplay.cli.store_place import DEFAULT_URL, StoreOption, opened
from nextplay.store.records import StoreStatus


def status(*, store: StoreOption = DEFAULT_URL, output: FormatOption = Format.TEXT) -> None:
    """Count what is remembered, and name the span of time and the schema."""
    with opened(store) as there:
        found = there.status()
    if output is Format.JSON:
        say_json({name: _written(value) for name, value in asdict(found).items() if value is not None})
        return
    for line in _lines(found):
        say(line)


def _written(value: object) -> object:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def _lines(found: StoreStatus) -> Iterator[str]:
    yield f"the store `{found.name}`, schema {found.revision}, {found.size_bytes / 1e6:,.1f} MB"
    yield f"  {plural(found.decisions, 'decision')}{_span(found)}"
    yield f"  {plural(found.records, 'record')} of what people told"
    yield f"  {plural(found.actions, 'action')} on the worklist, closed ones included"
    yield f"  {plural(found.tombstones, 'erased account')}"


def _span(found: StoreStatus) -> str:
    if found.oldest_decided_at is None or found.newest_decided_at is None:
        return ""
    return f" from {found.oldest_decided_at:%Y-%m-%d} to {found.newest_decided_at:%Y-%m-%d}"
