"""Messages of the contract → names and values, as any door delivers them; absent fields are left out.

Walking a message field by field through its descriptors asks them the same for every message. So one function per
place of a message is written out of its descriptor, as `encoding.py` does the other way round. A value other than zero,
false and empty is present; only of those the message has to be asked.
`tests/service/test_unfolding.py` holds it against the protobuf runtime.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet

from nextplay.errors import Violation

MOST_ROWS: Final = 2000
"""Rows of the longest list that a snapshot may carry; longer lists are refused before they are unfolded."""


class Unfolding:
    """What was met on the way: how many fields the contract does not know, and which lists are too long."""

    __slots__ = ("unknown_fields", "violations")

    def __init__(self) -> None:
        """Begin with nothing met."""
        self.unknown_fields = 0
        self.violations: list[Violation] = []

    def document(self, message: Message) -> dict[str, Any]:
        """Return a request as names and values."""
        return _reader(message.DESCRIPTOR)(message, self)

    def fits(self, path: str, items: Sequence[object] | Mapping[str, object]) -> bool:
        """Tell whether a list or map is short enough to be unfolded; one that is not becomes a violation."""
        if len(items) <= MOST_ROWS:
            return True
        self.violations.append(Violation(path, f"must have at most {MOST_ROWS} rows"))
        return False


_Reader = Callable[[Any, Unfolding], dict[str, Any]]


@cache
def _reader(descriptor: Descriptor, path: str = "") -> _Reader:
    """Write the function that unfolds a message at a place. The source holds names of the contract only."""
    names: dict[str, Any] = {"unknown": UnknownFieldSet}
    lines = [
        "def read(message, unfolding):",
        "    has = message.HasField",
        "    found = {}",
        "    if fields := len(unknown(message)): unfolding.unknown_fields += fields",
    ]
    for field in sorted(descriptor.fields, key=lambda field: field.number):
        lines += [f"    {line}" for line in _lines(field, path + field.name, names)]
    lines.append("    return found")
    exec("\n".join(lines), names)  # noqa: S102  the source holds names of the contract only
    reader: _Reader = names["read"]
    return reader


def _lines(field: FieldDescriptor, path: str, names: dict[str, Any]) -> list[str]:
    """Write how one field is unfolded into `found`."""
    name, inner = field.name, field.message_type
    if field.is_repeated:
        if inner is not None:
            names[f"read_{name}"] = _many(inner, path)
        many = f"read_{name}(value, unfolding)" if inner is not None else "[*value]"
        empty = "{}" if inner is not None and inner.GetOptions().map_entry else "[]"
        return [
            f"if value := message.{name}:",
            f"    found[{name!r}] = {many} if unfolding.fits({path!r}, value) else {empty}",
        ]
    if inner is not None:
        names[f"read_{name}"] = _reader(inner, f"{path}.")
        return [f"if has({name!r}): found[{name!r}] = read_{name}(message.{name}, unfolding)"]
    asked = f" or has({name!r})" if field.has_presence else ""
    return [f"if (value := message.{name}){asked}: found[{name!r}] = value"]


def _many(inner: Descriptor, path: str) -> Callable[[Any, Unfolding], object]:
    """Return how a list of messages or a map is unfolded."""
    if not inner.GetOptions().map_entry:
        row = _reader(inner, f"{path}.")
        return lambda rows, unfolding: [row(item, unfolding) for item in rows]
    of = inner.fields_by_name["value"].message_type
    if of is None:
        return lambda values, _: {key: values[key] for key in values}
    read = _reader(of, f"{path}.")

    def values_of(values: Mapping[str, Message], unfolding: Unfolding) -> dict[str, object]:
        """Unfold what holds one value each; where none is set there is nothing."""
        found = {key: read(values[key], unfolding) for key in values}
        return {key: next(iter(value.values())) for key, value in found.items() if value}

    return values_of
