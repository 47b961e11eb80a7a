"""Frozen values straight to protobuf bytes.

Building message objects first costs more than the rest of the way from a decision to its bytes: each of a hundred
nested messages passes through Python. So one function per message is written out of its descriptor, as `dataclasses`
does for `__init__`, and joins bytes. `tests/service/test_encoding.py` holds it against the protobuf runtime.

Format: https://protobuf.dev/programming-guides/encoding (varint tags; wire types 0, 1 and 2).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor

Writer = Callable[[Any], bytes]
"""A value → its bytes."""

_VARINT, _FIXED64, _LENGTH = 0, 1, 2
_WIRE_TYPES: Final = {
    FieldDescriptor.TYPE_DOUBLE: _FIXED64,
    FieldDescriptor.TYPE_BOOL: _VARINT,
    FieldDescriptor.TYPE_INT32: _VARINT,
    FieldDescriptor.TYPE_INT64: _VARINT,
}
"""The numbers of this contract; everything else is written with its length."""
_VALUES_KEPT: Final = 8192
_TWO_BYTES: Final = 1 << 14
_pack_double = struct.Struct("<d").pack


def message_writer(
    descriptor: Descriptor,
    *,
    special: Mapping[str, Writer] | None = None,
    repeating: Collection[str] = (),
    shapes: Mapping[str, tuple[str, ...]] | None = None,
) -> Writer:
    """Write the function that turns a value into the body of a message.

    The value must have an attribute for each field of the contract, `None` where it is absent. `special` gives the
    body of a message (by its name) or the UTF-8 of a text field (`Message.field`) that differs in the domain.
    `repeating` names the texts and messages (hashable ones) whose values repeat from call to call: their bytes are
    kept, within a bound. `shapes` gives, by the name of the message, the fields of those values that are named
    tuples, in their order: these are unpacked at once, which costs less than reading every attribute.
    """
    return _Compiler(special or {}, repeating, shapes or {}).body(descriptor)


def tagged(number: int, body: bytes) -> bytes:
    """Return a text, or the body of a message, as field `number`."""
    return _delimited(_tag(number, _LENGTH), body)


def packed_doubles(number: int, values: Iterable[float]) -> bytes:
    """Return a repeated double as field `number`."""
    return tagged(number, b"".join(map(_pack_double, values)))


def double_writer(number: int) -> Writer:
    """Return the function that writes a double as field `number`."""
    tag = _tag(number, _FIXED64)
    return lambda value: tag + _pack_double(value)


def flag_writer(number: int) -> Writer:
    """Return the function that writes a flag as field `number`, also where it is false."""
    yes, no = _tag(number, _VARINT) + b"\x01", _tag(number, _VARINT) + b"\x00"
    return lambda value: yes if value else no


class _Kept(dict[Hashable, bytes]):
    """Value → the bytes of its field, for values that come from the rulebook and so come again. Bounded."""

    def __init__(self, tag: bytes, body: Writer) -> None:
        super().__init__()
        self._tag = tag
        self._body = body

    def __missing__(self, value: Hashable) -> bytes:
        encoded = _delimited(self._tag, self._body(value))
        if len(self) >= _VALUES_KEPT:
            self.clear()
        self[value] = encoded
        return encoded


class _Heads(dict[int, bytes]):
    """Size of a body → the tag and the size that stand before it, for one field; sizes of two bytes are kept."""

    def __init__(self, tag: bytes) -> None:
        super().__init__()
        self._tag = tag

    def __missing__(self, size: int) -> bytes:
        head = self._tag + _varint(size)
        if size < _TWO_BYTES:
            self[size] = head
        return head


class _Compiler:
    """Writes one function for each message below a descriptor."""

    def __init__(
        self, special: Mapping[str, Writer], repeating: Collection[str], shapes: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._special = special
        self._repeating = repeating
        self._shapes = shapes
        self._bodies: dict[str, Writer] = {}

    def body(self, descriptor: Descriptor) -> Writer:
        """Return the writer of a message's body."""
        if descriptor.name in self._special:
            return self._special[descriptor.name]
        if descriptor.name not in self._bodies:
            self._bodies[descriptor.name] = self._compiled(descriptor)
        return self._bodies[descriptor.name]

    def _compiled(self, descriptor: Descriptor) -> Writer:
        names: dict[str, object] = {"join": b"".join, "varint": _varint}
        fields = sorted(descriptor.fields, key=lambda field: field.number)
        parts = ", ".join(self._field(field, names) for field in fields)
        shape = self._shapes.get(descriptor.name)
        if shape is None:
            read = [f"    v_{field.name} = value.{field.name}" for field in fields]
        else:
            read = [f"    {''.join(f'v_{name}, ' for name in shape)}= value"]
        source = "\n".join(("def write(value):", *read, f"    return join(({parts},))"))
        exec(compile(source, f"<writer of {descriptor.full_name}>", "exec"), names)  # noqa: S102  our own field names only
        return names["write"]  # type: ignore[return-value]

    def _field(self, field: FieldDescriptor, names: dict[str, object]) -> str:
        """Return the expression for one field; what it calls goes into `names`."""
        found = f"v_{field.name}"
        if field.is_repeated:
            one = self._one(field, "item", names)
            if one == f"kept_{field.number}[item]":
                return f"join(map(kept_{field.number}.__getitem__, {found})) if {found} else b''"
            return f"join([{one} for item in {found}]) if {found} else b''"
        absent = f"{found} is None" if field.has_presence else f"not {found}"
        return f"b'' if {absent} else {self._one(field, found, names)}"

    def _one(self, field: FieldDescriptor, value: str, names: dict[str, object]) -> str:
        """Return the expression that writes one value of a field; it calls nothing that it can spell out."""
        number, tag = field.number, _tag(field.number, _WIRE_TYPES.get(field.type, _LENGTH))
        names[f"tag_{number}"] = tag
        if field.type == FieldDescriptor.TYPE_DOUBLE:
            names[f"double_{number}"] = struct.Struct(f"<{len(tag)}sd").pack  # tag and number in one call
            return f"double_{number}(tag_{number}, {value})"
        if field.type == FieldDescriptor.TYPE_BOOL:
            return f"tag_{number} + (b'\\1' if {value} else b'\\0')"
        if field.type in _WIRE_TYPES:
            return f"tag_{number} + varint({value})"
        path = ".".join(field.full_name.split(".")[-2:])
        write = self.body(field.message_type) if field.message_type else self._special.get(path, str.encode)
        if path in self._repeating:
            names[f"kept_{number}"] = _Kept(tag, write)
            return f"kept_{number}[{value}]"
        names[f"heads_{number}"], names[f"body_{number}"] = _Heads(tag), write
        body = f"{value}.encode()" if write is str.encode else f"body_{number}({value})"
        return f"heads_{number}[len(bytes_{number} := {body})] + bytes_{number}"


def _delimited(tag: bytes, body: bytes) -> bytes:
    size = len(body)
    return tag + (_SHORT[size] if size < _TWO_BYTES else _varint(size)) + body


def _tag(number: int, wire_type: int) -> bytes:
    return _varint(number << 3 | wire_type)


def _varint(number: int) -> bytes:
    if 0 <= number < _TWO_BYTES:
        return _SHORT[number]
    rest = number & (2**64 - 1)
    out = bytearray()
    while rest > 0x7F:  # noqa: PLR2004  seven bits a byte
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)


_SHORT: Final = tuple(
    bytes((number,)) if number < 128 else bytes((number & 0x7F | 0x80, number >> 7))  # noqa: PLR2004  seven bits
    for number in range(_TWO_BYTES)
)
"""Varints of one and two bytes."""
