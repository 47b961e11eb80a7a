"""Facts about what people answered: over all answers of a kind, at each touchpoint, and of each role.

NPS is one person's 0-10, CSAT 1-5, CES the ease 0..1 of either scale. Only the newest answer of each touchpoint and
respondent counts, and only while it is fresh.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Final, get_args

from nextplay.decision import FactValue
from nextplay.facts.account_view import AccountView
from nextplay.facts.declare import (
    DAYS,
    FLAG,
    RARE_ROW_COUNT,
    ROW_COUNT,
    SHARE,
    Fact,
    Part,
    Shape,
    derived,
    spec_of,
    words_of,
)
from nextplay.facts.formula import Formula, field, through
from nextplay.facts.spec import Preference
from nextplay.facts.survey_answers import RESPONDENT_ROLES, Low, Scope, waiting
from nextplay.facts.surveys_inverse import write_surveys
from nextplay.snapshot import SurveyDriver, SurveyKind, TouchpointName

SHIPPED_STALE_AFTER_DAYS: Final[Mapping[str, int]] = {"ces": 90, "csat": 90, "nps": 90}
"""Days after which an answer is unknown, where a rulebook says nothing else."""

_ROUNDING: Final = 6
_VALUE: Final = {
    "nps": Shape("number", "points", 0, 10, step=1),
    "csat": Shape("number", "score", 1, 5, step=1),
    "ces": Shape("number", "ease", 0, 1, step=0.1),
}
_READS: Final = ("surveys.kind", "surveys.scale", "surveys.score", "surveys.answered_on", "surveys.respondent_id")
_TOUCHPOINT_READS: Final = (*_READS, "surveys.touchpoint")
_ROLE_READS: Final = (*_READS, "surveys.respondent_role")
_DRIVER_READS: Final = ("surveys.drivers", "surveys.driver")
_OPEN_READS: Final = ("surveys.follow_up", "surveys.followed_up_on")
_DRIVERS: Final = words_of(SurveyDriver, "words")


def survey_facts(stale_after: Mapping[str, int]) -> Iterator[Fact]:
    """Yield the facts of every kind, then those over all kinds."""
    for kind in get_args(SurveyKind):
        yield from _scope_facts(kind, f"surveys.{kind}", _whole(kind), "", _TOUCHPOINT_READS)
        yield from _whole_facts(kind, stale_after[kind])
        for touchpoint in get_args(TouchpointName):
            about = f" at {touchpoint.replace('_', ' ')}"
            yield from _scope_facts(
                kind, f"surveys.{kind}.{touchpoint}", _part(kind, touchpoint), about, _TOUCHPOINT_READS
            )
        for role in RESPONDENT_ROLES:
            about = f" by a respondent in the role {role.replace('_', ' ')}"
            yield from _scope_facts(kind, f"surveys.{kind}.{role}", _part(kind, role), about, _ROLE_READS)
    yield _flag("surveys.any_low", "Whether any fresh answer of any kind is low.", _TOUCHPOINT_READS, _ANY_LOW)
    for driver in get_args(SurveyDriver):
        meaning = f"Whether any low fresh answer of any kind names {driver.replace('_', ' ')} as its reason."
        reads = (*_TOUCHPOINT_READS, *_DRIVER_READS)
        yield _flag(f"surveys.any_low_names_{driver}", meaning, reads, _any_low_names(driver))


def _scope_facts(
    kind: str, prefix: str, source: Callable[[AccountView], Scope | None], about: str, reads: tuple[str, ...]
) -> Iterator[Fact]:
    shown = kind.upper()

    def fact(name: str, shape: Shape, meaning: str, read: Formula, prefer: Preference) -> Fact:
        return derived(
            spec_of(
                f"{prefix}.{name}",
                shape,
                meaning,
                reads=(*reads, *_DRIVER_READS) if shape is _DRIVERS else reads,
                prefer=prefer,
            ),
            source=source,
            read=read,
            write=write_surveys,
        )

    yield fact("newest", _VALUE[kind], f"Newest {shown} answer{about}.", through("newest", "value"), "higher_is_better")
    yield fact("worst", _VALUE[kind], f"Worst {shown} answer{about}.", through("worst", "value"), "higher_is_better")
    age = f"Days since the newest {shown} answer{about}, stale or not."
    yield fact("days_since_newest", DAYS, age, field("days_since_newest"), "context")
    for which in ("newest", "worst"):
        named = f"Reasons named in the {which} {shown} answer{about}."
        yield fact(f"{which}_drivers", _DRIVERS, named, through(which, "drivers"), "context")


def _whole_facts(kind: str, stale_after: int) -> Iterator[Fact]:
    value, shown = _VALUE[kind], kind.upper()
    width = (value.high or 0) - (value.low or 0)
    change = Shape("number", value.unit, -width, width, step=value.step)
    waiting = Shape("number", "days", 0, stale_after, whole=True)

    def fact(name: str, shape: Shape, meaning: str, read: Callable[[Scope], FactValue], prefer: Preference) -> Fact:
        return derived(
            spec_of(
                f"surveys.{kind}.{name}",
                shape,
                meaning,
                reads=(*_TOUCHPOINT_READS, *_OPEN_READS) if shape is waiting else _TOUCHPOINT_READS,
                prefer=prefer,
            ),
            source=_whole(kind),
            read=read,
            write=write_surveys,
        )

    yield fact("mean", value, f"Mean of the fresh {shown} answers.", _mean, "higher_is_better")
    yield fact("count", ROW_COUNT, f"Fresh {shown} answers.", _count, "context")
    yield fact("low_count", RARE_ROW_COUNT, f"Fresh {shown} answers that are low.", _low_count, "lower_is_better")
    yield fact("low_share", SHARE, f"Share of the fresh {shown} answers that is low.", _low_share, "lower_is_better")
    drop = f"Largest fall of {shown} from one answer of a respondent to their next; negative where all rose."
    yield fact("largest_drop", change, drop, _largest_drop, "lower_is_better")
    age = f"Age of the oldest low {shown} answer that still waits for its follow-up; 0 where none waits."
    yield fact("low_open_days", waiting, age, _low_open_days, "lower_is_better")


def _flag(name: str, meaning: str, reads: tuple[str, ...], read: Formula) -> Fact:
    return derived(
        spec_of(name, FLAG, meaning, reads=reads, prefer="lower_is_better"),
        source=_low,
        read=read,
        write=write_surveys,
    )


def _whole(kind: str) -> Part:
    return Part(AccountView.survey_wholes, kind)


def _part(kind: str, name: str) -> Part:
    return Part(AccountView.survey_parts, (kind, name))


def _low(view: AccountView) -> Low:
    return view.answers().low()


def _mean(scope: Scope) -> float | None:
    if not scope.fresh:
        return None
    return round(math.fsum([answer.value for answer in scope.fresh]) / len(scope.fresh), _ROUNDING)


def _count(scope: Scope) -> int | None:
    return None if scope.fresh is None else len(scope.fresh)


def _low_count(scope: Scope) -> int | None:
    return None if scope.fresh is None else sum([answer.low for answer in scope.fresh])


def _low_share(scope: Scope) -> float | None:
    return sum([answer.low for answer in scope.fresh]) / len(scope.fresh) if scope.fresh else None


def _largest_drop(scope: Scope) -> float | None:
    drops = [answer.previous - answer.value for answer in scope.fresh or () if answer.previous is not None]
    return round(max(drops), _ROUNDING) if drops else None


def _low_open_days(scope: Scope) -> int | None:
    """Return the longest wait; an answer of which nobody says whether it was followed up may wait the longest."""
    if scope.fresh is None:
        return None
    low = [answer for answer in scope.fresh if answer.low]
    if not low:
        return 0
    known: list[int] = []
    doubtful: list[int] = []
    for answer in low:
        if (owed := waiting(answer.survey)) is not False:
            (known if owed else doubtful).append(scope.today - answer.day)
    longest = max(known, default=0)
    return longest if longest >= max(doubtful, default=0) else None


_ANY_LOW: Final = Formula("True if {it}.any else False if {it}.complete else None")


def _any_low_names(driver: str) -> Formula:
    return Formula(f"True if {driver!r} in {{it}}.named else {{it}}.others")
