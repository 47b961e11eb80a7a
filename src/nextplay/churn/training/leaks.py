"""What looks like the answer standing among the questions: columns that know too much, and rows that stand twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from nextplay.churn.training.measures import auc
from nextplay.churn.training.table import Column, Floats, Table, Whole

MOST_ALONE: Final = 0.95
"""AUC of one column alone from which it is taken to know the outcome."""
_CHANCE: Final = 1e-6
_FEWEST: Final = 10
_TELLING: Final = 0.1
_NAMES: Final = re.compile(
    r"(^|[_. ])(cancel|churn|terminat|attrit|deactivat|offboard|lost_?(on|at|date|reason)|left_?(on|at|date)|"
    r"(end|exit|close[d]?|leav\w+)_?(on|at|date|reason))",
    re.IGNORECASE,
)

LeakKind = Literal["name", "alone", "missing", "present", "twins"]


@dataclass(frozen=True, slots=True)
class Leak:
    """One suspicion. `column` is empty where rows are meant."""

    column: str
    kind: LeakKind
    message: str


def leaks(table: Table) -> tuple[Leak, ...]:
    """Find columns that seem to know the outcome, by column: a person must leave them out, or vouch for them."""
    return tuple(
        leak for column in sorted(table.columns, key=lambda one: one.name) for leak in _leaks_of(column, table)
    )


def twins(table: Table) -> tuple[Table, Leak | None]:
    """Put accounts with rows equal in every value into one group, so that no fold learns a row that another judges.

    Only rows count that know a telling value, of a column with many different ones: two accounts with one plan and
    no tickets are alike by chance. Returns the table with its groups, and how many were joined, where there were any.
    """
    telling = [place for place, values in enumerate(table.matrix.T) if len(np.unique(values)) > _TELLING * len(table)]
    known = ~np.isnan(table.matrix[:, telling]).all(axis=1)
    _, same, counts = np.unique(
        np.nan_to_num(table.matrix, nan=-1.2345e300), axis=0, return_inverse=True, return_counts=True
    )
    same = same.reshape(-1)
    first = np.full(len(counts), -1, dtype=np.int64)
    merged = _Groups(table.accounts)
    paired = 0
    for row in np.flatnonzero((counts[same] > 1) & known):
        if first[same[row]] < 0:
            first[same[row]] = row
        else:
            paired += merged.joined(int(table.accounts[first[same[row]]]), int(table.accounts[row]))
    if not paired:
        return table, None
    message = f"{paired} accounts have a row that is equal to another account's; they were kept in one fold"
    return table.regrouped(merged.groups(table.accounts)), Leak("", "twins", message)


class _Groups:
    """Sets of accounts that grow together."""

    def __init__(self, accounts: Whole) -> None:
        self._parent = {int(account): int(account) for account in np.unique(accounts)}

    def joined(self, one: int, other: int) -> bool:
        """Join the sets of two accounts; say whether they were apart."""
        first, second = sorted((self._root(one), self._root(other)))
        self._parent[second] = first
        return first != second

    def groups(self, accounts: Whole) -> Whole:
        """Return the set of each account, named by its lowest number."""
        return np.array([self._root(int(account)) for account in accounts], dtype=np.int64)

    def _root(self, account: int) -> int:
        while self._parent[account] != account:
            self._parent[account] = account = self._parent[self._parent[account]]
        return account


def _leaks_of(column: Column, table: Table) -> Iterator[Leak]:
    remedy = "leave it out, or vouch for it under `known_at_the_time`"
    if not column.declared and _NAMES.search(column.name):
        yield Leak(column.name, "name", f"is named like something known only after the account left; {remedy}")
    known = ~np.isnan(column.values)
    area = _area_alone(column, table)
    if area > MOST_ALONE:
        yield Leak(column.name, "alone", f"tells the outcome alone (AUC {area:.3f}); {remedy}")
    for kind, rows in (("missing", ~known), ("present", known)):
        if _only_churners(rows, table) and not rows.all():
            message = f"is {kind} only where the account left ({np.count_nonzero(rows)} rows); {remedy}"
            yield Leak(column.name, "missing" if kind == "missing" else "present", message)


def _only_churners(rows: np.ndarray[tuple[int], np.dtype[np.bool_]], table: Table) -> bool:
    """Say whether all accounts of `rows` left, and are too many for that to be chance."""
    accounts = len(np.unique(table.accounts[rows]))
    return bool(accounts and table.label[rows].all() and float(table.label.mean()) ** accounts < _CHANCE)


def _area_alone(column: Column, table: Table) -> float:
    known = ~np.isnan(column.values)
    label, values = table.label[known], column.values[known]
    if min(np.count_nonzero(label), np.count_nonzero(~label)) < _FEWEST:
        return 0.0
    area = auc(_by_rate(values, label) if column.categorical else values, label)
    return max(area, 1 - area)


def _by_rate(words: Floats, label: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
    """Put the share that left in place of each word."""
    places = words.astype(np.int64)
    counts = np.bincount(places)
    rates: Floats = (np.bincount(places, weights=label) / np.maximum(counts, 1))[places]
    return rates
