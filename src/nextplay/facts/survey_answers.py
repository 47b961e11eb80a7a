"""Survey answers in order: who said what last, on one scale for each kind, and which answers still count.

Of each kind, touchpoint and respondent the newest answer counts; of two on one day the worse. An answer without
respondent supersedes none and is superseded by none. An answer older than its kind's `stale_after_days` is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from nextplay.snapshot import SCALE_RANGE, Survey

HIGHEST_LOW: Final = {"nps": 6.0, "csat": 2.0, "ces": 0.5}
"""Kind → the best value that still is low: detractors are 0-6, low CSAT is 1-2, low ease is up to 0.5."""
RESPONDENT_ROLES: Final = ("admin", "champion", "economic_buyer", "end_user", "executive_sponsor")
"""The roles with facts of their own. Another role counts for its touchpoint and for the whole."""
_NO_DAY: Final = 0
EVERY_DAY: Final = 1 << 40
"""Day of a row without a day: it may be as new as any."""
_ROUNDING: Final = 6

Place = tuple[str, str | None]
"""Kind, and the touchpoint or role; `None` for all answers of the kind. No word is both a touchpoint and a role."""


class Answer(NamedTuple):
    """One answer that counts. `value` is NPS points, CSAT score or ease 0..1; `day` an ordinal.

    `previous` is the value that the same respondent gave before, at the same touchpoint.
    """

    survey: Survey
    kind: str
    value: float
    day: int
    low: bool
    previous: float | None = None

    def drivers(self) -> tuple[str, ...] | None:
        """Return the reasons named, sorted; `None` where it is unknown whether any was."""
        one = None if self.survey.driver is None else (self.survey.driver,)
        if self.survey.drivers is None:
            return one
        return tuple(sorted({*self.survey.drivers, *(one or ())}))

    def waiting(self) -> bool | None:
        """Tell whether a follow-up is still owed, `None` where nobody said."""
        if self.survey.followed_up_on is not None or self.survey.follow_up in {"done", "not_needed"}:
            return False
        return None if self.survey.follow_up is None else True

    def by_age(self) -> tuple[object, ...]:
        """Sort the newest first; of one day the worse, then the one whose drivers are known, then by drivers."""
        drivers = self.drivers()
        return (-self.day, self.value, drivers is None, drivers or ())

    def by_value(self) -> tuple[object, ...]:
        """Sort the worst first; of one value the newest, then the one whose drivers are known, then by drivers."""
        drivers = self.drivers()
        return (self.value, -self.day, drivers is None, drivers or ())


class _Days:
    """The newest day on which somebody answered, and on which an answer is undecided; `_NO_DAY` where nobody did."""

    __slots__ = ("newest", "undecided")

    def __init__(self, newest: int = _NO_DAY, undecided: int = _NO_DAY) -> None:
        self.newest = newest
        self.undecided = undecided


class Scope:
    """The answers of one kind that belong to a touchpoint, to a role or to the whole, as of the ordinal `today`.

    `known` are the fresh answers; `fresh` the same, but `None` while a fresh row lacks its score or a row its day.
    `newest` and `worst` are `None` where another row could change them. `days_since_newest` is about all answers ever
    given here, stale and replaced ones too.
    """

    __slots__ = ("days_since_newest", "fresh", "known", "newest", "today", "worst")

    def __init__(self, answers: Sequence[Answer], days: _Days, *, today: int, oldest_fresh: int) -> None:
        """Decide once what the answers say, and what rows of which something is missing leave open."""
        self.today = today
        self.known = [answer for answer in answers if answer.day >= oldest_fresh]
        self.newest = self.worst = self.known[0] if self.known else None
        if len(self.known) > 1:
            self.newest, self.worst = min(self.known, key=Answer.by_age), min(self.known, key=Answer.by_value)
        self.fresh: list[Answer] | None = self.known
        if days.undecided:
            self._doubt(days.undecided, oldest_fresh)
        self.days_since_newest = max(0, today - days.newest) if _NO_DAY < days.newest < EVERY_DAY else None

    def _doubt(self, doubt: int, oldest_fresh: int) -> None:
        """Take back what a row of the day `doubt` could change."""
        if self.newest and self.newest.day <= doubt:
            self.newest = None
        if doubt >= oldest_fresh:
            self.worst = self.fresh = None


_EMPTY: Final = Scope((), _Days(), today=_NO_DAY, oldest_fresh=_NO_DAY)


class Low:
    """The low answers of all kinds. `complete` is false while an undecided row could be low.

    `named` are the reasons that any of them gives; `unnamed` tells whether one of them keeps its reasons to itself.
    """

    __slots__ = ("any", "complete", "named", "unnamed")

    def __init__(self, scopes: Sequence[Scope]) -> None:
        """Sum up the whole of every kind."""
        low = [answer for scope in scopes for answer in scope.known if answer.low]
        drivers = [answer.drivers() for answer in low]
        self.any = bool(low)
        self.complete = all(scope.fresh is not None for scope in scopes)
        self.named = {driver for named in drivers for driver in named or ()}
        self.unnamed = None in drivers


class Answers:
    """All rows of `surveys`, cut into scopes on demand."""

    __slots__ = ("_answers", "_days", "_doubts", "_low", "_scopes", "_stale_after", "_today", "_unknown")

    def __init__(self, surveys: Sequence[Survey], *, today: int, stale_after: Mapping[str, int]) -> None:
        """Bring every row onto the scale of its kind, and leave the newest of each touchpoint and respondent."""
        self._answers: dict[Place, list[Answer]] = {}
        self._days: dict[Place, _Days] = {}
        self._scopes: dict[Place, Scope] = {}
        self._stale_after = stale_after
        self._today = today
        self._unknown = False
        self._doubts: dict[tuple[str | None, str | None, str | None], int] = {}
        self._low: Low | None = None
        for answer in self._current(surveys):
            for place in _places(answer.kind, answer.survey):
                self._answers.setdefault(place, []).append(answer)

    def whole(self, kind: str) -> Scope:
        """Return all answers of `kind`, wherever and by whomever."""
        return self.part((kind, None)) or _EMPTY

    def part(self, place: Place) -> Scope | None:
        """Return the answers of a kind at a touchpoint or of a role, `None` where there are none."""
        found = self._scopes.get(place)
        if found is None and (place in self._days or self._unknown):
            return self._cut(place)
        return found

    def low(self) -> Low:
        """Return what the low answers of all kinds say."""
        if self._low is None:
            self._low = Low([self.whole(kind) for kind in HIGHEST_LOW])
        return self._low

    def _current(self, surveys: Sequence[Survey]) -> Iterable[Answer]:
        """Return the newest answer of each touchpoint and respondent, where no undecided row may have replaced it."""
        said: dict[object, list[Answer]] = {}
        for index, survey in enumerate(surveys):
            answer = self._answer(survey)
            if answer is not None:
                who = index if survey.respondent_id is None else (answer.kind, survey.touchpoint, survey.respondent_id)
                said.setdefault(who, []).append(answer)
        newest = [answers[0] if len(answers) == 1 else _superseding(answers) for answers in said.values()]
        return [answer for answer in newest if self._stands(answer)] if self._doubts else newest

    def _answer(self, survey: Survey) -> Answer | None:
        """Return what a row says; where that is undecided, note the day and what it leaves in doubt."""
        kind = survey.kind or (SCALE_RANGE[survey.scale][0] if survey.scale else None)
        day = EVERY_DAY if survey.answered_on is None else survey.answered_on.toordinal()
        value = _value(survey)
        decided = kind is not None and value is not None and day != EVERY_DAY
        self._note(kind, survey, day, undecided=_NO_DAY if decided else day)
        if kind is None or value is None or not decided:
            return None
        return Answer(survey, kind, value, day, value <= HIGHEST_LOW[kind])

    def _note(self, kind: str | None, survey: Survey, day: int, *, undecided: int) -> None:
        if undecided and survey.respondent_id is not None:
            who = (kind, survey.touchpoint, survey.respondent_id)
            self._doubts[who] = max(undecided, self._doubts.get(who, _NO_DAY))
        if kind is None:
            self._unknown = True
            return
        for place in _places(kind, survey):
            days = self._days.get(place)
            if days is None:
                self._days[place] = _Days(day, undecided)
            else:
                days.newest, days.undecided = max(days.newest, day), max(days.undecided, undecided)

    def _stands(self, answer: Answer) -> bool:
        """Tell whether no undecided row may have replaced the answer; where one may, the answer is undecided itself."""
        who = (answer.survey.touchpoint, answer.survey.respondent_id)
        if answer.day > max(self._doubts.get((kind, *who), _NO_DAY) for kind in (answer.kind, None)):
            return True
        for place in _places(answer.kind, answer.survey):
            self._days[place].undecided = max(self._days[place].undecided, answer.day)
        return False

    def _cut(self, place: Place) -> Scope:
        days = _Days(EVERY_DAY, EVERY_DAY) if self._unknown else self._days[place]
        oldest_fresh = self._today - self._stale_after[place[0]]
        found = Scope(self._answers.get(place, ()), days, today=self._today, oldest_fresh=oldest_fresh)
        self._scopes[place] = found
        return found


def _places(kind: str, survey: Survey) -> list[Place]:
    places: list[Place] = [(kind, None)]
    if survey.touchpoint is not None:
        places.append((kind, survey.touchpoint))
    if survey.respondent_role in RESPONDENT_ROLES:
        places.append((kind, survey.respondent_role))
    return places


def _superseding(answers: list[Answer]) -> Answer:
    """Return the newest of one respondent's answers, with the value that it replaces."""
    newest, *older = sorted(answers, key=Answer.by_age)
    previous = next((answer.value for answer in older if answer.day != newest.day), None)
    return newest._replace(previous=previous)


def _value(survey: Survey) -> float | None:
    """Turn the score of an effort scale into ease: (s - 1) / 6 for 1-7 agree, (5 - s) / 4 for 1-5 effort."""
    if survey.score is None or survey.scale is None:
        return None
    if survey.scale == "ces_1_7_agree":
        return round((survey.score - 1) / 6, _ROUNDING)
    if survey.scale == "ces_1_5_effort":
        return round((5 - survey.score) / 4, _ROUNDING)
    return survey.score
