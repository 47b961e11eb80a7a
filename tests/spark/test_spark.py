"""Decisions by Spark are the decisions in bulk, row by row, on a real Spark with two Python workers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, Row, SparkSession
from tests.spark.spark_sessions import ROOT, cluster, spark

from nextplay.authoring.sample_book import sample_book
from nextplay.bulk.deciding import BulkOptions, decide_arrow
from nextplay.decider import Decider
from nextplay.decision import Options
from nextplay.errors import RulebookInvalid
from nextplay.release import load_release
from nextplay.spark import decide, shipped

RULES, MODELS = ROOT / "rules", ROOT / "models"
EXAMPLES = [json.loads(path.read_text("utf-8")) for path in sorted((ROOT / "examples" / "snapshots").glob("*.json"))]
BOOK = [*EXAMPLES, *(dict(entry.snapshot) for entry in sample_book(seed=29, accounts=60))]
SPOILT = ["not json", "{}", json.dumps({**EXAMPLES[0], "as_of": "soon"}), json.dumps([1])]

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
"""Spark's own client leaves sockets to the collector, and calls what Python will give up."""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Run Spark with a master and two workers, processes of their own on the loopback, each with a Python worker."""
    folder = tmp_path_factory.mktemp("spark")
    with cluster(folder, workers=2) as master, spark(master, folder) as session:
        yield session


def plain(cell: object) -> Any:  # noqa: ANN401  whatever a cell holds
    """Return a cell of Spark as Arrow has it: rows as mappings, instants in UTC."""
    if isinstance(cell, Row):
        return {name: plain(value) for name, value in cell.asDict().items()}
    if isinstance(cell, list):
        return [plain(value) for value in cell]
    if hasattr(cell, "astimezone"):
        return cell.astimezone(UTC)
    return cell


def by_spark(accounts: DataFrame, **options: Any) -> list[dict[str, Any]]:  # noqa: ANN401  of `decide`
    """Decide by Spark, in the order of the ids that come with the rows."""
    rows = [plain(row) for row in decide(accounts, rules=RULES, models=MODELS, **options).collect()]
    return sorted(rows, key=key_of)


def in_bulk(texts: Sequence[str], options: BulkOptions) -> list[dict[str, Any]]:
    """Decide the same accounts in this process."""
    release = load_release(RULES, MODELS)
    try:
        batch = pa.record_batch({"snapshot": pa.array(texts, pa.string())})
        return sorted(decide_arrow(batch, Decider(release), options=options).to_pylist(), key=key_of)
    finally:
        release.close()


def key_of(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return what tells one row from another: refused rows have no id but their reasons."""
    return row["account_id"] or "", row["refused"] or ""


@pytest.mark.parametrize("options", [BulkOptions(), BulkOptions(asked=Options(locale="pt-BR"), texts=True)])
def test_rows_of_spark_are_rows_in_bulk(session: SparkSession, options: BulkOptions) -> None:
    """Every cell is equal, refused rows included, and no row is lost, whatever the time zone of the session."""
    texts = [*map(json.dumps, BOOK), *SPOILT]
    accounts = session.createDataFrame([(text,) for text in texts], "snapshot string").repartition(5)
    rows = by_spark(accounts, options=options)
    assert rows == in_bulk(texts, options)
    assert len([row for row in rows if row["refused"]]) == len(SPOILT)


def test_columns_are_read_as_text_is(session: SparkSession, tmp_path: Path) -> None:
    """A table with a column for each key of the snapshot, missing values included, gives the same rows."""
    book = tmp_path / "book.jsonl"
    book.write_text("\n".join(map(json.dumps, EXAMPLES)))
    accounts = session.read.json(str(book)).repartition(3)
    assert by_spark(accounts, options=BulkOptions()) == in_bulk([*map(json.dumps, EXAMPLES)], BulkOptions())


def test_a_release_is_built_once_in_each_python_process(session: SparkSession) -> None:
    """Twenty batches in eight partitions build the release as often as there are Python processes, and not more."""
    session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "3")
    accounts = session.createDataFrame([(json.dumps(one),) for one in BOOK], "snapshot string").repartition(8)
    decided = decide(accounts, rules=RULES, models=MODELS)
    assert decided.count() == len(BOOK)

    def builds(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import os  # noqa: PLC0415  this runs elsewhere

        from nextplay.spark import times_built  # noqa: PLC0415

        for _ in batches:
            yield pa.record_batch({"process": [os.getpid()], "built": [times_built()]})

    asked = session.range(8, numPartitions=8).mapInArrow(builds, "process long, built long").collect()
    by_process = {row.process: row.built for row in asked}
    assert set(by_process.values()) <= {0, 1}
    assert 1 in by_process.values()


def test_two_workers_take_part(session: SparkSession) -> None:
    """The rows are decided by two executors: the master spreads them."""

    def processes(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import os  # noqa: PLC0415  this runs elsewhere

        for _ in batches:
            yield pa.record_batch({"parent": [os.getppid()]})

    def parents() -> int:
        asked = session.range(0, 64, numPartitions=16).mapInArrow(processes, "parent long").collect()
        return len({row.parent for row in asked})

    assert any(parents() == 2 for _ in range(20))


def test_faults_are_told_before_spark_runs(tmp_path: Path) -> None:
    """A rulebook with faults is refused where `decide` is called, with every fault."""
    with pytest.raises(RulebookInvalid):
        shipped(tmp_path, MODELS)


def test_the_example_of_the_page_runs(session: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the page about scale shows in Python does what it says, with the files that it names."""
    page = (ROOT / "docs" / "scale.md").read_text("utf-8")
    example = page.split("```python\n", 1)[1].split("```", 1)[0]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").symlink_to(RULES)
    (tmp_path / "models").symlink_to(MODELS)
    rows = [(json.dumps(one),) for one in EXAMPLES]
    folder = str(tmp_path)
    session.createDataFrame([*rows, ("{}",)], "snapshot string").write.parquet(f"{folder}/accounts.parquet")
    for name in ("accounts.parquet", "decided.parquet", "refused.json"):
        example = example.replace(f'"{name}"', f'"{folder}/{name}"')
    exec(example, {"spark": session})  # noqa: S102  the page's own words
    assert session.read.parquet(f"{folder}/decided.parquet").count() == len(EXAMPLES)
    assert session.read.json(f"{folder}/refused.json").count() == 1
