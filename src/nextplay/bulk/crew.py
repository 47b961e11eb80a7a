"""Work on all cores: each process loads the release once, decides partitions and writes their parts itself."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from multiprocessing.connection import wait
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa

from nextplay.bulk.deciding import BulkOptions, decide_arrow
from nextplay.bulk.inputs import Partition
from nextplay.bulk.parts import Counts, write_part
from nextplay.churn.artefact import ModelFile
from nextplay.decider import Decider
from nextplay.processes import Hand, all_cores
from nextplay.release import InferenceEngine, load_release

_REMEDY: Final = "what is whole is kept: run the same once more to go on, with fewer --jobs where memory is short"


@dataclass(frozen=True, slots=True)
class Orders:
    """What every process of a run must know. Rules and model travel as their files: all decide by the same release."""

    rules: Mapping[str, bytes]
    model: ModelFile | None
    inference: InferenceEngine
    options: BulkOptions
    folder: Path


class _Packed(NamedTuple):
    """A partition as it travels."""

    number: int
    numbers: Sequence[int]
    content: bytes


class Clerk:
    """Decides one partition after the other."""

    def __init__(self, orders: Orders) -> None:
        """Load the release; what lives as long as the process is taken out of the collector's sight."""
        self._orders = orders
        self._release = load_release(orders.rules, orders.model, inference=orders.inference)
        self._decider = Decider(self._release)
        gc.collect()
        gc.freeze()

    def decide(self, partition: Partition) -> Counts:
        """Decide a partition and write its part."""
        decided = decide_arrow(partition.batch, self._decider, options=self._orders.options)
        return write_part(self._orders.folder, partition.number, numbers=partition.numbers, decided=decided)

    def work(self, packed: _Packed, /) -> Counts:
        """Decide a partition that travelled, and write its part."""
        return self.decide(Partition(packed.number, packed.numbers, _unpacked(packed.content)))

    def close(self) -> None:
        """Free what the release holds."""
        self._release.close()
        gc.unfreeze()


def work_through(partitions: Iterable[Partition], orders: Orders, *, jobs: int) -> Iterator[Counts]:
    """Decide all partitions and yield the counts of each as it is done, in any order.

    Raises `NextplayError` where a process dies; what is whole stays.
    """
    remaining = iter(partitions)
    first = list(islice(remaining, 2))
    if jobs == 1 or len(first) < 2:  # noqa: PLR2004  one partition is no work for two
        yield from _alone(chain(first, remaining), orders)
        return
    hands = [Hand(partial(_remote_clerk, orders), remedy=_REMEDY, core=core) for core in cores_for(jobs)]
    try:
        yield from _handed_out(chain(first, remaining), hands)
    finally:
        for hand in hands:
            hand.close()


def _alone(partitions: Iterable[Partition], orders: Orders) -> Iterator[Counts]:
    clerk = Clerk(orders)
    try:
        yield from map(clerk.decide, partitions)
    finally:
        clerk.close()


def cores_for(jobs: int) -> Sequence[int | None]:
    """Return a core for each process where they take all there are: those that wander lose what their caches hold.

    With fewer processes than cores, the system knows better which are free.
    """
    if jobs != all_cores() or not hasattr(os, "sched_getaffinity"):
        return [None] * jobs
    return sorted(os.sched_getaffinity(0))


def _remote_clerk(orders: Orders) -> Clerk:
    """Return the clerk of a process that has one core to itself."""
    pa.set_cpu_count(1)
    return Clerk(orders)


def _handed_out(partitions: Iterable[Partition], hands: Sequence[Hand[_Packed, Counts]]) -> Iterator[Counts]:
    """Give each partition to whoever is free, and yield what comes back."""
    free = list(hands)
    busy: dict[object, Hand[_Packed, Counts]] = {}
    for partition in partitions:
        packed = _Packed(partition.number, partition.numbers, _packed(partition.batch))  # while all are at work
        if not free:
            yield from _answers(busy, free)
        hand = free.pop()
        hand.give(packed)
        busy[hand.line] = hand
    while busy:
        yield from _answers(busy, free)


def _answers(busy: dict[object, Hand[_Packed, Counts]], free: list[Hand[_Packed, Counts]]) -> Iterator[Counts]:
    for line in wait([hand.line for hand in busy.values()]):
        hand = busy.pop(line)
        counts = hand.answer()
        free.append(hand)
        yield counts


def _packed(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _unpacked(packed: bytes) -> pa.RecordBatch:
    with pa.ipc.open_stream(packed) as reader:
        return reader.read_next_batch()
