"""An export, row by row → snapshots. Nothing is lost silently: every cell and row left out has its place and reason."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from nextplay.authoring.csv_cells import Cell, CellReader, CellUnreadable
from nextplay.authoring.csv_errors import ExportInvalid
from nextplay.authoring.csv_fields import field_of, segments
from nextplay.authoring.csv_mapping import CsvMapping
from nextplay.authoring.csv_report import CellProblem, RowResult, check_header, keys_of
from nextplay.authoring.csv_source import Source
from nextplay.authoring.exports import CsvRows, Rows
from nextplay.authoring.keyed_files import Joined, KeyedFiles
from nextplay.errors import InputInvalid
from nextplay.snapshot import read_snapshot

_ITEM: Final = re.compile(r"(?P<list>[a-z_]+)\[(?P<position>[0-9]+)\]")


class CsvExport:
    """An opened export whose header fits the mapping. Iterating gives one `RowResult` for each row, in order."""

    def __init__(
        self,
        lines: list[str] | io.TextIOBase | Rows,
        mapping: CsvMapping,
        *,
        as_of: datetime | None = None,
        keyed: KeyedFiles | None = None,
        beside: str | None = None,
    ) -> None:
        """Take the lines of a CSV, or the rows of any file, and what is joined to them.

        `beside` is a column whose text each result carries, such as a label; it never comes into a snapshot.
        Raises `ExportInvalid` where columns are missing or stand twice.
        """
        self._mapping = mapping
        self._fallback = as_of
        self._keyed = keyed or KeyedFiles()
        self._rows: Rows = CsvRows(lines, mapping) if isinstance(lines, list | io.TextIOBase) else lines
        undated = as_of is None and mapping.as_of is None
        lacking = ["nothing says when the export was taken; map `as_of` or pass --as-of"] if undated else []
        check_header(self._rows.header, mapping.columns(), keys=keys_of(mapping.sources()), more=lacking)
        self._width = len(self._rows.header)
        self._columns = {name: index for index, name in enumerate(self._rows.header)}
        self._beside = self._width if beside is None else self._columns[beside]
        self._readers = {name: _reader(name, source, mapping) for name, source in mapping.sources().items()}

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Columns that the mapping neither reads nor ignores, in the order of the file."""
        return self._rows.unread({*self._mapping.columns(), *self._mapping.ignored})

    def __iter__(self) -> Iterator[RowResult]:
        """Convert row by row; blank rows are counted as rows and give nothing."""
        for row, cells in self._rows:
            told = cells[self._beside].strip() if cells and self._beside < len(cells) else ""
            yield replace(self._converted(row, cells), beside=told)

    def _converted(self, row: int, cells: list[str] | None) -> RowResult:
        if cells is None:
            return RowResult(row, None, dropped="not a JSON object")
        if len(cells) > self._width:
            return RowResult(row, None, dropped="more cells than the header has columns")
        problems: list[CellProblem] = []
        account_id = self._cell(row, cells, "account_id", problems)
        if account_id is None:
            return RowResult(row, None, tuple(problems), dropped="no account_id")
        as_of = self._as_of(row, cells, problems)
        if as_of is None:
            return RowResult(row, None, tuple(problems), dropped="no as_of")
        day = datetime.fromisoformat(as_of).date()
        values: dict[str, Cell] = {}
        for name in self._mapping.fields:
            value = self._cell(row, cells, name, problems, as_of=day)
            if value is not None:
                values[name] = value
        joined = self._keyed.of(str(account_id), as_of)
        problems += joined.problems
        values |= joined.values
        return self._checked(row, {"account_id": account_id, "as_of": as_of}, values, problems, joined)

    def _as_of(self, row: int, cells: list[str], problems: list[CellProblem]) -> str | None:
        found = self._cell(row, cells, "as_of", problems) if self._mapping.as_of else None
        if found is None and self._fallback is not None:
            return self._fallback.isoformat().replace("+00:00", "Z")
        return None if found is None else str(found)

    def _cell(
        self, row: int, cells: list[str], name: str, problems: list[CellProblem], *, as_of: date | None = None
    ) -> Cell | None:
        """Read the cell of one field; what cannot be read is added to `problems`."""
        reader = self._readers[name]
        source = reader.source
        if source.column is None:
            return reader.constant()
        try:
            text = self._text(cells, source.column)
            currency = source.currency or (self._text(cells, source.currency_column) if source.currency_column else "")
            return reader.read(text, as_of=as_of, currency=currency.strip())
        except CellUnreadable as error:
            problems.append(CellProblem(row, source.column, name, str(error)))
            return None

    def _text(self, cells: list[str], column: str) -> str:
        index = self._columns[column]
        if index >= len(cells):
            raise CellUnreadable("is missing: the row ends before it")
        return cells[index]

    def _checked(
        self, row: int, top: dict[str, Any], values: dict[str, Cell], problems: list[CellProblem], joined: Joined
    ) -> RowResult:
        """Let the snapshot's own reader judge the row; cells that contradict others are left out, or the row is.

        Items of further files were judged one by one when they were read.
        """
        for _ in range(len(values) + 1):
            document = self._document(top, values)
            try:
                reading = read_snapshot(document)
            except InputInvalid as error:
                reasons = {violation.path: violation.message for violation in error.violations}
            else:
                reasons = {warning.path: warning.message for warning in reading.input_warnings}
                if not reasons:
                    return RowResult(row, document | dict(joined.lists), tuple(problems))
            blamed = _blamed(values, {self._named(path, values): reason for path, reason in reasons.items()})
            if not blamed:
                break
            for name, reason in blamed.items():
                del values[name]
                problems.append(self._problem(row, name, reason, joined))
        path, reason = next(iter(sorted(reasons.items())))
        return RowResult(row, None, tuple(problems), dropped=f"`{path}`: {reason}")

    def _problem(self, row: int, name: str, reason: str, joined: Joined) -> CellProblem:
        origin = joined.origins.get(name)
        if origin is not None:
            return CellProblem(origin.row, origin.column, name, reason, origin.file)
        return CellProblem(row, self._readers[name].source.column or "(constant)", name, reason)

    def _document(self, top: dict[str, Any], values: dict[str, Cell]) -> dict[str, Any]:
        """Nest the values; an item of a list needs at least one cell, constants alone do not make one."""
        document = dict(top)
        filled = self._filled(values)
        for name, value in values.items():
            head, *rest = segments(name)
            if not rest:
                document[str(head)] = value
            elif isinstance(rest[0], str):
                document.setdefault(str(head), {})[rest[0]] = value
            elif rest[0] in filled.get(str(head), ()):
                items = document.setdefault(str(head), [{} for _ in filled[str(head)]])
                items[filled[str(head)].index(rest[0])][str(rest[1])] = value
        return document

    def _filled(self, values: dict[str, Cell]) -> dict[str, list[int]]:
        """Return the indices of each list's items that have a cell, sorted: their positions are those of the answer."""
        found: dict[str, set[int]] = {}
        for name in values:
            head, *rest = segments(name)
            if rest and isinstance(rest[0], int) and self._readers[name].source.column is not None:
                found.setdefault(str(head), set()).add(rest[0])
        return {name: sorted(indices) for name, indices in found.items()}

    def _named(self, path: str, values: dict[str, Cell]) -> str:
        """Translate a path of the snapshot, where items without cells are missing, into the path of the mapping."""
        matched = _ITEM.match(path)
        if matched is None:
            return path
        indices = self._filled(values)[matched["list"]]
        return f"{matched['list']}[{indices[int(matched['position'])]}]{path[matched.end() :]}"


def _reader(name: str, source: Source, mapping: CsvMapping) -> CellReader:
    found = field_of(name)
    if found is None:  # the mapping was checked: only a caller that skipped it comes here
        raise ExportInvalid([f"`{name}` is no field of a snapshot"])
    return CellReader(found, source, mapping)


def _blamed(values: dict[str, Cell], reasons: dict[str, str]) -> dict[str, str]:
    """Find the values that the reader's complaints are about; where it names a list's item, all of that item."""
    blamed: dict[str, str] = {}
    for path, reason in reasons.items():
        exact = [name for name in values if path == name or path.startswith(f"{name}.")]
        item = path.partition("]")[0] + "]." if "[" in path else path + "."
        for name in exact or [name for name in values if name.startswith(item)]:
            blamed[name] = reason
    return blamed
