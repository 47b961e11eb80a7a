"""What rules may say of one objective, touchpoint, survey answer or event: its fields, and what follows from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final, NamedTuple, get_args

from nextplay.decision import FactValue
from nextplay.facts.declare import DAY, DAYS, FLAG, MOST_DAYS, SHARE, TEXT, Shape, spec_of, words_of
from nextplay.facts.items import LIST_OF
from nextplay.facts.spec import FactSpec, ItemKind, Preference
from nextplay.facts.touchpoints import ROW_MEASURES, ROW_READS, ROW_SHAPES
from nextplay.snapshot import (
    BlockedBy,
    EventKind,
    EventStatus,
    Expectation,
    ObjectiveStatus,
    SurveyDriver,
    SurveyKind,
    TouchpointName,
)

_MEASURE: Final = Shape("number", "", -1e15, 1e15)
_SCORE: Final = Shape("number", "", 0, 10, step=1)
_EASE: Final = Shape("number", "ease", 0, 1, step=0.1)
_GAP: Final = Shape("number", "share", -1, 1, step=0.05)
_PLACE: Final = words_of(TouchpointName)
WHOLE: Final = "whole"
"""The touchpoint of an answer that names none."""


class Row(NamedTuple):
    """A row of the snapshot on the day with the ordinal `today`, and what was worked out for it beside the others."""

    raw: Any
    today: int
    state: Any = None


Read = Callable[[Row], FactValue]


class ItemField(NamedTuple):
    """One fact of an item, and how it is read."""

    spec: FactSpec
    read: Read


def _field(
    kind: ItemKind,
    name: str,
    shape: Shape,
    meaning: str,
    *,
    read: Read | None = None,
    reads: tuple[str, ...] = (),
    prefer: Preference = "context",
) -> ItemField:
    paths = tuple(f"{LIST_OF[kind]}.{field}" for field in reads or (name,))
    return ItemField(spec_of(f"{kind}.{name}", shape, meaning, reads=paths, prefer=prefer), read or _raw(name))


def _raw(name: str) -> Read:
    value = attrgetter(f"raw.{name}")

    def read(row: Row) -> FactValue:
        found: FactValue = value(row)
        return found

    return read


def _state(name: str, *, limit: int | None = None) -> Read:
    value = attrgetter(f"state.{name}")

    def read(row: Row) -> FactValue:
        found: Any = value(row)
        held: FactValue = found if limit is None or found is None else min(limit, found)
        return held

    return read


def _measure(name: str) -> Read:
    measure = ROW_MEASURES[name].compiled()
    return lambda row: measure(row.raw)


def _day(name: str) -> Read:
    value = attrgetter(f"raw.{name}")

    def read(row: Row) -> FactValue:
        on: date | None = value(row)
        return None if on is None else on.isoformat()

    return read


def days_from(name: str, *, ahead: bool = False) -> Callable[[Row], int | None]:
    """Return the function that counts the days since a date of the row (`ahead`: until it); 0 on its other side."""
    value = attrgetter(f"raw.{name}")

    def read(row: Row) -> int | None:
        on: date | None = value(row)
        if on is None:
            return None
        days = row.today - on.toordinal()
        return max(0, min(MOST_DAYS, -days if ahead else days))

    return read


_ATTAINED: Final = ("baseline", "target", "current")
_OBJECTIVE: Final = (
    _field("objective", "objective_id", TEXT, "Its name in the sender's system."),
    _field("objective", "title", TEXT, "What was agreed."),
    _field("objective", "unit", TEXT, "The unit of its values."),
    _field("objective", "baseline", _MEASURE, "Where it started, in its own unit."),
    _field("objective", "target", _MEASURE, "What is to be reached, in its own unit."),
    _field("objective", "current", _MEASURE, "What is reached so far, in its own unit."),
    _field("objective", "starts_on", DAY, "The day it began.", read=_day("starts_on")),
    _field("objective", "due_on", DAY, "The day it is due.", read=_day("due_on")),
    _field(
        "objective", "last_verified_on", DAY, "The day its result was last verified.", read=_day("last_verified_on")
    ),
    _field("objective", "status", words_of(ObjectiveStatus), "Whether it is active, achieved or given up."),
    _field("objective", "blocked_by", words_of(BlockedBy), "Who blocks it; `nobody` says that nothing does."),
    _field("objective", "touchpoint", _PLACE, "The touchpoint that it depends on."),
    _field(
        "objective",
        "age_days",
        DAYS,
        "Days since it began; 0 where it begins later.",
        read=days_from("starts_on"),
        reads=("starts_on",),
    ),
    _field(
        "objective",
        "days_overdue",
        DAYS,
        "Days past its due day, whatever its status; 0 up to that day.",
        read=_state("days_overdue", limit=MOST_DAYS),
        reads=("due_on",),
        prefer="lower_is_better",
    ),
    _field(
        "objective",
        "days_to_due",
        DAYS,
        "Days until its due day; 0 from that day on.",
        read=days_from("due_on", ahead=True),
        reads=("due_on",),
    ),
    _field(
        "objective",
        "days_since_verified",
        DAYS,
        "Days since its result was last verified.",
        read=days_from("last_verified_on"),
        reads=("last_verified_on",),
        prefer="lower_is_better",
    ),
    _field(
        "objective",
        "attainment",
        SHARE,
        "Share of the way from baseline to target that is done, also where less is better.",
        read=_state("attainment"),
        reads=_ATTAINED,
        prefer="higher_is_better",
    ),
    _field(
        "objective",
        "elapsed",
        SHARE,
        "Share of the time from its start to its due day that has gone.",
        read=_state("elapsed"),
        reads=("starts_on", "due_on"),
    ),
    _field(
        "objective",
        "progress_gap",
        _GAP,
        "Attainment less the share of time gone; negative is behind.",
        read=_state("progress_gap"),
        reads=(*_ATTAINED, "starts_on", "due_on"),
        prefer="higher_is_better",
    ),
)
_TOUCHPOINT: Final = (
    _field("touchpoint", "name", _PLACE, "Which touchpoint it is."),
    _field("touchpoint", "expectation", words_of(Expectation), "How it compared with what the customer expected."),
    *(
        _field("touchpoint", name, shape, meaning, read=_raw(name), prefer=prefer)
        for name, shape, meaning, prefer in ROW_SHAPES
    ),
    *(
        _field(
            "touchpoint",
            name,
            shape,
            meaning,
            read=_measure(name),
            reads=tuple(path.partition(".")[2] for path in ROW_READS[name]),
            prefer="lower_is_better",
        )
        for name, shape, meaning in (
            ("response_ratio", Shape("number", "ratio", 0, 1000, step=0.1), "First answers against the time promised."),
            ("failure_share", SHARE, "Share of its interactions that failed."),
            ("abandoned_share", SHARE, "Share of its interactions that were given up."),
            ("friction_share", SHARE, "Share of its interactions that failed or were given up."),
        )
    ),
)
_SURVEY: Final = (
    _field("survey", "kind", words_of(SurveyKind), "What was asked.", read=_state("kind"), reads=("kind", "scale")),
    _field("survey", "score", _SCORE, "The answer on its own scale."),
    _field(
        "survey",
        "ease",
        _EASE,
        "The ease that an effort question found; unknown for other kinds.",
        read=_state("ease"),
        reads=("scale", "score"),
        prefer="higher_is_better",
    ),
    _field(
        "survey",
        "low",
        FLAG,
        "Whether the answer is low for its kind.",
        read=_state("low"),
        reads=("kind", "scale", "score"),
        prefer="lower_is_better",
    ),
    _field(
        "survey",
        "newest",
        FLAG,
        "Whether its respondent has given no newer one of this kind and touchpoint, nor a worse one on that day.",
        read=_state("newest"),
        reads=("kind", "touchpoint", "respondent_id", "answered_on", "score"),
    ),
    _field(
        "survey",
        "touchpoint",
        Shape("word", words=(*get_args(TouchpointName), WHOLE)),
        f"The touchpoint that it is about; `{WHOLE}` where it names none.",
        read=lambda row: row.raw.touchpoint or WHOLE,
    ),
    _field("survey", "respondent_role", TEXT, "The role of who answered."),
    _field(
        "survey",
        "drivers",
        words_of(SurveyDriver, "words"),
        "The reasons named.",
        read=_state("drivers"),
        reads=("drivers", "driver"),
    ),
    _field(
        "survey",
        "follow_up_owed",
        FLAG,
        "Whether a follow-up is still owed.",
        read=_state("waiting"),
        reads=("follow_up", "followed_up_on"),
        prefer="lower_is_better",
    ),
    _field("survey", "answered_on", DAY, "The day of the answer.", read=_day("answered_on")),
    _field(
        "survey",
        "age_days",
        DAYS,
        "Days since the answer.",
        read=days_from("answered_on"),
        reads=("answered_on",),
    ),
)
_EVENT: Final = (
    _field("event", "kind", words_of(EventKind), "What happened."),
    _field(
        "event",
        "status",
        words_of(EventStatus),
        "How sure it is; one sent without a status is unverified.",
        read=lambda row: row.raw.status or "unverified",
    ),
    _field("event", "touchpoint", _PLACE, "The touchpoint where it happened."),
    _field("event", "occurred_on", DAY, "The day it happened.", read=_day("occurred_on")),
    _field("event", "age_days", DAYS, "Days since it happened.", read=days_from("occurred_on"), reads=("occurred_on",)),
)
AGE_OF: Final[Mapping[ItemKind, Callable[[Row], int | None]]] = {
    "objective": days_from("starts_on"),
    "survey": days_from("answered_on"),
    "event": days_from("occurred_on"),
}
"""Kind of an item → its age in days. A touchpoint has none: it sums up the last 30 days."""
_ALL: Final = (*_OBJECTIVE, *_TOUCHPOINT, *_SURVEY, *_EVENT)
ITEM_FIELDS: Final[Mapping[str, ItemField]] = MappingProxyType(
    {field.spec.name: field for field in sorted(_ALL, key=lambda field: field.spec.name)}
)
ITEM_SPECS: Final[Mapping[str, FactSpec]] = MappingProxyType({name: field.spec for name, field in ITEM_FIELDS.items()})
"""Every fact of an item, by its name."""
