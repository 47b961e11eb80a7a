"""The tables of a churn model: what each fact adds to the log-odds, and what a table must be to be served."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from nextplay.facts.spec import FactSpec

QUANTUM: Final = 2.0**-44
"""Every value of a table is a multiple of this and at most `LARGEST`: sums of them are exact, in any order."""
LARGEST: Final = 16.0
MILLION: Final = 1_000_000.0
"""Probabilities are rounded to whole millionths: in this way, which numpy does bit by bit alike."""

Family = Literal["commercial", "experience", "outcomes", "relationship", "support", "usage"]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Sign = Literal[-1, 0, 1]

SIGN_OF: Final[Mapping[str, Sign]] = {"higher_is_better": -1, "lower_is_better": 1}
"""Declared direction of a fact -> its sign: 1 where more of it means more risk."""


class Part(BaseModel):
    """What every part of an artefact is: strict, closed, frozen."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class NumberTable(Part):
    """Log-odds by interval of a number: interval `i` ends at `thresholds[i]`, that end included; the last has no end.

    `sign` is 1 where more of the fact means more risk, -1 where it means less, 0 where neither is claimed. `range`
    is where the values were set or learned; beyond it the nearest interval answers, and the score says so. `unit` is
    that of the vocabulary: thresholds in days are not for a fact that has come to be counted in hours.
    """

    kind: Literal["number"]
    fact: str
    family: Family
    unit: str
    sign: Sign
    range: Annotated[list[Finite], Field(min_length=2, max_length=2)]
    thresholds: list[Finite]
    values: Annotated[list[Finite], Field(min_length=1)]
    missing: Finite


class FlagTable(Part):
    """Log-odds of a flag. `sign` is 1 where true means more risk."""

    kind: Literal["flag"]
    fact: str
    family: Family
    sign: Sign
    if_false: Finite
    if_true: Finite
    missing: Finite


class WordTable(Part):
    """Log-odds by word. `worsening` orders the words from best to worst; empty claims no order.

    `unseen` are words of the vocabulary that the training never met: they count as missing, and the score says so.
    """

    kind: Literal["word"]
    fact: str
    family: Family
    worsening: list[str]
    values: Annotated[dict[str, Finite], Field(min_length=1)]
    unseen: list[str]
    missing: Finite


AnyTable = NumberTable | FlagTable | WordTable
Table = Annotated[AnyTable, Field(discriminator="kind")]


def reasons_of_table(table: AnyTable, specs: Mapping[str, FactSpec]) -> Iterator[str]:
    """Yield every reason why a table must not be served against the vocabulary `specs`."""
    yield from reasons_of_numbers("value", [*_values(table), table.missing])
    spec = specs.get(table.fact)
    if spec is None or table.fact.startswith("churn."):
        yield "is no fact that a model may read"
        return
    if table.kind != spec.type:
        yield f"is a {spec.type}, the table is for a {table.kind}"
        return
    match table:
        case NumberTable():
            yield from _reasons_of_intervals(table, spec)
        case WordTable():
            yield from _reasons_of_words(table, spec)
    if not isinstance(table, WordTable):
        yield from _reasons_of_sign(table, spec)


def reasons_of_numbers(what: str, numbers: Sequence[float]) -> Iterator[str]:
    """Yield a reason where a number is too large, or too fine for exact sums."""
    if any(abs(number) > LARGEST or not (number / QUANTUM).is_integer() for number in numbers):
        yield f"{what} must be a multiple of 2^-44 between -{LARGEST:.0f} and {LARGEST:.0f}"


def rises(numbers: Sequence[float], *, strictly: bool = False) -> bool:
    """Say whether numbers never fall, or `strictly` always rise."""
    return all(low < high or (low == high and not strictly) for low, high in pairwise(numbers))


def _values(table: AnyTable) -> list[float]:
    match table:
        case NumberTable():
            return table.values
        case FlagTable():
            return [table.if_false, table.if_true]
        case WordTable():
            return list(table.values.values())


def _reasons_of_intervals(table: NumberTable, spec: FactSpec) -> Iterator[str]:
    if table.unit != spec.unit:
        yield f"unit is `{table.unit}`, the fact is declared in `{spec.unit}`"
    if not rises(table.thresholds, strictly=True):
        yield "thresholds must rise"
    if len(table.values) != len(table.thresholds) + 1:
        yield f"{len(table.thresholds)} thresholds need {len(table.thresholds) + 1} values"
    if not table.range[0] < table.range[1]:
        yield "range must rise"


def _reasons_of_words(table: WordTable, spec: FactSpec) -> Iterator[str]:
    if sorted([*table.values, *table.unseen]) != sorted(spec.words):
        yield f"needs a value for each of {', '.join(spec.words)} (or the word among `unseen`), and for no other word"
    elif table.worsening and sorted(table.worsening) != sorted(table.values):
        yield "worsening must name each word once, or none"
    elif not rises([table.values[word] for word in table.worsening]):
        yield "values go against `worsening`"


def _reasons_of_sign(table: NumberTable | FlagTable, spec: FactSpec) -> Iterator[str]:
    expected = SIGN_OF.get(spec.preference, table.sign)
    if table.sign != expected:
        yield f"sign must be {expected}, since the fact is declared `{spec.preference}`"
    if table.sign and not rises([value * table.sign for value in _values(table)]):
        yield f"values go against the sign {table.sign}"
