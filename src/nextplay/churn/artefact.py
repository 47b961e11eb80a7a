"""The file that a churn model is: a table in JSON, its shape, its verification, and how it is written.

Data, not code: nothing in it runs. `verify` is the only way from a file to a table that may be served, and it finds
every reason against one at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nextplay.canonical import digest
from nextplay.decision import RiskBand
from nextplay.errors import ModelInvalid
from nextplay.facts.spec import FactSpec

FORMAT: Final = "nextplay-churn-table/1"
FILE_NAME: Final = "model.json"
QUANTUM: Final = 2.0**-44
"""Every value of a table is a multiple of this and at most `LARGEST`: sums of them are exact, in any order."""
LARGEST: Final = 16.0
MOST_FACTS: Final = 255  # 255 tables and the base, each at most 16, stay below 2**12: exact in 53 bits with 40 to spare

Family = Literal["commercial", "experience", "outcomes", "relationship", "support", "usage"]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Sign = Literal[-1, 0, 1]

_SIGN_OF: Final[Mapping[str, int]] = {"higher_is_better": -1, "lower_is_better": 1}


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class NumberTable(_Part):
    """Log-odds by interval of a number: interval `i` ends at `thresholds[i]`, that end included; the last has no end.

    `sign` is 1 where more of the fact means more risk, -1 where it means less, 0 where neither is claimed. `range`
    is where the values were set or learned; beyond it the nearest interval answers, and the score says so.
    """

    kind: Literal["number"]
    fact: str
    family: Family
    sign: Sign
    range: Annotated[list[Finite], Field(min_length=2, max_length=2)]
    thresholds: Annotated[list[Finite], Field(min_length=1)]
    values: list[Finite]
    missing: Finite


class FlagTable(_Part):
    """Log-odds of a flag. `sign` is 1 where true means more risk."""

    kind: Literal["flag"]
    fact: str
    family: Family
    sign: Sign
    if_false: Finite
    if_true: Finite
    missing: Finite


class WordTable(_Part):
    """Log-odds by word. `worsening` orders the words from best to worst; empty claims no order."""

    kind: Literal["word"]
    fact: str
    family: Family
    worsening: list[str]
    values: dict[str, Finite]
    missing: Finite


Table = Annotated[NumberTable | FlagTable | WordTable, Field(discriminator="kind")]


class BandLimit(_Part):
    """Probabilities below `below` (and not in an earlier band) are in this band; the last reaches to 1."""

    band: RiskBand
    below: Annotated[float, Field(gt=0, le=1)]


class GoldenRow(_Part):
    """An account and the score it must get: the proof that file and reader understand each other."""

    values: dict[str, bool | float | str]
    log_odds: Finite
    probability: Annotated[float, Field(ge=0, le=1)]


class Artefact(_Part):
    """The whole file. `base` is the log-odds where every table says 0; `horizon_days` what the probability is about."""

    format: Literal["nextplay-churn-table/1"]
    version: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")]
    provenance: Literal["expert", "synthetic", "trained"]
    horizon_days: Annotated[int, Field(ge=1, le=3650)]
    base: Finite
    bands: list[BandLimit]
    tables: Annotated[list[Table], Field(min_length=1, max_length=MOST_FACTS)]
    golden: Annotated[list[GoldenRow], Field(min_length=1)]
    content_hash: str


@dataclass(frozen=True, slots=True)
class ModelFile:
    """The bytes of an artefact, and where they were read: the folder must be named like the version."""

    path: Path
    content: bytes


def model_file(folder: Path) -> ModelFile:
    """Read the file of a version folder. Raises `ModelInvalid`."""
    path = folder / FILE_NAME
    try:
        return ModelFile(path, path.read_bytes())
    except OSError as error:
        raise ModelInvalid(f"{path}: cannot be read; a model folder holds `{FILE_NAME}`") from error


def read_artefact(path: Path, specs: Mapping[str, FactSpec]) -> Artefact:
    """Read and verify the artefact at `path`: see `verified`. Raises `ModelInvalid`."""
    return verified(model_file(path.parent), specs)


def verified(file: ModelFile, specs: Mapping[str, FactSpec]) -> Artefact:
    """Verify an artefact against the vocabulary `specs`; golden rows are the scorer's to check.

    Raises `ModelInvalid` with every reason found, one a line.
    """
    path, content = file.path, file.content
    try:
        document = json.loads(content)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ModelInvalid(f"{path}: is not JSON; take the file from its release again") from error
    reasons = [*_reasons_of_bytes(content, document)]
    try:
        artefact = Artefact.model_validate(document)
    except ValidationError as error:
        reasons += [f"{_place(fault['loc'])}: {fault['msg'].lower()}" for fault in error.errors()]
        raise invalid(path, reasons) from error
    reasons += _reasons_of_content(artefact, specs)
    if artefact.version != path.parent.name:
        reasons.append(f"version: is `{artefact.version}`, but the folder is named `{path.parent.name}`")
    if reasons:
        raise invalid(path, reasons)
    return artefact


def artefact_bytes(document: Mapping[str, Any]) -> bytes:
    """Return the one spelling of an artefact, with its content hash computed anew."""
    content = {key: value for key, value in document.items() if key != "content_hash"}
    return _spelled({**content, "content_hash": content_hash(content)})


def content_hash(document: Mapping[str, Any]) -> str:
    """Hash everything an artefact says, but its own hash: `sha256:` and 64 hex digits over canonical JSON."""
    content = {key: value for key, value in document.items() if key != "content_hash"}
    return digest(content, prefix="sha256:")


def invalid(path: Path, reasons: Sequence[str]) -> ModelInvalid:
    """Make the error that carries every reason, one a line, each with the file."""
    return ModelInvalid("\n".join(f"{path}: {reason}" for reason in reasons))


def _spelled(document: object) -> bytes:
    return (json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _place(location: Sequence[int | str]) -> str:
    return ".".join(map(str, location)) or "the file"


def _reasons_of_bytes(content: bytes, document: object) -> Iterator[str]:
    """Compare the bytes with the one spelling, so that no byte of the file is outside the hash."""
    if not isinstance(document, dict):
        return
    if document.get("content_hash") != content_hash(document):
        yield "content_hash: does not fit the content; the file was damaged or edited by hand"
    elif content != _spelled(document):
        yield "is not spelled as the writer spells it (layout, order or a key given twice)"


def _reasons_of_content(artefact: Artefact, specs: Mapping[str, FactSpec]) -> Iterator[str]:
    yield from _reasons_of_numbers("base", [artefact.base])
    bands = [limit.band for limit in artefact.bands]
    limits = [limit.below for limit in artefact.bands]
    if tuple(bands) != get_args(RiskBand) or limits != sorted(set(limits)) or limits[-1] != 1:
        yield f"bands: must be {', '.join(get_args(RiskBand))} with rising limits, the last of them 1"
    names = [table.fact for table in artefact.tables]
    if names != sorted(set(names)):
        yield "tables: must be sorted by fact, each fact once"
    for table in artefact.tables:
        for reason in _reasons_of_table(table, specs):
            yield f"tables.{table.fact}: {reason}"


def _reasons_of_table(table: NumberTable | FlagTable | WordTable, specs: Mapping[str, FactSpec]) -> Iterator[str]:
    yield from _reasons_of_numbers("value", [*_values(table), table.missing])
    spec = specs.get(table.fact)
    if spec is None or table.fact.startswith("churn."):
        yield "is no fact that a model may read"
        return
    if table.kind != spec.type:
        yield f"is a {spec.type}, the table is for a {table.kind}"
        return
    match table:
        case NumberTable():
            yield from _reasons_of_intervals(table)
        case WordTable():
            yield from _reasons_of_words(table, spec)
    if not isinstance(table, WordTable):
        yield from _reasons_of_sign(table, spec)


def _values(table: NumberTable | FlagTable | WordTable) -> list[float]:
    match table:
        case NumberTable():
            return table.values
        case FlagTable():
            return [table.if_false, table.if_true]
        case WordTable():
            return list(table.values.values())


def _reasons_of_numbers(what: str, numbers: Sequence[float]) -> Iterator[str]:
    if any(abs(number) > LARGEST or not (number / QUANTUM).is_integer() for number in numbers):
        yield f"{what} must be a multiple of 2^-44 between -{LARGEST:.0f} and {LARGEST:.0f}"


def _reasons_of_intervals(table: NumberTable) -> Iterator[str]:
    if not _rises(table.thresholds, strictly=True):
        yield "thresholds must rise"
    if len(table.values) != len(table.thresholds) + 1:
        yield f"{len(table.thresholds)} thresholds need {len(table.thresholds) + 1} values"
    if not table.range[0] < table.range[1]:
        yield "range must rise"


def _reasons_of_words(table: WordTable, spec: FactSpec) -> Iterator[str]:
    if set(table.values) != set(spec.words):
        yield f"needs a value for each of {', '.join(spec.words)}, and for no other word"
    elif table.worsening and sorted(table.worsening) != sorted(table.values):
        yield "worsening must name each word once, or none"
    elif not _rises([table.values[word] for word in table.worsening]):
        yield "values go against `worsening`"


def _reasons_of_sign(table: NumberTable | FlagTable, spec: FactSpec) -> Iterator[str]:
    expected = _SIGN_OF.get(spec.preference, table.sign)
    if table.sign != expected:
        yield f"sign must be {expected}, since the fact is declared `{spec.preference}`"
    if table.sign and not _rises([value * table.sign for value in _values(table)]):
        yield f"values go against the sign {table.sign}"


def _rises(numbers: Sequence[float], *, strictly: bool = False) -> bool:
    return all(low < high or (low == high and not strictly) for low, high in pairwise(numbers))
