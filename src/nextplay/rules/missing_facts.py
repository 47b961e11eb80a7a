"""Unknown facts, by the number of undecided conditions that read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, compress
from struct import Struct
from typing import Any, Final

from nextplay.decision import MissingFact
from nextplay.rules.program import Program

_WIDTHS: Final = ((8, "B"), (16, "H"), (32, "L"))


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
        self._most = most
        self._slots = tuple(range(len(self._names)))
        self._ranks = tuple((most - count) * len(self._names) for count in range(most + 1))
        """By count: with the slot added, numbers that sort as wished."""
        self._sure = 0
        self._entries: dict[int, MissingFact] = {}

    def always(self, facts: Iterable[str]) -> None:
        """Count a condition that is unknown exactly where its one fact is: no assessment has to count it again."""
        self._sure += self.tally(tuple(facts))

    def tally(self, facts: Collection[str]) -> int:
        """Return the tally of one condition that reads `facts`."""
        return sum(self._places[name] for name in set(facts))

    def ranked(self, tallies: Iterable[int], state: Sequence[Any]) -> tuple[MissingFact, ...]:
        """Return the unknown facts by the number of conditions that read them, the most useful first; ties by name."""
        packed = sum(tallies, self._sure).to_bytes(self._counts.size, "little")
        counts = packed if len(packed) == len(self._names) else self._counts.unpack(packed)
        ranks = self._ranks
        keys = [ranks[counts[slot]] + slot for slot in compress(self._slots, counts) if state[slot] is None]
        keys.sort()
        entries = self._entries
        try:
            return tuple(map(entries.__getitem__, keys))
        except KeyError:  # an entry says the same in every assessment, so each is made once
            entries.update({key: self._entry(key) for key in keys if key not in entries})
            return tuple([entries[key] for key in keys])

    def _entry(self, key: int) -> MissingFact:
        less, slot = divmod(key, len(self._names))
        return MissingFact(self._names[slot], self._most - less)


class UndecidedSignals:
    """Counts for the signals that are unknown.

    Most signals compare one fact and are unknown exactly where it is, so they count once for all; the program notes
    which of the others are.
    """

    def __init__(self, program: Program, missing: MissingFacts) -> None:
        """Part the signals that have a name in those two sorts."""
        self._by_slot: dict[int, int] = {}
        for name, reads in program.reads().items():
            if name in program.watched:
                self._by_slot[program.slots[name]] = missing.tally(reads)
            else:
                missing.always(reads)

    def tallies(self, unknown: Iterable[int]) -> Iterator[int]:
        """Return the tallies of the unknown ones of the other sort, which stand at the slots `unknown`."""
        return map(self._by_slot.__getitem__, unknown)
