"""Counts: windows over one list that a rulebook declares; each becomes a count, and the newest and the oldest age.

A row counts where it meets every line and lies within the window; it is undecided where a line or its age is unknown
and nothing rules it out. While a row is undecided the count is unknown, and so is an age that it could change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from nextplay.decision import FactValue
from nextplay.facts.account_view import AccountView
from nextplay.facts.comparisons import COMPARISONS, Operator
from nextplay.facts.counts_inverse import count_writer
from nextplay.facts.declare import DAYS, MOST_DAYS, RARE_ROW_COUNT, Fact, Shape, derived, spec_of
from nextplay.facts.item_fields import AGE_OF, ITEM_FIELDS, Row
from nextplay.facts.item_rows import rows_of
from nextplay.facts.items import LIST_OF
from nextplay.facts.spec import CountSpec

COUNTS: Final = "counts."


class _Counted(NamedTuple):
    """The ages in days of rows that count, and of those that may; `None` is unknown."""

    sure: list[int | None]
    doubtful: list[int | None]


def count_facts(spec: CountSpec) -> Iterator[Fact]:
    """Yield the facts of one declared window: how many rows, and where rows have an age the newest and the oldest."""
    source, write = _counted(spec), count_writer(spec)
    reads = tuple(sorted(set(_paths(spec))))

    def fact(name: str, shape: Shape, meaning: str, read: Callable[[_Counted], int | None]) -> Fact:
        declared = spec_of(f"{COUNTS}{spec.name}{name}", shape, meaning, reads=reads)
        return derived(declared, source=source, read=read, write=write, rank=2)

    said = spec.meaning or f"Rows of {LIST_OF[spec.of]} that `counts.{spec.name}` of the rulebook describes."
    yield fact("", RARE_ROW_COUNT, said, _how_many)
    if spec.of in AGE_OF:
        most = MOST_DAYS if spec.within_days is None else spec.within_days
        yield fact(".newest_days", DAYS, f"Age of the newest: {said}", _age_of(min, lambda doubt: doubt or 0))
        yield fact(
            ".oldest_days",
            DAYS,
            f"Age of the oldest: {said}",
            _age_of(max, lambda doubt: most if doubt is None else doubt),
        )


def _paths(spec: CountSpec) -> Iterator[str]:
    """Yield the fields that the lines and the age are read from."""
    for field, _, _ in spec.where:
        yield from ITEM_FIELDS[f"{spec.of}.{field}"].spec.reads
    if spec.of in AGE_OF:
        yield from ITEM_FIELDS[f"{spec.of}.age_days"].spec.reads
    elif not spec.where:
        yield LIST_OF[spec.of]


def _counted(spec: CountSpec) -> Callable[[AccountView], _Counted | None]:
    lines = [_line(spec, *line) for line in spec.where]
    age_of, window = AGE_OF.get(spec.of), spec.within_days

    def select(view: AccountView) -> _Counted | None:
        rows = rows_of(spec.of, view)
        if rows is None:
            return None
        counted = _Counted([], [])
        for row in rows:
            age = age_of(row) if age_of else None
            truths = {line(row) for line in lines}
            if window is not None:
                truths.add(None if age is None else age <= window)
            if False not in truths:
                ages = counted.doubtful if None in truths else counted.sure
                ages.append(age)
        return counted

    return select


def _line(spec: CountSpec, field: str, operator: str, operand: object) -> Callable[[Row], bool | None]:
    read = ITEM_FIELDS[f"{spec.of}.{field}"].read
    if operator in ("is_known", "is_unknown"):
        return lambda row: (read(row) is not None) == (operator == "is_known")
    known: Operator = operator  # type: ignore[assignment]
    compare = COMPARISONS[known]

    def holds(row: Row) -> bool | None:
        value: FactValue = read(row)
        return None if value is None else compare(value, operand)

    return holds


def _how_many(counted: _Counted) -> int | None:
    return None if counted.doubtful else len(counted.sure)


def _age_of(
    extreme: Callable[[Sequence[int]], int], at_worst: Callable[[int | None], int]
) -> Callable[[_Counted], int | None]:
    """Return the extreme of the ages that count, where no row of unknown age or doubtful rank could change it."""

    def read(counted: _Counted) -> int | None:
        known = [age for age in counted.sure if age is not None]
        if not known:
            return None
        found = extreme(known)
        others = [at_worst(age) for age in counted.doubtful] + [at_worst(None) for age in counted.sure if age is None]
        return found if extreme([found, *others]) == found else None

    return read
