"""The file that a churn model is: a table in JSON, its shape, its verification, and how it is written.

Data, not code: nothing in it runs. `verify` is the only way from a file to a table that may be served, and it finds
every reason against one at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import Field, ValidationError

from nextplay.canonical import digest
from nextplay.churn.calibration import Calibrator, reasons_of_calibrator
from nextplay.churn.tables import Finite, Part, Table, reasons_of_numbers, reasons_of_table
from nextplay.decision import RiskBand
from nextplay.errors import ModelInvalid
from nextplay.facts.spec import FactSpec

FORMAT: Final = "nextplay-churn-table/2"
FILE_NAME: Final = "model.json"
VERSION_PATTERN: Final = r"^[a-z0-9][a-z0-9.-]{0,63}$"
MOST_FACTS: Final = 255  # 255 tables and the base, each at most 16, stay below 2**12: exact in 53 bits with 40 to spare


Share = Annotated[float, Field(ge=0, le=1)]


class BandLimit(Part):
    """Probabilities below `below` (and not in an earlier band) are in this band; the last reaches to 1."""

    band: RiskBand
    below: Annotated[float, Field(gt=0, le=1)]


class GoldenRow(Part):
    """An account and the score it must get: the proof that file and reader understand each other."""

    values: dict[str, bool | float | str]
    log_odds: Finite
    probability: Annotated[float, Field(ge=0, le=1)]


class MissingPolicy(Part):
    """What an unknown fact counts as: `neutral` (what an average account adds) or `learned` from unknown values.

    `hidden_shares` are the shares of values that were hidden in the copies that the training learned from.
    """

    policy: Literal["learned", "neutral"]
    hidden_shares: list[Share]


class Training(Part):
    """Where the numbers come from. `data_hash` is over the table that was learned from, row by row.

    `churners` counts accounts. `first_day` and `last_day` are the earliest and the latest as-of day, where known.
    """

    data_hash: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
    rows: Annotated[int, Field(ge=1)]
    accounts: Annotated[int, Field(ge=1)]
    churners: Annotated[int, Field(ge=1)]
    base_rate: Share
    first_day: str | None
    last_day: str | None
    seed: int
    rounds: Annotated[int, Field(ge=1)]
    parameters: dict[str, Finite]
    measures: dict[str, Finite]
    contradicted: list[str]
    versions: dict[str, str]


class FactReference(Part):
    """How a fact was spread when the model was made: what drift is measured against.

    `missing` is the share of unknown values. Of those known, `quantiles` are the 0th, 10th ... 100th per cent of a
    number, and `binned` the shares of the intervals that end at each different quantile, that end included (the last
    has no end; empty in files of earlier writers). `shares` are by word, or by `true` and `false` of a flag.
    """

    missing: Share
    quantiles: list[Finite]
    shares: dict[str, Share]
    binned: list[Share] = Field(default_factory=list)


class Reference(Part):
    """How facts and answers were spread over the `rows` that the model was made from.

    `probabilities` are quantiles, `binned` the shares between them as of a fact, `mean` their mean (both absent in
    files of earlier writers).
    """

    rows: Annotated[int, Field(ge=1)]
    facts: dict[str, FactReference]
    probabilities: list[Share]
    mean: Share | None = None
    binned: list[Share] = Field(default_factory=list)


class Adaptation(Part):
    """How the probabilities of another version were fitted to accounts of one's own; its ranking was kept.

    Its log-odds times `slope` plus `intercept` are those of this file; a `shift` has slope 1. `matched` is what the
    line was fitted to: the `outcomes` of accounts; or a rate, as the mean over a `book`, over the `reference` of the
    artefact, or, where there is neither, as what an average account gets (`prior`). `rate` is the share that left, as
    told or as counted. `day` is the latest as-of day of the rows, where known.
    """

    from_version: str
    from_hash: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
    kind: Literal["shift", "line"]
    matched: Literal["outcomes", "book", "reference", "prior"]
    slope: Annotated[float, Field(gt=0, le=100)]
    intercept: Annotated[float, Field(ge=-100, le=100)]
    rate: Share
    rows: Annotated[int, Field(ge=0)]
    accounts: Annotated[int, Field(ge=0)]
    churners: Annotated[int, Field(ge=1)] | None
    day: str | None


class Artefact(Part):
    """The whole file. `base` is the log-odds where every table says 0; `horizon_days` what the probability is about.

    `training` and `reference` are there unless the numbers are a judgement, `adaptation` where the file was made from
    another version: `provenance`, `training` and `reference.facts` stay those of the tables.
    """

    format: Literal["nextplay-churn-table/2"]
    version: Annotated[str, Field(pattern=VERSION_PATTERN)]
    provenance: Literal["expert", "synthetic", "trained"]
    horizon_days: Annotated[int, Field(ge=1, le=3650)]
    base: Finite
    bands: list[BandLimit]
    tables: Annotated[list[Table], Field(min_length=1, max_length=MOST_FACTS)]
    calibrator: Calibrator
    missing: MissingPolicy
    training: Training | None
    reference: Reference | None
    golden: Annotated[list[GoldenRow], Field(min_length=1)]
    adaptation: Adaptation | None = None
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
    yield from reasons_of_numbers("base", [artefact.base])
    bands = [limit.band for limit in artefact.bands]
    limits = [limit.below for limit in artefact.bands]
    if tuple(bands) != get_args(RiskBand) or limits != sorted(set(limits)) or limits[-1] != 1:
        yield f"bands: must be {', '.join(get_args(RiskBand))} with rising limits, the last of them 1"
    yield from reasons_of_calibrator(artefact.calibrator)
    yield from _reasons_of_origin(artefact)
    names = [table.fact for table in artefact.tables]
    if names != sorted(set(names)):
        yield "tables: must be sorted by fact, each fact once"
    for table in artefact.tables:
        for reason in reasons_of_table(table, specs):
            yield f"tables.{table.fact}: {reason}"


def _reasons_of_origin(artefact: Artefact) -> Iterator[str]:
    if artefact.adaptation is not None and artefact.adaptation.kind == "shift" and artefact.adaptation.slope != 1:
        yield "adaptation: a shift has the slope 1"
    learned = artefact.provenance != "expert"
    if (artefact.training is not None, artefact.reference is not None) != (learned, learned):
        yield "training, reference: must be there exactly where the provenance is not `expert`"
    if artefact.reference is not None and artefact.reference.facts.keys() != {table.fact for table in artefact.tables}:
        yield "reference.facts: must be the facts of the tables"
    for name, fact in (artefact.reference.facts if artefact.reference else {}).items():
        if fact.binned and len(fact.binned) != len(set(fact.quantiles)):
            yield f"reference.facts.{name}: binned must have a share for each different quantile"
