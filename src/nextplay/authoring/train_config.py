"""The file that says how to train: TRAIN.toml, checked as a whole before anything is read."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from nextplay.authoring.csv_mapping import CsvMapping
from nextplay.authoring.csv_mapping_file import read_mapping
from nextplay.churn.tables import Family
from nextplay.errors import InputInvalid, Violation

_Share = Annotated[float, Field(gt=0, le=1)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(_Section):
    """Where it stands who left within the horizon, and the words for that; rows of which nothing is said are left out.

    A `column` of the data; or, in a `file` of outcomes beside the data, a `key` with a point for each level. A flag is
    written `true`.
    """

    column: str | None = None
    file: str | None = None
    key: str | None = None
    left: Annotated[list[str], Field(min_length=1)]

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.file is None) != (self.key is None):
            raise ValueError("`file` and `key` belong together: the outcomes, and where one stands in its line")
        if (self.column is None) == (self.file is None):
            raise ValueError("needs either a `column` of the data, or a `file` of outcomes with its `key`")
        return self


class Bands(_Section):
    """Upper limits of the bands, as probabilities; what is left out follows from the base rate."""

    low: _Share | None = None
    moderate: _Share | None = None
    high: _Share | None = None


class TrainConfig(_Section):
    """What TRAIN.toml holds. `mapping` is a mapping of `snapshots from-csv`, beside this file or by absolute path.

    Without one the data are snapshots. `files` gives further files of the mapping, beside this file, other paths.
    Rows whose horizon had not ended by `observed_until` are dropped. `facts` names what may be learned from; left out,
    every fact that the data can feed. `known_at_the_time` vouches for facts that look like leaks.
    """

    version: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")]
    mapping: str | None = None
    files: dict[str, str] = {}
    label: Label
    horizon_days: Annotated[int, Field(ge=1, le=3650)]
    observed_until: date | None = None
    provenance: Literal["trained", "synthetic"] = "trained"
    split: Literal["time", "account"] = "time"
    seed: int = 1
    facts: list[str] = []
    leave_out: list[str] = []
    known_at_the_time: list[str] = []
    signs: dict[str, Literal[-1, 0, 1]] = {}
    worsening: dict[str, list[str]] = {}
    families: dict[str, Family] = {}
    bands: Bands = Bands()


def mapping_of(path: Path, config: TrainConfig) -> CsvMapping | None:
    """Read the mapping that TRAIN.toml at `path` names, if it names one, with the `files` that are given beside it.

    Raises `MappingInvalid`, `InputInvalid`, `OSError`.
    """
    if config.mapping is None:
        return None
    mapping = read_mapping(path.parent / config.mapping)
    strangers = sorted(set(config.files) - set(mapping.files))
    if strangers:
        raise InputInvalid([Violation(f"files.{name}", "is no file of the mapping") for name in strangers])
    return mapping.with_files({name: path.parent / file for name, file in config.files.items()})


def read_train_config(path: Path) -> TrainConfig:
    """Read TRAIN.toml. Raises `InputInvalid` with every mistake, each with its key."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputInvalid([Violation(path.name, f"is not TOML: {error}")]) from error
    try:
        return TrainConfig.model_validate(found)
    except ValidationError as error:
        raise InputInvalid(_mistakes(error)) from error


def _mistakes(error: ValidationError) -> Sequence[Violation]:
    return [
        Violation(".".join(map(str, mistake["loc"])), str(mistake["msg"]).removeprefix("Value error, ").lower())
        for mistake in error.errors(include_url=False, include_input=False)
    ]
