"""Survey answers in order: who said what last, on one scale for each kind, and which answers still count.

Of each kind, touchpoint and respondent the newest answer counts; of two on one day the worse. An answer without
respondent supersedes none and is superseded by none. An answer older than its kind's `stale_after_days` is unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from nextplay.snapshot import SCALE_RANGE, Survey, TouchpointName

HIGHEST_LOW: Final = {"nps": 6.0, "csat": 2.0, "ces": 0.5}
"""Kind → the best value that still is low: detractors are 0-6, low CSAT is 1-2, low ease is up to 0.5."""
RESPONDENT_ROLES: Final = ("admin", "champion", "economic_buyer", "end_user", "executive_sponsor")
"""The roles with facts of their own. Another role counts for its touchpoint and for the whole."""
_NO_DAY: Final = 0
EVERY_DAY: Final = 1 << 40
"""Day of a row without a day: it may be as new as any."""
_ROUNDING: Final = 6

Place = tuple[str, str]
"""Kind, and the touchpoint or role. No word is both."""
PLACES: Final[frozenset[Place]] = frozenset(
    (kind, name) for kind in HIGHEST_LOW for name in (*get_args(TouchpointName), *RESPONDENT_ROLES)
)
"""Every place that has facts of its own."""


@dataclass(slots=True, eq=False)
class Answer:
    """One answer that counts. `value` is NPS points, CSAT score or ease 0..1; `day` an ordinal.

    `drivers` are the reasons named, sorted; `None` where it is unknown whether any was. `scopes` are those that it
    belongs to. `previous` is the value that the same respondent gave before, at the same touchpoint.
    """

    survey: Survey
    kind: str
    value: float
    day: int
    low: bool
    drivers: tuple[str, ...] | None
    scopes: Sequence[Scope]
    previous: float | None = None

    def by_age(self) -> tuple[object, ...]:
        """Sort the newest first; of one day the worse, then the one whose drivers are known, then by drivers."""
        return (-self.day, self.value, self.drivers is None, self.drivers or ())

    def by_value(self) -> tuple[object, ...]:
        """Sort the worst first; of one value the newest, then the one whose drivers are known, then by drivers."""
        return (self.value, -self.day, self.drivers is None, self.drivers or ())


def drivers_of(survey: Survey) -> tuple[str, ...] | None:
    """Return the reasons named, sorted; `None` where it is unknown whether any was."""
    one, several = survey.driver, survey.drivers
    if several is None:
        return None if one is None else (one,)
    if one is None and len(several) <= 1:
        return several
    return tuple(sorted({*several} if one is None else {*several, one}))


def waiting(survey: Survey) -> bool | None:
    """Tell whether a follow-up is still owed, `None` where nobody said."""
    if survey.followed_up_on is not None or survey.follow_up in {"done", "not_needed"}:
        return False
    return None if survey.follow_up is None else True


class Scope:
    """The answers of one kind that belong to a touchpoint, to a role or to the whole, as of the ordinal `today`.

    `known` are the fresh answers; `fresh` the same, but `None` while a fresh row lacks its score or a row its day.
    `newest` and `worst` are `None` where another row could change them. `days_since_newest` is about all answers ever
    given here, stale and replaced ones too.
    """

    __slots__ = ("days_since_newest", "doubt", "fresh", "known", "newest", "newest_day", "today", "worst")

    def __init__(self, today: int) -> None:
        """Begin without answers.

        `newest_day` will be the newest day on which anybody answered, `doubt` the newest on which it is undecided what.
        """
        self.today = today
        self.newest_day = self.doubt = _NO_DAY
        self.known: list[Answer] = []
        self.fresh: list[Answer] | None = self.known
        self.newest: Answer | None = None
        self.worst: Answer | None = None
        self.days_since_newest: int | None = None

    def settle(self, *, oldest_fresh: int) -> None:
        """Decide once what the answers say, now that all are known."""
        known, doubt, today = self.known, self.doubt, self.today
        if known:
            newest = worst = known[0]
            for answer in known[1:]:  # what breaks a tie is made only where there is one: days and values mostly differ
                if answer.day > newest.day or (answer.day == newest.day and answer.by_age() < newest.by_age()):
                    newest = answer
                if answer.value < worst.value or (answer.value == worst.value and answer.by_value() < worst.by_value()):
                    worst = answer
            self.newest, self.worst = newest if newest.day > doubt else None, worst
        if doubt >= oldest_fresh:
            self.worst = self.fresh = None
        if self.newest_day < EVERY_DAY:
            self.days_since_newest = today - self.newest_day if self.newest_day < today else 0


_NOBODY: Final = Scope(_NO_DAY)
"""What a kind says that nobody was asked about."""


class Low:
    """The low answers of all kinds. `complete` is false while an undecided row could be low.

    `named` are the reasons that any of them gives; `others` says of any other reason whether one gives it, `None` while
    a low answer keeps its reasons to itself, or the answers are not complete.
    """

    __slots__ = ("any", "complete", "named", "others")

    def __init__(self, scopes: Iterable[Scope]) -> None:
        """Sum up the whole of every kind that anybody was asked about."""
        self.any, self.complete, unnamed = False, True, False
        self.named: set[str] = set()
        for scope in scopes:
            self.complete = self.complete and scope.fresh is not None
            for answer in scope.known:
                if answer.low:
                    self.any = True
                    unnamed = unnamed or answer.drivers is None
                    self.named.update(answer.drivers or ())
        self.others: bool | None = None if unnamed or not self.complete else False


class Answers:
    """All rows of `surveys`: the `wholes` of every kind, and of its touchpoints and roles the `parts` there are."""

    __slots__ = ("_doubts", "_places", "_today", "parts", "wholes")

    def __init__(
        self,
        surveys: Sequence[Survey],
        *,
        today: int,
        stale_after: Mapping[str, int],
        places: Collection[Place] = PLACES,
    ) -> None:
        """Bring every row onto the scale of its kind, and leave the newest of each touchpoint and respondent.

        Of the parts, only those of `places` are kept.
        """
        self._places = places
        self.wholes = dict.fromkeys(HIGHEST_LOW, _NOBODY)
        self.parts: dict[Place, Scope] = {}
        self._doubts: dict[object, int] = {}
        self._today = today
        for answer in self._current(surveys):
            if today - answer.day <= stale_after[answer.kind]:
                for scope in answer.scopes:
                    scope.known.append(answer)
        for kind, whole in self.wholes.items():
            if whole is not _NOBODY:
                whole.settle(oldest_fresh=today - stale_after[kind])
        for place, part in self.parts.items():
            part.settle(oldest_fresh=today - stale_after[place[0]])

    def low(self) -> Low:
        """Return what the low answers of all kinds say."""
        return Low(self.wholes.values())

    def _current(self, surveys: Sequence[Survey]) -> Iterable[Answer]:
        """Return the newest answer of each touchpoint and respondent, where no undecided row may have replaced it."""
        newest: dict[object, Answer] = {}
        repeated: dict[object, list[Answer]] = {}
        for index, survey in enumerate(surveys):
            answer = self._answer(survey)
            if answer is not None:
                who = index if survey.respondent_id is None else (answer.kind, survey.touchpoint, survey.respondent_id)
                first = newest.setdefault(who, answer)
                if first is not answer:
                    repeated.setdefault(who, [first]).append(answer)
        for person, answers in repeated.items():
            newest[person] = _superseding(answers)
        return [answer for answer in newest.values() if self._stands(answer)] if self._doubts else newest.values()

    def _answer(self, survey: Survey) -> Answer | None:
        """Return what a row says; where that is undecided, note what it leaves in doubt."""
        kind = survey.kind or (SCALE_RANGE[survey.scale][0] if survey.scale else None)
        day = EVERY_DAY if survey.answered_on is None else survey.answered_on.toordinal()
        scopes, latest = (self._every_scope(), EVERY_DAY) if kind is None else (self._scopes(kind, survey), day)
        for scope in scopes:
            if latest > scope.newest_day:  # noqa: PLR1730  a call for each costs more than the rest of it
                scope.newest_day = latest
        value = ease_of(survey)
        if kind is not None and value is not None and day != EVERY_DAY:
            return Answer(survey, kind, value, day, value <= HIGHEST_LOW[kind], drivers_of(survey), scopes)
        _doubt(scopes, latest)
        if survey.respondent_id is not None:
            who = (kind, survey.touchpoint, survey.respondent_id)
            self._doubts[who] = max(day, self._doubts.get(who, _NO_DAY))
        return None

    def _scopes(self, kind: str, survey: Survey) -> Sequence[Scope]:
        """Return the scopes that a row belongs to."""
        scopes = [self._whole(kind)]
        for name in (survey.touchpoint, survey.respondent_role):
            if name is not None and (place := (kind, name)) in self._places:
                scopes.append(self._part(place))  # noqa: PERF401  two at most: building a list of them costs more
        return scopes

    def _every_scope(self) -> Sequence[Scope]:
        """Return all scopes: a row of unknown kind may belong to any."""
        return [*map(self._whole, HIGHEST_LOW), *map(self._part, self._places)]

    def _whole(self, kind: str) -> Scope:
        whole = self.wholes[kind]
        if whole is _NOBODY:
            whole = self.wholes[kind] = Scope(self._today)
        return whole

    def _part(self, place: Place) -> Scope:
        part = self.parts.get(place)
        if part is None:
            part = self.parts[place] = Scope(self._today)
        return part

    def _stands(self, answer: Answer) -> bool:
        """Tell whether no undecided row may have replaced the answer; where one may, the answer is undecided itself."""
        who = (answer.survey.touchpoint, answer.survey.respondent_id)
        if answer.day > max(self._doubts.get((kind, *who), _NO_DAY) for kind in (answer.kind, None)):
            return True
        _doubt(answer.scopes, answer.day)
        return False


def _doubt(scopes: Iterable[Scope], day: int) -> None:
    for scope in scopes:
        scope.doubt = max(day, scope.doubt)


def _superseding(answers: list[Answer]) -> Answer:
    """Return the newest of one respondent's answers, with the value that it replaces."""
    newest, *older = sorted(answers, key=Answer.by_age)
    previous = next((answer.value for answer in older if answer.day != newest.day), None)
    newest.previous = previous
    return newest


def ease_of(survey: Survey) -> float | None:
    """Return the score, that of an effort scale as ease: (s - 1) / 6 for 1-7 agree, (5 - s) / 4 for 1-5 effort."""
    if survey.score is None or survey.scale is None:
        return None
    if survey.scale == "ces_1_7_agree":
        return round((survey.score - 1) / 6, _ROUNDING)
    if survey.scale == "ces_1_5_effort":
        return round((5 - survey.score) / 4, _ROUNDING)
    return survey.score
