"""Reading snapshots for the command line: one JSON object, or a whole book of them as JSON lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from nextplay.errors import InputInvalid, Violation
from nextplay.snapshot import parse_json_snapshot

LINE_SUFFIXES: Final = frozenset({".jsonl", ".ndjson"})
"""File names that say themselves that every line is an object."""
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Entry:
    """One snapshot of a book as raw JSON, or what is wrong with it. `line` counts from 1."""

    line: int
    document: Mapping[str, Any] | None
    error: InputInvalid | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """Snapshots in order. `lines` says that each stands on its own line."""

    entries: Iterator[Entry]
    lines: bool


def read_book(stream: Iterable[bytes], *, lines: bool | None = None) -> Book:
    """Read one object or JSON lines; `lines` says which, `None` looks at the first line.

    A first line that is an object of its own, with another line after it, begins a book. Blank lines are passed over.
    """
    numbered = _numbered(stream)
    if lines:
        return Book(map(_entry, numbered), lines=True)
    first = next(numbered, None)
    if first is None:
        error = InputInvalid([Violation("snapshot", "is empty; send a JSON object with at least `account_id`")])
        return Book(iter([Entry(1, None, error)]), lines=False)
    entry = _entry(first)
    second = next(numbered, None)
    rest = chain([first] if second is None else [first, second], numbered)
    if entry.document is not None:
        return Book(map(_entry, rest), lines=second is not None)
    return _whole_or_lines(list(rest))


def _whole_or_lines(numbered: list[tuple[int, bytes]]) -> Book:
    """Decide between one object laid out over lines and a book whose first line is broken."""
    whole = _entry((numbered[0][0], b"\n".join(text for _, text in numbered)))
    if whole.document is None:
        entries = list(map(_entry, numbered))
        if any(entry.document for entry in entries):
            return Book(iter(entries), lines=True)
    return Book(iter([whole]), lines=False)


def _numbered(stream: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    for number, text in enumerate(stream, start=1):
        stripped = (text.removeprefix(_BOM) if number == 1 else text).strip()
        if stripped:
            yield number, stripped


def _entry(numbered: tuple[int, bytes]) -> Entry:
    line, text = numbered
    try:
        return Entry(line, parse_json_snapshot(text))
    except InputInvalid as error:
        return Entry(line, None, error)
