"""Where one account stands in the space of a rule: its cell of every dimension, and the nearest value of another."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from nextplay.authoring.lint.boxes import Box, Space
from nextplay.authoring.lint.domains import UNKNOWN, Dimension, operands_of
from nextplay.authoring.lint.lists import signal_id
from nextplay.decision import FactValue
from nextplay.facts import FactSpec
from nextplay.rules.condition import Condition, FactLeaf, FactValues, SignalLeaf, facts_of_leaf, leaves_of

_NO: Final = 2
_YES: Final = 4
_DIGITS: Final = 12


def leaves_below(conditions: Iterable[Condition], signals: Mapping[str, Condition]) -> Iterator[FactLeaf]:
    """Walk the fact leaves of conditions and of every signal that they name, each leaf once."""
    waiting, seen = list(conditions), set[str]()
    found: dict[FactLeaf, None] = {}
    while waiting:
        for leaf in leaves_of(waiting.pop()):
            if isinstance(leaf, FactLeaf):
                found[leaf] = None
            elif isinstance(leaf, SignalLeaf) and leaf.signal not in seen:
                seen.add(leaf.signal)
                waiting.append(signals[signal_id(leaf.signal)])
    return iter(found)


class Point:
    """One account in a space."""

    def __init__(self, leaves: Iterable[FactLeaf], specs: Mapping[str, FactSpec], facts: FactValues) -> None:
        """Cut the facts at what the leaves compare, and find the account's cells.

        `names` are all facts that the leaves read; those `compared` are not just what a limit differs by.
        """
        compared = tuple(leaves)
        self.space = Space(compared, specs)
        self.facts = facts
        self.names = tuple(sorted({name for leaf in compared for name in facts_of_leaf(leaf)}))
        self.compared = frozenset(leaf.fact for leaf in compared)
        self._specs = specs
        self._cuts: dict[str, set[float]] = {}
        for leaf in compared:
            for operand in operands_of(leaf):
                ends = operand if isinstance(operand, tuple) else (operand,)
                self._cuts.setdefault(leaf.fact, set()).update(end for end in ends if isinstance(end, int | float))
        self._cells = {
            dimension: self._cell_of(dimension, facts.value(dimension.fact)) for dimension in self.space.domains
        }

    def box(self, free: Iterable[str], *, learned: bool = False) -> Box:
        """Return everything that changes of the `free` facts alone can reach; `learned` ones may become known."""
        freed = set(free)
        return {
            dimension: self._reach(dimension, learned=learned) if dimension.fact in freed else cell
            for dimension, cell in self._cells.items()
        }

    def nearest(self, fact: str, box: Box) -> tuple[FactValue, float] | None:
        """Return the value of a box nearest to the account's own, and how far it is; `None` where it is no change.

        The way is measured in steps of the fact, or in its unit where it has none; words and flags are one step away.
        """
        spec, value = self._specs[fact], self.facts.value(fact)
        dimension = Dimension(fact)
        mask = box.get(dimension, -1) & self.space.domains[dimension].known
        if spec.type == "words":
            wanted = self._list(fact, box, value)
            return None if wanted == value else (wanted, 1.0)
        if self._cells[dimension] & mask:
            return None
        if spec.type != "number" or not isinstance(value, int | float):
            values = list(self.space.domains[dimension].values(mask))
            return (values[0], 1.0) if values else None
        found = [(abs(other - value) / (spec.step or 1), other) for other in self._numbers(fact, mask, value)]
        return None if not found else (min(found)[1], round(min(found)[0], _DIGITS))

    def choices(self, fact: str) -> Iterator[tuple[FactValue, int]]:
        """Yield a value of each known cell of a fact, in order, with the mask of the cell."""
        for place, sample in enumerate(self.space.domains[Dimension(fact)].samples):
            yield sample, 2 << place

    def words(self, fact: str) -> tuple[str, ...]:
        """Return the words that the rule looks for in a list."""
        return tuple(dimension.word for dimension in self._cells if dimension.fact == fact and dimension.word)

    def ends(self, fact: str, mask: int) -> tuple[tuple[float, bool] | None, tuple[float, bool] | None]:
        """Return the lower and upper end of adjoining cells of a number, each with whether it belongs to them."""
        samples: tuple[Any, ...] = self.space.domains[Dimension(fact)].samples
        places = [place for place in range(len(samples)) if mask & (2 << place)]
        first, last = places[0], places[-1]
        cuts = self._cuts[fact]
        low = (samples[first], True) if samples[first] in cuts else (samples[first - 1], False) if first else None
        if samples[last] in cuts:
            return low, (samples[last], True)
        return low, (samples[last + 1], False) if last + 1 < len(samples) else None

    def lies_in(self, fact: str, value: FactValue, box: Box) -> bool:
        """Tell whether a value of a fact lies in the known part of a box."""
        if value is None:
            return False
        return all(self._cell_of(dimension, value) & mask for dimension, mask in box.items() if dimension.fact == fact)

    def _reach(self, dimension: Dimension, *, learned: bool) -> int:
        domain = self.space.domains[dimension]
        if dimension.word:
            return domain.known
        unknown = self._cells[dimension] == UNKNOWN
        return UNKNOWN if unknown and not learned else domain.known

    def _list(self, fact: str, box: Box, value: FactValue) -> tuple[str, ...]:
        held = set(value) if isinstance(value, tuple) else set()
        for dimension, mask in box.items():
            if dimension.fact == fact and dimension.word:
                if not mask & _NO:
                    held.add(dimension.word)
                elif not mask & _YES:
                    held.discard(dimension.word)
        return tuple(word for word in self._specs[fact].words if word in held)

    def _numbers(self, fact: str, mask: int, value: float) -> Iterator[float]:
        spec = self._specs[fact]
        samples: tuple[Any, ...] = self.space.domains[Dimension(fact)].samples
        cuts = self._cuts[fact]
        notch = 1 if spec.whole else spec.step or 1
        for place, sample in enumerate(samples):
            if not mask & (2 << place):
                continue
            yield sample
            if sample in cuts:
                continue
            low = samples[place - 1] if place else None
            high = samples[place + 1] if place + 1 < len(samples) else None
            edge = low + notch if low is not None and value <= low else None
            edge = high - notch if high is not None and value >= high else edge
            if edge is not None and (low is None or edge > low) and (high is None or edge < high):
                edge = round(edge, _DIGITS)
                if (spec.low is None or edge >= spec.low) and (spec.high is None or edge <= spec.high):
                    yield int(edge) if float(edge).is_integer() else edge

    def _cell_of(self, dimension: Dimension, value: FactValue) -> int:
        domain = self.space.domains[dimension]
        if dimension.word:
            return domain.known if not isinstance(value, tuple) else _YES if dimension.word in value else _NO
        if value is None:
            return UNKNOWN
        spec = self._specs[dimension.fact]
        if spec.type == "words":
            return domain.known
        if spec.type == "number" and isinstance(value, int | float):
            return 2 << self._place(dimension.fact, domain.samples, value)
        return 2 << (domain.samples.index(value) if value in domain.samples else len(domain.samples) - 1)

    def _place(self, fact: str, samples: tuple[Any, ...], value: float) -> int:
        place = bisect_left(samples, value)
        if place < len(samples) and samples[place] == value:
            return place
        if place == len(samples) or (place and samples[place - 1] not in self._cuts.get(fact, ())):
            return place - 1
        return place
