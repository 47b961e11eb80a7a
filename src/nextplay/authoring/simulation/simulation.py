"""A book through one rulebook: the same decider as online, before texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from nextplay.authoring.book import BadRow, Row, RowReader, work_through
from nextplay.authoring.simulation.tally import Tally
from nextplay.decider import Decider
from nextplay.decision import Options
from nextplay.release import load_release

_WITH_SHADOW: Final = Options(explanation="full")
"""Only full explanations tell what the rules on trial say."""
FIRST_BAD_ROWS: Final = 20
"""How many bad rows are told one by one; all are counted."""


@dataclass(frozen=True, slots=True)
class Simulating:
    """What a process needs to simulate: the rule files, the folder of models, and an instant for rows without one."""

    files: Mapping[str, bytes]
    models: Path
    as_of: str | None = None

    def __call__(self) -> Simulator:
        """Load the release."""
        return Simulator(self)


class Simulator:
    """Counts pieces of a book."""

    def __init__(self, given: Simulating) -> None:
        self._as_of = given.as_of
        self._release = load_release(given.files, given.models)
        self._decider = Decider(self._release)

    def work(self, piece: Iterable[Row]) -> tuple[Tally, list[BadRow]]:
        """Count some rows, and return those that are bad."""
        reader, tally = RowReader(self._as_of), Tally()
        for row in piece:
            reading = reader.read(row)
            if reading is not None:
                tally.add(self._decider.find(reading, options=_WITH_SHADOW))
        return tally, reader.bad

    def close(self) -> None:
        """Free the engine."""
        self._release.close()


@dataclass(slots=True)
class Simulation:
    """What came of a book: the counts, and the rows that could not be used."""

    tally: Tally = field(default_factory=Tally)
    bad_reasons: Counter[str] = field(default_factory=Counter)
    first_bad: list[BadRow] = field(default_factory=list)

    def note_bad(self, bad: Iterable[BadRow]) -> None:
        """Count bad rows, and keep the first ones."""
        for row in bad:
            self.bad_reasons[row.reason] += 1
            if len(self.first_bad) < FIRST_BAD_ROWS:
                self.first_bad.append(row)


def simulate(
    rows: Iterable[Row], given: Simulating, *, workers: int | None = None, progress: Callable[[int], None] | None = None
) -> Simulation:
    """Send every row through the rulebook. `progress` is told how many rows each step took.

    Raises `RulebookInvalid` and `ModelInvalid` as loading a release does.
    """
    found = Simulation()
    for piece, (tally, bad) in work_through(rows, given, workers=workers):
        found.tally.merge(tally)
        found.note_bad(bad)
        if progress:
            progress(len(piece))
    return found
