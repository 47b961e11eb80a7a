"""Splits a batch into its requests before anything is parsed.

So each request is measured, parsed and refused by itself, and eight megabytes of empty messages never unfold at once.
"""

from __future__ import annotations

from typing import Final

from nextplay.errors import InputInvalid, Violation
from nextplay.service.refusal import BodyUnreadable

MOST_ITEMS: Final = 100
"""Requests in one batch."""
_MOST_FIELDS: Final = 1000
"""Fields at the top of a batch, known or not: more are no batch."""
_REQUESTS_TAG: Final = 1 << 3 | 2
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_FIXED_SIZES: Final = {_FIXED64: 8, _FIXED32: 4}


def split_batch(raw: bytes) -> list[bytes]:
    """Split a message whose field 1 is `repeated` into the bytes of its items; other fields are skipped.

    Raises `BodyUnreadable`, and `InputInvalid` where there are none or more than `MOST_ITEMS`.
    """
    items: list[bytes] = []
    position = fields = 0
    while position < len(raw) and len(items) <= MOST_ITEMS:
        tag, position = _varint(raw, position)
        start, position = _value(raw, position, tag & 7)
        fields += 1
        if fields > _MOST_FIELDS:
            raise BodyUnreadable
        if tag == _REQUESTS_TAG:
            items.append(raw[start:position])
    if not 1 <= len(items) <= MOST_ITEMS:
        raise InputInvalid([Violation("requests", f"must hold 1 to {MOST_ITEMS} requests")])
    return items


def _varint(raw: bytes, position: int) -> tuple[int, int]:
    """Return the varint at `position`, and the position after it."""
    number = 0
    for shift in range(0, 64, 7):
        if position >= len(raw):
            raise BodyUnreadable
        byte = raw[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004  the last byte has no continuation bit
            return number, position
    raise BodyUnreadable


def _value(raw: bytes, position: int, wire_type: int) -> tuple[int, int]:
    """Return start and end of the value at `position`. Groups are not part of this contract."""
    start = end = position
    if wire_type == _VARINT:
        _, end = _varint(raw, position)
    elif wire_type == _LENGTH:
        size, start = _varint(raw, position)
        end = start + size
    elif wire_type in _FIXED_SIZES:
        end = position + _FIXED_SIZES[wire_type]
    else:
        raise BodyUnreadable
    if end > len(raw):
        raise BodyUnreadable
    return start, end
