"""Survey answers in order: who said what last, on one scale for each kind, and which answers still count.

Of each kind, touchpoint and respondent the newest answer counts; of two on one day the worse. An answer without
respondent supersedes none and is superseded by none. An answer older than its kind's `stale_after_days` is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from nextplay.snapshot import SCALE_RANGE, Survey

HIGHEST_LOW: Final = {"nps": 6.0, "csat": 2.0, "ces": 0.5}
"""Kind → the best value that still is low: detractors are 0-6, low CSAT is 1-2, low ease is up to 0.5."""
RESPONDENT_ROLES: Final = ("admin", "champion", "economic_buyer", "end_user", "executive_sponsor")
"""The roles with facts of their own. Another role counts for its touchpoint and for the whole."""
_NO_DAY: Final = 0
_EVERY_DAY: Final = 1 << 40
_ROUNDING: Final = 6

ScopeKey = tuple[str, str | None]
"""Kind, and the touchpoint or role; `None` for all answers of the kind. No word is both a touchpoint and a role."""


class Answer(NamedTuple):
    """One answer that counts. `value` is NPS points, CSAT score or ease 0..1; `day` an ordinal.

    `previous` is the value that the same respondent gave before, at the same touchpoint. `waiting` tells whether a
    follow-up is still owed, `None` where nobody said.
    """

    value: float
    day: int
    drivers: tuple[str, ...] | None
    waiting: bool | None
    previous: float | None
    low: bool


class Scope:
    """The answers of one kind that belong to a touchpoint, to a role or to the whole, as of the ordinal `today`.

    `known` are the fresh answers; `fresh` the same, but `None` while a fresh row lacks its score or a row its day.
    `newest` and `worst` are `None` where another row could change them. `days_since_newest` counts stale ones too.
    """

    __slots__ = ("days_since_newest", "fresh", "known", "newest", "today", "worst")

    def __init__(self, rows: Sequence[_Row], *, unknown: bool, today: int, stale_after: int) -> None:
        """Decide once what the rows say; `unknown` says that further answers exist whose kind is unknown."""
        self.today = today
        answers = _current(rows)
        undecided = _undecided_day(rows, unknown=unknown)
        oldest_fresh = today - stale_after
        self.known = [answer for answer in answers if answer.day >= oldest_fresh]
        self.fresh = self.known if undecided < oldest_fresh else None
        newest = min(self.known, key=_by_age, default=None)
        self.newest = newest if newest and newest.day > undecided else None
        self.worst = min(self.fresh or (), key=_by_value, default=None)
        days = [row.day for row in rows if row.day is not None]
        self.days_since_newest = max(0, today - max(days)) if days and undecided < _EVERY_DAY else None


class Answers:
    """All rows of `surveys`, cut into scopes on demand."""

    __slots__ = ("_rows", "_scopes", "_stale_after", "_today", "_unknown")

    def __init__(self, surveys: Sequence[Survey], *, today: int, stale_after: Mapping[str, int]) -> None:
        """Bring every row onto the scale of its kind; a row that names no kind is told by its scale."""
        self._rows: dict[ScopeKey, list[_Row]] = {}
        self._scopes: dict[ScopeKey, Scope] = {}
        self._stale_after = stale_after
        self._today = today
        self._unknown = False
        for survey in surveys:
            self._add(survey)

    def whole(self, kind: str) -> Scope:
        """Return all answers of `kind`, wherever and by whomever."""
        return self._cut((kind, None), self._rows.get((kind, None), ()))

    def part(self, kind: str, place: str) -> Scope | None:
        """Return the answers of `kind` at a touchpoint or of a role, `None` where there are none."""
        rows = self._rows.get((kind, place))
        return None if rows is None else self._cut((kind, place), rows)

    def _add(self, survey: Survey) -> None:
        kind = survey.kind or (SCALE_RANGE[survey.scale][0] if survey.scale else None)
        if kind is None:
            self._unknown = True
            return
        row = _Row(survey, kind, _value(survey), None if survey.answered_on is None else survey.answered_on.toordinal())
        places: list[str | None] = [survey.touchpoint]
        if survey.respondent_role in RESPONDENT_ROLES:
            places.append(survey.respondent_role)
        for place in {None, *places}:
            self._rows.setdefault((kind, place), []).append(row)

    def _cut(self, key: ScopeKey, rows: Sequence[_Row]) -> Scope:
        found = self._scopes.get(key)
        if found is None:
            limit = self._stale_after[key[0]]
            found = Scope(rows, unknown=self._unknown, today=self._today, stale_after=limit)
            self._scopes[key] = found
        return found


class _Row(NamedTuple):
    survey: Survey
    kind: str
    value: float | None
    day: int | None


def _value(survey: Survey) -> float | None:
    """Turn the score of an effort scale into ease: (s - 1) / 6 for 1-7 agree, (5 - s) / 4 for 1-5 effort."""
    if survey.score is None or survey.scale is None:
        return None
    if survey.scale == "ces_1_7_agree":
        return round((survey.score - 1) / 6, _ROUNDING)
    if survey.scale == "ces_1_5_effort":
        return round((5 - survey.score) / 4, _ROUNDING)
    return survey.score


def _undecided_day(rows: Sequence[_Row], *, unknown: bool) -> int:
    """Return the newest day on which something unknown was answered: answers of later days are not touched by it."""
    days = [_EVERY_DAY if row.day is None else row.day for row in rows if row.day is None or row.value is None]
    return _EVERY_DAY if unknown else max(days, default=_NO_DAY)


def _by_age(answer: Answer) -> tuple[object, ...]:
    """Sort the newest first; of one day the worse, then the one whose drivers are known, then by drivers."""
    return (-answer.day, answer.value, answer.drivers is None, answer.drivers or ())


def _by_value(answer: Answer) -> tuple[object, ...]:
    """Sort the worst first; of one value the newest, then the one whose drivers are known, then by drivers."""
    return (answer.value, -answer.day, answer.drivers is None, answer.drivers or ())


def _current(rows: Sequence[_Row]) -> list[Answer]:
    """Return the newest answer of each touchpoint and respondent, with the value that it replaced."""
    said: dict[object, list[Answer]] = {}
    for place, row in enumerate(rows):
        if row.day is not None and row.value is not None:
            who = row.survey.respondent_id
            key: object = place if who is None else (row.survey.touchpoint, who)
            said.setdefault(key, []).append(_answer(row, row.value, row.day))
    return [answers[0] if len(answers) == 1 else _superseding(answers) for answers in said.values()]


def _superseding(answers: list[Answer]) -> Answer:
    newest, *older = sorted(answers, key=_by_age)
    previous = next((answer.value for answer in older if answer.day != newest.day), None)
    return newest._replace(previous=previous)


def _answer(row: _Row, value: float, day: int) -> Answer:
    survey = row.survey
    return Answer(value, day, _drivers(survey), _waiting(survey), None, value <= HIGHEST_LOW[row.kind])


def _drivers(survey: Survey) -> tuple[str, ...] | None:
    one = () if survey.driver is None else (survey.driver,)
    if survey.drivers is None:
        return one or None
    return tuple(sorted({*survey.drivers, *one}))


def _waiting(survey: Survey) -> bool | None:
    if survey.followed_up_on is not None or survey.follow_up in {"done", "not_needed"}:
        return False
    return None if survey.follow_up is None else True
