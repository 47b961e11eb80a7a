"""Collects the faults of all files of one run, with the line of the file and a hint for names that are nearly right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Final

from nextplay.errors import Fault, FaultLevel
from nextplay.rules.fault_codes import FaultCode
from nextplay.rules.rulebook import Place

LONGEST_EXCERPT: Final = 160
HINT_BUDGET: Final = 300
"""Names looked up for a hint in one run: the comparison is slow, and a file of thousands of wrong names is no typo."""


class FaultLog:
    """Every fault found so far; the same one is kept once, whoever comes upon it again."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {}
        self._faults: dict[tuple[Place, str, str], Fault] = {}
        self._nearest: dict[tuple[str, int], str] = {}

    def add_source(self, path: str, text: str) -> Sequence[str]:
        """Keep the lines of `path` for excerpts, and return them; lines end as in YAML."""
        lines = self._lines[path] = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return lines

    def take(self, other: FaultLog) -> None:
        """Take over what another log holds of files that are not in this one."""
        self._lines |= other._lines
        self._faults |= other._faults

    def add(self, place: Place, code: FaultCode, message: str, *, hint: str = "", level: FaultLevel = "error") -> None:
        """Report a fault at `place`."""
        key = (place, code, message)
        if key not in self._faults:
            excerpt = self._excerpt(place)
            self._faults[key] = Fault(place.path, place.line, place.column, code, message, hint, excerpt, level)

    def add_unknown(self, place: Place, code: FaultCode, message: str, *, name: str, known: Iterable[str]) -> None:
        """Report a name that nothing bears, with the nearest of `known` as a hint."""
        names = tuple(known)
        close = self.nearest(name, names)
        self.add(place, code, message, hint=f"did you mean `{close}`?" if close else listed_hint(names))

    def find(self, place: Place, text: str) -> Place:
        """Return where `text` stands, from `place` on and not far below it; else `place` itself."""
        lines = self._lines.get(place.path, [])[place.line - 1 : place.line + 39]
        for offset, line in enumerate(lines):
            column = line.find(text, place.column - 1 if offset == 0 else 0)
            if column >= 0:
                return Place(place.path, place.line + offset, column + 1)
        return place

    def errors(self) -> tuple[Fault, ...]:
        """Every fault that stops the rulebook, unsorted."""
        return tuple(fault for fault in self._faults.values() if fault.level == "error")

    def warnings(self) -> tuple[Fault, ...]:
        """Every fault that does not, by place."""
        found = (fault for fault in self._faults.values() if fault.level == "warning")
        return tuple(sorted(found, key=lambda fault: (fault.path, fault.line, fault.column, fault.code)))

    def nearest(self, name: str, known: tuple[str, ...]) -> str:
        """Return the one of `known` that was probably meant, or an empty text."""
        key = (name, hash(known))
        if key not in self._nearest:
            if len(self._nearest) >= HINT_BUDGET or len(name) > LONGEST_EXCERPT:
                return ""
            self._nearest[key] = next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.6)), "")
        return self._nearest[key]

    def _excerpt(self, place: Place) -> str:
        """Return the line of the file; nothing where a caret under it could not be shown."""
        lines = self._lines.get(place.path, [])
        if place.line > len(lines) or place.column > LONGEST_EXCERPT:
            return ""
        line = lines[place.line - 1]
        shown = line if len(line) <= LONGEST_EXCERPT else line[: LONGEST_EXCERPT - 3] + "..."
        return "".join(character if character.isprintable() else " " for character in shown).rstrip()


def listed_hint(known: Iterable[str], *, at_most: int = 15) -> str:
    """Name the choices where they are few enough to read."""
    names = sorted(known)
    return f"one of {', '.join(f'`{name}`' for name in names)}" if 0 < len(names) <= at_most else ""


def shortened(name: str, *, at_most: int = 60) -> str:
    """Cut what an author wrote to a length that a message can carry."""
    printable = "".join(character if character.isprintable() else "?" for character in name)
    return printable if len(printable) <= at_most else printable[: at_most - 3] + "..."
