"""What a second worker is worth: `nextplay serve` with one and with two, over many connections.

    python -m bench.performance --only workers

The kernel deals connections out to the workers and not calls; so there are many, and each keeps one call in flight for
a fixed time: a worker that got fewer connections answers them the faster.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from bench.ceiling import Run, middle, nextplay_server, run_of
from bench.h2load import Flight
from bench.inquiries import inquiries, read_all
from bench.section import Goal, Section
from bench.servers import ROOT

GOAL: Final = 1.7
_WORKERS: Final = (1, 2)
_MANY: Final = Flight(connections=64, streams=1)
_ACCOUNTS: Final = 5


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
        for turn in range(rounds):
            for workers in _WORKERS if turn % 2 else _WORKERS[::-1]:
                found[workers].append(run_of(servers[workers], asked[turn % len(asked)], _MANY, seconds=seconds))
            sys.stderr.write(f"workers: round {turn + 1} of {rounds}\n")
        for server in servers.values():
            read_all(server, asked, calls=len(asked), threads=1)
    return section(found, rounds=rounds, seconds=seconds, cores=len(os.sched_getaffinity(0)))


def section(found: dict[int, list[Run]], *, rounds: int, seconds: int, cores: int) -> Section:
    """Judge the runs and lay them out."""
    one, two = (found[workers] for workers in _WORKERS)
    gain = median(more.per_second / less.per_second for less, more in zip(one, two, strict=True))
    return Section(
        name="workers",
        title="Two workers on one port",
        method=_METHOD.format(connections=_MANY.connections, rounds=rounds, seconds=seconds, accounts=_ACCOUNTS),
        header=("workers", "calls/s", "of one worker", "p50", "p95", "p99", "server CPU a call", "cores kept busy"),
        table=tuple(_row(workers, runs, one) for workers, runs in found.items()),
        goals=(_goal(gain, one, two, cores=cores),),
        figures={
            "cores": cores,
            "runs": {str(workers): [run._asdict() for run in runs] for workers, runs in found.items()},
        },
    )


_METHOD: Final = """`nextplay serve --workers 1` and `--workers 2`, shipped rulebook and model, whole answers, no store,
each loaded in turn by `h2load` over {connections} connections with one call in flight on each, {rounds} rounds of
{seconds} s, each about another account. The gain is the ratio of throughput within a round. *Server CPU* and *cores
kept busy* are those of all processes of the service. The load generator needs a core too, so the gain can be judged
only where there are at least three. Before and after, a client of grpc looks at every byte and trailer of the answers
about {accounts} accounts. Again: `python -m bench.performance --only workers`."""


def _row(workers: int, runs: Sequence[Run], one: Sequence[Run]) -> tuple[str, ...]:
    run = middle(runs)
    gain = median(mine.per_second / other.per_second for mine, other in zip(runs, one, strict=True))
    busy = median(run.per_second * run.cpu / 1e6 for run in runs)
    times = [f"{value / 1000:.1f} ms" for value in (run.p50, run.p95, run.p99)]
    return (str(workers), f"{run.per_second:,.0f}", f"{gain:.2f} x", *times, f"{run.cpu:.0f} µs", f"{busy:.2f}")


def _goal(gain: float, one: Sequence[Run], two: Sequence[Run], *, cores: int) -> Goal:
    enough = cores > len(_WORKERS)
    met = True if gain >= GOAL else False if enough else None
    cpu = [middle(runs).cpu for runs in (one, two)]
    costs = f"a call takes {cpu[1]:.0f} µs of processor time with two workers and {cpu[0]:.0f} µs with one"
    why = f"two workers and the load generator share {cores} cores; {costs}" if not enough else costs
    return Goal("two workers", f">= {GOAL} x one, where cores allow", f"{gain:.2f} x", met=met, why="" if met else why)
