"""From a row to its snapshot, or to the reason why there is none: no row of a book is dropped silently."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

import orjson

from nextplay.authoring.book.rows import Row
from nextplay.errors import InputInvalid, Violation
from nextplay.question import read_question
from nextplay.snapshot import SnapshotReading, parse_json_snapshot, read_snapshot

_PLACES: Final = re.compile(r"\[\d+\]|(?<=line )\d+|(?<=column )\d+")
"""What differs between two rows that are bad for the same reason."""
_NO_INSTANT: Final = Violation("as_of", "is missing; write it into the row, or name one for such rows with --as-of")

_NO_QUESTION: Final = Violation("question", "is none that this version can read")


class BadRow(NamedTuple):
    """A row that could not be used. `reason` is the first violation, equal for rows that share it; `told` names all."""

    number: int
    reason: str
    told: str


@dataclass(slots=True)
class RowReader:
    """Reads rows and keeps those that are bad. `as_of` is the instant for snapshots that carry none."""

    as_of: str | None = None
    bad: list[BadRow] = field(default_factory=list)

    def read(self, row: Row) -> SnapshotReading | None:
        """Return the snapshot of a row, or note why there is none."""
        try:
            document = parse_json_snapshot(row.text)
            if document.get("as_of") is None:
                document["as_of"] = self._instant()
            return read_snapshot(document)
        except InputInvalid as error:
            self.refuse(row, error.violations)
            return None

    def _instant(self) -> str:
        if self.as_of is None:
            raise InputInvalid([_NO_INSTANT])
        return self.as_of

    def refuse(self, row: Row, violations: Iterable[Violation]) -> None:
        """Note that a row cannot be used, and all that is wrong with it."""
        told = list(violations)
        self.bad.append(BadRow(row.number, shared_reason(told[0]), "; ".join(map(str, told))))


@dataclass(slots=True)
class QuestionReader(RowReader):
    """Reads rows that are questions, as `question_document` writes them: snapshots with the history that was used."""

    def read(self, row: Row) -> SnapshotReading | None:
        """Return the snapshot of a question with its history in it, or note why there is none."""
        try:
            asked = read_question(orjson.loads(row.text))
        except InputInvalid as error:
            self.refuse(row, error.violations)
        except (KeyError, TypeError, ValueError):
            self.refuse(row, [_NO_QUESTION])
        else:
            return replace(asked.reading, snapshot=replace(asked.reading.snapshot, history=asked.history))
        return None


def shared_reason(violation: Violation) -> str:
    """Word a violation without the places in it, so that rows bad for one reason are counted together."""
    return _PLACES.sub(_general, str(violation))


def _general(found: re.Match[str]) -> str:
    return "[]" if found[0].startswith("[") else "…"
