"""What the training learns from: a typed table of numbers, flags and words, each of them possibly missing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from nextplay.churn.tables import Sign
from nextplay.errors import InputInvalid, Violation

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
Kind = Literal["number", "flag", "word"]
Cell = str | float | bool | None

MOST_WORDS: Final = 64
"""More different words in a column are names or notes, which nothing general is learned from."""
_FLAGS: Final[Mapping[str, float]] = {
    word: value for value, words in ((1.0, "yes y true t 1"), (0.0, "no n false f 0")) for word in words.split()
}
_NOTHING: Final = frozenset({"", "na", "n/a", "nan", "null", "none", "-"})


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One input. `values` are numbers, 0 and 1 for a flag, the place in `words` for a word; NaN where it is missing.

    `sign` is 1 where more of it (a flag that is true, a later word) is claimed to mean more risk, -1 for less, 0 where
    nothing is claimed; words with a sign are ordered. `declared` says that it is a fact of the closed vocabulary, which
    is computed from what was known at the time.
    """

    name: str
    kind: Kind
    values: Floats
    words: tuple[str, ...] = ()
    sign: Sign = 0
    declared: bool = False

    @property
    def categorical(self) -> bool:
        """Say whether the values have no order."""
        return self.kind == "word" and not self.sign


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Accounts at instants, one a row. `label` says whether the account left within the horizon.

    `accounts` numbers the accounts: rows of one account never part in a split. `days` are as-of days since 1970-01-01.
    Columns are sorted, those without order first: the order in which the learner keeps them.
    """

    columns: tuple[Column, ...]
    label: Flags
    accounts: Whole
    days: Whole | None = None
    matrix: Floats = field(init=False)

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.columns, key=lambda column: (not column.categorical, column.name)))
        object.__setattr__(self, "columns", ordered)
        columns = [column.values for column in ordered]
        object.__setattr__(self, "matrix", np.column_stack(columns) if columns else np.empty((len(self), 0)))

    def __len__(self) -> int:
        return len(self.label)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the columns, in their order."""
        return tuple(column.name for column in self.columns)

    @property
    def churners(self) -> int:
        """Count the accounts that left: rows of one account are no independent proof."""
        return len(np.unique(self.accounts[self.label]))

    def rows(self, chosen: Flags | Whole) -> Table:
        """Return the table of the chosen rows, by mask or by place."""
        columns = tuple(replace(column, values=column.values[chosen]) for column in self.columns)
        days = None if self.days is None else self.days[chosen]
        return Table(columns, self.label[chosen], self.accounts[chosen], days)

    def without(self, names: Iterable[str]) -> Table:
        """Return the table without some columns."""
        left_out = frozenset(names)
        return replace(self, columns=tuple(column for column in self.columns if column.name not in left_out))

    def regrouped(self, accounts: Whole) -> Table:
        """Return the table with other groups in place of the accounts."""
        return replace(self, accounts=accounts)

    def content_hash(self) -> str:
        """Hash every value, label, account and day in their order: `sha256:` and 64 hex digits."""
        hashed = hashlib.sha256()
        for column in self.columns:
            hashed.update("\0".join((column.name, column.kind, str(column.sign), *column.words, "")).encode())
            hashed.update(np.ascontiguousarray(np.where(np.isnan(column.values), np.nan, column.values)).tobytes())
        for values in (self.label, self.accounts, self.days):
            hashed.update(b"\0" if values is None else values.tobytes())
        return f"sha256:{hashed.hexdigest()}"


def column_of(
    name: str, cells: Sequence[Cell], *, kind: Kind | None = None, words: Sequence[str] = (), sign: Sign = 0
) -> Column:
    """Make a column out of cells; without `kind` it is a flag, a number, or else a word, as all its cells allow.

    Raises `InputInvalid` where a word column has more than 64 different words, or cells do not fit the kind.
    """
    plain = [_plain(cell) for cell in cells]
    if kind in {None, "flag"}:
        flags = _converted(plain, _flag)
        two = flags is not None and len({value for value in flags if value is not None}) > 1
        if flags is not None and (two or kind == "flag"):
            return Column(name, "flag", np.array(flags, dtype=np.float64), sign=sign)
    if kind in {None, "number"}:
        numbers = _converted(plain, _number)
        if numbers is not None:
            return Column(name, "number", np.array(numbers, dtype=np.float64), sign=sign)
    if kind in {"flag", "number"}:
        raise InputInvalid([Violation(name, f"holds cells that are no {kind}; map them, or leave the column out")])
    return _word_column(name, [None if cell is None else str(cell) for cell in plain], words=words, sign=sign)


def numbered(names: Sequence[Cell]) -> Whole:
    """Give accounts numbers by name; equal names get equal numbers, independent of the order of rows."""
    return np.unique(np.array([str(name) for name in names]), return_inverse=True)[1].astype(np.int64)


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, str):
        stripped = cell.strip()
        return None if stripped.lower() in _NOTHING else stripped
    return None if cell is None or cell != cell else cell  # noqa: PLR0124  only NaN differs from itself


def _flag(cell: Cell) -> float | None:
    return None if cell is None else _FLAGS[f"{cell:g}" if isinstance(cell, float) else str(cell).lower()]


def _number(cell: Cell) -> float | None:
    number = None if cell is None else float(cell)
    if number is not None and not np.isfinite(number):
        raise ValueError
    return number


def _converted(cells: Sequence[Cell], convert: object) -> list[float | None] | None:
    """Convert every cell, or return `None` where one cannot be."""
    assert callable(convert)  # noqa: S101  narrows the type
    try:
        return [convert(cell) for cell in cells]
    except (ValueError, KeyError):
        return None


def _word_column(name: str, cells: Sequence[str | None], *, words: Sequence[str], sign: Sign) -> Column:
    found = tuple(words) or tuple(sorted({cell for cell in cells if cell is not None}))
    if len(found) > MOST_WORDS:
        message = f"has {len(found)} different words, at most {MOST_WORDS} can be learned from; leave it out"
        raise InputInvalid([Violation(name, message)])
    places = {word: float(place) for place, word in enumerate(found)}
    strangers = {cell for cell in cells if cell is not None} - places.keys()
    if strangers:
        raise InputInvalid([Violation(name, f"holds words that are not declared; allowed are {', '.join(found)}")])
    values = [np.nan if cell is None else places[cell] for cell in cells]
    return Column(name, "word", np.array(values, dtype=np.float64), words=found, sign=sign)
