"""Page tokens: where the page before ended, bound to the question that it answered.

A token is good for one question only: sent with another, or changed on the way, it is refused. It is no secret and
opens nothing: whoever made one up would only skip pages of what they may read anyway, and must get its shape right.
"""

from __future__ import annotations

import binascii
import hashlib
from base64 import b64decode, urlsafe_b64encode
from typing import Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from nextplay.canonical import canonical_json
from nextplay.errors import InputInvalid, Violation

Key = TypeVar("Key")
_SEAL_BYTES: Final = 12
_MOST_CHARACTERS: Final = 2000


def page_token(question: object, key: object) -> str:
    """Return the token of the page after `key`; both are JSON values."""
    body = canonical_json(key)
    return urlsafe_b64encode(_seal(question, body) + body).decode()


def key_of(token: str, question: object, shape: TypeAdapter[Key]) -> Key:
    """Return the key that a token of this question was made with.

    Raises `InputInvalid` where it is none of ours, of another question, or its key has not the `shape` it must have.
    """
    try:
        raw = b64decode(token.encode("ascii"), altchars=b"-_", validate=True) if len(token) <= _MOST_CHARACTERS else b""
        seal, body = raw[:_SEAL_BYTES], raw[_SEAL_BYTES:]
        if seal == _seal(question, body):
            return shape.validate_json(body, strict=True)
    except (UnicodeEncodeError, binascii.Error, ValidationError):
        pass
    raise InputInvalid([Violation("page_token", "is not of this question; send it with the fields it came for")])


def _seal(question: object, body: bytes) -> bytes:
    return hashlib.blake2b(canonical_json(question) + b"\0" + body, digest_size=_SEAL_BYTES).digest()
