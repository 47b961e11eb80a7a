"""Unknown facts, by the number of undecided conditions that read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from struct import Struct
from typing import Any, Final

from nextplay.decision import MissingFact

_WIDTHS: Final = ((8, "B"), (16, "H"), (32, "L"))
_RANK: Final = 1 << 32


class MissingFacts:
    """Counts for all facts at once.

    A *tally* is one whole number with a few bits for each fact, so adding tallies adds up the counts of every fact in
    one go: on a sparse account, counting was by far the longest step of an assessment.
    """

    def __init__(self, fact_names: Sequence[str], reads: Iterable[Collection[str]]) -> None:
        """Take the names, sorted, in the order of their slots, and the facts of every condition that may ever count."""
        self._names = tuple(fact_names)
        most = max(Counter(chain.from_iterable(map(set, reads))).values(), default=0)
        bits, code = next((bits, code) for bits, code in _WIDTHS if most < 1 << bits)
        self._places = {name: 1 << (bits * slot) for slot, name in enumerate(self._names)}
        self._counts = Struct(f"<{len(self._names)}{code}")
        self._entries: dict[int, MissingFact] = {}

    def tally(self, facts: Collection[str]) -> int:
        """Return the tally of one condition that reads `facts`."""
        return sum(self._places[name] for name in set(facts))

    def ranked(self, tallies: Iterable[int], state: Sequence[Any]) -> tuple[MissingFact, ...]:
        """Return the unknown facts by the number of conditions that read them, the most useful first; ties by name."""
        counts = self._counts.unpack(sum(tallies).to_bytes(self._counts.size, "little"))
        keys = [slot - count * _RANK for slot, count in enumerate(counts) if count and state[slot] is None]
        keys.sort()
        entries = self._entries
        try:
            return tuple([entries[key] for key in keys])
        except KeyError:  # an entry says the same in every assessment, so each is made once
            entries.update({key: self._entry(key) for key in keys if key not in entries})
            return tuple([entries[key] for key in keys])

    def _entry(self, key: int) -> MissingFact:
        slot = key % _RANK
        return MissingFact(self._names[slot], (slot - key) // _RANK)
