"""Claims about a store that comes and goes: nobody waits for one that is down, and its return is noticed."""

from __future__ import annotations

import io
from pathlib import Path

import orjson
import pytest

from nextplay.errors import StoreOutdated, StoreUnavailable
from nextplay.service.clock import utc_now
from nextplay.service.memory import Memory
from nextplay.service.telemetry import Journal, json_lines
from nextplay.store import Store

NEVER = 1e9


def opened(tmp_path: Path) -> Store:
    """Open a store in a file."""
    return Store.open(f"sqlite:///{tmp_path / 'nextplay.db'}", clock=utc_now)


def down(_store: Store) -> None:
    """Fail as a store that cannot be reached."""
    raise StoreUnavailable("the store does not answer")


def test_a_way_that_failed_is_left_alone(tmp_path: Path) -> None:
    """After a failure others learn the reason at once, without asking the store; the other way goes on."""
    asked: list[str] = []
    memory = Memory(lambda: opened(tmp_path), journal=Journal(json_lines(io.BytesIO())), retry_seconds=NEVER)
    with pytest.raises(StoreUnavailable):
        memory.read(down)
    with pytest.raises(StoreUnavailable, match="does not answer"):
        memory.read(lambda _store: asked.append("read"))
    memory.write(lambda _store: asked.append("written"))
    assert asked == ["written"]
    assert [(failure.way, failure.reason) for failure in memory.failures] == [("reading", "the store does not answer")]
    assert memory.writable
    memory.close()


def test_once_closed_it_stays_closed(tmp_path: Path) -> None:
    """A call that comes late opens no store that nobody would close."""
    memory = Memory(lambda: opened(tmp_path), journal=Journal(json_lines(io.BytesIO())), retry_seconds=0)
    assert memory.read(lambda store: store.history("", "nobody")) == ()
    memory.close()
    for way in (memory.read, memory.write):
        with pytest.raises(StoreUnavailable, match="is closed"):
            way(lambda store: store.history("", "nobody"))


def test_its_return_is_noticed(tmp_path: Path) -> None:
    """A call tries again after a while; when it goes well, the failure is over, told once each and watched."""
    log, changes = io.BytesIO(), list[int]()
    memory = Memory(lambda: opened(tmp_path), journal=Journal(json_lines(log)), retry_seconds=0)
    memory.watch(lambda: changes.append(len(memory.failures)))
    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            memory.read(down)
    assert memory.read(lambda store: store.history("", "nobody")) == ()
    assert memory.failures == ()
    assert changes == [1, 0]
    events = [orjson.loads(line)["event"] for line in log.getvalue().splitlines()]
    assert events == ["memory_failed", "memory_recovered"]
    memory.close()


def test_a_store_that_comes_late_is_opened_when_it_is_there(tmp_path: Path) -> None:
    """A store that cannot be opened yet is tried again by whoever needs it."""
    ready: list[bool] = []

    def opening() -> Store:
        if not ready:
            raise StoreUnavailable("the store does not answer")
        return opened(tmp_path)

    memory = Memory(opening, journal=Journal(json_lines(io.BytesIO())), retry_seconds=0)
    with pytest.raises(StoreUnavailable):
        memory.open()
    with pytest.raises(StoreUnavailable):
        memory.read(lambda store: store.history("", "nobody"))
    ready.append(True)
    assert memory.read(lambda store: store.history("", "nobody")) == ()
    memory.close()


def test_an_outdated_schema_counts_as_down_once_the_service_runs() -> None:
    """At the start an outdated schema is told as such; later, calls learn that the memory cannot be reached."""

    def opening() -> Store:
        raise StoreOutdated("the store needs `nextplay store upgrade`")

    memory = Memory(opening, journal=Journal(json_lines(io.BytesIO())), retry_seconds=0)
    with pytest.raises(StoreOutdated):
        memory.open()
    with pytest.raises(StoreUnavailable, match="store upgrade"):
        memory.read(lambda store: store.history("", "nobody"))


def test_another_error_is_no_failure_of_the_store(tmp_path: Path) -> None:
    """What a caller or we did wrong passes through, and the store counts as well."""
    memory = Memory(lambda: opened(tmp_path), journal=Journal(json_lines(io.BytesIO())))
    with pytest.raises(ZeroDivisionError):
        memory.read(lambda _store: 1 // 0)
    assert memory.failures == ()
    memory.close()
