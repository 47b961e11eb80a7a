"""Unknown facts, by the number of undecided conditions that read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from struct import Struct
from typing import Any, Final

from nextplay.decision import MissingFact
from nextplay.errors import EngineFault

_BITS: Final = 16
_MOST: Final = 1 << _BITS


class MissingFacts:
    """Counts for all facts at once.

    A *tally* is one whole number with 16 bits for each fact, so adding tallies adds up the counts of every fact in one
    go: on a sparse account this was by far the longest step of an assessment.
    """

    def __init__(self, fact_names: Sequence[str]) -> None:
        """Keep the names; a fact's slot in the state is its position among them, and they are sorted."""
        self._names = tuple(fact_names)
        self._places = {name: 1 << (_BITS * slot) for slot, name in enumerate(self._names)}
        self._counts = Struct(f"<{len(self._names)}H")
        self._tallies = 0
        self._entries: dict[int, MissingFact] = {}

    def tally(self, facts: Iterable[str]) -> int:
        """Return the tally of one condition that reads `facts`. Raises `EngineFault` for more of them than fit."""
        self._tallies += 1
        if self._tallies >= _MOST:
            raise EngineFault(f"a rulebook of {_MOST} conditions or more: missing facts cannot be counted")
        return sum({self._places[name] for name in facts})

    def ranked(self, tallies: Iterable[int], state: Sequence[Any]) -> tuple[MissingFact, ...]:
        """Return the unknown facts by the number of conditions that read them, the most useful first; ties by name."""
        counts = self._counts.unpack(sum(tallies).to_bytes(self._counts.size, "little"))
        keys = [slot - count * _MOST for slot, count in enumerate(counts) if count and state[slot] is None]
        keys.sort()
        entries = self._entries
        return tuple([entries.get(key) or self._entry(key) for key in keys])

    def _entry(self, key: int) -> MissingFact:
        """Make an entry once: it says the same in every assessment."""
        slot = key % _MOST
        return self._entries.setdefault(key, MissingFact(self._names[slot], (slot - key) // _MOST))
