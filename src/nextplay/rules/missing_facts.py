"""Unknown facts, by the number of undecided conditions that read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from struct import Struct
from typing import Any, Final

from nextplay.decision import MissingFact
from nextplay.rules.condition import FactLeaf
from nextplay.rules.program import Program, picker

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
        counts = self._counts.unpack(sum(tallies, self._sure).to_bytes(self._counts.size, "little"))
        wide, most = len(counts), self._most
        keys = [
            (most - count) * wide + slot for slot, count in enumerate(counts) if count and state[slot] is None
        ]  # numbers that sort as wished
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

    Most signals compare one fact and are unknown exactly where it is, so they count once for all.
    """

    def __init__(self, program: Program, missing: MissingFacts) -> None:
        """Part the signals that have a name in those two sorts."""
        slots, tallies = [], []
        for name, reads in program.reads().items():
            condition = program.conditions[name]
            if isinstance(condition, FactLeaf) and len(reads) == 1 and name not in program.lists:
                missing.always(reads)
            else:
                slots.append(program.slots[name])
                tallies.append(missing.tally(reads))
        self._pick = picker(slots)
        self._tallies = tuple(tallies)

    def tallies(self, state: Sequence[Any]) -> list[int]:
        """Return the tallies of the unknown ones of the other sort."""
        return [tally for tally, truth in zip(self._tallies, self._pick(state)) if truth is None]  # noqa: B905  as many; hot path
