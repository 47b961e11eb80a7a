"""Where one field comes from: a column of a file with the words that say how its cells are read, or a constant."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from fractions import Fraction
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from nextplay.authoring.csv_fields import KIND_NAMES, SnapshotField, field_of, snapshot_fields

Location = tuple[str | int, ...]
_NUMERIC: Final = frozenset({"whole", "number", "money"})
_OPTIONS: Final[Mapping[str, frozenset[str]]] = {
    "date_format": frozenset({"day", "instant"}),
    "factor": _NUMERIC,
    "scale": _NUMERIC,
    "words": frozenset({"word", "flag", "text"}),
    "currency": frozenset({"money"}),
    "currency_column": frozenset({"money"}),
}
"""Option of a source → kinds of fields that it makes sense for."""
EPOCHS: Final[Mapping[str, int]] = {"epoch_seconds": 1, "epoch_milliseconds": 1000}
"""Date formats that count from 1970-01-01 in UTC → how many of them are a second."""


class FileFormat(BaseModel):
    """A part of the mapping file: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Scale(FileFormat):
    """A linear change of scale: `low`..`high` of the export become `to_low`..`to_high` of the snapshot."""

    of: Annotated[tuple[float, float], Field(alias="from")]
    to: tuple[float, float]


class Source(FileFormat):
    """Where one field comes from: a column, or a constant.

    `read` turns a count of days into a date before or after `as_of`. `empty` adds words that mean *not recorded*
    in this column. `factor` is a number or a fraction (`28/90`). `drop_suffix` cuts what a spreadsheet has put behind
    an identifier (`.0`).
    """

    column: str | None = None
    constant: str | bool | int | float | None = None
    read: Literal["value", "days_ago", "days_ahead"] = "value"
    date_format: str | None = None
    factor: Fraction | None = None
    scale: Scale | None = None
    words: dict[str, str | bool] | None = None
    empty: tuple[str, ...] = ()
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    currency_column: str | None = None
    drop_suffix: str | None = None
    type: Literal["text", "number", "flag"] | None = None


def _column_alone(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


ColumnOrSource = Annotated[Source, BeforeValidator(_column_alone)]
"""A source as it is written: a bare name is a column."""


class Signs(FileFormat):
    """How a file is written. `format` is told by the content where it is left out: Parquet, else by the name's end."""

    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    encoding: str = "utf-8-sig"
    decimal: Literal[".", ","] = "."
    thousands: Literal[".", ",", " ", "'", ""] = ""
    empty: tuple[str, ...] = ("",)
    format: Literal["csv", "json_lines", "parquet"] | None = None


def columns_of(sources: Iterable[Source]) -> tuple[str, ...]:
    """Return the columns that sources read, sorted."""
    named = (name for source in sources for name in (source.column, source.currency_column))
    return tuple(sorted({name for name in named if name is not None}))


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a mapping, placed by the keys that lead to it."""

    location: Location
    code: str
    message: str
    hint: str = ""


def path_mistakes(path: str, source: Source, place: Location) -> Iterator[Mistake]:
    """Check one source against the field of a snapshot that `path` names."""
    field = field_of(path)
    if field is None:
        close = get_close_matches(path, snapshot_fields(), n=1)
        hint = f"did you mean `{close[0]}`?" if close else "`docs/cli.md` lists the fields"
        yield Mistake(place, "mapping-field", f"`{path}` is no field of a snapshot", hint)
        return
    yield from source_mistakes(path, field, source, place)


def source_mistakes(name: str, field: SnapshotField, source: Source, place: Location) -> Iterator[Mistake]:
    """Check one source against the field that it fills, which messages call `name`."""
    if (source.column is None) == (source.constant is None):
        yield Mistake(place, "mapping-source", f"`{name}` needs either a `column` or a `constant`")
    kind = source.type or field.kind
    for option, kinds in _OPTIONS.items():
        if getattr(source, option) is not None and kind not in kinds:
            yield Mistake(
                (*place, option), "mapping-option", f"`{option}` means nothing for `{name}`, a {KIND_NAMES[kind]}"
            )
    if source.read != "value" and kind != "day":
        yield Mistake(
            (*place, "read"), "mapping-option", f"`read: {source.read}` gives a date; `{name}` is a {KIND_NAMES[kind]}"
        )
    if source.type is not None and not field.path.startswith("attributes."):
        yield Mistake((*place, "type"), "mapping-option", f"`type` is for attributes; `{name}` has its own")
    yield from _money_mistakes(name, source, kind, place)
    yield from _value_mistakes(name, source, field, place)


def signs_mistakes(signs: Signs, place: Location = ()) -> Iterator[Mistake]:
    """Check how a file is written: its encoding, and that the signs of numbers can be told apart."""
    try:
        codecs.lookup(signs.encoding)
    except LookupError:
        message = f"`{signs.encoding}` is no encoding; try utf-8 or cp1252"
        yield Mistake((*place, "encoding"), "mapping-encoding", message)
    if signs.decimal == signs.thousands:
        yield Mistake((*place, "thousands"), "mapping-number", "`decimal` and `thousands` are the same sign")


def _money_mistakes(name: str, source: Source, kind: str, place: Location) -> Iterator[Mistake]:
    if kind == "money" and (source.currency is None) == (source.currency_column is None):
        message = f"`{name}` is money and needs either `currency: EUR` or a `currency_column`"
        yield Mistake(place, "mapping-currency", message)
    if source.scale is not None and source.scale.of[0] == source.scale.of[1]:
        yield Mistake((*place, "scale"), "mapping-scale", "`from` needs two different ends")


def _value_mistakes(name: str, source: Source, field: SnapshotField, place: Location) -> Iterator[Mistake]:
    """Check words and constants, which are values of the snapshot, against the type of the field."""
    if source.date_format not in {None, *EPOCHS} and not _tells_the_day(str(source.date_format)):
        message = f"`{source.date_format}` does not tell year, month and day; write it as in `%d.%m.%Y`"
        yield Mistake((*place, "date_format"), "mapping-date-format", message)
    for word, value in (source.words or {}).items():
        if field.kind == "word" and value not in field.words:
            close = get_close_matches(str(value), field.words, n=1)
            hint = f"did you mean `{close[0]}`?" if close else f"one of {', '.join(field.words)}"
            message = f"`{value}` is no word of `{name}`"
            yield Mistake((*place, "words", word), "mapping-word", message, hint)
    if source.constant is not None and field.kind != "money":
        try:
            if field.kind == "instant":
                datetime.fromisoformat(str(source.constant))
            else:
                field.adapter.validate_python(source.constant)
        except (ValidationError, ValueError):
            hint = f"one of {', '.join(field.words)}" if field.words else ""
            yield Mistake(
                (*place, "constant"), "mapping-constant", f"does not fit `{name}`, a {KIND_NAMES[field.kind]}", hint
            )


def _tells_the_day(date_format: str) -> bool:
    day = date(2026, 3, 2)
    try:
        return datetime.strptime(day.strftime(date_format), date_format).date() == day  # noqa: DTZ007  a day has no zone
    except ValueError:
        return False
