"""From facts about surveys back to answers.

Every scope (the whole of a kind, a touchpoint, a role) has a row for its newest and, where asked for, one for its worst
answer; further rows make up counts, a fall and a wait. Days are chosen so that no row is newer than the newest.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final, get_args

from nextplay.decision import FactValue
from nextplay.facts.declare import number
from nextplay.facts.draft import Draft, put
from nextplay.facts.survey_answers import HIGHEST_LOW, RESPONDENT_ROLES
from nextplay.snapshot import SurveyDriver, SurveyKind

Row = dict[str, Any]

_SCALE: Final = {"nps": ("nps_0_10", 0, 10), "csat": ("csat_1_5", 1, 5), "ces": ("ces_1_7_agree", 1, 7)}
_EARLIER_DAYS: Final = 30
_LOW_NAMES: Final = "any_low_names_"


def write_surveys(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
    """Write answers that make all the facts in `wanted` true together, where they can be."""
    kinds: dict[str, dict[str, FactValue]] = {}
    over_all: dict[str, FactValue] = {}
    for name, value in wanted.items():
        _, first, *rest = name.split(".")
        if rest:
            kinds.setdefault(first, {})[".".join(rest)] = value
        else:
            over_all[first] = value
    books = {kind: _Answers(draft, kind, kinds.get(kind, {})) for kind in get_args(SurveyKind)}
    for kind in kinds:
        books[kind].write()
    _write_low([books[kind] for kind in sorted(books, key=lambda kind: kind in kinds)], over_all)
    rows = [row for kind in sorted(books) for row in books[kind].rows()]
    for index, row in enumerate(rows):
        row.setdefault("respondent_id", f"r-{index}")
    draft.rows("surveys").extend(rows)


def _write_low(books: list[_Answers], wanted: Mapping[str, FactValue]) -> None:
    """See to a low answer with the reasons asked for; the first of `books` takes what no row can."""
    drivers = [name for name in get_args(SurveyDriver) if wanted.get(f"{_LOW_NAMES}{name}") is True]
    low = [row for book in books for row in book.current if book.is_low(row)]
    if drivers or (wanted.get("any_low") is True and not low):
        row = next((row for row in low if "drivers" not in row), None) or books[0].add_low()
        row["drivers"] = drivers
    if any(name.startswith(_LOW_NAMES) for name in wanted):
        for row in low:
            row.setdefault("drivers", [])


class _Answers:
    """The answers of one kind, built from the facts asked for (`newest`, `support.worst`, `champion.newest`)."""

    def __init__(self, draft: Draft, kind: str, facts: Mapping[str, FactValue]) -> None:
        """Begin without rows. `current` are those that count, `replaced` those that a later answer stands for."""
        self.draft, self.kind, self.facts = draft, kind, facts
        self.scale, self.lowest, self.highest = _SCALE[kind]
        self.newest_age = int(number(facts.get("days_since_newest", 0)))
        self.current: list[Row] = []
        self.replaced: list[Row] = []

    def write(self) -> None:
        """Write a row for every answer that the facts ask for."""
        for scope in sorted({name.rpartition(".")[0] for name in self.facts}):
            self._write_scope(scope)
        self._write_fall()
        self._write_wait()
        self._make_up()

    def rows(self) -> list[Row]:
        """Return all rows, each with kind, scale, score and day."""
        for row in self.current:
            row.setdefault("score", self.highest)
        return self.current + self.replaced

    def is_low(self, row: Row) -> bool:
        """Tell whether a row is low; one whose score is free is not."""
        return bool(row.get("score", self.highest) <= self._score(HIGHEST_LOW[self.kind]))

    def add_low(self, age: int | None = None) -> Row:
        """Add a low answer, of the day of the newest one where no age in days is given."""
        row = self._add("", self.newest_age if age is None else age)
        row["score"] = self._score(HIGHEST_LOW[self.kind])
        return row

    def _fact(self, scope: str, name: str) -> FactValue:
        return self.facts.get(f"{scope}.{name}" if scope else name)

    def _write_scope(self, scope: str) -> None:
        age, value, drivers = (self._fact(scope, name) for name in ("days_since_newest", "newest", "newest_drivers"))
        days = self.newest_age + (1 if scope else 0) if age is None else int(number(age))
        if value is None and not scope:
            value = self.facts.get("mean")
        if value is not None or drivers is not None or age is not None:
            row = self._add(scope, days)
            _give(row, score=None if value is None else self._score(value), drivers=drivers)
        self._write_worst(scope, days)

    def _write_worst(self, scope: str, days: int) -> None:
        value, drivers = self._fact(scope, "worst"), self._fact(scope, "worst_drivers")
        if value is None and drivers is None:
            return
        rows = [row for row in self.current if _belongs(row, scope)]
        score = min([self.highest, *(row["score"] for row in rows if "score" in row)])
        if value is not None:
            score = self._score(value)
        fits = rows and rows[-1].get("score") == score and rows[-1].get("drivers", drivers) == drivers
        row = rows[-1] if fits else self._add(scope, days + 2)
        _give(row, score=score, drivers=drivers)

    def _write_fall(self) -> None:
        """Let the first respondent have answered before, by the fall asked for better."""
        if self.facts.get("largest_drop") is None:
            return
        fall = Fraction(str(number(self.facts["largest_drop"]))) * (6 if self.kind == "ces" else 1)
        newest = self.current[0] if self.current else self._add("", self.newest_age)
        score = newest.setdefault("score", float((self.highest if fall >= 0 else self.lowest) - fall))
        newest["respondent_id"] = "r-fall"
        day = self.draft.ago(self.draft.age(newest["answered_on"]) + _EARLIER_DAYS)
        before = {"answered_on": day, "score": float(Fraction(str(score)) + fall)}
        self.replaced.append(newest | before)

    def _write_wait(self) -> None:
        """Let a low answer wait as long as asked for, and no other."""
        days = self.facts.get("low_open_days")
        if days is None:
            return
        if days:
            day = self.draft.ago(int(number(days)))
            found = next((row for row in self.current if self.is_low(row) and row["answered_on"] == day), None)
            (found or self.add_low(int(number(days))))["follow_up"] = "open"
        for row in self.current:
            row.setdefault("follow_up", "done")

    def _make_up(self) -> None:
        """Add low and other answers up to the counts asked for."""
        low, count, share = (self.facts.get(name) for name in ("low_count", "count", "low_share"))
        if share is not None:
            exact = Fraction(str(number(share)))
            count = _whole(Fraction(int(number(low))) / exact) if low and count is None else count
            count = exact.denominator if count is None else count
            low = _whole(exact * int(number(count)))
        if low is not None:
            self._fill(int(number(low)), low=True)
        if count is not None:
            self._fill(int(number(count)), low=False)

    def _fill(self, wished: int, *, low: bool) -> None:
        age = max([self.newest_age, *(self.draft.age(row["answered_on"]) for row in self.current)])
        missing = wished - sum(not low or self.is_low(row) for row in self.current)
        if missing < 0:
            raise ValueError("more answers would be needed than asked for")
        for _ in range(missing):
            row = self.add_low(age) if low else self._add("", age)
            row.setdefault("score", self.highest)

    def _score(self, value: FactValue) -> float:
        """Turn a value of a fact into a score of the scale that rows are written in."""
        return number(value) * 6 + 1 if self.kind == "ces" else number(value)

    def _add(self, scope: str, age: int) -> Row:
        row: Row = {"kind": self.kind, "scale": self.scale, "answered_on": self.draft.ago(age)}
        if scope:
            row["respondent_role" if scope in RESPONDENT_ROLES else "touchpoint"] = scope
        self.current.append(row)
        return row


def _give(row: Row, *, score: float | None, drivers: FactValue) -> None:
    if score is not None:
        put(row, "score", score)
    if isinstance(drivers, tuple):
        put(row, "drivers", list(drivers))


def _belongs(row: Row, scope: str) -> bool:
    return not scope or scope in {row.get("touchpoint"), row.get("respondent_role")}


def _whole(number: Fraction) -> int:
    if number.denominator != 1:
        raise ValueError("no whole number of answers gives this share")
    return number.numerator
