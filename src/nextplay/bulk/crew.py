"""Work on all cores: each process loads the release once, decides partitions and writes their parts itself."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pyarrow as pa

from nextplay.bulk.deciding import BulkOptions, decide_arrow
from nextplay.bulk.inputs import Partition
from nextplay.bulk.parts import Counts, write_part
from nextplay.churn.artefact import ModelFile
from nextplay.decider import Decider
from nextplay.errors import EngineFault, NextplayError
from nextplay.release import InferenceEngine, load_release

if TYPE_CHECKING:
    Line = Connection[Any, Any]


@dataclass(frozen=True, slots=True)
class Orders:
    """What every process of a run must know. Rules and model travel as their files: all decide by the same release."""

    rules: Mapping[str, bytes]
    model: ModelFile | None
    inference: InferenceEngine
    options: BulkOptions
    folder: Path


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

    def close(self) -> None:
        """Free what the release holds."""
        self._release.close()
        gc.unfreeze()


def all_cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def work_through(partitions: Iterable[Partition], orders: Orders, *, jobs: int) -> Iterator[Counts]:
    """Decide all partitions and yield the counts of each as it is done, in any order.

    Raises `NextplayError` where a process dies; what is whole stays.
    """
    remaining = iter(partitions)
    first = list(islice(remaining, 2))
    if jobs == 1 or len(first) < 2:  # noqa: PLR2004  one partition is no work for two
        yield from _alone(chain(first, remaining), orders)
        return
    hands = [_hired(orders, core) for core in cores_for(jobs)]
    try:
        yield from _handed_out(chain(first, remaining), hands)
    except (EOFError, ConnectionError):
        raise NextplayError(
            "a worker process died, perhaps for want of memory; what is whole is kept: run the same once more to go "
            "on, with fewer --jobs where memory is short"
        ) from None
    finally:
        for process, line in hands:
            line.close()
            process.terminate()
            process.join()


def _alone(partitions: Iterable[Partition], orders: Orders) -> Iterator[Counts]:
    clerk = Clerk(orders)
    try:
        yield from map(clerk.decide, partitions)
    finally:
        clerk.close()


class _Hand(NamedTuple):
    """A process that decides, and the line to it. No line is shared: whoever dies takes no lock along."""

    process: BaseProcess
    line: Line


def cores_for(jobs: int) -> Sequence[int | None]:
    """Return a core for each process where they take all there are: those that wander lose what their caches hold.

    With fewer processes than cores, the system knows better which are free.
    """
    if jobs != all_cores() or not hasattr(os, "sched_getaffinity"):
        return [None] * jobs
    return sorted(os.sched_getaffinity(0))


def _hired(orders: Orders, core: int | None) -> _Hand:
    # a fresh interpreter each: what the inference engine holds outside Python must not be shared by a fork
    spawning = get_context("spawn")
    ours, theirs = spawning.Pipe()
    process = spawning.Process(target=_serve, args=(orders, theirs, core), daemon=True)
    process.start()
    theirs.close()  # so that the line ends when the process does
    return _Hand(process, ours)


def _handed_out(partitions: Iterable[Partition], hands: Sequence[_Hand]) -> Iterator[Counts]:
    """Give each partition to whoever is free, and yield what comes back."""
    free: list[Line] = [hand.line for hand in hands]
    busy: set[Line] = set()
    for partition in partitions:
        packed = _packed(partition.batch)  # read and packed while all are at work
        if not free:
            yield from _answers(busy, free)
        line = free.pop()
        line.send((partition.number, partition.numbers, packed))
        busy.add(line)
    while busy:
        yield from _answers(busy, free)


def _answers(busy: set[Line], free: list[Line]) -> Iterator[Counts]:
    for ready in wait(list(busy)):
        line = cast("Line", ready)
        answer = line.recv()
        if isinstance(answer, Exception):
            raise answer
        busy.remove(line)
        free.append(line)
        yield answer


def _serve(orders: Orders, line: Line, core: int | None) -> None:
    """Decide what comes over the line until it ends, on one core where one is given."""
    if core is not None:
        os.sched_setaffinity(0, {core})
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one is interrupted too, and tells
    threading.Thread(target=_end_with_parent, daemon=True).start()
    pa.set_cpu_count(1)
    clerk = Clerk(orders)
    while True:
        try:
            number, numbers, packed = line.recv()
        except EOFError:
            return
        try:
            line.send(clerk.decide(Partition(number, numbers, _unpacked(packed))))
        except Exception as error:  # noqa: BLE001  whatever it is, the process that reads the line tells it
            line.send(_told(error))


def _told(error: Exception) -> Exception:
    """Return an error that can travel: a full disk as it is, anything else as an error of ours."""
    if isinstance(error, OSError):
        return error
    return EngineFault(f"a partition could not be decided ({type(error).__name__})")


def _end_with_parent() -> None:
    """End this process as soon as the one that started it is gone: killed, it cannot tell its workers to stop."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _packed(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _unpacked(packed: bytes) -> pa.RecordBatch:
    with pa.ipc.open_stream(packed) as reader:
        return reader.read_next_batch()
