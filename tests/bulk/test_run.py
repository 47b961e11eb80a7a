"""A run over a file: every row comes out once, decided or refused, whatever the form of the file."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from nextplay.authoring.sample_book import sample_book
from nextplay.bulk import crew, parts
from nextplay.bulk.deciding import BulkOptions, decide_arrow
from nextplay.bulk.inputs import Partition, fingerprint
from nextplay.bulk.parts import OUTPUT, Counts
from nextplay.bulk.run import Finished, Job, decide_file
from nextplay.decider import Decider
from nextplay.errors import InputInvalid, NextplayError
from nextplay.release import Release, load_release
from nextplay.rules.source import read_rulebook_folder, without_tests

ROOT = Path(__file__).parents[2]
BOOK: list[dict[str, Any]] = [dict(entry.snapshot) for entry in sample_book(seed=5, accounts=23)]
RULES = without_tests(read_rulebook_folder(ROOT / "rules"))
PLAIN = BulkOptions()


@pytest.fixture(scope="module")
def release() -> Iterator[Release]:
    """Return what is shipped."""
    found = load_release(RULES, ROOT / "models")
    yield found
    found.close()


def lines(path: Path, rows: Sequence[object]) -> Path:
    """Write JSON lines; a text stands as it is."""
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows), "utf-8")
    return path


def run(
    source: Path, output: Path, release: Release, *, options: BulkOptions = PLAIN, overwrite: bool = False
) -> Finished:
    """Decide a file in this process, in small partitions."""
    job = Job(source, output, RULES, options, partition_rows=5, overwrite=overwrite)
    return decide_file(job, release, known=fingerprint(source), progress=lambda _rows: None)


def expected(rows: Sequence[Mapping[str, Any]], release: Release) -> list[dict[str, Any]]:
    """Return the rows as one batch decides them."""
    batch = pa.record_batch({"snapshot": [json.dumps(row) for row in rows]})
    return [
        {name: value for name, value in row.items() if name != "refused"}
        for row in decide_arrow(batch, Decider(release), options=BulkOptions()).to_pylist()
    ]


def test_every_form_of_a_book_gives_the_same_table(tmp_path: Path, release: Release) -> None:
    """JSON lines, gzipped or not, nested Parquet in groups of any size, and a column of JSON: equal rows, in order."""
    plain = lines(tmp_path / "a.jsonl", BOOK)
    (tmp_path / "b.ndjson.gz").write_bytes(gzip.compress(plain.read_bytes()))
    nested = pl.read_ndjson(plain, infer_schema_length=None)
    nested.write_parquet(tmp_path / "c.parquet", row_group_size=4)
    nested.write_parquet(tmp_path / "d.parquet")
    pl.DataFrame({"snapshot": [json.dumps(row) for row in BOOK], "n": 1}).write_parquet(tmp_path / "e.parquet")
    sources = sorted(tmp_path.iterdir())
    for source in sources:
        finished = run(source, tmp_path / "out.parquet", release, overwrite=True)
        found = parquet.read_table(finished.output)
        assert found.schema.equals(OUTPUT)
        assert found.to_pylist() == expected(BOOK, release), source.name
        assert finished.counts.rows == finished.counts.decided == len(BOOK)
        assert sum(finished.counts.by_diagnosis.values()) == len(BOOK)
        assert not finished.refused.exists()
    assert sorted(tmp_path.iterdir()) == sorted([*sources, tmp_path / "out.parquet"])


def test_json_lines_come_out_as_the_table(tmp_path: Path, release: Release) -> None:
    """The same rows as JSON lines read back as the same table."""
    source = lines(tmp_path / "in.jsonl", BOOK)
    run(source, tmp_path / "out.jsonl", release)
    run(source, tmp_path / "out.parquet", release)
    table = pl.read_parquet(tmp_path / "out.parquet")
    schema = dict(table.schema) | {"as_of": pl.String}
    read = pl.read_ndjson(tmp_path / "out.jsonl", schema=schema).with_columns(
        pl.col("as_of").str.to_datetime(time_unit="us", time_zone="UTC")
    )
    assert read.equals(table)


def test_bad_rows_stand_beside_with_every_reason(tmp_path: Path, release: Release) -> None:
    """Rows that cannot be used keep number, id and reasons, without any value; the others are decided; sums agree."""
    unfit = "as the customer wrote it"
    bad = {"account_id": "bad", "as_of": unfit, "usage": {"active_users_28d": -1}}
    rows = [BOOK[0], "{", bad, "", BOOK[1], "[]", *BOOK[2:7]]
    finished = run(lines(tmp_path / "in.jsonl", rows), tmp_path / "out.parquet", release)
    assert finished.counts[:3] == (10, 7, 3)
    found = [json.loads(line) for line in finished.refused.read_text("utf-8").splitlines()]
    assert [(row["row"], row["account_id"]) for row in found] == [(2, None), (3, "bad"), (6, None)]
    assert [reason.partition(":")[0] for reason in found[1]["reasons"]] == ["as_of", "usage.active_users_28d"]
    assert unfit not in finished.refused.read_text("utf-8")
    assert parquet.read_table(finished.output).to_pylist() == expected(BOOK[:7], release)


def test_missing_values_of_nested_columns(tmp_path: Path, release: Release) -> None:
    """A null group, a group of nulls and an absent column are one; an empty list is known to be empty."""
    rows = [
        BOOK[0] | {"usage": None, "surveys": None, "events": []},
        BOOK[1] | {"usage": dict.fromkeys(BOOK[0]["usage"]), "surveys": [], "contract": {"annual_value": None}},
        {"account_id": "only", "as_of": BOOK[0]["as_of"]},
    ]
    text = lines(tmp_path / "in.jsonl", [*rows, *BOOK[2:]])
    pl.read_ndjson(text, infer_schema_length=None).write_parquet(tmp_path / "in.parquet")
    run(tmp_path / "in.parquet", tmp_path / "out.parquet", release)
    assert parquet.read_table(tmp_path / "out.parquet").to_pylist() == expected([*rows, *BOOK[2:]], release)


def test_instants_and_decimals_of_tables(tmp_path: Path, release: Release) -> None:
    """Instants with and without a zone, days, decimals and maps are read as what JSON says for them."""
    row = {
        "account_id": "typed",
        "as_of": "2026-06-15T06:00:00Z",
        "contract": {"renewal_on": "2026-09-06", "annual_value": {"amount": 1200.5, "currency_code": "EUR"}},
        "history": [{"kind": "contacted", "at": "2026-06-01T06:00:00Z", "channel": "email"}],
        "team": {"csm": "leo"},
    }
    money = pa.struct({"amount": pa.decimal128(12, 2), "currency_code": pa.string()})
    past = pa.struct({"kind": pa.string(), "at": pa.timestamp("ns", "Europe/Berlin"), "channel": pa.string()})
    contract = {"renewal_on": date(2026, 9, 6), "annual_value": {"amount": Decimal("1200.50"), "currency_code": "EUR"}}
    entry = {"kind": "contacted", "at": datetime(2026, 6, 1, 6, tzinfo=UTC), "channel": "email"}
    table = pa.table(
        {
            "account_id": pa.array(["typed"]).dictionary_encode(),
            "as_of": pa.array([datetime(2026, 6, 15, 6, tzinfo=UTC)], pa.timestamp("ms")),
            "contract": pa.array([contract], pa.struct({"renewal_on": pa.date32(), "annual_value": money})),
            "history": pa.array([[entry]], pa.list_(past)),
            "team": pa.array([[("csm", "leo")]], pa.map_(pa.string(), pa.string())),
        }
    )
    parquet.write_table(table, tmp_path / "in.parquet")
    run(tmp_path / "in.parquet", tmp_path / "out.parquet", release)
    assert parquet.read_table(tmp_path / "out.parquet").to_pylist() == expected([row], release)


@pytest.mark.parametrize("name", ["in.jsonl", "in.parquet"])
def test_an_empty_file_gives_an_empty_table(tmp_path: Path, release: Release, name: str) -> None:
    """No rows in, no rows out: the table has its columns."""
    if name == "in.jsonl":
        lines(tmp_path / name, [])
    else:
        parquet.write_table(pa.table({"snapshot": pa.array([], pa.string())}), tmp_path / name)
    finished = run(tmp_path / name, tmp_path / "out.parquet", release)
    assert finished.counts == (0, 0, 0, {})
    assert parquet.read_table(finished.output).schema.equals(OUTPUT)


def test_accounts_that_stand_twice_are_told(tmp_path: Path, release: Release) -> None:
    """Repeated ids are counted, across partitions, and named; every row is still decided."""
    finished = run(lines(tmp_path / "in.jsonl", [*BOOK[:8], *BOOK[:2], BOOK[0]]), tmp_path / "out.parquet", release)
    assert finished.repeated == (2, 5, (BOOK[0]["account_id"], BOOK[1]["account_id"]))
    assert finished.counts.decided == 11


def test_a_finished_output_is_not_overwritten_silently(tmp_path: Path, release: Release) -> None:
    """What is there stays, unless the caller says otherwise."""
    source = lines(tmp_path / "in.jsonl", BOOK[:3])
    (tmp_path / "out.parquet").write_text("precious", "utf-8")
    with pytest.raises(NextplayError, match="is there already and is not overwritten"):
        run(source, tmp_path / "out.parquet", release)
    assert (tmp_path / "out.parquet").read_text("utf-8") == "precious"
    assert not (tmp_path / "out.parquet.parts").exists()
    assert run(source, tmp_path / "out.parquet", release, overwrite=True).counts.decided == 3


def test_a_run_that_comes_while_another_finishes_is_told_so(
    tmp_path: Path, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that finds the output of one at work says that one is at work, not that the output is there."""
    source, output = lines(tmp_path / "in.jsonl", BOOK[:3]), tmp_path / "out.parquet"
    whole, told = parts._put, []

    def put(draft: Path, target: Path) -> None:
        whole(draft, target)
        with pytest.raises(NextplayError, match="another run writes") as caught:
            run(source, output, release)
        told.append(caught)

    monkeypatch.setattr(parts, "_put", put)
    assert run(source, output, release).counts.decided == 3
    assert len(told) == 1


