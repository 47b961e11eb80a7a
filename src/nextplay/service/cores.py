"""A core for each process of the service: Python threads of one process never run at the same time, but wander.

A call goes through several threads, one after the other. Where the system is free to wake each on another core, the
call pays for the waking and for what it left in the caches of the core before. Held on one core, a process answers the
same calls with less processor time, as long as nothing else wants that core.
"""

from __future__ import annotations

import os

from nextplay.errors import NextplayError
from nextplay.settings import Settings


class CoresShort(NextplayError):
    """There is not a core for each worker."""


def refuse_short_cores(settings: Settings) -> None:
    """Raise `CoresShort` where each worker is to have a core of its own and there are not so many."""
    if settings.cores != "own":
        return
    if not hasattr(os, "sched_setaffinity"):
        raise CoresShort("NEXTPLAY_CORES: this system holds no process on a core; leave it at `shared`")
    there = len(os.sched_getaffinity(0))
    if settings.workers > there:
        raise CoresShort(
            f"NEXTPLAY_CORES: {settings.workers} workers cannot have a core each of the {there} that this process may "
            "use; take fewer --workers, or leave it at `shared`"
        )


def keep_to_own(settings: Settings, number: int = 1) -> None:
    """Hold worker `number` on its core, where that is set; to be called before any thread is started.

    The last cores are taken first: devices interrupt the first one.
    """
    if settings.cores == "own":
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[-number]})
