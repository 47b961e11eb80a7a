"""What a rulebook costs by its size: to start with, to load anew beside the one that serves, in memory, and to ask.

    python -m bench.sizes [--sizes 100 ...] [--json]

Rulebooks are generated in the format that people write (bench/rule_load.py): half of the rules readings, a quarter
gaps, a quarter plays. Each is measured in fresh processes, in turn, so that none finds the memory or caches of another.
Times are those of the processor, which tell the same on a busy machine.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from subprocess import run
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from bench.performance_page import table
from bench.rule_load import draw_accounts, draw_rules, rulebook_files, snapshot_of
from bench.section import Section

SIZES: Final = (100, 1000, 10_000)
ENGINES: Final = ("durable", "python")
_ROOT: Final = Path(__file__).parents[1]
_ACCOUNTS: Final = 20
_METHOD: Final = """\
Generated rulebooks in the format that people write, without faults or warnings: half of the rules readings of two
conditions, a quarter gaps of three readings, a quarter plays, over forty numbers of an account; few gaps stand. Each
figure is the median of {rounds} fresh processes for each row, taken in turn. *Start* is the processor time of a new
process until a release can decide: interpreter and packages loaded, files read, checked and compiled, model and
engine built. *Loaded anew* is the same beside a release that serves, as at a reload, without the rules' own tests.
*Memory* is what the process holds with one release and, in brackets, with both. *One decision* is from snapshot to
decision, texts included. Repeat it with `make bench BENCH_FLAGS='--only sizes'`."""


class Found(NamedTuple):
    """What one process found: seconds to start and to load anew; MiB with one, two and at most; us of a decision."""

    start_seconds: float
    again_seconds: float
    memory: float
    both: float
    peak: float
    decision_us: float


def measure(*, quick: bool = False) -> Section:
    """Measure every size with both engines in fresh processes; in a hurry the small sizes, once."""
    sizes, rounds = (SIZES[:2], 1) if quick else (SIZES, 5)
    return section(measured(sizes, rounds=rounds), rounds=rounds)


def measured(sizes: Sequence[int], *, rounds: int) -> dict[tuple[int, str], list[Found]]:
    """Write the rulebooks, and measure each in `rounds` fresh processes, sizes and engines in turn."""
    turns = [(size, engine) for size in sizes for engine in ENGINES]
    found: dict[tuple[int, str], list[Found]] = {turn: [] for turn in turns}
    with TemporaryDirectory() as written:
        folder = Path(written)
        accounts = enumerate(draw_accounts(draw_rules(1), _ACCOUNTS))
        documents = [snapshot_of(account, number) for number, account in accounts]
        (folder / "accounts.json").write_text(json.dumps(documents), encoding="utf-8")
        for size in sizes:
            _write(folder / str(size), rulebook_files(size))
        for _ in range(rounds):
            for size, engine in turns:
                found[size, engine].append(_probed(folder, size, engine))
    return found


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, raw in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)


def _probed(folder: Path, size: int, engine: str) -> Found:
    arguments = [str(folder / str(size)), str(_ROOT / "models"), str(folder / "accounts.json"), engine]
    told = run([sys.executable, "-m", "bench.size_probe", *arguments], cwd=_ROOT, check=True, capture_output=True)  # noqa: S603  our own module
    return Found(**{name: round(value, 3) for name, value in json.loads(told.stdout).items()})


def section(found: Mapping[tuple[int, str], Sequence[Found]], *, rounds: int) -> Section:
    """Lay the medians out: a row for each size and engine."""
    medians = {key: Found(*map(median, zip(*all_rounds, strict=True))) for key, all_rounds in found.items()}
    return Section(
        name="sizes",
        title="Start, reload and memory by the number of rules",
        method=_METHOD.format(rounds=rounds),
        header=("rules", "engine", "start", "loaded anew", "memory (with both)", "at most", "one decision"),
        table=tuple((f"{size:,}", engine, *_cells(one)) for (size, engine), one in medians.items()),
        goals=(),
        figures={
            "rounds": [
                {"rules": size, "engine": engine, "rounds": [one._asdict() for one in all_rounds]}
                for (size, engine), all_rounds in found.items()
            ]
        },
    )


def _cells(one: Found) -> Iterator[str]:
    yield from (f"{one.start_seconds:.2f} s", f"{one.again_seconds:.2f} s")
    yield from (f"{one.memory:,.0f} MiB ({one.both:,.0f})", f"{one.peak:,.0f} MiB", f"{one.decision_us:,.0f} µs")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="write all figures as JSON")
    asked = parser.parse_args()
    found = section(measured(asked.sizes, rounds=asked.rounds), rounds=asked.rounds)
    shown = json.dumps(found.figures, indent=2) if asked.json else table(found.header, found.table)
    sys.stdout.write(f"{shown}\n")


if __name__ == "__main__":
    main()
