"""A book through two rulebooks at once: each row is read once and decided twice, before texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from heapq import nsmallest
from pathlib import Path
from typing import NamedTuple

from nextplay.authoring.book import BadRow, QuestionReader, Row, RowReader, work_through
from nextplay.authoring.difference.outcome import AccountChange, change_between, outcome_of
from nextplay.authoring.difference.tally import DifferenceTally
from nextplay.authoring.simulation import Simulation
from nextplay.authoring.simulation.tally import UNKNOWN_SEGMENT
from nextplay.decider import Decider
from nextplay.release import load_release


class Piece(NamedTuple):
    """What came of some rows."""

    tally: DifferenceTally
    changes: list[AccountChange]
    bad: list[BadRow]


@dataclass(frozen=True, slots=True)
class Comparing:
    """What a process needs to compare: both rulebooks' files, the folder of models, an instant for rows without one.

    `questions` says that rows are not snapshots but questions of logged decisions.
    """

    old: Mapping[str, bytes]
    new: Mapping[str, bytes]
    models: Path
    as_of: str | None = None
    questions: bool = False

    def __call__(self) -> Comparer:
        """Load both releases."""
        return Comparer(self)

    def reader(self) -> RowReader:
        """Return what reads the rows."""
        return QuestionReader() if self.questions else RowReader(self.as_of)


class Comparer:
    """Compares two rulebooks over pieces of a book."""

    def __init__(self, given: Comparing) -> None:
        self._given = given
        with ExitStack() as opened:
            old = opened.enter_context(closing(load_release(given.old, given.models)))
            new = opened.enter_context(closing(load_release(given.new, given.models)))
            self._opened = opened.pop_all()
        self._old, self._new = Decider(old), Decider(new)

    def work(self, piece: Iterable[Row]) -> Piece:
        """Compare some rows, and return those that are bad."""
        reader, tally, changes = self._given.reader(), DifferenceTally(), []
        for row in piece:
            reading = reader.read(row)
            if reading is None:
                continue
            before, after = self._old.find(reading), self._new.find(reading)
            old, new = outcome_of(before), outcome_of(after)
            tally.add(reading.snapshot.profile.segment or UNKNOWN_SEGMENT, old, new)
            change = change_between(old, new, after, number=row.number)
            if change is not None:
                tally.add_change(change)
                changes.append(change)
        return Piece(tally, changes, reader.bad)

    def close(self) -> None:
        """Free both engines."""
        self._opened.close()


@dataclass(slots=True)
class Comparison:
    """What came of a book: counts, every account that changed, in order of the book, and rows that could not be used.

    `most` are the rows of the most changed accounts, the most changed first, to be explained.
    """

    tally: DifferenceTally = field(default_factory=DifferenceTally)
    changes: list[AccountChange] = field(default_factory=list)
    most: list[tuple[AccountChange, Row]] = field(default_factory=list)
    rows: Simulation = field(default_factory=Simulation)


def compare(
    rows: Iterable[Row],
    given: Comparing,
    *,
    shown: int,
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Comparison:
    """Send every row through both rulebooks; keep the `shown` most changed. `progress` is told the rows of each step.

    Raises `RulebookInvalid` and `ModelInvalid` as loading a release does.
    """
    found = Comparison()
    for piece, result in work_through(rows, given, workers=workers):
        found.tally.merge(result.tally)
        found.changes += result.changes
        found.rows.note_bad(result.bad)
        by_number = {row.number: row for row in piece}
        candidates = [*found.most, *((change, by_number[change.number]) for change in result.changes)]
        found.most = nsmallest(shown, candidates, key=lambda entry: entry[0].order)
        if progress:
            progress(len(piece))
    return found
