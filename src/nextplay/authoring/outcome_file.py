"""Outcomes that stand in a file of their own: one for each account and day, to be joined with what was known then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from nextplay.authoring.book import open_book
from nextplay.errors import InputInvalid, Violation
from nextplay.snapshot import parse_json_snapshot

_MOST_NAMED: Final = 20
"""After so many mistakes the rest of a file is not gone through: they are of one kind."""

AccountDay = tuple[str, date]


class OutcomeFile:
    """What came of each account after each day (UTC), as text; each line is asked for at most once.

    `without_row` counts the lines that nothing was asked about so far.
    """

    def __init__(self, path: Path, key: str) -> None:
        """Read lines of `account_id`, `as_of` and the outcome, at `key` with a point for each level.

        Raises `InputInvalid` with every line that lacks one of them, and for lines that differ about one account and
        day; `OSError` where the file cannot be opened.
        """
        self._told: dict[AccountDay, str | None] = {}
        self._asked: set[AccountDay] = set()
        mistakes: list[Violation] = []
        with open_book(path) as book:
            for row in book.rows:
                where = f"label.file: {path.name}, line {row.number}"
                try:
                    self._add(parse_json_snapshot(row.text), key)
                except InputInvalid as error:
                    mistakes += [Violation(where, str(violation)) for violation in error.violations]
                if len(mistakes) >= _MOST_NAMED:
                    break
        if not (mistakes or self._told):
            mistakes = [Violation("label.file", f"`{path.name}` holds no outcome")]
        if mistakes:
            raise InputInvalid(mistakes)

    @property
    def without_row(self) -> int:
        """Count the outcomes for which no row came."""
        return len(self._told) - len(self._asked)

    def of(self, account_id: str, day: date) -> str | None:
        """Return what came of an account after a day; `None` where the file says nothing."""
        if (account_id, day) in self._told:
            self._asked.add((account_id, day))
        return self._told.get((account_id, day))

    def _add(self, line: Mapping[str, Any], key: str) -> None:
        account, instant = line.get("account_id"), line.get("as_of")
        missing = [
            Violation(name, "is missing; an outcome is joined to its row by `account_id` and `as_of`")
            for name, value in (("account_id", account), ("as_of", instant))
            if not isinstance(value, str)
        ]
        outcome = list(_values_at(line, key))
        if not outcome:
            missing.append(Violation(key, "is missing; `label.key` names where the outcome stands"))
        if missing:
            raise InputInvalid(missing)
        place = (str(account), day_of(str(instant)))
        told = text_of(outcome[0])
        if self._told.setdefault(place, told) != told:
            raise InputInvalid([Violation(key, "differs from an earlier line about the same account and day")])


def day_of(instant: str) -> date:
    """Return the day of an instant in UTC; a day alone is itself. Raises `InputInvalid`."""
    try:
        found = datetime.fromisoformat(instant)
    except ValueError:
        raise InputInvalid([Violation("as_of", "is no instant; write it as in 2026-03-02T06:00:00Z")]) from None
    return (found.astimezone(UTC) if found.tzinfo else found).date()


def text_of(value: object) -> str | None:
    """Return an outcome as it is written under `label.left`: `true` for a flag; `None` where nothing is said."""
    if value is None or value == "":
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _values_at(line: Mapping[str, Any], key: str) -> Iterator[object]:
    """Yield what stands at a key, if the line has it at all."""
    inside: object = line
    for name in key.split("."):
        if not isinstance(inside, Mapping) or name not in inside:
            return
        inside = inside[name]
    yield inside
