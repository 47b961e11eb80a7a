"""Where the CPU time of one decision goes, station by station, on the shipped rulebook.

    python -m bench.stages [SNAPSHOT.json ...] [--repeats 60] [--json]

Each station is run on its own input, many times between two looks at the thread's CPU clock, and the median is taken:
what other processes do on the machine is not counted. `yardstick` is a fixed piece of pure Python measured in the same
way, so that numbers from two machines, or from two versions on one busy machine, can be compared as multiples of it.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, Final

from nextplay._proto.nextplay.v1 import decision_service_pb2
from nextplay.account import account_of
from nextplay.arbitration import arbitrate
from nextplay.decider import Decider
from nextplay.decision import Options
from nextplay.presentation import Findings, Presenter
from nextplay.release import Release, load_release
from nextplay.rules.condition import Parameter
from nextplay.service.wire import decide_answer, read_question, snapshot_message
from nextplay.snapshot import read_snapshot

_INNER: Final = 10
_EXAMPLES: Final = Path(__file__).parents[1] / "examples" / "snapshots"
STATIONS: Final = (
    "wire in", "validation", "facts", "churn", "signals and inference", "arbitration", "texts", "wire out"
)  # fmt: skip
"""The stations that are timed, in the order of the corridor; `decide` is facts to texts, and the decision's id."""


def stations(release: Release, document: dict[str, Any]) -> dict[str, Callable[[], object]]:
    """Prepare every station with the input that it gets from the one before."""
    raw = decision_service_pb2.DecideRequest(snapshot=snapshot_message(document)).SerializeToString()
    options = Options()
    reading = read_snapshot(read_question(raw, options).document)
    snapshot, plays = reading.snapshot, {play.id: play for play in release.rulebook.plays}
    facts = release.plan.read(snapshot)
    score = release.model.score(facts) if release.model else None
    if score is not None:
        facts = facts.with_churn(score.probability, score.band)
    assessment = release.evaluator.assess(facts)
    probability = score.probability if score else None

    def arbitrated() -> Any:  # noqa: ANN401  only timed
        return arbitrate(
            assessment.candidates,
            account=account_of(snapshot, facts, churn_probability=probability),
            rules=release.rulebook.arbitration,
            history=snapshot.history or (),
            diagnosis=assessment.diagnosis,
            lead=assessment.lead,
            gaps=assessment.gaps,
            plays=plays,
            max_actions=None,
            parameter=lambda value: str(value.otherwise) if isinstance(value, Parameter) else value,
        )

    findings = Findings("d1-0", snapshot, facts, score, assessment, arbitrated(), ())
    decider, presenter = Decider(release), Presenter(release)
    decision = decider.decide(reading, options=options)
    return {
        "wire in": lambda: read_question(raw, options),
        "validation": lambda: read_snapshot(document),
        "facts": lambda: release.plan.read(snapshot),
        "churn": lambda: release.model.score(facts) if release.model else None,
        "signals and inference": lambda: release.evaluator.assess(facts),
        "arbitration": arbitrated,
        "texts": lambda: presenter.present(findings, options=options),
        "wire out": lambda: decide_answer(decision, ""),
        "decide": lambda: decider.decide(reading, options=options),
        "yardstick": _yardstick,
    }


def measured(work: Callable[[], object], *, repeats: int) -> float:
    """Return the median CPU time of one call in microseconds."""
    times = []
    for _ in range(repeats):
        begin = time.thread_time_ns()
        for _ in range(_INNER):
            work()
        times.append((time.thread_time_ns() - begin) / _INNER / 1000)
    return median(times)


def medians(release: Release, documents: list[dict[str, Any]], *, repeats: int) -> dict[str, float]:
    """Return the time of each station in microseconds: the median over the accounts of their medians."""
    found: dict[str, list[float]] = {}
    for document in documents:
        for name, work in stations(release, document).items():
            work()
            found.setdefault(name, []).append(measured(work, repeats=repeats))
    return {name: round(median(times), 2) for name, times in found.items()}


def summary(times: dict[str, float], accounts: int) -> dict[str, Any]:
    """Add the whole way, shares and multiples of the yardstick."""
    total = sum(times[name] for name in STATIONS)
    rest = times["decide"] - sum(times[name] for name in STATIONS[2:7])
    rows = {
        name: {"us": times[name], "share": round(times[name] / total, 3), "yardsticks": _in(times, times[name])}
        for name in STATIONS
    }
    return {
        "accounts": accounts,
        "stations": rows,
        "total_us": round(total + max(rest, 0), 1),
        "in_process_us": round(times["validation"] + times["decide"], 1),
        "id_and_rest_us": round(rest, 1),
        "total_yardsticks": _in(times, total + max(rest, 0)),
        "yardstick_us": times["yardstick"],
    }


def report(found: dict[str, Any]) -> str:
    """Lay the summary out for reading."""
    lines = [f"CPU time of one decision, median over {found['accounts']} accounts", ""]
    lines.append(f"{'station':<24}{'us':>8}{'share':>8}{'yardsticks':>12}")
    for name, row in found["stations"].items():
        lines.append(f"{name:<24}{row['us']:>8.1f}{row['share']:>8.1%}{row['yardsticks']:>12.2f}")
    lines.append(f"{'decision id and rest':<24}{found['id_and_rest_us']:>8.1f}")
    lines.append(f"{'from bytes to bytes':<24}{found['total_us']:>8.1f}{'':>8}{found['total_yardsticks']:>12.2f}")
    lines.append(f"{'in process':<24}{found['in_process_us']:>8.1f}   (validation and decide)")
    lines.append(f"{'yardstick':<24}{found['yardstick_us']:>8.1f}   (a fixed loop of pure Python)")
    return "\n".join(lines)


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
    found = summary(medians(release, documents, repeats=asked.repeats), len(documents))
    release.close()
    sys.stdout.write(f"{json.dumps(found, indent=2) if asked.json else report(found)}\n")


def _yardstick() -> int:
    total = 0
    for number in range(1000):
        total += number & 7
    return total


def _in(times: dict[str, float], value: float) -> float:
    return round(value / times["yardstick"], 2)


if __name__ == "__main__":
    main()
