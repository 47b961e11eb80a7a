"""One row of a further file, as it stood on the day of a snapshot: what was known only later is not in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from nextplay.authoring.csv_cells import Cell, CellReader, CellUnreadable
from nextplay.authoring.csv_errors import ExportInvalid
from nextplay.authoring.csv_fields import field_of
from nextplay.authoring.csv_keyed_mapping import DATE_OF, DATED, DEMANDED, KeyedFile
from nextplay.authoring.csv_report import CellProblem
from nextplay.authoring.csv_source import EPOCHS
from nextplay.authoring.keyed_tally import Fate
from nextplay.errors import InputInvalid
from nextplay.snapshot import read_snapshot

_AFTERMATH: Final[Mapping[str, Mapping[str, str]]] = {
    "tickets": {"first_reply_at": "", "resolved_at": "reopened_count"},
    "surveys": {"followed_up_on": "follow_up"},
    "objectives": {"last_verified_on": "current"},
}
"""List → dates of what comes after a row began, each with the field that is known from then on only."""
_CONTRADICTED: Final = frozenset({"surveys"})
"""Lists whose fields can contradict each other."""
_WEEK: Final = timedelta(days=7)
_DAY_LENGTH: Final = len("2026-03-02")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row as it stood on the day of a snapshot. `order` sorts by date, then by text: never by place in the file."""

    order: tuple[str, str]
    item: dict[str, Cell]
    row: int


@dataclass(frozen=True, slots=True)
class RowReading:
    """What one row says: an entry where `fate` is used. `later` names fields that were known only after `as_of`."""

    fate: Fate
    entry: Entry | None = None
    problems: tuple[CellProblem, ...] = ()
    later: tuple[str, ...] = ()


class RowReader:
    """Reads the rows of one file; `columns` names the cells that it is given, in their order."""

    def __init__(self, name: str, file: KeyedFile, columns: Sequence[str]) -> None:
        """Prepare a reader for each source of the file."""
        self.name, self._file, self._columns = name, file, columns
        self._readers = {key: _reader(file, key) for key in file.sources()}
        when = file.when
        self._when = None if when is None else CellReader(DATED, when, file)
        self._sort = self._readers.get("by", self._when)
        self._own_date = DATE_OF.get(file.rows or "", "")
        self._dated_by = "dated" if file.dated is not None else self._own_date

    def account(self, text: str) -> str | None:
        """Return the account that a row is of, `None` where that cannot be read."""
        try:
            found = self._readers["account_id"].read(text, as_of=None)
        except CellUnreadable:
            return None
        return None if found is None else str(found)

    def column(self, key: str) -> str:
        """Name the column behind a key of the mapping, for a report."""
        source = self._readers[key].source if key in self._readers else self._file.when
        return (source and source.column) or "(constant)"

    def read(self, row: int, cells: Sequence[str], as_of: str) -> RowReading:
        """Read one row as far as it was known on `as_of`."""
        texts = dict(zip(self._columns, cells, strict=True))
        problems: list[CellProblem] = []
        known = "" if self._when is None else self._cell(self._when, row, self._dated_by, texts, problems)
        order = known if self._sort is self._when else self._cell(self._readers["by"], row, "by", texts, problems)
        if known is None or order is None:
            return RowReading(Fate.UNDATED, None, tuple(problems))
        if self._when is not None and not self._stood(str(known), texts, as_of):
            return RowReading(Fate.LATER)
        item = {
            name: value
            for name in self._file.fields
            if (value := self._cell(self._readers[name], row, name, texts, problems, as_of=as_of)) is not None
        }
        if self._own_date in item and not _is_known(str(item[self._own_date]), as_of):
            return RowReading(Fate.LATER)
        later = self._without_aftermath(item, as_of)
        fate = self._fate(item, row, as_of, problems)
        entry = Entry((str(order), "\0".join(cells)), item, row) if fate is Fate.USED else None
        return RowReading(fate, entry, tuple(problems), later)

    def _stood(self, known: str, texts: Mapping[str, str], as_of: str) -> bool:
        """Say whether a row was there on `as_of`: a day counts from its beginning, a week once it is over."""
        if self._file.rows == "usage_weekly" and self._file.dated is None:
            return datetime.fromisoformat(known).date() + _WEEK <= _day_of(as_of)
        return known[:_DAY_LENGTH] <= as_of[:_DAY_LENGTH] if self._is_day(texts) else known <= as_of

    def _is_day(self, texts: Mapping[str, str]) -> bool:
        when = self._file.when
        if when is None or when.column is None or when.date_format in EPOCHS:
            return False
        if when.date_format is not None:
            return not any(sign in when.date_format for sign in ("%H", "%I", "%X", "%c", "%T"))
        return len(texts[when.column]) <= _DAY_LENGTH

    def _without_aftermath(self, item: dict[str, Cell], as_of: str) -> tuple[str, ...]:
        """Take out what was known only after `as_of`; return the columns of that."""
        later = []
        for name, consequence in _AFTERMATH.get(self._file.rows or "", {}).items():
            if name in item and not _is_known(str(item[name]), as_of):
                later += [key for key in (name, consequence) if item.pop(key, None) is not None]
        return tuple(map(self.column, later))

    def _fate(self, item: dict[str, Cell], row: int, as_of: str, problems: list[CellProblem]) -> Fate:
        """Judge an item, and take out of it what contradicts the rest."""
        if any(name not in item for name in DEMANDED.get(self._file.rows or "", ())):
            return Fate.CONTRADICTORY
        if self._file.rows in _CONTRADICTED:
            for name, reason in _contradictions(str(self._file.rows), item, as_of).items():
                problems.append(self._problem(row, name, reason))
                if item.pop(name, None) is None:
                    return Fate.CONTRADICTORY
        told = any(self._readers[name].source.column is not None for name in item)
        return Fate.USED if told else Fate.EMPTY

    def _cell(
        self,
        reader: CellReader,
        row: int,
        key: str,
        texts: Mapping[str, str],
        problems: list[CellProblem],
        *,
        as_of: str = "",
    ) -> Cell | None:
        source = reader.source
        if source.column is None:
            return reader.constant()
        try:
            currency = source.currency or (texts[source.currency_column] if source.currency_column else "")
            day = _day_of(as_of) if source.read != "value" else None
            return reader.read(texts[source.column], as_of=day, currency=currency)
        except CellUnreadable as error:
            problems.append(self._problem(row, key, str(error)))
            return None

    def _problem(self, row: int, key: str, message: str) -> CellProblem:
        return CellProblem(row, self.column(key), key, message, self.name)


def _contradictions(rows: str, item: Mapping[str, Cell], as_of: str) -> dict[str, str]:
    """Let the snapshot's own reader judge one item alone; return the fields that it complains of."""
    document: dict[str, Any] = {"account_id": "-", "as_of": as_of, rows: [dict(item)]}
    try:
        read_snapshot(document)
    except InputInvalid as error:
        return {violation.path.partition("].")[2]: violation.message for violation in error.violations}
    return {}


def _is_known(value: str, as_of: str) -> bool:
    return value[:10] <= as_of[:10] if len(value) == len("2026-03-02") else value <= as_of


def _day_of(as_of: str) -> date:
    return datetime.fromisoformat(as_of).date()


def _reader(file: KeyedFile, key: str) -> CellReader:
    found = DATED if key in {"dated", "by"} else field_of("account_id" if key == "account_id" else file.path_of(key))
    if found is None:  # the mapping was checked: only a caller that skipped it comes here
        raise ExportInvalid([f"`{key}` is no field"])
    return CellReader(found, file.sources()[key], file)