class Killed(BaseException):
    """The process ends here."""


def test_processes_keep_to_a_core_where_they_take_all() -> None:
    """As many processes as cores have one each; fewer, or more, are left to the system."""
    cores = sorted(os.sched_getaffinity(0))
    assert crew.cores_for(len(cores)) == cores
    assert crew.cores_for(len(cores) + 1) == [None] * (len(cores) + 1)


def test_processes_of_their_own_decide_the_same(tmp_path: Path, release: Release) -> None:
    """On two processes every row comes out as on one, in its place."""
    source, output = lines(tmp_path / "in.jsonl", BOOK), tmp_path / "out.parquet"
    job = Job(source, output, RULES, PLAIN, partition_rows=5, jobs=2)
    finished = decide_file(job, release, known=fingerprint(source), progress=lambda _rows: None)
    assert finished.counts.decided == len(BOOK)
    assert parquet.read_table(output).to_pylist() == expected(BOOK, release)


@pytest.mark.parametrize("placed", [0, 1, 2])
def test_a_run_that_was_killed_while_it_finished_goes_on(
    tmp_path: Path, release: Release, monkeypatch: pytest.MonkeyPatch, placed: int
) -> None:
    """Killed while its two files are put into place, a run is finished by the same once more.

    Killed when both stand, it makes way for another book.
    """
    source, output = lines(tmp_path / "in.jsonl", [*BOOK[:7], "{"]), tmp_path / "out.parquet"
    whole, calls = parts._put, iter(range(9))

    def put(draft: Path, target: Path) -> None:
        if next(calls) == placed:
            raise Killed
        whole(draft, target)

    def remove(_folder: Path) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(parts, "_put", put)
        patched.setattr(shutil, "rmtree", remove)
        with pytest.raises(Killed):
            run(source, output, release)
    assert [output.exists(), output.with_name("out.parquet.refused.jsonl").exists()] == [placed > 1, placed > 0]
    other = lines(tmp_path / "other.jsonl", BOOK[7:9])
    if placed == 2:
        assert run(other, output, release, overwrite=True).counts.rows == 2
    else:
        assert run(source, output, release).counts[:3] == (8, 7, 1)
        assert parquet.read_table(output).to_pylist() == expected(BOOK[:7], release)
    assert not output.with_name("out.parquet.parts").exists()


