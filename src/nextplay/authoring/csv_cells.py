"""One cell of an export → one value of a snapshot, or the reason why it cannot be read (never the value itself)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from functools import cache
from typing import Final

from pydantic import ValidationError

from nextplay.authoring.csv_fields import FieldKind, SnapshotField
from nextplay.authoring.csv_source import EPOCHS, Signs, Source

Cell = str | bool | int | float | dict[str, str | float]
"""What a cell becomes: a JSON value, or money."""
_FLAGS: Final[Mapping[str, bool]] = {
    "true": True, "yes": True, "y": True, "1": True, "false": False, "no": False, "n": False, "0": False,
}  # fmt: skip
_LONGEST_COUNT: Final = 36_525
"""A hundred years in days: more is no count of days."""


class CellUnreadable(Exception):
    """A cell that says something which its field cannot take; the text is the reason."""


@dataclass(frozen=True, slots=True)
class CellReader:
    """Reads the cells of one field by the words of its source and the signs of the whole file."""

    field: SnapshotField
    source: Source
    mapping: Signs

    def read(self, text: str, *, as_of: date | None, currency: str = "") -> Cell | None:
        """Return the value, `None` for a cell in which nothing was recorded. Raises `CellUnreadable`."""
        text = text.strip()
        if not text or text in self.mapping.empty or text in self.source.empty:
            return None
        value = self._value(text, as_of)
        if self._kind == "money":
            if not currency:
                raise CellUnreadable("has an amount without a currency")
            value = {"amount": float(str(value)), "currency_code": currency}
        try:
            self.field.adapter.validate_python(value)
        except ValidationError as error:
            raise CellUnreadable(_reason(error, self.field)) from None
        return value

    @property
    def _kind(self) -> FieldKind:
        return self.source.type or self.field.kind

    def _value(self, text: str, as_of: date | None) -> Cell:
        if self.source.words is not None:
            return self._worded(text)
        match self._kind:
            case "whole" | "number" | "money":
                return self._number(text)
            case "flag":
                return self._flag(text)
            case "day":
                return self._day(text, as_of).isoformat()
            case "instant":
                return self._instant(text)
            case _:
                return text.removesuffix(self.source.drop_suffix or "")

    def _worded(self, text: str) -> Cell:
        words = self.source.words or {}
        if text not in words:
            raise CellUnreadable("is a word that `words` does not list")
        return words[text]

    def _flag(self, text: str) -> bool:
        if text.lower() not in _FLAGS:
            raise CellUnreadable("is neither yes nor no; list its words under `words`")
        return _FLAGS[text.lower()]

    def _number(self, text: str) -> int | float:
        number = self._decimal(text)
        if self._kind != "whole":
            return float(number)
        if number != number.to_integral_value():
            raise CellUnreadable("is not a whole number")
        return int(number)

    def _decimal(self, text: str) -> Decimal:
        if not _number_pattern(self.mapping.decimal, self.mapping.thousands).fullmatch(text):
            raise CellUnreadable("is not a number")
        if self.mapping.thousands:
            text = text.replace(self.mapping.thousands, "")
        with localcontext(prec=15):
            return self._scaled(Decimal(text.replace(self.mapping.decimal, ".")))

    def _scaled(self, number: Decimal) -> Decimal:
        """Apply `factor`, then `scale`, in decimal arithmetic: 0.1 of 3 is 0.3."""
        if self.source.factor is not None:
            number = number * self.source.factor.numerator / self.source.factor.denominator
        if self.source.scale is not None:
            low, high = (Decimal(str(end)) for end in self.source.scale.of)
            to_low, to_high = (Decimal(str(end)) for end in self.source.scale.to)
            if not min(low, high) <= number <= max(low, high):
                raise CellUnreadable("lies outside the scale of its column")
            number = to_low + (number - low) * (to_high - to_low) / (high - low)
        return number

    def _day(self, text: str, as_of: date | None) -> date:
        if self.source.read == "value":
            return _day(text, self.source.date_format)
        count = self._decimal(text)
        if as_of is None or count != count.to_integral_value() or not 0 <= count <= _LONGEST_COUNT:
            raise CellUnreadable("is not a count of days")
        days = timedelta(days=int(count))
        try:
            return as_of - days if self.source.read == "days_ago" else as_of + days
        except OverflowError:
            raise CellUnreadable("leads to a day off the calendar") from None

    def constant(self) -> Cell | None:
        """Return the constant of the source; one for an instant may be a day."""
        value = self.source.constant
        return self._instant(value) if self._kind == "instant" and isinstance(value, str) else value

    def _instant(self, text: str) -> str:
        """Read an instant; a day alone means its first second in UTC, and so does an instant without an offset."""
        found = _moment(text, self.source.date_format)
        return found.replace(microsecond=0).isoformat().replace("+00:00", "Z")


@cache
def _number_pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    grouped = rf"|[0-9]{{1,3}}(?:{re.escape(thousands)}[0-9]{{3}})+" if thousands else ""
    sign = re.escape(decimal)
    whole = rf"(?:[0-9]+{grouped}|(?={sign}[0-9]))"
    return re.compile(rf"[+-]?{whole}(?:{sign}[0-9]*)?(?:[eE][+-]?[0-9]{{1,3}})?")


def _moment(text: str, date_format: str | None) -> datetime:
    """Read a point in time and turn it into UTC."""
    try:
        if date_format is None:
            found = datetime.fromisoformat(text)
        elif date_format in EPOCHS:
            found = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(text) // EPOCHS[date_format])
        else:
            found = datetime.strptime(text, date_format)  # noqa: DTZ007  a zone is given below
    except (ValueError, OverflowError):
        raise CellUnreadable("is not a date of the form that is expected") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _day(text: str, date_format: str | None) -> date:
    """Read a day; a point in time means its day in UTC."""
    if date_format in EPOCHS or (date_format is None and len(text) > len("2026-03-02")):
        return _moment(text, date_format).date()
    try:
        if date_format is None:
            return date.fromisoformat(text)
        return datetime.strptime(text, date_format).date()  # noqa: DTZ007  a day has no zone
    except ValueError:
        raise CellUnreadable("is not a date of the form that is expected") from None


def _reason(error: ValidationError, field: SnapshotField) -> str:
    problem = error.errors(include_url=False, include_input=False, include_context=True)[0]
    if problem["type"] == "literal_error":
        return f"is none of {', '.join(field.words)}; translate it under `words`"
    message = str(problem["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    return message.lower().replace("should be", "must be").replace("should have", "must have")
