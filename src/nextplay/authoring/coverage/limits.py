"""The two sides of a leaf: the value at its limit, and the one a step beyond."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from nextplay.authoring.lint.boxes import Box, Space
from nextplay.authoring.lint.domains import Dimension
from nextplay.facts import FactSpec
from nextplay.rules.condition import FactLeaf, Operator, Parameter


class Sides(NamedTuple):
    """Two neighbouring numbers, of which a leaf is true at the first and false at the second.

    `word` fixes the fact that its parameter differs by, in `by`.
    """

    true: float
    false: float
    true_box: Box
    false_box: Box
    by: str = ""
    word: str = ""


_AT: Final[dict[Operator, tuple[int, int]]] = {
    "gte": (0, -1),
    "gt": (1, 0),
    "lte": (0, 1),
    "lt": (-1, 0),
    "eq": (0, -1),
    "ne": (-1, 0),
}
"""Operator → steps from the threshold to where it is just true, and to where it is just false."""


def sides_of(leaf: FactLeaf, space: Space) -> Iterator[Sides]:
    """Yield the pairs of neighbours of a numeric leaf, one for each case of its parameter; none for other leaves."""
    spec = space.specs[leaf.fact]
    if spec.type != "number":
        return
    if not isinstance(leaf.operand, Parameter):
        yield from _at(leaf, leaf.operand, space)
        return
    parameter = leaf.operand
    words = space.domains[Dimension(parameter.by)]
    for word in words.values(words.known):
        threshold = parameter.cases.get(str(word), parameter.otherwise)
        mask = words.mask(one == word for one in words.samples)
        for sides in _at(leaf, threshold, space):
            by = {Dimension(parameter.by): mask}
            yield sides._replace(
                true_box={**sides.true_box, **by},
                false_box={**sides.false_box, **by},
                by=parameter.by,
                word=str(word),
            )


def _at(leaf: FactLeaf, threshold: object, space: Space) -> Iterator[Sides]:
    if leaf.operator == "between" and isinstance(threshold, tuple):
        low, high = threshold
        yield from _neighbours(leaf, low, (0, -1), space)
        yield from _neighbours(leaf, high, (0, 1), space)
    elif isinstance(threshold, int | float) and leaf.operator in _AT:
        steps = _AT[leaf.operator]
        found = list(_neighbours(leaf, threshold, steps, space))
        if not found and leaf.operator in ("eq", "ne"):
            found = list(_neighbours(leaf, threshold, (-steps[0], -steps[1]), space))
        yield from found


def _neighbours(leaf: FactLeaf, threshold: object, steps: tuple[int, int], space: Space) -> Iterator[Sides]:
    dimension = Dimension(leaf.fact)
    samples = space.domains[dimension].samples
    numbers = [sample for sample in samples if isinstance(sample, int | float)]
    if not isinstance(threshold, int | float) or threshold not in numbers:
        return
    spec = space.specs[leaf.fact]
    places = [numbers.index(threshold) + step for step in steps]
    if all(0 <= place < len(numbers) for place in places):
        true, false = (_near(threshold, step, numbers, spec) for step in steps)
        true_box, false_box = ({dimension: 2 << place} for place in places)
        yield Sides(true, false, true_box, false_box)


def _near(threshold: float, step: int, numbers: Sequence[float], spec: FactSpec) -> float:
    """Return the number one step of the fact beside the threshold, or the sample where that is in another cell."""
    if step == 0:
        return threshold
    place = numbers.index(threshold) + step
    number = round(threshold + step * (1 if spec.whole else spec.step or 1), 6)
    beyond = place + step
    crosses = 0 <= beyond < len(numbers) and (number - numbers[beyond]) * step >= 0
    outside = (spec.low is not None and number < spec.low) or (spec.high is not None and number > spec.high)
    found = numbers[place] if crosses or outside else number
    return int(found) if float(found).is_integer() else found
