"""`nextplay batch` as people run it: as a process that may be killed, with workers that may die."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet
from typer.testing import CliRunner

from nextplay.authoring.sample_book import sample_book
from nextplay.cli.app import app
from nextplay.cli.exits import ExitCode

ROOT = Path(__file__).parents[2]
BOOK = [json.dumps(entry.snapshot) for entry in sample_book(seed=2, accounts=120)]
PLACES = ["--rules", str(ROOT / "rules"), "--models", str(ROOT / "models")]


def book(folder: Path, rows: Sequence[str] = BOOK) -> Path:
    """Write a book of JSON lines."""
    path = folder / "book.jsonl"
    path.write_text("\n".join(rows), "utf-8")
    return path


@contextmanager
def started(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Run the command as a process of its own; it is killed if it is still there."""
    words = [sys.executable, "-m", "nextplay.cli", "batch", *map(str, arguments), *PLACES]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(happens: Callable[[], Any], process: subprocess.Popen[str]) -> Any:  # noqa: ANN401  whatever comes true
    """Wait for something to come true while the process is there."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = happens()
        if found:
            return found
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        time.sleep(0.01)
    raise AssertionError("it did not come true in time")


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """Return the processes that a run has started to decide."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("utf-8").split()
    return [int(child) for child in children if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text("utf-8")]


def alive(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text("utf-8")
    except FileNotFoundError:
        return False


def test_a_killed_run_goes_on_where_it_stood(tmp_path: Path) -> None:
    """Killed with -9, a run leaves no worker and no output; run once more it keeps what was whole."""
    source, output = book(tmp_path), tmp_path / "out.parquet"
    parts = tmp_path / "out.parquet.parts"
    with started(source, output, "--jobs", "2", "--partition-rows", "2") as process:
        until(lambda: list(parts.glob("*.counts.json")), process)
        workers = workers_of(process)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        deadline = time.monotonic() + 60
        while any(map(alive, workers)) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not any(map(alive, workers))
    assert workers
    assert not output.exists()
    kept = len(list(parts.glob("*.counts.json")))
    with started(source, output, "--jobs", "2", "--partition-rows", "2", "--format", "json") as process:
        told, complaints = process.communicate()
    assert process.returncode == 0, complaints
    assert json.loads(told)["kept_from_before"] == 2 * kept
    assert not parts.exists()
    whole = tmp_path / "whole.parquet"
    with started(source, whole, "--jobs", "1") as process:
        process.communicate()
    assert parquet.read_table(output).equals(parquet.read_table(whole))


def test_a_worker_that_dies_ends_the_run_with_a_sentence(tmp_path: Path) -> None:
    """Where a worker is killed, the command says so and what to do, and what is whole is kept."""
    output, parts = tmp_path / "out.parquet", tmp_path / "out.parquet.parts"
    with started(book(tmp_path), output, "--jobs", "2", "--partition-rows", "2") as process:
        until(lambda: list(parts.glob("*.counts.json")), process)
        os.kill(workers_of(process)[0], signal.SIGKILL)
        _, complaints = process.communicate(timeout=120)
    assert process.returncode == ExitCode.FAILED
    assert "a worker process died" in complaints
    assert "run the same once more to go on" in complaints
    assert list(parts.glob("*.counts.json"))
    assert not output.exists()


def test_counts_and_complaints(tmp_path: Path) -> None:
    """Rows in are decided and refused ones; refused rows and repeated accounts are told, and the exit code is 2."""
    source = book(tmp_path, [*BOOK[:5], BOOK[0], "{"])
    output = tmp_path / "out.jsonl"
    result = CliRunner().invoke(app, ["batch", str(source), str(output), "--format", "json", *PLACES])
    assert result.exit_code == ExitCode.INPUT
    told = json.loads(result.stdout)
    assert (told["rows"], told["decided"], told["refused"]) == (7, 6, 1)
    assert sum(told["diagnosis"].values()) == 6
    assert "1 account in more than one row, 2 rows in all" in result.stderr
    assert "1 of 7 rows could not be used: `" in result.stderr
    assert len(output.read_text("utf-8").splitlines()) == 6
    shown = CliRunner().invoke(app, ["batch", str(source), str(output), "--overwrite", *PLACES])
    assert "rows in" in shown.stdout


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where polars or pyarrow is not installed, the remedy is named."""
    monkeypatch.setitem(sys.modules, "nextplay.bulk.run", None)
    result = CliRunner().invoke(app, ["batch", str(book(tmp_path)), str(tmp_path / "out.parquet"), *PLACES])
    assert "install `nextplay[batch]`" in str(result.exception)


def test_a_book_of_which_nothing_was_decided(tmp_path: Path) -> None:
    """Where every row is refused, no table of diagnoses is shown."""
    words = ["batch", str(book(tmp_path, ["{}", "[]"])), str(tmp_path / "out.parquet"), "--jobs", "1", *PLACES]
    said = CliRunner().invoke(app, words)
    assert said.exit_code == ExitCode.INPUT
    assert "refused" in said.output
    assert "diagnosis" not in said.output
