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

    `places` are those that it belongs to. `previous` is the value that the same respondent gave before, at the same
    touchpoint.
    """

    survey: Survey
    kind: str
    value: float
    day: int
    low: bool
    places: tuple[Place, ...]
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


class Scope:
    """The answers of one kind that belong to a touchpoint, to a role or to the whole, as of the ordinal `today`.

    `known` are the fresh answers; `fresh` the same, but `None` while a fresh row lacks its score or a row its day.
    `newest` and `worst` are `None` where another row could change them. `days_since_newest` is about all answers ever
    given here, stale and replaced ones too.
    """

    __slots__ = ("days_since_newest", "fresh", "known", "newest", "today", "worst")

    def __init__(self, answers: Sequence[Answer], *, newest_day: int, doubt: int, today: int, stale_after: int) -> None:
        """Decide once what the answers say.

        `newest_day` is the newest on which anybody answered, `doubt` the newest on which it is undecided what.
        """
        oldest_fresh = today - stale_after
        self.today = today
        self.known = known = [answer for answer in answers if answer.day >= oldest_fresh]
        self.newest = self.worst = known[0] if known else None
        if len(known) > 1:
            self.newest, self.worst = min(known, key=Answer.by_age), min(known, key=Answer.by_value)
        self.fresh: list[Answer] | None = known
        self.days_since_newest = max(0, today - newest_day) if _NO_DAY < newest_day < EVERY_DAY else None
        if self.newest and self.newest.day <= doubt:
            self.newest = None
        if doubt >= oldest_fresh:
            self.worst = self.fresh = None


_EMPTY: Final = Scope((), newest_day=_NO_DAY, doubt=_NO_DAY - 1, today=_NO_DAY, stale_after=0)


class Low:
    """The low answers of all kinds. `complete` is false while an undecided row could be low.

    `named` are the reasons that any of them gives; `unnamed` tells whether one of them keeps its reasons to itself.
    """

    __slots__ = ("any", "complete", "named", "unnamed")

    def __init__(self, scopes: Iterable[Scope]) -> None:
        """Sum up the whole of every kind that anybody was asked about."""
        low: list[Answer] = []
        self.complete = True
        for scope in scopes:
            low += [answer for answer in scope.known if answer.low]
            self.complete = self.complete and scope.fresh is not None
        drivers = [answer.drivers() for answer in low]
        self.any = bool(low)
        self.named = {driver for named in drivers for driver in named or ()}
        self.unnamed = None in drivers


class Answers:
    """All rows of `surveys`, cut into scopes on demand."""

    __slots__ = ("_answers", "_doubts", "_low", "_newest_day", "_scopes", "_stale_after", "_today", "_unknown")

    def __init__(self, surveys: Sequence[Survey], *, today: int, stale_after: Mapping[str, int]) -> None:
        """Bring every row onto the scale of its kind, and leave the newest of each touchpoint and respondent."""
        self._answers: dict[Place, list[Answer]] = {}
        self._newest_day: dict[Place, int] = {}
        self._doubts: dict[object, int] = {}
        self._scopes: dict[Place, Scope] = {}
        self._stale_after = stale_after
        self._today = today
        self._unknown = False
        self._low: Low | None = None
        for answer in self._current(surveys):
            for place in answer.places:
                self._answers.setdefault(place, []).append(answer)

    def whole(self, kind: str) -> Scope:
        """Return all answers of `kind`, wherever and by whomever."""
        return self.part((kind, None)) or _EMPTY

    def part(self, place: Place) -> Scope | None:
        """Return the answers of a kind at a touchpoint or of a role, `None` where there are none."""
        found = self._scopes.get(place)
        if found is None and (place in self._newest_day or self._unknown):
            return self._cut(place)
        return found

    def low(self) -> Low:
        """Return what the low answers of all kinds say."""
        if self._low is None:
            scopes = [self.part((kind, None)) for kind in HIGHEST_LOW]
            self._low = Low([scope for scope in scopes if scope is not None])
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
        """Return what a row says; where that is undecided, note what it leaves in doubt."""
        kind = survey.kind or (SCALE_RANGE[survey.scale][0] if survey.scale else None)
        day = EVERY_DAY if survey.answered_on is None else survey.answered_on.toordinal()
        places = () if kind is None else _places(kind, survey)
        for place in places:
            if day > self._newest_day.get(place, _NO_DAY):
                self._newest_day[place] = day
        value = ease_of(survey)
        if kind is not None and value is not None and day != EVERY_DAY:
            return Answer(survey, kind, value, day, value <= HIGHEST_LOW[kind], places)
        self._unknown = self._unknown or kind is None
        who = () if survey.respondent_id is None else ((kind, survey.touchpoint, survey.respondent_id),)
        self._doubt(day, (*places, *who))
        return None

    def _doubt(self, day: int, about: Iterable[object]) -> None:
        for subject in about:
            self._doubts[subject] = max(day, self._doubts.get(subject, _NO_DAY))

    def _stands(self, answer: Answer) -> bool:
        """Tell whether no undecided row may have replaced the answer; where one may, the answer is undecided itself."""
        who = (answer.survey.touchpoint, answer.survey.respondent_id)
        if answer.day > max(self._doubts.get((kind, *who), _NO_DAY) for kind in (answer.kind, None)):
            return True
        self._doubt(answer.day, answer.places)
        return False

    def _cut(self, place: Place) -> Scope:
        found = self._scopes[place] = Scope(
            self._answers.get(place, ()),
            newest_day=EVERY_DAY if self._unknown else self._newest_day[place],
            doubt=EVERY_DAY if self._unknown else self._doubts.get(place, _NO_DAY),
            today=self._today,
            stale_after=self._stale_after[place[0]],
        )
        return found


def _places(kind: str, survey: Survey) -> tuple[Place, ...]:
    whole, role = (kind, None), survey.respondent_role
    if role in RESPONDENT_ROLES:
        return (whole, (kind, role)) if survey.touchpoint is None else (whole, (kind, role), (kind, survey.touchpoint))
    return (whole,) if survey.touchpoint is None else (whole, (kind, survey.touchpoint))


def _superseding(answers: list[Answer]) -> Answer:
    """Return the newest of one respondent's answers, with the value that it replaces."""
    newest, *older = sorted(answers, key=Answer.by_age)
    previous = next((answer.value for answer in older if answer.day != newest.day), None)
    return newest._replace(previous=previous)


def ease_of(survey: Survey) -> float | None:
    """Return the score, that of an effort scale as ease: (s - 1) / 6 for 1-7 agree, (5 - s) / 4 for 1-5 effort."""
    if survey.score is None or survey.scale is None:
        return None
    if survey.scale == "ces_1_7_agree":
        return round((survey.score - 1) / 6, _ROUNDING)
    if survey.scale == "ces_1_5_effort":
        return round((5 - survey.score) / 4, _ROUNDING)
    return survey.score
