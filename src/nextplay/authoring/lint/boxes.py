"""Boxes: for each dimension the cells that are allowed. The answers of every leaf are few of them.

A set of customers is a union of boxes, a dimension that a box does not name is free in it. All operations are exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from nextplay.authoring.lint.domains import UNKNOWN, Dimension, Domain, domains_of
from nextplay.facts import FactSpec
from nextplay.rules.condition import COMPARISONS, FactLeaf, Operand, Parameter, Truth

Box = Mapping[Dimension, int]
"""Dimension → mask of allowed cells, never empty."""
Demand = Literal["true", "false", "not_true", "not_false"]
"""What a condition shall be worth; `not_true` is false or unknown."""
OPPOSITE: Final[Mapping[Demand, Demand]] = {
    "true": "false",
    "false": "true",
    "not_true": "not_false",
    "not_false": "not_true",
}
"""What the child of a `not` must be worth."""
TRUTHS: Final[Mapping[Demand, tuple[Truth, ...]]] = {
    "true": (True,),
    "false": (False,),
    "not_true": (False, None),
    "not_false": (True, None),
}


def intersection(one: Box, other: Box) -> dict[Dimension, int] | None:
    """Return what is in both boxes, `None` where nothing is."""
    both = dict(one)
    for dimension, mask in other.items():
        held = both.get(dimension)
        shared = mask if held is None else held & mask
        if not shared:
            return None
        both[dimension] = shared
    return both


def meets(one: Box, other: Box) -> bool:
    """Tell whether two boxes share anything."""
    for dimension, mask in other.items():  # a loop, as this is asked more often than anything else
        held = one.get(dimension)
        if held is not None and not held & mask:
            return False
    return True


def within(inner: Box, outer: Box) -> bool:
    """Tell whether a box lies in another."""
    return not any(inner.get(dimension, -1) & ~mask for dimension, mask in outer.items())


class Space:
    """Every dimension that a rulebook's conditions have, and the boxes of their leaves."""

    def __init__(self, leaves: Iterable[FactLeaf], specs: Mapping[str, FactSpec]) -> None:
        """Cut the facts at everything that these leaves compare."""
        self.domains = domains_of(leaves, specs)
        self.specs = specs
        self._regions: dict[int, Mapping[Demand, tuple[Box, ...]]] = {}
        self._known: list[FactLeaf] = []  # what `_regions` knows by its identity must not be freed

    def region(self, leaf: FactLeaf, demand: Demand) -> tuple[Box, ...]:
        """Return the boxes whose union is where a leaf is worth what is demanded; none where it cannot be."""
        regions = self._regions.get(id(leaf))
        if regions is None:  # found by identity, as hashing a leaf costs more than everything else here
            answers = _answers(leaf, self.domains)
            regions = self._regions[id(leaf)] = {
                one: tuple(_merged([box for truth, box in answers if truth in truths], self.domains))
                for one, truths in TRUTHS.items()
            }
            self._known.append(leaf)
        return regions[demand]


def _merged(boxes: list[Box], domains: Mapping[Dimension, Domain]) -> list[Box]:
    """Join boxes that differ in one dimension alone, and drop dimensions that became free."""
    found = [dict(box) for box in boxes]
    joined = True
    while joined:
        joined = False
        for index, one in enumerate(found):
            for other in found[index + 1 :]:
                differing = [dimension for dimension in one if one[dimension] != other.get(dimension)]
                if one.keys() == other.keys() and len(differing) <= 1:
                    for dimension in differing:
                        one[dimension] |= other[dimension]
                    found.remove(other)
                    joined = True
                    break
            if joined:
                break
    return [
        {dimension: mask for dimension, mask in box.items() if mask != domains[dimension].full}
        for box in found
        if all(box.values())
    ]


def _answers(leaf: FactLeaf, domains: Mapping[Dimension, Domain]) -> list[tuple[Truth, Box]]:
    """Return boxes that together are everything, each with the truth of the leaf in it."""
    fact = Dimension(leaf.fact)
    known = domains[fact].known
    if leaf.operator in ("is_known", "is_unknown"):
        asked = leaf.operator == "is_known"
        return [(asked, {fact: known}), (not asked, {fact: UNKNOWN})]
    if leaf.operator in ("contains", "contains_any"):
        found = _list_answers(leaf, fact, known)
    elif isinstance(leaf.operand, Parameter):
        found = _parameter_answers(leaf, leaf.operand, domains)
    else:
        true = true_cells(leaf, leaf.operand, domains[fact])
        found = [(True, {fact: true}), (False, {fact: known & ~true})]
    found.append((None, {fact: UNKNOWN}))
    return [(leaf.when_unknown if truth is None else truth, box) for truth, box in found if all(box.values())]


def true_cells(leaf: FactLeaf, operand: Operand, domain: Domain) -> int:
    """Return the cells in which the comparison with one operand holds."""
    compare: Any = COMPARISONS[leaf.operator]
    return domain.mask(compare(sample, operand) for sample in domain.samples)


_NO: Final = 2
_YES: Final = 4


def _list_answers(leaf: FactLeaf, fact: Dimension, known: int) -> list[tuple[Truth, Box]]:
    """Split by the first of the words that the list holds, so that the boxes do not overlap."""
    words = leaf.operand if isinstance(leaf.operand, tuple) else (leaf.operand,)
    absent: dict[Dimension, int] = {fact: known}
    found: list[tuple[Truth, Box]] = []
    for word in dict.fromkeys(words):
        dimension = Dimension(leaf.fact, str(word))
        found.append((True, {**absent, dimension: _YES}))
        absent[dimension] = _NO
    return [*found, (False, absent)]


def _parameter_answers(
    leaf: FactLeaf, parameter: Parameter, domains: Mapping[Dimension, Domain]
) -> list[tuple[Truth, Box]]:
    """Split by the word that the threshold differs by; unknown, the answer is decided where all cases agree."""
    fact, by = Dimension(leaf.fact), Dimension(parameter.by)
    known, words = domains[fact].known, domains[by]
    found: list[tuple[Truth, Box]] = []
    for place, word in enumerate(words.samples):
        true = true_cells(leaf, parameter.cases.get(str(word), parameter.otherwise), domains[fact])
        found += _both(true, known & ~true, fact, box={by: 2 << place})
    every = [true_cells(leaf, one, domains[fact]) for one in (*parameter.cases.values(), parameter.otherwise)]
    always, sometimes = every[0], 0
    for cells in every:
        always, sometimes = always & cells, sometimes | cells
    found += _both(always, known & ~sometimes, fact, box={by: UNKNOWN})
    found.append((None, {by: UNKNOWN, fact: sometimes & ~always}))
    return found


def _both(true: int, false: int, fact: Dimension, *, box: Box) -> list[tuple[Truth, Box]]:
    return [(True, {**box, fact: true}), (False, {**box, fact: false})]
