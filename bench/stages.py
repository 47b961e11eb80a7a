"""Where the CPU time of one decision goes, station by station, on the shipped rulebook.

    python -m bench.stages [SNAPSHOT.json ...] [--repeats 60] [--json]

`measure` is the same for the page about performance: both engines in turn, for some rounds.

Whole decisions are made, one account after the other, and each station is clocked where it stands: a station that is
run alone in a tight loop finds its code and values in the processor's caches, and takes about half of what it takes on
the way. CPU time of the thread is taken, so that what other processes do is not counted as such; it still disturbs the
caches, so the minimum stands beside the median. `yardstick` is a fixed piece of pure Python measured in the same way,
so that numbers from two machines, or from two versions on a busy one, can be compared as multiples of it.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import mean, median
from typing import Any, Final, Literal

from bench.section import Section
from nextplay import decider as corridor
from nextplay._proto.nextplay.v1 import decision_service_pb2
from nextplay.arbitration import Arbiter
from nextplay.churn.model import ChurnModel
from nextplay.decider import Decider
from nextplay.decision import Options
from nextplay.facts import FactPlan
from nextplay.presentation import Presenter
from nextplay.release import Release, load_release
from nextplay.rules.evaluation import Evaluator
from nextplay.service.wire import decide_answer, read_question, snapshot_message
from nextplay.snapshot import read_snapshot

_ROOT: Final = Path(__file__).parents[1]
_EXAMPLES: Final = _ROOT / "examples" / "snapshots"
_ENGINES: Final[tuple[Literal["durable", "python"], ...]] = ("durable", "python")
_INSIDE: Final[tuple[tuple[str, Any, str], ...]] = (
    ("facts", FactPlan, "read"),
    ("churn", ChurnModel, "score"),
    ("signals and inference", Evaluator, "assess"),
    ("account", corridor, "account_of"),
    ("arbitration", Arbiter, "arbitrate"),
    ("decision id", Decider, "_identify"),
    ("texts", Presenter, "present"),
)
"""What `decide` consists of, in the order of the corridor, and where each part is called."""
STATIONS: Final = ("wire in", "validation", *(name for name, _, _ in _INSIDE), "rest of decide", "wire out")
"""The stations that are timed, from bytes to bytes. Those between validation and wire out add up to `decide`."""
Times = dict[str, list[float]]
"""What was clocked -> microseconds, one for each decision."""


class Clock:
    """Clocks calls by the CPU time of the thread."""

    def __init__(self) -> None:
        """Begin with nothing clocked."""
        self.times: Times = {}

    def call(self, name: str, work: Callable[..., Any], *args: Any, **keywords: Any) -> Any:  # noqa: ANN401  any call
        """Call, and note the time under `name`."""
        begin = time.thread_time_ns()
        result = work(*args, **keywords)
        self.times.setdefault(name, []).append((time.thread_time_ns() - begin) / 1000)
        return result

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Clock the parts of `decide` as well, where they are called."""
        originals = [getattr(owner, attribute) for _, owner, attribute in _INSIDE]
        for (name, owner, attribute), work in zip(_INSIDE, originals, strict=True):
            setattr(owner, attribute, self._clocked(name, work))
        try:
            yield
        finally:
            for (_, owner, attribute), work in zip(_INSIDE, originals, strict=True):
                setattr(owner, attribute, work)

    def _clocked(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args, **keywords: self.call(name, work, *args, **keywords)


def clocked(release: Release, documents: list[dict[str, Any]], *, repeats: int) -> list[Times]:
    """Make `repeats` decisions about each account, the accounts in turn; return the times of each account."""
    options, decider = Options(), Decider(release)
    questions = [
        decision_service_pb2.DecideRequest(snapshot=snapshot_message(document)).SerializeToString()
        for document in documents
    ]
    clocks = [Clock() for _ in questions]
    for turn in range(repeats + 1):
        for raw, clock in zip(questions, clocks, strict=True):
            with clock.inside():
                question = clock.call("wire in", read_question, raw, options)
                reading = clock.call("validation", read_snapshot, question.document)
                decision = clock.call("decide", decider.decide, reading, options=options)
                clock.call("wire out", decide_answer, decision, "")
            clock.call("yardstick", _yardstick)
            if not turn:
                clock.times.clear()
    return [_with_rest(clock.times) for clock in clocks]


def _with_rest(times: Times) -> Times:
    """Add what no station accounts for, so that the stations add up to `decide`."""
    inside = [times[name] for name, _, _ in _INSIDE if name in times]
    rest = [whole - sum(parts) for whole, *parts in zip(times["decide"], *inside, strict=True)]
    return times | {"rest of decide": rest}


def summary(found: list[Times]) -> dict[str, Any]:
    """Average the minima and the medians over the accounts, and add shares and multiples of the yardstick."""
    names = [*STATIONS, "decide", "yardstick"]
    times = {name: [account.get(name, [0.0]) for account in found] for name in names}
    minima = {name: mean(map(min, times[name])) for name in names}
    medians = {name: mean(map(median, times[name])) for name in names}
    total = sum(medians[name] for name in STATIONS)
    return {
        "accounts": len(found),
        "stations": {
            name: {
                "min_us": round(minima[name], 1),
                "median_us": round(medians[name], 1),
                "share": round(medians[name] / total, 3),
                "yardsticks": round(minima[name] / minima["yardstick"], 2),
            }
            for name in STATIONS
        },
        "in_process": _sum_of(minima, medians, ("validation", "decide")),
        "from_bytes_to_bytes": _sum_of(minima, medians, ("wire in", "validation", "decide", "wire out")),
        "yardstick": _sum_of(minima, medians, ("yardstick",)),
    }


def _sum_of(minima: dict[str, float], medians: dict[str, float], names: tuple[str, ...]) -> dict[str, float]:
    least, usual = sum(minima[name] for name in names), sum(medians[name] for name in names)
    return {
        "min_us": round(least, 1),
        "median_us": round(usual, 1),
        "yardsticks": round(least / minima["yardstick"], 2),
    }


def report(found: dict[str, Any]) -> str:
    """Lay the summary out for reading."""
    lines = [f"CPU time of one decision in microseconds, averaged over {found['accounts']} accounts", ""]
    lines.append(f"{'station':<24}{'min':>8}{'median':>9}{'share':>8}{'yardsticks':>12}")
    for name, row in found["stations"].items():
        lines.append(
            f"{name:<24}{row['min_us']:>8.1f}{row['median_us']:>9.1f}{row['share']:>8.1%}{row['yardsticks']:>12.2f}"
        )
    for name, shown, note in (
        ("from_bytes_to_bytes", "from bytes to bytes", ""),
        ("in_process", "in process", "validation and decide"),
        ("yardstick", "yardstick", "a fixed loop of pure Python"),
    ):
        row = found[name]
        times = f"{row['min_us']:>8.1f}{row['median_us']:>9.1f}{'':>8}{row['yardsticks']:>12.2f}"
        lines.append(f"{shown:<24}{times}" + (f"   ({note})" if note else ""))
    return "\n".join(lines)


_METHOD: Final = """Whole decisions of the shipped rulebook and model about the accounts in `examples/snapshots`, each
station clocked where it stands, in CPU time of the thread. Both engines take turns, {rounds} rounds of {repeats}
decisions about each account. A figure is the median over the rounds of a round's mean over the accounts; of an account
the median of its decisions stands in the first two columns, and the minimum, as a multiple of a fixed loop of pure
Python that was clocked beside it, in the last two: multiples can be compared between machines. Again:
`python -m bench.performance --only stages`; for one engine and other accounts `python -m bench.stages`."""


def measure(*, quick: bool = False) -> Section:
    """Clock the stations with both engines in turn."""
    rounds, repeats = (1, 3) if quick else (5, 30)
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(_EXAMPLES.glob("*.json"))]
    releases = {engine: load_release(_ROOT / "rules", _ROOT / "models", inference=engine) for engine in _ENGINES}
    gc.freeze()
    found: dict[str, list[dict[str, Any]]] = {engine: [] for engine in _ENGINES}
    for turn in range(rounds):
        for engine in _ENGINES if turn % 2 else reversed(_ENGINES):
            found[engine].append(summary(clocked(releases[engine], documents, repeats=repeats)))
    for release in releases.values():
        release.close()
    return Section(
        name="stages",
        title="Stages of a decision",
        method=_METHOD.format(rounds=rounds, repeats=repeats),
        header=(
            "station",
            *(f"{engine}, median" for engine in _ENGINES),
            *(f"{engine}, least in yardsticks" for engine in _ENGINES),
        ),
        table=tuple(_row(name, [found[engine] for engine in _ENGINES]) for name in (*STATIONS, *_TOTALS)),
        goals=(),
        figures={"accounts": len(documents), "rounds": found},
    )