def test_what_is_left_of_a_removed_folder_counts_for_nobody(tmp_path: Path, release: Release) -> None:
    """A run that was killed while its folder was being removed leaves parts that no other book takes for its own."""
    output = tmp_path / "out.parquet"
    folder = output.with_name("out.parquet.parts")
    folder.mkdir()
    (folder / "finishing").touch()
    (folder / "00000000.counts.json").write_text('{"rows": 5, "decided": 5, "refused": 0, "by_diagnosis": {"cx": 5}}')
    run(lines(tmp_path / "in.jsonl", BOOK[7:9]), output, release)
    assert parquet.read_table(output).to_pylist() == expected(BOOK[7:9], release)
    folder.mkdir()
    (folder / "finishing").touch()
    with pytest.raises(NextplayError, match="is there already"):
        run(lines(tmp_path / "other.jsonl", BOOK[:2]), output, release)


def test_a_run_goes_on_only_with_the_same_question(
    tmp_path: Path, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is whole is kept and not decided again; another input or other options are refused with what to do."""
    source, output = lines(tmp_path / "in.jsonl", BOOK), tmp_path / "out.parquet"
    decide = crew.Clerk.decide
    seen: list[int] = []

    def fails_at_the_third(clerk: crew.Clerk, partition: Partition) -> Counts:
        seen.append(partition.number)
        if len(seen) == 3:
            raise NextplayError("cut")
        return decide(clerk, partition)

    monkeypatch.setattr(crew.Clerk, "decide", fails_at_the_third)
    with pytest.raises(NextplayError, match="cut"):
        run(source, output, release)
    assert not output.exists()
    with pytest.raises(NextplayError, match=r"of other options.*remove the folder"):
        run(source, output, release, options=BulkOptions(texts=True))
    lines(source, BOOK[:-1])
    with pytest.raises(NextplayError, match="of another input"):
        run(source, output, release)
    lines(source, BOOK)
    finished = run(source, output, release)
    assert (finished.kept, seen) == (10, [0, 1, 2, 2, 3, 4])
    assert parquet.read_table(output).to_pylist() == expected(BOOK, release)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("in.csv", b"", "must end in .parquet"),
        ("in.parquet", b"PAR1 and nothing else", "no Parquet file"),
        ("in.jsonl.gz", gzip.compress(b"{}\n" * 99, mtime=0)[:-12], "damaged or cut off gzip"),
        ("in.jsonl", b'{\n "account_id": "a"\n}\n', "one object on one line"),
    ],
)
def test_what_is_no_book_is_refused(tmp_path: Path, release: Release, name: str, content: bytes, says: str) -> None:
    """A file that cannot be read ends with a sentence, and nothing stands at the place of the output."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputInvalid, match=says):
        run(tmp_path / name, tmp_path / "out.parquet", release)
    assert not (tmp_path / "out.parquet").exists()
