"""Limits for a merge gate: a small closed language, `accounts-changed>5%`, `hours.csm>+10%`, `gap.NAME>0`.

A limit says what must not be. A count is of accounts, and with `%` their share of the book. Hours are those under the
new rulebook; with a sign they are the difference to the old one, and with `%` that difference in per cent of the old.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from nextplay.authoring.difference.tally import CHANGES, DifferenceTally
from nextplay.authoring.simulation.tally import HOUR
from nextplay.errors import InputInvalid, Violation
from nextplay.rules.rulebook import Rulebook

BAD_ROWS: Final = "bad-rows"
_LIMIT: Final = re.compile(r"\s*([a-z][a-z0-9_.-]*)\s*(>=|<=|>|<)\s*([+-]?)(\d+(?:\.\d+)?)\s*(%?)\s*", re.ASCII)
_COMPARED: Final[Mapping[str, Callable[[float, float], bool]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_FORM: Final = "write NAME, one of > >= < <=, and a number, perhaps with %, such as `accounts-changed>5%`"


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit as it was `written`. `signed` asks for the difference of hours, `share` for per cent."""

    written: str
    name: str
    compare: str
    number: float
    signed: bool
    share: bool

    def broken_by(self, tally: DifferenceTally, *, bad: int) -> float | None:
        """Return the value that breaks the limit, `None` where none does. `bad` is how many rows could not be used."""
        value = self._hours(tally) if self.name.partition(".")[0] == "hours" else self._count(tally, bad)
        return value if _COMPARED[self.compare](value, self.number) else None

    def _count(self, tally: DifferenceTally, bad: int) -> float:
        head, _, rule = self.name.partition(".")
        of = tally.accounts
        if self.name == BAD_ROWS:
            count, of = bad, tally.accounts + bad
        elif head == "gap":
            count = sum(times for reach, times in tally.reach.items() if rule in reach.gaps)
        elif head == "play":
            count = sum(times for reach, times in tally.reach.items() if rule in reach.plays)
        else:
            count = tally.changed(self.name)
        return 100.0 * count / of if self.share and of else float(count)

    def _hours(self, tally: DifferenceTally) -> float:
        role = self.name.partition(".")[2]
        old, new = (
            (effort[role] if role else effort.total()) / HOUR for effort in (tally.old_effort, tally.new_effort)
        )
        if self.share:
            return 100.0 * (new - old) / old if old else math.inf if new else 0.0
        return new - old if self.signed else new


def limit_names(old: Rulebook, new: Rulebook) -> list[str]:
    """Return every name that a limit on these rulebooks may have, in the order in which they are told."""
    roles = _both(old.vocabularies.get("roles", {}), new.vocabularies.get("roles", {}))
    gaps = _both([rule.id for rule in old.gaps], [rule.id for rule in new.gaps])
    plays = _both([play.id for play in old.plays], [play.id for play in new.plays])
    return [
        *CHANGES,
        BAD_ROWS,
        "hours",
        *(f"hours.{role}" for role in roles),
        *(f"gap.{gap}" for gap in gaps),
        *(f"play.{play}" for play in plays),
    ]


def _both(old: Collection[str], new: Collection[str]) -> list[str]:
    return sorted({*old, *new})


def read_limit(written: str, names: Collection[str]) -> Limit:
    """Read a limit. Raises `InputInvalid` for what is none, and for a name that is not among `names`."""
    found = _LIMIT.fullmatch(written)
    if found is None:
        raise InputInvalid([Violation("--fail-if", f"`{written}` is no limit: {_FORM}")])
    name, compare, sign, digits, per_cent = found.groups()
    if name not in names:
        raise InputInvalid([Violation("--fail-if", _unknown(name, names))])
    if sign and name.partition(".")[0] != "hours":
        raise InputInvalid([Violation("--fail-if", f"`{written}`: only hours take a sign; {_FORM}")])
    number = -float(digits) if sign == "-" else float(digits)
    return Limit(written, name, compare, number, signed=bool(sign), share=bool(per_cent))


def _unknown(name: str, names: Collection[str]) -> str:
    """Say what a name may be: of its own sort, where it names one."""
    head, dot, _ = name.partition(".")
    same = [known.partition(".")[2] for known in names if known.startswith(f"{head}.")] if dot else []
    if same:
        return f"`{name}` is not known; `{head}.` goes before one of {', '.join(same)}"
    plain = [known for known in names if "." not in known]
    sorts = [f"{sort}.NAME" for sort in ("hours", "gap", "play")]
    return f"`{name}` is not known; a limit is on one of {', '.join([*plain, *sorts])}"
