"""One further file, indexed by account; and what came of each of its rows in the end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from nextplay.authoring.csv_keyed_mapping import KeyedFile
from nextplay.authoring.csv_report import CellProblem, check_header, keys_of
from nextplay.authoring.csv_source import columns_of
from nextplay.authoring.exports import Rows
from nextplay.authoring.keyed_reading import Entry, RowReader
from nextplay.authoring.keyed_tally import FATES, NO_ACCOUNT, NOT_MEANT, TOO_LONG, UNREADABLE, Fate, FileTally

_GAP: Final = "\0"
"""Stands between the packed cells of a row; no text that people wrote has it."""


class Placed(NamedTuple):
    """An entry, and the row of its account's rows that it is."""

    entry: Entry
    place: int


class Found(NamedTuple):
    """The rows of an account that stood on a day, the oldest first. `broken` says that some cannot be used at all."""

    placed: list[Placed]
    problems: list[CellProblem]
    broken: bool


class KeyedRows:
    """The rows of one file by account. Cells are read when a snapshot of their account asks for them.

    What is kept of a row is one packed text of the cells that the mapping reads: a million tickets fit into memory.
    """

    def __init__(self, name: str, file: KeyedFile, rows: Rows) -> None:
        """Index the whole file. Raises `ExportInvalid` where columns are missing or stand twice."""
        self.name, self.file = name, file
        keys = keys_of(file.sources(), f"files.{name}.")
        check_header(rows.header, file.columns(), lead=f"file `{name}`: ", keys=keys)
        self._columns = columns_of(file.sources().values())
        self._reader = RowReader(name, file, self._columns)
        self._tally = FileTally(name, complete=file.complete)
        self._packed: dict[str, list[bytes]] = defaultdict(list)
        self._fates: dict[str, bytearray] = {}
        self._told: dict[str, bytearray] = {}
        self._index(rows)
        self._tally.unmapped = rows.unread({*file.columns(), *file.ignored})

    def _index(self, rows: Rows) -> None:
        width = len(rows.header)
        columns = {column: place for place, column in enumerate(rows.header)}
        where = [(columns[name], {word.strip() for word in words}) for name, words in self.file.where.items()]
        places = [columns[name] for name in self._columns]
        key = columns[self.file.account_id.column or ""]
        for row, cells in rows:
            self._tally.rows += 1
            if cells is None or len(cells) > width:
                self._tally.leave_out(UNREADABLE if cells is None else TOO_LONG, row)
                continue
            texts = [cell.strip() for cell in cells] + [""] * (width - len(cells))
            if any(texts[place] not in words for place, words in where):
                self._tally.leave_out(NOT_MEANT, row)
            elif (account := self._reader.account(texts[key])) is None:
                self._tally.leave_out(NO_ACCOUNT, row)
            else:
                kept = (str(row), *(texts[place].replace(_GAP, "") for place in places))
                self._packed[account].append(_GAP.join(kept).encode())

    def entries(self, account: str, as_of: str) -> Found:
        """Return the rows of an account that stood on `as_of`, the oldest first, and cells that cannot be read.

        Rows of one date stand in the order of their text, so that it does not matter where in the file they are. A
        cell is complained of once, however many snapshots the account has.
        """
        packed: Sequence[bytes] = self._packed.get(account, ())
        told = self._told.setdefault(account, bytearray(len(packed))) if packed else bytearray()
        found: list[Placed] = []
        problems: list[CellProblem] = []
        broken = False
        for place, text in enumerate(packed):
            row, *cells = text.decode().split(_GAP)
            reading = self._reader.read(int(row), cells, as_of)
            self._tally.later.update(reading.later)
            if reading.fate is not Fate.LATER and not told[place]:
                told[place] = True
                problems += reading.problems
            if reading.entry is None:
                broken |= reading.fate is not Fate.LATER
                self.mark(account, place, reading.fate)
            else:
                found.append(Placed(reading.entry, place))
        return Found(sorted(found, key=lambda one: one.entry.order), problems, broken)

    def mark(self, account: str, place: int, fate: Fate) -> None:
        """Say what came of a row; over several snapshots of its account, the best counts."""
        fates = self._fates.setdefault(account, bytearray(len(self._packed[account])))
        fates[place] = max(fates[place], fate)

    def column(self, field: str) -> str:
        """Name the column of a field, for a report."""
        return self._reader.column(field)

    def tally(self) -> FileTally:
        """Sum up; rows of accounts that nobody asked for are of unknown accounts."""
        tally = replace(self._tally, left_out=Counter(self._tally.left_out), first=dict(self._tally.first))
        for account, packed in self._packed.items():
            fates = self._fates.get(account, bytes(len(packed)))
            for fate, text in zip(fates, packed, strict=True):
                if fate == Fate.USED:
                    tally.used += 1
                else:
                    tally.leave_out(FATES[Fate(fate)], int(text.split(_GAP.encode(), 1)[0]))
        return tally
