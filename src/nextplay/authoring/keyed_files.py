"""The further files of an export, joined to its accounts: lists of items, and fields of one picked row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from nextplay.authoring.csv_cells import Cell
from nextplay.authoring.csv_errors import ExportInvalid
from nextplay.authoring.csv_mapping import CsvMapping
from nextplay.authoring.csv_report import CellProblem
from nextplay.authoring.exports import opened
from nextplay.authoring.keyed_rows import KeyedRows, Placed
from nextplay.authoring.keyed_tally import Fate, FileTally
from nextplay.snapshot.account import MAX_RAW_ROWS, MAX_ROWS

_ROOM: Final[Mapping[str, int]] = {"tickets": MAX_RAW_ROWS, "interactions": MAX_RAW_ROWS}
"""List → most items of it, where it is not `MAX_ROWS`."""
_NAMED: Final[Mapping[str, str]] = {
    "touchpoints": "name",
    "objectives": "objective_id",
    "tickets": "ticket_id",
    "usage_weekly": "week_start",
}
"""List → the field that may name each item once only."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The cell that a picked field comes from."""

    file: str
    row: int
    column: str


@dataclass(frozen=True, slots=True)
class Joined:
    """What the further files say of one account on one day: `values` by path, each with its origin, and `lists`."""

    values: Mapping[str, Cell] = field(default_factory=dict)
    origins: Mapping[str, Origin] = field(default_factory=dict)
    lists: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    problems: tuple[CellProblem, ...] = ()


class KeyedFiles:
    """All further files of a mapping, indexed. Asking about an account counts its rows as met."""

    def __init__(self, files: Sequence[KeyedRows] = ()) -> None:
        """Take the indexed files; those that feed one list together belong together."""
        self._picks = [rows for rows in files if rows.file.rows is None]
        self._lists: dict[str, list[KeyedRows]] = defaultdict(list)
        for rows in files:
            if rows.file.rows is not None:
                self._lists[rows.file.rows].append(rows)
        self._files = tuple(files)

    @classmethod
    def read(cls, mapping: CsvMapping, given: Mapping[str, Path] | None = None) -> KeyedFiles:
        """Index every further file of a mapping; `given` paths go before those that the mapping names.

        Raises `ExportInvalid` with every reason why files do not fit, and `OSError` where one is not there.
        """
        given = given or {}
        reasons = [_stranger(name, mapping) for name in given if name not in mapping.files]
        absent: list[OSError] = []
        indexed = []
        for name, file in mapping.files.items():
            path = given.get(name) or (Path(file.path) if file.path else None)
            if path is None:
                reasons.append(
                    f"file `{name}` is not given: pass --file {name}=FILE, or name its `path` in the mapping"
                )
                continue
            try:
                with opened(path, file, file.columns()) as rows:
                    indexed.append(KeyedRows(name, file, rows))
            except ExportInvalid as error:
                lead = f"file `{name}`: "
                reasons += [reason if reason.startswith(lead) else lead + reason for reason in error.reasons]
            except OSError as error:
                absent.append(_absent(name, error))
                reasons.append(f"file `{name}` cannot be read: {absent[-1].strerror}")
        if absent and len(reasons) == 1:
            raise absent[0]
        if reasons:
            raise ExportInvalid(reasons)
        return cls(indexed)

    def of(self, account: str, as_of: str) -> Joined:
        """Join the rows of an account that stood on `as_of` (an instant as text, in UTC)."""
        values: dict[str, Cell] = {}
        origins: dict[str, Origin] = {}
        lists: dict[str, list[dict[str, Any]]] = {}
        problems: list[CellProblem] = []
        for rows in self._picks:
            found = rows.entries(account, as_of)
            problems += found.problems
            picked = _picked(rows, account, found.placed)
            if picked is not None:
                values |= picked.entry.item
                origins |= {path: Origin(rows.name, picked.entry.row, rows.column(path)) for path in picked.entry.item}
        for name, sources in self._lists.items():
            items = self._items(name, sources, account, as_of, problems)
            if items is not None:
                lists[name] = items
        return Joined(values, origins, lists, tuple(problems))

    def _items(
        self, name: str, sources: Sequence[KeyedRows], account: str, as_of: str, problems: list[CellProblem]
    ) -> list[dict[str, Any]] | None:
        """Return the items of a list, the oldest first: the newest that it has room for; `None` where it is unknown."""
        placed: list[tuple[KeyedRows, Placed]] = []
        empty_is_known = True
        for rows in sources:
            found = rows.entries(account, as_of)
            problems += found.problems
            placed += [(rows, one) for one in found.placed]
            empty_is_known &= rows.file.complete and not found.broken
        placed.sort(key=lambda one: one[1].entry.order)
        items: list[dict[str, Any]] = []
        names: set[Cell] = set()
        room = _ROOM.get(name, MAX_ROWS)
        for rows, one in reversed(placed):
            own = one.entry.item.get(_NAMED.get(name, ""))
            repeated = own is not None and own in names
            fate = Fate.REPEATED if repeated else Fate.SURPLUS if len(items) == room else Fate.USED
            rows.mark(account, one.place, fate)
            if fate is Fate.USED:
                items.append(dict(one.entry.item))
                names |= set() if own is None else {own}
        return items[::-1] if items or empty_is_known else None

    def tallies(self) -> tuple[FileTally, ...]:
        """Sum up what came of every row of every file, in the order of the mapping."""
        return tuple(rows.tally() for rows in self._files)


def _picked(rows: KeyedRows, account: str, placed: Sequence[Placed]) -> Placed | None:
    """Choose the row that gives the fields; say of every other why it does not."""
    if not placed:
        return None
    pick = rows.file.pick or "only"
    chosen = placed[0 if pick == "oldest" else -1]
    if pick == "only" and len(placed) > 1:
        for one in placed:
            rows.mark(account, one.place, Fate.AMBIGUOUS)
        return None
    for one in placed:
        rows.mark(account, one.place, Fate.USED if one is chosen else Fate.NOT_PICKED)
    return chosen


def _absent(name: str, error: OSError) -> OSError:
    """Say which file of the mapping cannot be read, and what to do."""
    reason = f"{(error.strerror or str(error)).lower()}; it is the file `{name}` of the mapping: "
    return OSError(error.errno, f"{reason}pass --file {name}=..., or correct `files.{name}.path`", error.filename)


def _stranger(name: str, mapping: CsvMapping) -> str:
    close = get_close_matches(name, mapping.files, n=1)
    known = f"did you mean `{close[0]}`?" if close else f"it has {', '.join(mapping.files) or 'no further files'}"
    return f"the mapping has no file `{name}`; {known}"
