"""What values a fact can have, cut into cells on which no comparison of the rulebook changes its answer.

A number is cut at every threshold that is compared with it; a word, a flag or a text at every value; of a list only
the mentioned words matter, each a dimension of its own. Bit 0 of a fact's cells is *unknown*. Since each comparison is
constant on a cell, one sample stands for all its values, and sets of values become bit masks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from nextplay.decision import FactValue
from nextplay.facts import FactSpec
from nextplay.rules.condition import FactLeaf, Operand, Parameter

UNKNOWN: Final = 1
"""The mask of the one cell in which a fact is unknown."""
_LISTED: Final = ("contains", "contains_any")


@dataclass(frozen=True, slots=True)
class Domain:
    """The known cells of one dimension by their samples, each the value that is easiest to read; bit `i + 1` is `i`."""

    samples: tuple[FactValue, ...]

    @property
    def known(self) -> int:
        """The mask of all known cells."""
        return (1 << len(self.samples) + 1) - 2

    @property
    def full(self) -> int:
        """The mask of all cells."""
        return self.known | UNKNOWN

    def mask(self, values: Iterable[bool]) -> int:
        """Return the mask of the known cells for which `values`, in the order of the samples, says so."""
        return sum(2 << place for place, chosen in enumerate(values) if chosen)

    def values(self, mask: int) -> Iterator[FactValue]:
        """Yield the samples of the known cells in a mask, in order."""
        for place, sample in enumerate(self.samples):
            if mask & (2 << place):
                yield sample


@dataclass(frozen=True, slots=True, order=True)
class Dimension:
    """A fact, or (`word`) whether the list that the fact holds has a word."""

    fact: str
    word: str = ""


WORD_IN_LIST: Final = Domain((False, True))


def domains_of(leaves: Iterable[FactLeaf], specs: Mapping[str, FactSpec]) -> dict[Dimension, Domain]:
    """Cut every fact that the leaves read, parameters' own facts included."""
    compared: dict[str, list[FactValue]] = {}
    found: dict[Dimension, Domain] = {}
    for leaf in dict.fromkeys(leaves):
        values = compared.setdefault(leaf.fact, [])
        for operand in operands_of(leaf):
            parts = operand if isinstance(operand, tuple) else (operand,)
            if leaf.operator in _LISTED:
                found |= {Dimension(leaf.fact, str(word)): WORD_IN_LIST for word in parts}
            else:
                values += parts
        if isinstance(leaf.operand, Parameter):
            compared.setdefault(leaf.operand.by, []).extend(leaf.operand.cases)
    for fact, values in compared.items():
        found[Dimension(fact)] = domain(specs[fact], values)
    return found


def operands_of(leaf: FactLeaf) -> tuple[Operand, ...]:
    """Return what a leaf may compare with: one operand, or those of every case of its parameter."""
    if isinstance(leaf.operand, Parameter):
        return (*leaf.operand.cases.values(), leaf.operand.otherwise)
    return (leaf.operand,)


def domain(spec: FactSpec, compared: Sequence[FactValue]) -> Domain:
    """Cut one fact at the values it is compared with."""
    if spec.type == "number":
        return Domain(tuple(_numbers(spec, compared)))
    if spec.type == "flag":
        return Domain((True, False))
    if spec.type == "word":
        return Domain(spec.words)
    if spec.type == "words":
        return Domain(((),))
    texts = sorted({value for value in compared if isinstance(value, str)})
    other = "2026-03-02" if spec.type == "day" else next(text for text in _other_texts() if text not in texts)
    return Domain((*texts, other))


def _other_texts() -> Iterator[str]:
    yield from ("EUR", "another text")
    number = 2
    while True:
        yield f"another text {number}"
        number += 1


def _numbers(spec: FactSpec, compared: Sequence[FactValue]) -> Iterator[float]:
    """Yield one number for each threshold and for each gap between two of them, within the range of the fact."""
    low = -math.inf if spec.low is None else spec.low
    high = math.inf if spec.high is None else spec.high
    cuts = sorted({_whole(value) for value in compared if isinstance(value, (int, float))})
    cuts = [cut for cut in cuts if low <= cut <= high]
    if not cuts:
        yield _whole(min(max(0, low), high))
        return
    below = _below(cuts[0], low, spec)
    if below is not None:
        yield below
    for cut, following in zip(cuts, [*cuts[1:], None], strict=True):
        yield cut
        between = _above(cut, high, spec) if following is None else _between(cut, following, spec)
        if between is not None:
            yield between


def _below(cut: float, low: float, spec: FactSpec) -> float | None:
    """Return a number under the lowest threshold; the nearer, the easier to have beside other facts."""
    if cut <= low:
        return None
    if spec.whole:
        return _whole(cut - 1)
    step = _rounded(cut - (spec.step or 1))
    return step if low < step < cut else _between(low, cut, spec) if math.isfinite(low) else cut - 1


def _above(cut: float, high: float, spec: FactSpec) -> float | None:
    if cut >= high:
        return None
    if spec.whole:
        return _whole(cut + 1)
    step = _rounded(cut + (spec.step or 1))
    return step if cut < step < high else _between(cut, high, spec) if math.isfinite(high) else cut + 1


def _between(low: float, high: float, spec: FactSpec) -> float | None:
    """Return the shortest number strictly between two others: fewest digits, then nearest the middle."""
    if spec.whole:
        return _whole(low + 1) if low + 1 < high else None
    middle = (low + high) / 2
    for digits in range(16):
        number = round(middle, digits)
        if low < number < high:
            return _whole(number)
    return middle if low < middle < high else None


def _rounded(number: float) -> float:
    return _whole(round(number, 12))


def _whole(number: float) -> float:
    """Write whole numbers as such, so that witnesses read well."""
    return int(number) if float(number).is_integer() else number
