"""What a run has done so far, beside its output: whole partitions survive a kill, and nothing half is ever seen.

The folder `OUT.parts` holds the manifest (what is decided, by which release, how) and three files for each partition:
decisions, refused rows, counts. A partition is done once its counts are there, for they are written last; every file
is written under another name first.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import orjson
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from nextplay.bulk.documents import json_rows
from nextplay.bulk.inputs import is_table
from nextplay.bulk.schema import RESULT
from nextplay.errors import NextplayError

OUTPUT: Final = RESULT.remove(RESULT.get_field_index("refused"))
"""The columns of the output: refused rows stand in a file of their own."""
_SHOWN_TWICE: Final = 5
_WORDS: Final[Mapping[str, str]] = {"input": "another input", "release": "another release", "options": "other options"}


class Counts(NamedTuple):
    """Rows of one partition, or of a whole run: `rows` = `decided` + `refused`."""

    rows: int
    decided: int
    refused: int
    by_diagnosis: Mapping[str, int]


class Repeated(NamedTuple):
    """Accounts that stand in more than one row: how many, in how many rows, and the first of them by id."""

    accounts: int
    rows: int
    first: tuple[str, ...]


class Parts:
    """The parts of one output file."""

    def __init__(self, output: Path) -> None:
        """Name the places; nothing is written yet."""
        self.output = output
        self.refused = output.with_name(f"{output.name}.refused.jsonl")
        self.folder = output.with_name(f"{output.name}.parts")
        self._manifest = self.folder / "manifest.json"
        self._finishing = self.folder / "finishing"
        """Stands from when output and side file are put into place: what is there may then be of this very run."""

    @contextmanager
    def opened(self, manifest: Mapping[str, Any], *, overwrite: bool) -> Iterator[None]:
        """Begin, or go on with what a run of the same input, release and options left; no second run may come in.

        Raises `NextplayError` where the output is there already, or the parts are those of another run.
        """
        is_table(self.output)
        if not self.output.parent.is_dir():
            raise NextplayError(f"cannot write `{self.output}`: folder `{self.output.parent}` is not there; make it")
        self.folder.mkdir(exist_ok=True)
        with self._locked():  # before anything is looked at: another run may be putting its output into place
            self._refuse_what_stands(overwrite=overwrite)
            self._agree(manifest, overwrite=overwrite)
            yield

    @contextmanager
    def _locked(self) -> Iterator[None]:
        place = self.folder / "lock"
        with place.open("w") as lock:
            if not _taken(lock, place):
                raise NextplayError(
                    f"another run writes `{self.output}` right now: wait for it, or name another output"
                )
            yield

    def _refuse_what_stands(self, *, overwrite: bool) -> None:
        """Refuse to replace what no run of this folder has put there, and leave no folder behind for it."""
        existing = [path for path in (self.output, self.refused) if path.exists()]
        if existing and not overwrite and not (self._finishing.exists() and self._manifest.exists()):
            if {path.name for path in self.folder.iterdir()} == {"lock"}:
                shutil.rmtree(self.folder)
            raise NextplayError(
                f"`{existing[0]}` is there already and is not overwritten: name another output, or say --overwrite"
            )

    def _agree(self, manifest: Mapping[str, Any], *, overwrite: bool) -> None:
        if not self._manifest.exists():
            self._begin(manifest)  # what parts there are belong to a run whose folder was being removed
            return
        before = json.loads(self._manifest.read_bytes())
        differs = [words for key, words in _WORDS.items() if before.get(key) != manifest[key]]
        if differs and overwrite and self._finishing.exists():  # its output stands, and is to be replaced
            self._begin(manifest)
        elif differs:
            raise NextplayError(
                f"`{self.folder}` holds a run that was not finished, of {' and '.join(differs)}: run that one once "
                "more to finish it, name another output, or remove the folder to begin anew"
            )

    def _begin(self, manifest: Mapping[str, Any]) -> None:
        """Forget whatever parts are there, and only then say of which run the coming ones are."""
        for part in self.folder.glob("*.counts.json"):
            part.unlink()
        self._finishing.unlink(missing_ok=True)
        _write(self._manifest, json.dumps(manifest, sort_keys=True, indent=2).encode())

    def done(self) -> dict[int, Counts]:
        """Return the partitions that are whole, with their counts."""
        found = sorted(self.folder.glob("*.counts.json"))
        return {int(path.name.split(".")[0]): Counts(**orjson.loads(path.read_bytes())) for path in found}

    def finish(self, numbers: Sequence[int]) -> Repeated:
        """Make output and side file of the parts, in their order, put them into place, and remove the parts."""
        repeated = self._repeated(numbers)
        beside = self.folder / "refused"
        with beside.open("wb") as stream:
            for number in numbers:
                stream.write(_place(self.folder, number, "refused.jsonl").read_bytes())
        whole = self.folder / "whole"
        _join([_place(self.folder, number, "parquet") for number in numbers], whole, table=is_table(self.output))
        self._finishing.touch()
        if beside.stat().st_size:
            _put(beside, self.refused)
        else:
            self.refused.unlink(missing_ok=True)
        _put(whole, self.output)
        self._manifest.unlink()  # before its parts go: without it they count as nobody's
        shutil.rmtree(self.folder)
        return repeated

    def _repeated(self, numbers: Sequence[int]) -> Repeated:
        files = [_place(self.folder, number, "parquet") for number in numbers]
        if not files:
            return Repeated(0, 0, ())
        counted = pl.scan_parquet(files).group_by("account_id").len().filter(pl.col("len") > 1).sort("account_id")
        found = counted.collect(engine="streaming")
        first = tuple(found["account_id"].head(_SHOWN_TWICE).to_list())
        return Repeated(found.height, int(found["len"].sum()), first)


def _taken(lock: IO[str], place: Path) -> bool:
    """Take a lock, and tell whether it is ours and still the one at its place: who had it may just have removed it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(lock.fileno()), place.stat())
    except (BlockingIOError, FileNotFoundError):
        return False


