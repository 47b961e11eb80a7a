"""What came of the rows of the further files: each is used, or left out for one reason, and is counted once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

UNREADABLE: Final = "is not a JSON object"
TOO_LONG: Final = "has more cells than the header has columns"
NO_ACCOUNT: Final = "has no account_id"
NOT_MEANT: Final = "is left out by `where`"


class Fate(IntEnum):
    """What came of a row of a known account; the highest over all snapshots of the account counts."""

    UNKNOWN_ACCOUNT = 0
    UNDATED = 1
    LATER = 2
    EMPTY = 3
    CONTRADICTORY = 4
    AMBIGUOUS = 5
    REPEATED = 6
    SURPLUS = 7
    NOT_PICKED = 8
    USED = 9


FATES: Final[Mapping[Fate, str]] = {
    Fate.UNKNOWN_ACCOUNT: "is of an account that the accounts do not have",
    Fate.UNDATED: "has no date that can be read",
    Fate.LATER: "is from after `as_of`",
    Fate.EMPTY: "has nothing in it that can be read",
    Fate.CONTRADICTORY: "lacks or contradicts what its list needs",
    Fate.AMBIGUOUS: "is one of several of its account; say which one under `pick`",
    Fate.REPEATED: "names an item that a newer row names too",
    Fate.SURPLUS: "is older than the rows that the list has room for",
    Fate.NOT_PICKED: "is not the row that `pick` takes",
}
BROKEN: Final = frozenset({UNREADABLE, TOO_LONG, NO_ACCOUNT, FATES[Fate.UNDATED], FATES[Fate.CONTRADICTORY]})
"""Reasons that speak of a row that is not as it should be."""


@dataclass(slots=True)
class FileTally:
    """What came of the rows of one file: each is used, or left out for one reason.

    `first` names the first row of each reason. `later` counts, by column, cells that were not known yet on the day of
    a snapshot. `complete` is what the mapping says of the file.
    """

    name: str
    rows: int = 0
    used: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    later: Counter[str] = field(default_factory=Counter)
    unmapped: tuple[str, ...] = ()
    first: dict[str, int] = field(default_factory=dict)
    complete: bool = False

    def leave_out(self, reason: str, row: int) -> None:
        """Count a row that is not used."""
        self.left_out[reason] += 1
        self.first[reason] = min(row, self.first.get(reason, row))

    @property
    def hollow(self) -> bool:
        """Say whether a file without any row claims to be complete: then every account is known to have none."""
        return self.complete and not self.rows

    @property
    def broken(self) -> int:
        """How many rows are not as they should be, which `--strict` does not let pass."""
        return sum(count for reason, count in self.left_out.items() if reason in BROKEN)
