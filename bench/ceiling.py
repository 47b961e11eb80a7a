"""How near the service comes to the ceiling: a server of the same kind that parses and answers, and decides nothing.

    python -m bench.ceiling [--quick]

`bench.bare_server` is the ceiling. The servers run at once, each in a process of its own, and are loaded one after the
other, round by round, the order turned each time; each round asks about another account.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from bench.bare_server import MOST_WAITING
from bench.h2load import Flight
from bench.inquiries import Inquiry, inquiries, loaded, read_all
from bench.section import Goal, Section
from bench.servers import NEXTPLAY, ROOT, Server, cpu_seconds, logged, on_one_core

ENGINES: Final = ("durable", "python")
CEILING: Final = "ceiling"
GUARDED: Final = "ceiling, guarded"
_EXPLAINED: Final = "32, every condition told"
_HALF: Final = "half of its most"
_MANY: Final = "many accounts"
_HELD: Final = "32, on one core"
_JUDGED: Final = 32
"""Calls in flight at which throughput and processor time are held against the goals."""
_FLIGHTS: Final = {1: Flight(1, 1), 8: Flight(4, 2), _JUDGED: Flight(4, 8), 128: Flight(4, 32)}
_CALM: Final = Flight(2, 64)
"""How paced calls are sent: fewer on a connection than it may carry, so that a moment of delay refuses none."""
_READERS: Final = 8
CPU_GOAL, CPU_STRETCH = 150, 55
"""Microseconds of processor time for a decision."""
RATIO_GOAL, RATIO_STRETCH = 0.55, 0.75
TAIL_GOAL: Final = 3.0


class Plan(NamedTuple):
    """How long it takes. `seconds` is about what one run lasts."""

    rounds: int
    seconds: float
    accounts: int
    readings: int
    """How often the second reader asks about each account in a round."""


FULL: Final = Plan(rounds=5, seconds=2.0, accounts=200, readings=5)
QUICK: Final = Plan(rounds=1, seconds=0.2, accounts=10, readings=1)


class Run(NamedTuple):
    """One server, one load, one round. Times in microseconds; latencies are absent where the second reader asked."""

    per_second: float
    p50: float
    p95: float
    p99: float
    cpu: float
    """Processor time of the whole server process for one call."""


Runs = dict[str, dict[str, list[Run]]]
"""Load (`1` to `128` calls in flight, and the two others) → server → its runs, round by round."""


def measure(*, quick: bool = False, rules: Path = ROOT / "rules") -> Section:
    """Load the ceiling and the service in turn."""
    plan = QUICK if quick else FULL
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        asked = inquiries(folder, rules=rules, accounts=plan.accounts)
        explained = inquiries(folder, rules=rules, accounts=plan.rounds, explanation="full")
        bare = ("-m", "bench.bare_server", str(folder))
        servers = {
            CEILING: stack.enter_context(logged(bare, folder / "bare")),
            GUARDED: stack.enter_context(logged((*bare, "--guarded"), folder / "guarded")),
        }
        for engine in ENGINES:
            service = nextplay_server(folder / engine, rules=rules, inference=engine)
            servers[engine] = stack.enter_context(service)
        runs = loaded_in_turn(servers, asked, explained, plan)
    return section(runs, plan)


def nextplay_server(log: Path, **settings: object) -> AbstractContextManager[Server]:
    """Run the service: shipped rulebook and model, no store."""
    shipped: dict[str, object] = {"rules": ROOT / "rules", "models": ROOT / "models", "store": "none"}
    return logged(NEXTPLAY, log, **(shipped | {"max_waiting": MOST_WAITING} | settings))


@dataclass(slots=True)
class _Trial:
    """Servers that are loaded in turn, and the most that each has answered in a second so far."""

    servers: dict[str, Server]
    asked: Sequence[Inquiry]
    explained: Sequence[Inquiry]
    plan: Plan
    most: dict[str, float]

    def loads(self, turn: int) -> Iterator[tuple[str, Callable[[str], Run]]]:
        """Yield what one round puts on each server: the name of the load, and how a server is put under it."""
        inquiry = self.asked[turn % len(self.asked)]
        for calls, flight in _FLIGHTS.items():
            yield str(calls), partial(self._flown, inquiry=inquiry, flight=flight)
        yield _HELD, partial(self._held, inquiry=inquiry)
        yield _HALF, partial(self._paced, inquiry=inquiry)
        yield _EXPLAINED, partial(self._flown, inquiry=self.explained[turn], flight=_FLIGHTS[_JUDGED])
        yield _MANY, self._read

    def _flown(self, name: str, *, inquiry: Inquiry, flight: Flight) -> Run:
        """Load a server as fast as it answers."""
        in_flight = flight.connections * flight.streams
        calls = max(2 * in_flight, round(self.most[name] * self.plan.seconds))
        run = run_of(self.servers[name], inquiry, flight, calls=calls)
        if in_flight == _JUDGED and inquiry in self.asked:
            self.most[name] = run.per_second
        return run

    def _held(self, name: str, *, inquiry: Inquiry) -> Run:
        """Load a server as fast as it answers with one core of its own."""
        with on_one_core(self.servers[name].process.pid):
            calls = max(2 * _JUDGED, round(self.most[name] * self.plan.seconds))
            return run_of(self.servers[name], inquiry, _FLIGHTS[_JUDGED], calls=calls)

    def _paced(self, name: str, *, inquiry: Inquiry) -> Run:
        """Load a server with half of what it can."""
        half = self.most[name] / 2
        calls = max(20, round(half * self.plan.seconds))
        return run_of(self.servers[name], inquiry, _CALM._replace(per_second=half), calls=calls)

    def _read(self, name: str) -> Run:
        """Let the second reader ask about all accounts; only the server's processor time is told."""
        server, calls = self.servers[name], len(self.asked) * self.plan.readings
        before = cpu_seconds(server.process.pid)
        read_all(server, self.asked, calls=calls, threads=_READERS)
        cpu = (cpu_seconds(server.process.pid) - before) / calls * 1e6
        return Run(0.0, 0.0, 0.0, 0.0, cpu)


