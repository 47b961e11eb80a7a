"""What a second worker is worth: `nextplay serve` with one and with two, over many connections.

    python -m bench.performance --only workers

The kernel deals connections out to the workers and not calls; so there are many, and each keeps one call in flight for
a fixed time: a worker that got fewer connections answers them the faster.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from bench.ceiling import Run, middle, nextplay_server, run_of
from bench.h2load import Flight
from bench.inquiries import inquiries, read_all
from bench.section import Goal, Section
from bench.servers import ROOT

GOAL: Final = 1.7
_WORKERS: Final = (1, 2)
_MANY: Final = Flight(connections=64, streams=1)
_ACCOUNTS: Final = 5


class Machine(NamedTuple):
    """Cores that are there, and how many of them the load generator kept busy."""

    cores: int
    load_cores: float


def measure(*, quick: bool = False, rules: Path = ROOT / "rules") -> Section:
    """Load one worker and two in turn."""
    rounds, seconds = (1, 1) if quick else (5, 4)
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        asked = inquiries(folder, rules=rules, accounts=_ACCOUNTS)
        servers = {
            workers: stack.enter_context(nextplay_server(folder / f"{workers}.log", rules=rules, workers=workers))
            for workers in _WORKERS
        }
        found: dict[int, list[Run]] = {workers: [] for workers in _WORKERS}
        for server in servers.values():
            read_all(server, asked, calls=len(asked), threads=1)
            run_of(server, asked[0], _MANY, seconds=1)
        generator, began = os.times(), time.monotonic()
        for turn in range(rounds):
            for workers in _WORKERS if turn % 2 else _WORKERS[::-1]:
                found[workers].append(run_of(servers[workers], asked[turn % len(asked)], _MANY, seconds=seconds))
            sys.stderr.write(f"workers: round {turn + 1} of {rounds}\n")
        took = _of_children(os.times()) - _of_children(generator)
        load_cores = took / (time.monotonic() - began)
        for server in servers.values():
            read_all(server, asked, calls=len(asked), threads=1)
    machine = Machine(len(os.sched_getaffinity(0)), load_cores)
    return section(found, machine, rounds=rounds, seconds=seconds)


def _of_children(times: os.times_result) -> float:
    """Return the processor time of children that have ended: the load generators, for the servers still run."""
    return times.children_user + times.children_system


def section(found: dict[int, list[Run]], machine: Machine, *, rounds: int, seconds: int) -> Section:
    """Judge the runs and lay them out."""
    one, two = (found[workers] for workers in _WORKERS)
    gain = median(more.per_second / less.per_second for less, more in zip(one, two, strict=True))
    return Section(
        name="workers",
        title="Two workers on one port",
        method=_METHOD.format(connections=_MANY.connections, rounds=rounds, seconds=seconds, accounts=_ACCOUNTS),
        header=("workers", "calls/s", "of one worker", "p50", "p95", "p99", "server CPU a call", "cores kept busy"),
        table=tuple(_row(workers, runs, one) for workers, runs in found.items()),
        goals=(_goal(gain, one, two, machine),),
        figures={
            **machine._asdict(),
            "runs": {str(workers): [run._asdict() for run in runs] for workers, runs in found.items()},
        },
    )


_METHOD: Final = """`nextplay serve --workers 1` and `--workers 2`, shipped rulebook and model, whole answers, no store,
each loaded in turn by `h2load` over {connections} connections with one call in flight on each, {rounds} rounds of
{seconds} s, each about another account. The gain is the ratio of throughput within a round. *Server CPU* and *cores
kept busy* are those of all processes of the service. The load generator and the network's part of the kernel take from
the same cores, so a gain that falls short counts as missed only where there are at least three. Before and after, a
client of grpc looks at every byte and trailer of the answers about {accounts} accounts. Again:
`python -m bench.performance --only workers`."""


def _row(workers: int, runs: Sequence[Run], one: Sequence[Run]) -> tuple[str, ...]:
    run = middle(runs)
    gain = median(mine.per_second / other.per_second for mine, other in zip(runs, one, strict=True))
    busy = median(run.per_second * run.cpu / 1e6 for run in runs)
    times = [f"{value / 1000:.1f} ms" for value in (run.p50, run.p95, run.p99)]
    return (str(workers), f"{run.per_second:,.0f}", f"{gain:.2f} x", *times, f"{run.cpu:.0f} µs", f"{busy:.2f}")


def _goal(gain: float, one: Sequence[Run], two: Sequence[Run], machine: Machine) -> Goal:
    enough = machine.cores > len(_WORKERS)
    met = True if gain >= GOAL else False if enough else None
    cpu = [middle(runs).cpu for runs in (one, two)]
    why = f"a call takes {cpu[1]:.0f} µs of processor time with two workers and {cpu[0]:.0f} µs with one"
    if not enough:
        share = f"two workers share {machine.cores} cores with the load generator, which takes {machine.load_cores:.2f}"
        why = f"{share}, and with whatever else runs here; {why}"
    return Goal("two workers", f">= {GOAL} x one, where cores allow", f"{gain:.2f} x", met=met, why="" if met else why)
