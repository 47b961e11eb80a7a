"""Decisions beyond one machine: the function that decides a book in bulk, run by Spark on each Arrow batch.

    decided = nextplay.spark.decide(accounts, rules=Path("rules"), models=Path("models"))

The release is read once, where `decide` is called, and travels as one broadcast value; each Python worker process of
Spark builds it once and keeps it. Executors need this package in their Python, and neither files nor network.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nextplay.bulk.deciding import BulkOptions, decide_arrow
from nextplay.bulk.schema import RESULT
from nextplay.churn.artefact import ModelFile, model_file
from nextplay.decider import Decider
from nextplay.release import InferenceEngine, current_model_folder, load_release
from nextplay.rules.source import read_rulebook_folder

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.core.broadcast import Broadcast
    from pyspark.sql import DataFrame

_DEFAULT: Final = BulkOptions()


@dataclass(frozen=True, slots=True)
class Shipment:
    """What a release is made of, as executors get it: files and no folders. `release` is its id."""

    release: str
    rules: Mapping[str, bytes]
    model: ModelFile | None
    inference: InferenceEngine


def decide(
    accounts: DataFrame,
    *,
    rules: Path,
    models: Path | None,
    options: BulkOptions = _DEFAULT,
    inference: InferenceEngine = "durable",
) -> DataFrame:
    """Decide for every row of `accounts`; the answer has the columns of `nextplay.bulk.schema.RESULT`.

    The columns of `accounts` are named as the keys of a snapshot (null is absent), or one column `snapshot` holds it
    as JSON text. A row that cannot be used comes back with its reasons in `refused`, and no row is dropped. Without
    `models` the rules decide alone, and the decisions are degraded.

    Nothing is computed before Spark is asked for a result; what is wrong with rules or model is raised here:
    `RulebookInvalid`, `ModelInvalid`.
    """
    from pyspark.sql.pandas.types import from_arrow_schema  # noqa: PLC0415  the extra `spark`

    shipment = shipped(rules, models, inference=inference)
    broadcast = accounts.sparkSession.sparkContext.broadcast(shipment)
    return accounts.mapInArrow(_deciding(broadcast, options), from_arrow_schema(RESULT))


def shipped(rules: Path, models: Path | None, *, inference: InferenceEngine = "durable") -> Shipment:
    """Read and prove what a release is made of. Raises `RulebookInvalid`, `ModelInvalid`."""
    files = read_rulebook_folder(rules)
    model = None if models is None else model_file(current_model_folder(models))
    release = load_release(files, model, inference=inference)
    try:
        return Shipment(release.release_id.release, files, model, inference)
    finally:
        release.close()


def _deciding(
    broadcast: Broadcast[Shipment], options: BulkOptions
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Return what Spark runs in its Python workers."""

    def decided(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        # everything that is named here goes by its name: cloudpickle would take a value of this module along
        decider = decider_of(broadcast.value)
        for batch in batches:
            yield decide_arrow(batch, decider, options=options)

    return decided


def decider_of(shipment: Shipment) -> Decider:
    """Return the decider of a shipment, built at most once in this process."""
    return _KEPT.decider(shipment)


def times_built() -> int:
    """Count the releases that this process has built so far."""
    return _KEPT.built


class _Kept:
    """The one release that this process has built; Spark keeps its Python workers from task to task."""

    def __init__(self) -> None:
        self._lock: Final = threading.Lock()
        self._built_from: tuple[str, InferenceEngine] | None = None
        self._decider: Decider | None = None
        self.built = 0

    def decider(self, shipment: Shipment) -> Decider:
        """Return the decider of a shipment, built where it is not the one that is kept.

        The one before is not closed: an iterator of an earlier task may still be using it.
        """
        wanted = (shipment.release, shipment.inference)
        with self._lock:
            if self._decider is None or self._built_from != wanted:
                release = load_release(shipment.rules, shipment.model, inference=shipment.inference)
                self._decider, self._built_from = Decider(release), wanted
                self.built += 1
            return self._decider


_KEPT: Final = _Kept()