def loaded_in_turn(
    servers: dict[str, Server], asked: Sequence[Inquiry], explained: Sequence[Inquiry], plan: Plan
) -> Runs:
    """Put every load on every server, `plan.rounds` times, after all answers have been read once."""
    for server in servers.values():
        read_all(server, [*asked, *explained], calls=len(asked) + len(explained), threads=1)
    first = {
        name: run_of(server, asked[0], _FLIGHTS[_JUDGED], calls=100).per_second for name, server in servers.items()
    }
    trial = _Trial(servers, asked, explained, plan, first)
    runs: Runs = {}
    for turn in range(plan.rounds):
        for load, put in trial.loads(turn):
            for name in list(servers) if turn % 2 == 0 else reversed(servers):
                runs.setdefault(load, {name: [] for name in servers})[name].append(put(name))
        _say(f"ceiling: round {turn + 1} of {plan.rounds}")
    return runs


def run_of(server: Server, inquiry: Inquiry, flight: Flight, *, calls: int = 0, seconds: int = 0) -> Run:
    """Load a server once; see `load`."""
    before = cpu_seconds(server.process.pid)
    seen = loaded(server, inquiry, flight, calls=calls, seconds=seconds)
    cpu = (cpu_seconds(server.process.pid) - before) / seen.calls * 1e6
    return Run(seen.per_second, seen.p50, seen.p95, seen.p99, cpu)


def section(runs: Runs, plan: Plan) -> Section:
    """Judge the runs and lay them out."""
    return Section(
        name="ceiling",
        title="Online, against the ceiling",
        method=_METHOD.format(judged=_JUDGED, rounds=plan.rounds, accounts=plan.accounts, waiting=MOST_WAITING),
        header=("calls in flight", "server", "calls/s", "of the ceiling", "p50", "p95", "p99", "server CPU a call"),
        table=tuple(_row(load, name, runs) for load in runs for name in runs[load]),
        goals=tuple(goal for engine in ENGINES for goal in _goals(engine, runs)),
        figures={"runs": {load: {n: [r._asdict() for r in rs] for n, rs in by.items()} for load, by in runs.items()}},
    )


