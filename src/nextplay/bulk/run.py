"""One run over a book: partitions in, parts out, and at the end one file and what can be said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from nextplay.bulk.crew import Orders, work_through
from nextplay.bulk.deciding import BulkOptions
from nextplay.bulk.inputs import Fingerprint, Partition, fingerprint, partitions
from nextplay.bulk.parts import Counts, Parts, Repeated
from nextplay.errors import EngineFault
from nextplay.processes import all_cores
from nextplay.release import InferenceEngine, Release

__all__ = ["BulkOptions", "Finished", "Job", "all_cores", "decide_file", "fingerprint"]


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done. `jobs` is how many processes decide; `partition_rows` how many rows are kept together."""

    source: Path
    output: Path
    rules: Mapping[str, bytes]
    options: BulkOptions
    partition_rows: int
    inference: InferenceEngine = "durable"
    jobs: int = 1
    overwrite: bool = False


class Finished(NamedTuple):
    """What came of a run. `kept` are the rows that an earlier run had decided already."""

    counts: Counts
    kept: int
    repeated: Repeated
    output: Path
    refused: Path


def decide_file(job: Job, release: Release, *, known: Fingerprint, progress: Callable[[int], None]) -> Finished:
    """Decide every account of a file; `known` is the fingerprint of the source, `progress` takes the rows done.

    Raises `NextplayError` where the output cannot be made, `InputInvalid` where the source cannot be read.
    """
    parts = Parts(job.output)
    orders = Orders(job.rules, release.model_file, job.inference, job.options, parts.folder)
    with parts.opened(_manifest(job, release, known), overwrite=job.overwrite):
        done = parts.done()
        kept = sum(counts.rows for counts in done.values())
        progress(kept)
        with partitions(job.source, job.partition_rows) as found:
            numbers: list[int] = []
            rows: list[int] = []
            for counts in work_through(_undone(found, done, numbers, rows), orders, jobs=job.jobs):
                progress(counts.rows)
        total = _total(parts.done())
        if total.rows != sum(rows) or total.rows != total.decided + total.refused:
            raise EngineFault("the rows that were decided and refused are not the rows that came in")
        repeated = parts.finish(sorted(numbers))
    return Finished(total, kept, repeated, parts.output, parts.refused)


def _undone(
    found: Iterator[Partition], done: Mapping[int, Counts], numbers: list[int], rows: list[int]
) -> Iterator[Partition]:
    """Pass on what is not done yet, and note which partitions there are and how many rows each has."""
    for partition in found:
        numbers.append(partition.number)
        rows.append(partition.batch.num_rows)
        if partition.number not in done:
            yield partition


def _manifest(job: Job, release: Release, known: Fingerprint) -> dict[str, Any]:
    """Say what makes a partition of this run a partition of another: the same input, release and options."""
    return {
        "input": known.sha256,
        "release": release.release_id.release,
        "options": {**asdict(job.options), "partition_rows": job.partition_rows},
    }


def _total(parts: Mapping[int, Counts]) -> Counts:
    kinds: Counter[str] = Counter()
    for counts in parts.values():
        kinds.update(counts.by_diagnosis)
    return Counts(
        sum(counts.rows for counts in parts.values()),
        sum(counts.decided for counts in parts.values()),
        sum(counts.refused for counts in parts.values()),
        dict(sorted(kinds.items())),
    )
