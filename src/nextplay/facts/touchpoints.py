"""Facts about the last 30 days at each touchpoint, and about the worst of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Final, get_args

from nextplay.decision import FactValue
from nextplay.facts.account_view import AccountView
from nextplay.facts.declare import (
    COUNT,
    FLAG,
    HOURS,
    RATIO,
    SHARE,
    Fact,
    Shape,
    Writer,
    derived,
    divide,
    number,
    spec_of,
    words_of,
    write_quotient,
)
from nextplay.facts.draft import Draft, put_quotient
from nextplay.facts.kleene import any_of
from nextplay.facts.spec import Preference
from nextplay.snapshot import Expectation, Touchpoint, TouchpointName

_FIELDS: Final[tuple[tuple[str, Shape, str, Preference], ...]] = (
    ("interactions_30d", COUNT, "Interactions at {name} in 30 days.", "context"),
    ("failed_attempts_30d", COUNT, "Interactions at {name} in 30 days that failed.", "lower_is_better"),
    ("abandoned_30d", COUNT, "Interactions at {name} in 30 days that were given up.", "lower_is_better"),
    ("median_response_hours", HOURS, "Median time to a first answer at {name}.", "lower_is_better"),
    ("promised_response_hours", HOURS, "Time to a first answer that was promised at {name}.", "context"),
    ("expectation", words_of(Expectation), "How {name} compared with what the customer expected.", "context"),
    ("cohort_failure_share", SHARE, "Share of accounts at this stage that fail at {name} too.", "lower_is_better"),
)
_QUOTIENTS: Final[tuple[tuple[str, Shape, str, str, str], ...]] = (
    (
        "response_ratio",
        RATIO,
        "Time to a first answer at {name} divided by the time promised.",
        "median_response_hours",
        "promised_response_hours",
    ),
    (
        "failure_share",
        SHARE,
        "Share of the interactions at {name} that failed.",
        "failed_attempts_30d",
        "interactions_30d",
    ),
    (
        "abandoned_share",
        SHARE,
        "Share of the interactions at {name} that were given up.",
        "abandoned_30d",
        "interactions_30d",
    ),
)
_FRICTION_READS: Final = ("failed_attempts_30d", "abandoned_30d", "interactions_30d")
_WORST: Final = (
    ("response_ratio", RATIO, "Longest answer against the promise"),
    ("failure_share", SHARE, "Highest share of failed interactions"),
    ("abandoned_share", SHARE, "Highest share of abandoned interactions"),
    ("friction_share", SHARE, "Highest share of interactions that failed or were given up"),
    ("cohort_failure_share", SHARE, "Highest share of accounts at this stage that fail too"),
)


def touchpoint_facts() -> Iterator[Fact]:
    """Yield the facts of every touchpoint, then those over all of them."""
    for name in get_args(TouchpointName):
        yield from _facts_of(name)
    yield from (_worst(*entry) for entry in _WORST)
    yield derived(
        spec_of(
            "touchpoints.any_expectation_below",
            FLAG,
            "Whether any touchpoint fell short of what the customer expected.",
            reads=("touchpoints.expectation",),
            prefer="lower_is_better",
        ),
        source=_rows,
        read=_any_expectation_below,
        write=_write_any_expectation_below,
        rank=2,
    )


def _facts_of(name: str) -> Iterator[Fact]:
    source, shown = _at(name), name.replace("_", " ")
    fact, row = f"touchpoints.{name}", f"touchpoints[{name}]"
    for field, shape, meaning, prefer in _FIELDS:
        yield derived(
            spec_of(f"{fact}.{field}", shape, meaning.format(name=shown), reads=_paths(field), prefer=prefer),
            source=source,
            read=attrgetter(field),
            write=_put(f"{fact}.{field}", f"{row}.{field}"),
            rank=0,
        )
    for field, shape, meaning, over, under in _QUOTIENTS:
        reads = _paths(over, under)
        yield derived(
            spec_of(f"{fact}.{field}", shape, meaning.format(name=shown), reads=reads, prefer="lower_is_better"),
            source=source,
            read=divide(over, under, high=shape.high),
            write=write_quotient(f"{fact}.{field}", f"{row}.{over}", f"{row}.{under}"),
        )
    meaning = f"Share of the interactions at {shown} that failed or were given up."
    reads = _paths(*_FRICTION_READS)
    yield derived(
        spec_of(f"{fact}.friction_share", SHARE, meaning, reads=reads, prefer="lower_is_better"),
        source=source,
        read=_friction_share,
        write=_write_friction_share(f"{fact}.friction_share", row),
    )


def _paths(*fields: str) -> tuple[str, ...]:
    return tuple(f"touchpoints.{field}" for field in fields)


def _at(name: str) -> Callable[[AccountView], Touchpoint | None]:
    return lambda view: view.touchpoints().get(name)


def _rows(view: AccountView) -> tuple[Touchpoint, ...] | None:
    return view.snapshot.touchpoints


def _friction_share(row: Touchpoint) -> float | None:
    failed, abandoned, interactions = row.failed_attempts_30d, row.abandoned_30d, row.interactions_30d
    if failed is None or abandoned is None or not interactions:
        return None
    return min(1.0, (failed + abandoned) / interactions)


ROW_MEASURES: Final[Mapping[str, Callable[[Touchpoint], float | None]]] = {
    **{field: divide(over, under, high=shape.high) for field, shape, _, over, under in _QUOTIENTS},
    "friction_share": _friction_share,
    "cohort_failure_share": attrgetter("cohort_failure_share"),
}
"""What follows from the fields of one row."""
ROW_READS: Final[Mapping[str, tuple[str, ...]]] = {
    **{field: _paths(over, under) for field, _, _, over, under in _QUOTIENTS},
    "friction_share": _paths(*_FRICTION_READS),
    "cohort_failure_share": _paths("cohort_failure_share"),
}
"""Measure of a row → the fields that it is computed from."""
ROW_SHAPES: Final[tuple[tuple[str, Shape, str, Preference], ...]] = tuple(
    (field, shape, meaning.format(name="it"), prefer)
    for field, shape, meaning, prefer in _FIELDS
    if shape.type == "number"
)
"""The numbers that a row carries itself."""


def _worst(field: str, shape: Shape, meaning: str) -> Fact:
    measure = ROW_MEASURES[field]

    def read(rows: tuple[Touchpoint, ...]) -> float | None:
        return max((value for row in rows if (value := measure(row)) is not None), default=None)

    def write(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
        name = draft.spare_touchpoint()
        value = wanted[f"touchpoints.worst_{field}"]
        own = next(fact for fact in _facts_of(name) if fact.spec.name == f"touchpoints.{name}.{field}")
        own.write(draft, {own.spec.name: value})

    return derived(
        spec_of(
            f"touchpoints.worst_{field}",
            shape,
            f"{meaning}, of the touchpoints where it was measured.",
            reads=ROW_READS[field],
            prefer="lower_is_better",
        ),
        source=_rows,
        read=read,
        write=write,
        rank=2,
    )


def _any_expectation_below(rows: tuple[Touchpoint, ...]) -> bool | None:
    return any_of(None if row.expectation is None else row.expectation == "below" for row in rows)


def _write_any_expectation_below(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
    below = wanted["touchpoints.any_expectation_below"] is True
    rows = draft.rows("touchpoints")
    if below and not any(row.get("expectation") == "below" for row in rows):
        draft.put(f"touchpoints[{draft.spare_touchpoint()}].expectation", "below")
    for row in rows:
        row.setdefault("expectation", "met")


def _put(name: str, path: str) -> Writer:
    def write(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
        draft.put(path, wanted[name])

    return write


def _write_friction_share(name: str, row: str) -> Writer:
    failed, abandoned, interactions = (f"{row}.{field}" for field in _FRICTION_READS)

    def write(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
        share, given_up = number(wanted[name]), draft.held(abandoned) or 0
        if draft.held(failed) is not None and draft.held(interactions) is not None:
            draft.put(abandoned, round(share * draft.held(interactions)) - draft.held(failed))
        elif given_up:
            draft.put(failed, round(share * draft.default(interactions, given_up * 100)) - given_up)
        else:
            put_quotient(draft, share, over=failed, under=interactions)
            draft.put(abandoned, 0)

    return write
