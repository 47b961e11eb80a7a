"""The kinds of single values that a snapshot is made of: strict, bounded, finite.

A number is never made out of a text, a flag never out of a number, and a day only out of `2026-03-02`.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Final

from pydantic import Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2200
"""Years that `as_of` may lie in, both included."""


def _day(value: object) -> date:
    """Accept an ISO 8601 calendar day only: other spellings that Python would read are refused."""
    if type(value) is str and len(value) == len("2026-03-02") and value[4] == "-" == value[7]:
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    elif type(value) is date:
        return value
    raise PydanticCustomError("day", "must be an ISO 8601 date such as 2026-03-02")


def _instant(value: object) -> datetime:
    """Accept an RFC 3339 instant with its offset and turn it into UTC."""
    try:
        if isinstance(value, str) and _INSTANT.fullmatch(value):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise PydanticCustomError("instant", "must be an RFC 3339 instant with its offset, such as 2026-03-02T09:00:00Z")


def _today(value: object) -> datetime:
    """Accept an instant of the years in which accounts are looked after, so that no date reckoned from it overflows."""
    instant = _instant(value)
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        years = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise PydanticCustomError("instant", "must lie in the years {first} to {last}", years)
    return instant


Day = Annotated[date, PlainValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Instant = Annotated[datetime, PlainValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
Today = Annotated[datetime, PlainValidator(_today), WithJsonSchema({"type": "string", "format": "date-time"})]
Name = Annotated[str, Field(strict=True, min_length=1, max_length=200)]
Words = Annotated[str, Field(strict=True, max_length=500)]
CurrencyCode = Annotated[str, Field(strict=True, pattern=r"^[A-Z]{3}$")]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
Days = Annotated[int, Field(strict=True, ge=0, le=36_500)]
Quantity = Annotated[float, Field(strict=True, ge=0, le=1e15, allow_inf_nan=False)]
Measure = Annotated[float, Field(strict=True, ge=-1e15, le=1e15, allow_inf_nan=False)]
Ratio = Annotated[float, Field(strict=True, ge=0, le=1000, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Hours = Annotated[float, Field(strict=True, ge=0, le=87_600, allow_inf_nan=False)]
Score = Annotated[float, Field(strict=True, ge=0, le=10, allow_inf_nan=False)]
Flag = Annotated[bool, Field(strict=True)]
AttributeValue = Annotated[str, Field(strict=True, max_length=200)] | Flag | Measure
