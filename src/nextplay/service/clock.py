"""The clock of the doors. Below the service there is none: there `as_of` is the only time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present instant in UTC, whole seconds: what an absent `as_of` becomes."""
    return datetime.now(UTC).replace(microsecond=0)


def exact_now() -> datetime:
    """Return the present instant in UTC, to the microsecond: by it the store tells what came before what."""
    return datetime.now(UTC)
