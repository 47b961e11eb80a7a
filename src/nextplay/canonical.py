"""One spelling for every value, so that equal values have equal bytes: what ids and hashes are made of.

Canonical JSON here: keys sorted, no blanks, unset omitted, a list known to be empty as `[]`, instants in UTC with `Z`.
Only a zero below zero (-0.0) keeps its sign.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import orjson

from nextplay.decision import Decision, Options
from nextplay.snapshot import CustomerSnapshot, HistoryEntry, InputWarning

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


def sorted_document(record: object, *, without: str = "") -> dict[str, Any]:
    """Return a record of a question, without one field, as a document whose keys are in order; for `sorted_digest`.

    What the functions above write is for stores and people. An id needs the bytes alone, of every account: here the
    keys need no sorting, and days and instants are left to orjson, which spells them the same way.
    """
    kind: Any = type(record)
    return _sorted_writer(kind, without)(record)


def sorted_digest(document: object, *, prefix: str, digits: int) -> str:
    """Hash what `sorted_document` wrote: equal to `digest` of the plain document of the same values."""
    written = orjson.dumps(document, option=orjson.OPT_UTC_Z)
    return prefix + hashlib.sha256(written).hexdigest()[:digits]


def decision_document(decision: Decision) -> dict[str, Any]:
    """Return the decision as JSON values under the names of the contract; lists stay, absent values are left out."""
    document: dict[str, Any] = _document(decision)
    return document


def decision_json(decision: Decision) -> bytes:
    """Return the canonical JSON of `decision_document`, more cheaply: nothing is sorted or spelled on the way."""
    return orjson.dumps(_writer(Decision, in_order=True)(decision), option=orjson.OPT_UTC_Z)


def _document(value: Any) -> Any:  # noqa: ANN401  JSON has no narrower type
    kind: Any = type(value)
    if kind in _PLAIN:
        return value
    if kind is tuple:
        return [item if type(item) in _PLAIN else _document(item) for item in value]
    if kind is datetime:
        return _instant(value)
    if kind is date:
        return value.isoformat()
    if kind is dict:
        return {name: item if type(item) in _PLAIN else _document(item) for name, item in value.items()}
    return _writer(kind)(value)


def _instant(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


@cache
def _writer(kind: Any, *, in_order: bool = False) -> Callable[[Any], dict[str, Any]]:  # noqa: ANN401  any class of fields
    """Write the function that turns a record into its document, as `dataclasses` does for `__init__`.

    A decision has hundreds of records; asking each value for its type would cost more than knowing it. With
    `in_order` the keys are sorted, and what orjson spells as we do is left to it.

    Raises `TypeError` where a field has no place in a document, or none that would be in order.
    """
    is_tuple = issubclass(kind, tuple) and hasattr(kind, "_fields")
    if not is_tuple and not is_dataclass(kind):
        msg = f"a {kind.__name__} has no place in a document"
        raise TypeError(msg)
    hints = get_type_hints(kind, globalns=vars(sys.modules[kind.__module__]) | _NAMES)
    names: tuple[str, ...] = kind._fields if is_tuple else tuple(entry.name for entry in fields(kind))
    scope: dict[str, Any] = {"document": _document, "instant": _instant}
    lines = [f"    {name}_ = value.{name}" for name in names]
    if is_tuple:
        lines = [f"    {', '.join(f'{name}_' for name in names)}, = value"]
    lines.append("    found = {}")
    for name in sorted(names) if in_order else names:
        inner, may_lack = _without_none(hints[name])
        put = f"found[{name!r}] = {_expression(inner, f'{name}_', scope, in_order=in_order)}"
        lines.append(f"    if {name}_ is not None: {put}" if may_lack else f"    {put}")
    source = "\n".join(["def write(value):", *lines, "    return found"])
    exec(compile(source, f"<document of {kind.__name__}>", "exec"), scope)  # noqa: S102  our own field names only
    write: Callable[[Any], dict[str, Any]] = scope["write"]
    return write


def _expression(hint: Any, value: str, scope: dict[str, Any], *, in_order: bool) -> str:  # noqa: ANN401  any type
    """Return the expression that turns a value of this type into JSON; what it calls goes into `scope`."""
    if hint in _PLAIN or get_origin(hint) is Literal or (in_order and _is_left_to_orjson(hint)):
        return value
    if hint is datetime:
        return f"instant({value})"
    if hint is date:
        return f"{value}.isoformat()"
    if get_origin(hint) is tuple and get_args(hint)[1:] == (...,):
        one = _expression(get_args(hint)[0], "item", scope, in_order=in_order)
        return f"[*{value}]" if one == "item" else f"[{one} for item in {value}]"
    if isinstance(hint, type) and (is_dataclass(hint) or hasattr(hint, "_fields")):
        scope[f"write_{hint.__name__}"] = _writer(hint, in_order=in_order)
        return f"write_{hint.__name__}({value})"
    if in_order:
        raise TypeError(f"no order is known for the keys of a field of type {hint}")
    return f"document({value})"


def _is_left_to_orjson(hint: Any) -> bool:  # noqa: ANN401  any type
    """Say whether orjson takes every value of a type as it is: days, instants, and tuples of what it takes."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return all(map(_is_left_to_orjson, parts))
    if origin is tuple:
        return all(part is ... or _is_left_to_orjson(part) for part in parts)
    return hint in _PLAIN or hint in {date, datetime} or origin is Literal


@cache
def _sorted_writer(kind: Any, without: str) -> Callable[[Any], dict[str, Any]]:  # noqa: ANN401  any class of fields
    """Write the function behind `sorted_document`; a group or mapping of which nothing is known is left out."""
    hints = get_type_hints(kind)
    scope: dict[str, Any] = {}
    lines = ["def write(record):", "    found = {}"]
    for name in sorted(entry.name for entry in fields(kind) if entry.name != without):
        inner, _ = _without_none(hints[name])
        row: Any = get_args(inner)[0] if get_origin(inner) is tuple else inner
        write = f"write_{getattr(row, '__name__', '')}"
        is_record: bool = is_dataclass(row)
        if is_record:
            scope[write] = _sorted_writer(row, "")
        known, written = "value is not None", "value"
        if get_origin(inner) is dict:
            known, written = "value", "dict(sorted(value.items()))"
        elif is_record and row is inner:
            known = f"value is not None and (value := {write}(value))"
        elif is_record:
            written = f"[{write}(row) for row in value]"
        lines += [f"    value = record.{name}", f"    if {known}: found[{name!r}] = {written}"]
    source = "\n".join([*lines, "    return found"])
    exec(compile(source, f"<sorted {kind.__name__}>", "exec"), scope)  # noqa: S102  our own field names only
    write_record: Callable[[Any], dict[str, Any]] = scope["write"]
    return write_record


def _without_none(hint: Any) -> tuple[Any, bool]:  # noqa: ANN401  any type
    """Return a type without `None`, and whether that was one of its alternatives."""
    parts = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
    kept = [part for part in parts if part is not type(None)]
    if len(kept) == len(parts):
        return hint, False
    return kept[0] if len(kept) == 1 else Union[tuple(kept)], True  # noqa: UP007  the parts are known at run time alone


_PLAIN: Final = frozenset({str, bool, int, float, type(None)})
_NAMES: Final = {"date": date, "datetime": datetime, "InputWarning": InputWarning}
"""What `decision.py` imports for checkers only."""
