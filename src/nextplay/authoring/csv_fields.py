"""What a column of an export may become: every field of a snapshot, with the way its cells are read.

The list is read off the snapshot's own types, so a field that is added there can be mapped at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from datetime import date, datetime
from functools import cache
from types import NoneType
from typing import Annotated, Any, Final, Literal, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter

from nextplay.snapshot import AttributeValue, CustomerSnapshot, Money, Name

FieldKind = Literal["text", "word", "whole", "number", "flag", "day", "instant", "money"]
_INDEX: Final = re.compile(r"\[\d+\]")
_KINDS: Final[dict[Any, FieldKind]] = {
    str: "text",
    int: "whole",
    float: "number",
    bool: "flag",
    date: "day",
    datetime: "instant",
    Money: "money",
}
KIND_NAMES: Final[dict[FieldKind, str]] = {
    "text": "text",
    "word": "word of a closed list",
    "whole": "whole number",
    "number": "number",
    "flag": "yes or no",
    "day": "date",
    "instant": "point in time",
    "money": "sum of money",
}
"""What the kinds are called in messages."""


@dataclass(frozen=True, slots=True)
class SnapshotField:
    """One field that a cell may fill. `path` has `[]` where an index stands and `*` for a free name."""

    path: str
    kind: FieldKind
    words: tuple[str, ...]
    adapter: TypeAdapter[Any]


@cache
def snapshot_fields() -> dict[str, SnapshotField]:
    """Return every field that can be mapped, by its pattern (`contract.seats`, `surveys[].score`, `attributes.*`)."""
    found = dict(_walk(CustomerSnapshot, ""))
    found["attributes.*"] = SnapshotField("attributes.*", "text", (), TypeAdapter(AttributeValue))
    found["team.*"] = SnapshotField("team.*", "text", (), TypeAdapter(Name))
    return found


def field_of(path: str) -> SnapshotField | None:
    """Find the field that `path` (`surveys[0].score`, `attributes.plan`) names; `None` where there is none."""
    pattern = _INDEX.sub("[]", path)
    group, dot, name = pattern.partition(".")
    if group in {"attributes", "team"} and dot and name:
        pattern = f"{group}.*"
    return snapshot_fields().get(pattern) if "[]" not in path and "*" not in path else None


def segments(path: str) -> tuple[str | int, ...]:
    """Split a path into the keys and indices that lead to it: `surveys[0].score` is `("surveys", 0, "score")`."""
    group, dot, rest = path.partition(".")
    if group in {"attributes", "team"} and dot:
        return (group, rest)
    return tuple(int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", path))


def _walk(kind: type, prefix: str) -> Iterator[tuple[str, SnapshotField]]:
    for name, hint in get_type_hints(kind, include_extras=True).items():
        annotated = _without_none(hint)
        path = f"{prefix}{name}"
        base = _base(annotated)
        if base in _KINDS:
            yield path, SnapshotField(path, _KINDS[base], (), TypeAdapter(annotated))
        elif get_origin(base) is Literal:
            yield path, SnapshotField(path, "word", tuple(map(str, get_args(base))), TypeAdapter(annotated))
        elif is_dataclass(base) and isinstance(base, type):
            yield from _walk(base, f"{path}.")
        elif get_origin(base) is tuple and is_dataclass(get_args(base)[0]):
            yield from _walk(get_args(base)[0], f"{path}[].")


def _without_none(hint: Any) -> Any:  # noqa: ANN401  type hints have no narrower type
    options = [option for option in get_args(hint) if option is not NoneType]
    optional = NoneType in get_args(hint) and get_origin(hint) is not Annotated
    return options[0] if optional and len(options) == 1 else hint


def _base(hint: Any) -> Any:  # noqa: ANN401  type hints have no narrower type
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint
