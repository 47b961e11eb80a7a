"""`nextplay snapshots generate`: an invented book on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.console import nextplay


def test_the_book_and_its_truth_are_aligned(tmp_path: Path) -> None:
    """Snapshots go to the one file and the truth to the other, line by line, and nothing to the screen."""
    book, truth = tmp_path / "book.jsonl", tmp_path / "truth.jsonl"
    ended = nextplay(
        "snapshots", "generate", "--seed", "3", "--accounts", "12", "--months", "2", "--output", book, "--truth", truth
    )
    assert (ended.code, ended.stdout, ended.stderr) == (0, "", "")
    snapshots, told = ([json.loads(line) for line in path.read_bytes().splitlines()] for path in (book, truth))
    assert len({snapshot["account_id"] for snapshot in snapshots}) == 12
    assert len(snapshots) > 12
    assert [(row["account_id"], row["as_of"]) for row in snapshots] == [
        (row["account_id"], row["as_of"]) for row in told
    ]


def test_without_a_file_the_book_goes_to_stdout_and_can_be_decided(tmp_path: Path) -> None:
    """The book in a pipe is the same as in a file, and every account of it gets a decision."""
    book = tmp_path / "book.jsonl"
    piped = nextplay("snapshots", "generate", "--accounts", "8")
    assert nextplay("snapshots", "generate", "--accounts", "8", "--output", book).code == 0
    assert piped.stdout == book.read_text(encoding="utf-8")
    decided = nextplay("decide", "--strict", "--format", "json", "-", stdin=piped.stdout)
    assert decided.code == 0
    assert len(decided.stdout.splitlines()) == 8


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    """Where the file cannot be written, the complaint names it and the exit code is 1."""
    ended = nextplay("snapshots", "generate", "--accounts", "1", "--output", tmp_path / "none" / "book.jsonl")
    assert ended.code == 1
    assert (
        ended.stderr
        == f"cannot write `{tmp_path}/none/book.jsonl`: folder `{tmp_path}/none` is not there; make it first\n"
    )
