"""One spelling for every value, so that equal values have equal bytes: what ids and hashes are made of.

Canonical JSON here: keys sorted, no blanks, unset omitted, a list known to be empty as `[]`, instants in UTC with `Z`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, Final

import orjson

from nextplay.decision import Decision, Options
from nextplay.snapshot import CustomerSnapshot, HistoryEntry

_GROUPS: Final = ("profile", "contract", "usage", "support", "relationship", "billing", "attributes", "team")


def canonical_json(document: object) -> bytes:
    """Serialise a JSON document with sorted keys and no blanks, as UTF-8."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def digest(document: object, *, prefix: str = "", digits: int = 64) -> str:
    """Hash a JSON document: `prefix` and the first `digits` hex digits of the SHA-256 of its canonical bytes."""
    return prefix + hashlib.sha256(canonical_json(document)).hexdigest()[:digits]


def snapshot_document(snapshot: CustomerSnapshot) -> dict[str, Any]:
    """Return the snapshot as JSON values: what is unknown is left out, what is known to be empty is `[]`.

    A group of which nothing is known equals a group that was not sent, so it is left out as well.
    """
    document: dict[str, Any] = _document(snapshot)
    for group in _GROUPS:
        if not document.get(group, True):
            del document[group]
    return document


def history_document(history: Sequence[HistoryEntry]) -> list[dict[str, Any]]:
    """Return the history that a decision used as JSON values, in the order it was used."""
    return [_document(entry) for entry in history]


def options_document(options: Options) -> dict[str, Any]:
    """Return the options that a decision depends on as JSON values."""
    document: dict[str, Any] = _document(options)
    return document


def decision_document(decision: Decision) -> dict[str, Any]:
    """Return the decision as JSON values under the names of the contract; lists stay, absent values are left out."""
    document: dict[str, Any] = _document(decision)
    return document


def _document(value: Any) -> Any:  # noqa: ANN401  JSON has no narrower type
    kind: Any = type(value)
    if kind in _PLAIN:
        return value
    if kind is tuple:
        return [_document(item) for item in value]
    if kind is datetime:
        return value.isoformat().replace("+00:00", "Z")
    if kind is date:
        return value.isoformat()
    if kind is dict:
        return {name: _document(item) for name, item in value.items()}
    names, values_of = _fields_of(kind)
    return {
        name: item if type(item) in _PLAIN else _document(item)
        for name, item in zip(names, values_of(value), strict=True)
        if item is not None
    }


@cache
def _fields_of(kind: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[object, ...]]]:  # noqa: ANN401  see above
    """Return the names of a class's fields, and what fetches all their values at once."""
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return kind._fields, tuple
    if not is_dataclass(kind):
        msg = f"a {kind.__name__} has no place in a document"
        raise TypeError(msg)
    names = tuple(entry.name for entry in fields(kind))
    if len(names) == 1:
        return names, lambda value: (getattr(value, names[0]),)
    return names, attrgetter(*names)


_PLAIN: Final = frozenset({str, bool, int, float, type(None)})
