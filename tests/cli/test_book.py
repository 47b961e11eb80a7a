"""Snapshots are read from one object or from lines, and one bad line costs only itself."""

from __future__ import annotations

import pytest

from nextplay.cli.book import read_book


def entries(text: bytes, *, lines: bool | None = None) -> tuple[bool, list[tuple[int, object]]]:
    """Read a book; a broken entry is its message."""
    book = read_book(text.splitlines(keepends=True), lines=lines)
    return book.lines, [(entry.line, entry.document or str(entry.error)) for entry in book.entries]


def test_one_object_on_one_line_is_one_account() -> None:
    """A single object is no book, wherever its line ends."""
    assert entries(b'{"a": 1}\n') == (False, [(1, {"a": 1})])


def test_one_object_over_several_lines_is_one_account() -> None:
    """An object laid out for reading is read whole."""
    assert entries(b'\xef\xbb\xbf{\n "a": 1\n}\n') == (False, [(1, {"a": 1})])


def test_lines_are_a_book_and_blank_lines_are_passed_over() -> None:
    """Each object keeps the number of its line."""
    assert entries(b'{"a": 1}\n\n{"a": 2}\n') == (True, [(1, {"a": 1}), (3, {"a": 2})])


def test_a_broken_first_line_is_only_a_broken_line() -> None:
    """A book whose first line is cut off is still a book."""
    lines, found = entries(b'{"a": \n{"a": 2}\n')
    assert lines
    assert found[0][0] == 1
    assert "is not valid JSON" in str(found[0][1])
    assert found[1] == (2, {"a": 2})


def test_a_file_named_jsonl_is_a_book_of_one() -> None:
    """Where the name says lines, a single line is a book."""
    assert entries(b'{"a": 1}\n', lines=True) == (True, [(1, {"a": 1})])


def test_nothing_at_all_is_said() -> None:
    """An empty input is an error, not silence."""
    assert entries(b" \n") == (False, [(1, "snapshot: is empty; send a JSON object with at least `account_id`")])


@pytest.mark.parametrize("text", [b"{", b"[1]", b"\xff{}", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"[" * 100_000])
def test_what_is_no_snapshot_at_all_is_one_entry_with_its_fault(text: bytes) -> None:
    """Whatever the bytes are, reading them ends in an entry with an error, never in a traceback."""
    book = read_book([text])
    assert not book.lines
    (entry,) = book.entries
    assert entry.document is None
    assert entry.error is not None
    assert [violation.path for violation in entry.error.violations] == ["snapshot"]
