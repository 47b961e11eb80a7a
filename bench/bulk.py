"""What a book costs that is decided in bulk: accounts per second, memory of all processes, processor time of each.

    python -m bench.bulk [--rows 10000 ...] [--rounds 5] [--json]

The command is run as people run it, on a Parquet file of nested columns: invented accounts, repeated under other ids.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import orjson
import polars as pl
import pyarrow as pa
from pyarrow import parquet

from bench.performance_page import table
from bench.rule_load import draw_accounts, draw_rules, rulebook_files, snapshot_of
from bench.section import Goal, Section
from nextplay.authoring.sample_book import sample_book
from nextplay.bulk.deciding import BulkOptions, decide_arrow
from nextplay.decider import Decider
from nextplay.release import InferenceEngine, load_release

SIZES: Final = (10_000, 100_000, 1_000_000)
RULES: Final = (100, 1000, 10_000)
ENGINES: Final[tuple[InferenceEngine, ...]] = ("durable", "python")
_ROOT: Final = Path(__file__).parents[1]
_INVENTED: Final = 2000
"""Accounts that are invented; a larger book holds each of them many times, under other ids."""
_GROUP_ROWS: Final = 50_000
_ACCOUNTS: Final = 200
"""Accounts that are decided by each number of rules."""
_GOAL_ROWS: Final = 1_000_000
_GOAL_SECONDS: Final = 300
_STRETCH_SECONDS: Final = 60
_GOAL_GIB: Final = 4
_WATCHED_EVERY: Final = 0.2
_METHOD: Final = """\
`nextplay batch` as a process with as many workers as cores, shipped rulebook and model, from nested Parquet to Parquet,
on {invented:,} invented accounts repeated under other ids; processes, loading and the hash of the input are in the
time. {rounds} rounds for the smallest book, both engines in turn; the larger books once, with the engine that was
faster. *Memory* is what all processes hold together at most (what they share counted once), looked at five times a
second. *Processor* is the time of all processes for each account. By the number of rules: generated rulebooks
(bench/rule_load.py), one Arrow batch of {few:,} accounts in this process, without the start. Repeat it with
`make bench BENCH_FLAGS='--only bulk'`."""


class Run(NamedTuple):
    """One run of the command: rows of the book, seconds on the wall and of all processors, most MiB held."""

    rows: int
    engine: str
    seconds: float
    processor_seconds: float
    memory: float


def measure(*, quick: bool = False) -> Section:
    """Measure every size, and what an account costs by the number of rules; in a hurry small ones, once."""
    sizes, rules, rounds = ((400, 2000), RULES[:1], 1) if quick else (SIZES, RULES, 5)
    return section(books(sizes, rounds=rounds), by_rules(rules, rounds=rounds), rounds=rounds)


def books(sizes: Sequence[int], *, rounds: int) -> list[Run]:
    """Run the smallest book in rounds with both engines in turn, the others once with the faster one."""
    smallest, *larger = sizes
    accounts = [dict(entry.snapshot) for entry in sample_book(seed=1, accounts=min(_INVENTED, smallest))]
    with TemporaryDirectory() as written:
        folder = Path(written)
        book = write_book(folder / "book.parquet", accounts, rows=smallest)
        found = [ran(book, smallest, engine=engine) for _ in range(rounds) for engine in ENGINES]
        fastest = min(ENGINES, key=lambda engine: median(run.seconds for run in found if run.engine == engine))
        found += [ran(write_book(book, accounts, rows=rows), rows, engine=fastest) for rows in larger]
    return found


def by_rules(sizes: Sequence[int], *, rounds: int) -> dict[tuple[int, str], list[float]]:
    """Return the processor time of one account in microseconds, by number of rules and engine, of each round."""
    drawn = enumerate(draw_accounts(draw_rules(1), _ACCOUNTS))
    texts = [json.dumps(snapshot_of(account, number)) for number, account in drawn]
    batch = pa.record_batch({"snapshot": texts})
    return {(size, engine): _decided(batch, size, engine, rounds=rounds) for size in sizes for engine in ENGINES}


def _decided(batch: pa.RecordBatch, size: int, engine: InferenceEngine, *, rounds: int) -> list[float]:
    release = load_release(rulebook_files(size), _ROOT / "models", inference=engine)
    decider, found = Decider(release), []
    gc.collect()
    gc.freeze()
    for _ in range(rounds + 1):  # the first finds nothing prepared
        begin = time.thread_time()
        decide_arrow(batch, decider, options=BulkOptions())
        found.append((time.thread_time() - begin) / batch.num_rows * 1e6)
    gc.unfreeze()
    release.close()
    return found[1:]


def write_book(path: Path, accounts: Sequence[Mapping[str, Any]], *, rows: int) -> Path:
    """Write a book of nested Parquet that holds the accounts again and again, each row under an id of its own."""
    lines = b"\n".join(orjson.dumps(account) for account in accounts)
    once = pl.read_ndjson(lines, infer_schema_length=None)
    frame = pl.concat([once] * max(1, _GROUP_ROWS // once.height))  # a group of rows costs its columns, however few
    with parquet.ParquetWriter(path, frame.to_arrow().schema, compression="lz4") as writer:
        for begin in range(0, rows, frame.height):
            piece = frame.head(rows - begin)
            ids = [f"a-{number:09}" for number in range(begin, begin + piece.height)]
            named = piece.with_columns(pl.Series("account_id", ids)).select(frame.columns)
            writer.write_table(named.to_arrow())
    return path


def ran(book: Path, rows: int, *options: str, engine: str) -> Run:
    """Run the command once, and watch what it holds."""
    words = [sys.executable, "-m", "nextplay.cli", "batch", str(book), str(book.with_name("out.parquet"))]
    words += ["--overwrite", "--format", "json", "--inference", engine, "--models", str(_ROOT / "models"), *options]
    spent, begin, most = _processor_seconds(), time.perf_counter(), 0.0
    with subprocess.Popen(words, cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:  # noqa: S603  our own command
        while process.poll() is None:
            most = max(most, sum(map(_held, _family(process.pid))))
            time.sleep(_WATCHED_EVERY)
        told = json.loads(process.stdout.read() if process.stdout else b"")
    if told["decided"] != rows:
        raise RuntimeError(f"{told['decided']:,} of {rows:,} rows were decided")
    return Run(rows, engine, time.perf_counter() - begin, _processor_seconds() - spent, most)


def section(runs: Sequence[Run], rules: Mapping[tuple[int, str], Sequence[float]], *, rounds: int) -> Section:
    """Lay the medians out: a row for each book and engine, then one for each size of rulebook."""
    grouped: dict[tuple[int, str], list[Run]] = {}
    for run in runs:
        grouped.setdefault((run.rows, run.engine), []).append(run)
    rows = [_row(rows, engine, found) for (rows, engine), found in grouped.items()]
    rows += [
        (f"{_ACCOUNTS:,}, {size:,} rules", engine, "", "", "", f"{median(found):,.0f} µs")
        for (size, engine), found in rules.items()
    ]
    return Section(
        name="bulk",
        title="A book in bulk",
        method=_METHOD.format(rounds=rounds, invented=_INVENTED, few=_ACCOUNTS),
        header=("accounts", "engine", "time", "accounts a second", "memory", "processor, each account"),
        table=tuple(rows),
        goals=tuple(_goals([run for run in runs if run.rows == _GOAL_ROWS])),
        figures={
            "runs": [run._asdict() for run in runs],
            "by_rules": [
                {"rules": size, "engine": engine, "microseconds": list(found)}
                for (size, engine), found in rules.items()
            ],
        },
    )


def _row(rows: int, engine: str, found: Sequence[Run]) -> tuple[str, ...]:
    seconds, spent = median(run.seconds for run in found), median(run.processor_seconds for run in found)
    memory = max(run.memory for run in found)
    each = f"{spent / rows * 1e6:,.0f} µs"
    return f"{rows:,}", engine, f"{seconds:,.1f} s", f"{rows / seconds:,.0f}", f"{memory:,.0f} MiB", each


def _goals(runs: Sequence[Run]) -> Iterable[Goal]:
    for run in runs[:1]:
        seconds, gib = run.seconds, run.memory / 1024
        each = run.processor_seconds / run.rows * 1e6
        met = seconds <= _GOAL_SECONDS
        why = f"an account costs {each:,.0f} µs of processor time, nearly all of it the decision itself"
        yield Goal(
            "1 M accounts",
            f"<= {_GOAL_SECONDS} s (stretch {_STRETCH_SECONDS} s)",
            f"{seconds:,.0f} s",
            met=met,
            why="" if met else why,
        )
        yield Goal("memory of 1 M accounts", f"<= {_GOAL_GIB} GiB", f"{gib:.2f} GiB", gib <= _GOAL_GIB)


def _family(pid: int) -> list[int]:
    """Return a process and all that it started."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in _family(int(child)))]


def _held(pid: int) -> float:
    """Return what a process holds in MiB; pages that processes share are shared out among them."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", nargs="+", type=int, default=SIZES)
    parser.add_argument("--rules", nargs="*", type=int, default=RULES)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="write all figures as JSON")
    asked = parser.parse_args()
    runs, rules = books(asked.rows, rounds=asked.rounds), by_rules(asked.rules, rounds=asked.rounds)
    found = section(runs, rules, rounds=asked.rounds)
    shown = json.dumps(found.figures, indent=2) if asked.json else table(found.header, found.table)
    sys.stdout.write(f"{shown}\n")


if __name__ == "__main__":
    main()
