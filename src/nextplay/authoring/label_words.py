"""The words that a label is told in: where none of them, or each of them, means that the account left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from nextplay.errors import InputInvalid, Violation

_MOST_NAMED: Final = 5
"""A column with more different words is no label but a date, a name or a note: a customer's value, never named."""
_FEWEST: Final = 2
"""Likewise a word that stands in one row alone."""
_LONGEST: Final = 40


class LabelWords:
    """Counts the words of the rows that have a label, to say what they are where they tell nothing apart."""

    def __init__(self, left: Sequence[str]) -> None:
        """Look for the words `left`, those for an account that left."""
        self._left = tuple(left)
        self._met: Counter[str] = Counter()
        self._found = False

    def add(self, told: str | None) -> None:
        """Count the word of a row; one word more than may be named is enough to know that there are too many."""
        if told is None:
            return
        self._found |= told in self._left
        if told in self._met or len(self._met) <= _MOST_NAMED:
            self._met[told] += 1

    def check(self, left: Sequence[bool]) -> None:
        """Refuse rows that all left, or of which none did. Raises `InputInvalid` with the cause and the remedy."""
        if any(left) and not all(left):
            return
        if all(left):
            cause, what, lack = "every row that remains left", "only the words for leaving", "stayed"
        elif self._found:
            message = "rows that left are there, but all of them were left out; see the reasons, and `observed_until`"
            raise InputInvalid([Violation("label", message)])
        else:
            cause, what, lack = "no row's label is one of these", "the word for leaving", "left"
        remedy = f"name {what}, or another column, or bring rows of accounts that {lack}"
        raise InputInvalid([Violation("label.left", f"{cause} ({self._asked()}); {self._named()}{remedy}")])

    def _asked(self) -> str:
        return ", ".join(f"`{word}`" for word in self._left)

    def _named(self) -> str:
        if len(self._met) > _MOST_NAMED:
            return f"the label has over {_MOST_NAMED} different values, so it may be no label; "
        if min(self._met.values()) < _FEWEST or max(map(len, self._met)) > _LONGEST:
            return ""
        return f"the label holds {', '.join(f'`{word}`' for word in sorted(self._met))}; "