_METHOD: Final = """The *ceiling* (`bench/bare_server.py`) parses the same `DecideRequest` and returns ready bytes: the
very answer of that account. It has the process model of the service: grpc's synchronous server in one process, with
the same options, threads and handlers from bytes to bytes; *guarded* adds the service's outermost layer (limits,
deadlines, bodies that do not come). `durable` and `python` are `nextplay serve` with the shipped rulebook and model and
that engine, whole answers with all reasons and texts (`explanation: reasons`, the default), no store, the log to a
file; `NEXTPLAY_MAX_WAITING` is {waiting}, so that nothing is refused for the load. All run at once and are loaded in
turn by `h2load`, {rounds} rounds, each about another account of the sample book; figures are medians over the rounds,
and a ratio is that of one round. *Half of its most* paces calls at half of what that server just reached with
{judged} in flight. h2load counts HTTP statuses only: therefore the bytes of all answers are counted, and a client of
grpc, the second reader, asks about {accounts} accounts before and between the rounds, and compares status, trailers
and every byte with what the decider itself says; its rows (*many accounts*) tell the server's processor time where no
two calls in a row are the same. *On one core*, the server's threads are held there, the ceiling's too, as
`NEXTPLAY_CORES=own` does. *Every condition told* is `explanation: full`, for those who debug rules; the ceiling
returns answers of that size too. *Server CPU* is that of the whole process (`/proc`), logging and grpc's own threads
included; the decision's is what is left after the ceiling's. The load generator runs on the same cores. Again:
`python -m bench.performance --only ceiling`."""


def _row(load: str, name: str, runs: Runs) -> tuple[str, ...]:
    found, share = middle(runs[load][name]), ratio(runs[load], name)
    if load == _MANY:
        return (f"{_READERS}, {_MANY}", name, "", "", "", "", "", f"{found.cpu:.0f} µs")
    times = [f"{value / 1000:.2f} ms" for value in (found.p50, found.p95, found.p99)]
    return (load, name, f"{found.per_second:,.0f}", f"{share:.0%}", *times, f"{found.cpu:.0f} µs")


def middle(runs: Sequence[Run]) -> Run:
    """Return the median of each figure."""
    return Run(*map(median, zip(*runs, strict=True)))


def ratio(servers: dict[str, list[Run]], name: str) -> float:
    """Return throughput as a share of the ceiling's, the median of the shares of each round."""
    pairs = zip(servers[name], servers[CEILING], strict=True)
    return median(run.per_second / ceiling.per_second if ceiling.per_second else 0.0 for run, ceiling in pairs)


def decision_cpu(servers: dict[str, list[Run]], name: str) -> float:
    """Return microseconds of processor time beyond the ceiling's, the median over the rounds."""
    return median(run.cpu - ceiling.cpu for run, ceiling in zip(servers[name], servers[CEILING], strict=True))


def _goals(engine: str, runs: Runs) -> tuple[Goal, ...]:
    judged, half = runs[str(_JUDGED)], runs[_HALF]
    one, many, share = decision_cpu(judged, engine), decision_cpu(runs[_MANY], engine), ratio(judged, engine)
    tail = median(run.p99 / ceiling.p99 for run, ceiling in zip(half[engine], half[CEILING], strict=True))
    guard, wire = decision_cpu(judged, GUARDED), middle(judged[CEILING]).cpu
    return (
        _goal(
            f"decision CPU, `{engine}`",
            f"<= {CPU_GOAL} µs (stretch {CPU_STRETCH} µs)",
            f"{one:.0f} µs; {many:.0f} µs over many accounts",
            met=max(one, many) <= CPU_GOAL,
            why=f"both must keep it; {guard:.0f} µs are the guard's, the rest stands under *Stages of a decision*",
        ),
        _goal(
            f"throughput with {_JUDGED} in flight, `{engine}`",
            f">= {RATIO_GOAL:.0%} of the ceiling (stretch {RATIO_STRETCH:.0%})",
            f"{share:.0%}",
            met=share >= RATIO_GOAL,
            why=f"one interpreter does the {one:.0f} µs of the decision beside the {wire:.0f} µs of the wire",
        ),
        _goal(
            f"p99 at half of the most, `{engine}`",
            f"<= {TAIL_GOAL:g} x the ceiling's",
            f"{tail:.1f} x",
            met=tail <= TAIL_GOAL,
            why="one interpreter decides one call at a time, and a call waits for those before it",
        ),
    )


def _goal(what: str, goal: str, reached: str, *, met: bool, why: str) -> Goal:
    return Goal(what, goal, reached, met=met, why="" if met else why)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(quick="--quick" in sys.argv)._asdict(), indent=1) + "\n")
