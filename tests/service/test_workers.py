"""The pool knows how much waits, whatever becomes of the jobs."""

from __future__ import annotations

import threading

import pytest

from nextplay.service.workers import Workers


def fail() -> None:
    """End badly."""
    raise ValueError


def test_full_and_free_again() -> None:
    """Jobs that wait or run fill the pool; jobs that ended, also badly, free it."""
    gate = threading.Event()
    pool = Workers(1, limit=2, name="test")
    running = pool.submit(gate.wait)
    assert not pool.full
    waiting = pool.submit(fail)
    assert pool.full
    gate.set()
    assert running.result()
    assert isinstance(waiting.exception(), ValueError)
    pool.shutdown(wait=True)
    assert not pool.full


def test_a_cancelled_job_frees_its_place() -> None:
    """A job that was cancelled before it ran does not count any more."""
    gate = threading.Event()
    pool = Workers(1, limit=2, name="test")
    pool.submit(gate.wait)
    waiting = pool.submit(fail)
    assert waiting.cancel()
    assert not pool.full
    gate.set()
    pool.shutdown(wait=True)


def test_a_closed_pool_counts_nothing() -> None:
    """A job that a closed pool refuses does not count."""
    pool = Workers(1, limit=1, name="test")
    pool.shutdown()
    with pytest.raises(RuntimeError):
        pool.submit(fail)
    assert not pool.full