def write_part(folder: Path, number: int, *, numbers: Sequence[int], decided: pa.RecordBatch) -> Counts:
    """Write the files of one partition, its counts last, and return them."""
    is_refused = pc.is_valid(decided.column("refused"))
    good = decided.filter(pc.invert(is_refused)).select(OUTPUT.names)
    refused = [
        {"row": row, "account_id": account_id, "reasons": reasons.split("\n")}
        for row, account_id, reasons in zip(
            numbers, decided.column("account_id").to_pylist(), decided.column("refused").to_pylist(), strict=True
        )
        if reasons is not None
    ]
    part = _place(folder, number, "parquet")
    parquet.write_table(pa.Table.from_batches([good]), _draft(part), compression="zstd")
    _draft(part).replace(part)
    lines = b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in refused)
    _write(_place(folder, number, "refused.jsonl"), lines)
    kinds = Counter(good.column("diagnosis").to_pylist())
    counts = Counts(decided.num_rows, good.num_rows, len(refused), dict(sorted(kinds.items())))
    _write(_place(folder, number, "counts.json"), orjson.dumps(counts._asdict()))
    return counts


def _join(files: Sequence[Path], target: Path, *, table: bool) -> None:
    """Write the parts one after the other, as a table or as JSON lines."""
    if not table:
        with target.open("wb") as stream:
            for file in files:
                stream.writelines(f"{row}\n".encode() for row in json_rows(parquet.read_table(file)))
        return
    with parquet.ParquetWriter(target, OUTPUT, compression="zstd") as writer:
        for file in files:
            writer.write_table(parquet.read_table(file, schema=OUTPUT))


def _place(folder: Path, number: int, ending: str) -> Path:
    return folder / f"{number:08}.{ending}"


def _draft(path: Path) -> Path:
    return path.with_name(f"{path.name}.{os.getpid()}.draft")


def _write(path: Path, content: bytes) -> None:
    _draft(path).write_bytes(content)
    _draft(path).replace(path)


def _put(draft: Path, target: Path) -> None:
    """Put a whole file into place at once, after the disk has it."""
    with draft.open("rb") as stream:
        os.fsync(stream.fileno())
    draft.replace(target)
