"""What a conversion reports: cells that were left out, what came of each row, and how many of what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from nextplay.authoring.csv_errors import ExportInvalid
from nextplay.authoring.csv_source import Source


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One cell that was left out. `row` counts as a spreadsheet does: the header is row 1.

    `file` names the further file that it stands in; empty for the accounts.
    """

    row: int
    column: str
    field: str
    message: str
    file: str = ""

    def __str__(self) -> str:
        """Render as a line of the report."""
        lead = f"file `{self.file}`, " if self.file else ""
        return f"{lead}row {self.row}, column `{self.column}`: {self.message}; `{self.field}` stays unknown"


@dataclass(frozen=True, slots=True)
class RowResult:
    """What came of one row: a snapshot with the cells it had to do without, or the reason why there is none.

    `beside` is the text of the column that was asked for beside the mapped ones.
    """

    row: int
    snapshot: dict[str, Any] | None
    problems: tuple[CellProblem, ...] = ()
    dropped: str = ""
    beside: str = ""


@dataclass(slots=True)
class Tally:
    """The counts of a whole conversion; `cells` by column, reason and further file."""

    rows: int = 0
    snapshots: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    cells: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    twice: list[tuple[int, int]] = field(default_factory=list)
    """Rows that gave a snapshot of an account at an instant that an earlier row gave too, each with that row."""
    _seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, result: RowResult) -> None:
        """Count one row."""
        self.rows += 1
        self.cells.update((problem.column, problem.message, problem.file) for problem in result.problems)
        if result.snapshot is None:
            self.dropped[result.dropped] += 1
            return
        self.snapshots += 1
        key = (result.snapshot["account_id"], result.snapshot["as_of"])
        first = self._seen.setdefault(key, result.row)
        if first != result.row:
            self.twice.append((result.row, first))


def check_header(
    header: Sequence[str],
    columns: Sequence[str],
    *,
    lead: str = "",
    keys: Mapping[str, str] | None = None,
    more: Sequence[str] = (),
) -> None:
    """Raise `ExportInvalid` for columns that stand twice or not at all, and for whatever `more` says.

    `keys` tells for a column the key of the mapping that reads it.
    """
    reasons = [
        f"{lead}the column `{name}` stands {count} times in the header; rename one"
        for name, count in Counter(header).items()
        if count > 1 and name in columns
    ]
    for name in columns:
        if name not in header:
            key = (keys or {}).get(name)
            read = f", which `{key}` of the mapping reads" if key else ""
            reasons.append(f"{lead}the export has no column `{name}`{read}; {_remedy(name, header)}")
    if reasons or more:
        raise ExportInvalid([*reasons, *more])


def _remedy(name: str, header: Sequence[str]) -> str:
    """Name the column that is meant, first one that differs in case only; without one, say what can be done."""
    alike = [other for other in header if other.casefold() == name.casefold()]
    close = alike or get_close_matches(name, header, n=1)
    return f"did you mean `{close[0]}`?" if close else "name another column in the mapping, or take the key out"


def keys_of(sources: Mapping[str, Source], prefix: str = "") -> dict[str, str]:
    """Tell for each column the first key that reads it."""
    keys: dict[str, str] = {}
    for key, source in sources.items():
        for column in (source.column, source.currency_column):
            if column is not None:
                keys.setdefault(column, prefix + key)
    return keys
