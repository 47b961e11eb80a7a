"""Lines come out whole, in their order, and soon; the lines of a journal have the same keys always."""

from __future__ import annotations

import io
import json
import re
import threading
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from nextplay.service.lines import MOST_WAITING, Lines
from nextplay.service.telemetry import Journal, json_lines

_SOON: Final = 30.0


class Watched(io.BytesIO):
    """A stream that tells when something was written out."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.flushed = threading.Event()

    def flush(self) -> None:
        """Tell."""
        self.flushed.set()


class Broken(io.BytesIO):
    """A stream that nobody reads any more."""

    def __init__(self) -> None:
        """Begin unread."""
        super().__init__()
        self.tried = threading.Semaphore(0)

    def write(self, _line: object) -> int:
        """Fail."""
        self.tried.release()
        raise BrokenPipeError


def test_at_once() -> None:
    """Without gathering a line is there when `write` returns."""
    stream = io.BytesIO()
    lines = Lines(stream)
    lines.write(b"one\n")
    assert stream.getvalue() == b"one\n"


def test_gathered_lines_come_by_themselves() -> None:
    """What is gathered comes out without another word."""
    stream = Watched()
    lines = Lines(stream, gathers=True)
    lines.write(b"one\n")
    assert stream.flushed.wait(_SOON)
    assert stream.getvalue() == b"one\n"
    stream.flushed.clear()
    lines.write(b"two\n")
    assert stream.flushed.wait(_SOON)
    assert stream.getvalue() == b"one\ntwo\n"


def test_no_line_is_lost_or_torn_between_threads() -> None:
    """The lines of each thread stand whole and in their order, all of them after a flush."""
    stream = Watched()
    lines = Lines(stream, gathers=True)

    def write(name: int) -> None:
        for number in range(500):
            lines.write(b"%d %d\n" % (name, number))

    writers = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    lines.flush()
    found = [tuple(map(int, line.split())) for line in stream.getvalue().splitlines()]
    for name in range(4):
        assert [number for one, number in found if one == name] == list(range(500))


def test_a_stream_that_is_slow_to_read_bounds_what_waits() -> None:
    """Whoever adds the line that is too many writes all of them."""
    stream = Watched()
    lines = Lines(stream, gathers=True)
    for number in range(MOST_WAITING):
        lines.write(b"%d\n" % number)
    assert stream.getvalue().count(b"\n") == MOST_WAITING


def test_a_broken_stream_stops_nothing() -> None:
    """Where nobody reads the lines, gathering goes on, and no caller is failed."""
    stream = Broken()
    lines = Lines(stream, gathers=True)
    for _ in range(2):
        lines.write(b"one\n")
        assert stream.tried.acquire(timeout=_SOON)


@given(st.one_of(st.none(), st.integers(1, 9)), st.dictionaries(st.sampled_from(["host", "port", "a"]), st.integers()))
def test_the_form_of_a_line(worker: int | None, details: dict[str, int]) -> None:
    """A line has the worker, the details as they were given, then `event`, `level` and `timestamp`: UTC, with a Z."""
    details = {name: value % 1000 for name, value in details.items()}
    stream = io.BytesIO()
    Journal(json_lines(stream), worker=worker).lived("started", **details)
    (line,) = stream.getvalue().splitlines()
    told = json.loads(line)
    stamp = told.pop("timestamp")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", stamp)
    bound = {} if worker is None else {"worker": worker}
    event = "started" if worker is None else "worker_started"
    assert list(told.items()) == list((bound | details | {"event": event, "level": "info"}).items())
    assert line.endswith(stamp.encode() + b'"}')