_TOTALS: Final = {"from bytes to bytes": "from_bytes_to_bytes", "in process": "in_process", "yardstick": "yardstick"}


def _row(name: str, engines: Sequence[Sequence[dict[str, Any]]]) -> tuple[str, ...]:
    """Return one line of the table: medians over the rounds, engine by engine."""
    found = [[one[_TOTALS[name]] if name in _TOTALS else one["stations"][name] for one in rounds] for rounds in engines]
    medians = [f"{median(one['median_us'] for one in rounds):.1f} µs" for rounds in found]
    return (name, *medians, *(f"{median(one['yardsticks'] for one in rounds):.2f}" for rounds in found))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("snapshots", nargs="*", type=Path, default=sorted(_EXAMPLES.glob("*.json")))
    parser.add_argument("--rules", type=Path, default=Path("rules"))
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--repeats", type=int, default=60)
    parser.add_argument("--inference", choices=["durable", "python"], default="durable")
    parser.add_argument("--json", action="store_true", help="write the times as JSON")
    asked = parser.parse_args()
    release = load_release(asked.rules, asked.models, inference=asked.inference)
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in asked.snapshots]
    gc.freeze()
    found = summary(clocked(release, documents, repeats=asked.repeats))
    release.close()
    sys.stdout.write(f"{json.dumps(found, indent=2) if asked.json else report(found)}\n")


def _yardstick() -> int:
    total = 0
    for number in range(1000):
        total += number & 7
    return total


if __name__ == "__main__":
    main()
