"""The mapping file: how the columns of an export become the fields of a snapshot, and what makes no sense there.

account_id: {column: CustomerNo}
as_of: {column: Exported, date_format: "%d.%m.%Y"}
fields:
  contract.seats: Licences                              # a bare name is a column
  contract.annual_value: {column: MRR, factor: 12, currency: EUR}
  usage.last_active_on: {column: DaysSilent, read: days_ago}
  profile.segment: {column: Size, words: {L: enterprise, M: mid_market, S: smb}}
  surveys[0].score: {column: NPS}
  surveys[0].kind: {constant: nps}
ignored: {Churned: a label, never an input}
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from fractions import Fraction
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from nextplay.authoring.csv_fields import KIND_NAMES, SnapshotField, field_of, segments, snapshot_fields

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


class _Format(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Scale(_Format):
    """A linear change of scale: `low`..`high` of the export become `to_low`..`to_high` of the snapshot."""

    of: Annotated[tuple[float, float], Field(alias="from")]
    to: tuple[float, float]


class Source(_Format):
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


_Source = Annotated[Source, BeforeValidator(_column_alone)]


class CsvMapping(_Format):
    """The whole mapping file. `ignored` says of every other column why it is left out."""

    account_id: _Source
    as_of: _Source | None = None
    fields: Annotated[dict[str, _Source], Field(min_length=1)]
    ignored: dict[str, str] = {}
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    encoding: str = "utf-8-sig"
    decimal: Literal[".", ","] = "."
    thousands: Literal[".", ",", " ", "'", ""] = ""
    empty: tuple[str, ...] = ("",)

    def sources(self) -> dict[str, Source]:
        """Return every field of the file with its source, `account_id` and `as_of` among them."""
        first = {"account_id": self.account_id} | ({"as_of": self.as_of} if self.as_of else {})
        return first | self.fields

    def columns(self) -> tuple[str, ...]:
        """Return the columns that are read, sorted."""
        named = (name for source in self.sources().values() for name in (source.column, source.currency_column))
        return tuple(sorted({name for name in named if name is not None}))


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a mapping, placed by the keys that lead to it."""

    location: Location
    code: str
    message: str
    hint: str = ""


def mapping_mistakes(mapping: CsvMapping) -> list[Mistake]:
    """Return everything that is wrong with the fields, columns and values of a mapping."""
    mistakes = [mistake for name, source in mapping.sources().items() for mistake in _source_mistakes(name, source)]
    return [*mistakes, *_file_mistakes(mapping)]


def _source_mistakes(name: str, source: Source) -> Iterator[Mistake]:
    """Check one source against the field that it fills."""
    field = field_of(name)
    place: Location = (name,) if name in {"account_id", "as_of"} else ("fields", name)
    if field is None:
        close = get_close_matches(name, snapshot_fields(), n=1)
        hint = f"did you mean `{close[0]}`?" if close else "`docs/cli.md` lists the fields"
        yield Mistake(place, "mapping-field", f"`{name}` is no field of a snapshot", hint)
        return
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
    if source.type is not None and not name.startswith("attributes."):
        yield Mistake((*place, "type"), "mapping-option", f"`type` is for attributes; `{name}` has its own")
    yield from _money_mistakes(name, source, kind, place)
    yield from _value_mistakes(name, source, field, place)


def _money_mistakes(name: str, source: Source, kind: str, place: Location) -> Iterator[Mistake]:
    if kind == "money" and (source.currency is None) == (source.currency_column is None):
        message = f"`{name}` is money and needs either `currency: EUR` or a `currency_column`"
        yield Mistake(place, "mapping-currency", message)
    if source.scale is not None and source.scale.of[0] == source.scale.of[1]:
        yield Mistake((*place, "scale"), "mapping-scale", "`from` needs two different ends")


def _value_mistakes(name: str, source: Source, field: SnapshotField, place: Location) -> Iterator[Mistake]:
    """Check words and constants, which are values of the snapshot, against the type of the field."""
    if source.date_format is not None and not _tells_the_day(source.date_format):
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


def _file_mistakes(mapping: CsvMapping) -> Iterator[Mistake]:
    """Check what spans several lines: encoding, separators, columns both read and ignored, gaps between indices."""
    try:
        codecs.lookup(mapping.encoding)
    except LookupError:
        message = f"`{mapping.encoding}` is no encoding; try utf-8 or cp1252"
        yield Mistake(("encoding",), "mapping-encoding", message)
    if mapping.decimal == mapping.thousands:
        yield Mistake(("thousands",), "mapping-number", "`decimal` and `thousands` are the same sign")
    for name in sorted(set(mapping.ignored) & set(mapping.columns())):
        yield Mistake(("ignored", name), "mapping-ignored", f"`{name}` is both read and ignored")
    for name in ("account_id", "as_of"):
        if name in mapping.fields:
            yield Mistake(("fields", name), "mapping-field", f"`{name}` stands at the top, beside `fields`")
    yield from _index_mistakes(mapping)


def _index_mistakes(mapping: CsvMapping) -> Iterator[Mistake]:
    """Check that indices have no gaps and each item a column: an item of constants alone would be invented."""
    items: dict[tuple[str, int], list[str]] = {}
    for path in mapping.fields:
        head = segments(path)
        if len(head) > 1 and isinstance(head[1], int):
            items.setdefault((str(head[0]), head[1]), []).append(path)
    for (name, index), paths in items.items():
        if index and (name, index - 1) not in items:
            message = f"`{name}[{index}]` stands without `{name}[{index - 1}]`; count from 0"
            yield Mistake(("fields", paths[0]), "mapping-index", message)
        if all(mapping.fields[path].column is None for path in paths):
            message = f"`{name}[{index}]` has no column: every account would get the same invented item"
            yield Mistake(("fields", paths[0]), "mapping-index", message)
