"""JSON text: one meaning for every text, or a refusal."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextplay.errors import InputInvalid
from nextplay.snapshot import MAX_DEPTH, parse_json_snapshot


def _refusal(text: str | bytes) -> str:
    with pytest.raises(InputInvalid) as caught:
        parse_json_snapshot(text)
    return str(caught.value)


def test_an_object_is_read() -> None:
    """Text and UTF-8 bytes give the same plain values."""
    text = '{"account_id": "a", "usage": {"volume_28d": 1.5, "active_users_28d": 3}, "surveys": []}'
    expected = {"account_id": "a", "usage": {"volume_28d": 1.5, "active_users_28d": 3}, "surveys": []}
    assert parse_json_snapshot(text) == parse_json_snapshot(text.encode()) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1, "a": 2}', "snapshot: has the key `a` twice in one object"),
        ('{"Żółw 1": 1, "Żółw 1": 2}', "snapshot: has the key `?` twice in one object"),
        ('{"a": NaN}', "snapshot: must not contain NaN or Infinity: leave an unknown number out"),
        ('{"a": -Infinity}', "snapshot: must not contain NaN or Infinity: leave an unknown number out"),
        ('{"a": 1e999}', "snapshot: must not contain numbers beyond the range of a double"),
        ('{"a": ' + "9" * 5000 + "}", "snapshot: must not contain numbers of more than 400 digits"),
        ("[]", "snapshot: must be an object"),
        ('"secret"', "snapshot: must be an object"),
        ('{"a":\n secret}', "snapshot: is not valid JSON at line 2, column 2"),
        ("\ufeff{}", "snapshot: is not valid JSON at line 1, column 1"),
        (b'{"a": "\xff"}', "snapshot: must be UTF-8"),
        ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "snapshot: must not nest deeper than 32 levels"),
    ],
)
def test_trouble_is_refused(text: str | bytes, expected: str) -> None:
    """Each trap of the format is refused in words that repeat nothing of the text."""
    assert _refusal(text) == expected


def test_the_limit_of_nesting_is_exact() -> None:
    """As many levels as allowed are taken; one more is not. Brackets in texts do not count."""
    inside = "[" * (MAX_DEPTH - 1) + '"[[[["' + "]" * (MAX_DEPTH - 1)
    assert parse_json_snapshot('{"a": ' + inside + "}")
    assert "must not nest" in _refusal('{"a": [' + inside + "]}")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:0123456789eE-.nulNaI \\u', max_size=60))
def test_any_bytes_are_read_or_refused(text: str | bytes) -> None:
    """No input raises anything but `InputInvalid`."""
    try:
        found: object = parse_json_snapshot(text)
    except InputInvalid as error:
        found = {violation.path: violation.message for violation in error.violations if violation.path == "snapshot"}
    assert isinstance(found, dict)
