"""Facts about the last 30 days at each touchpoint, and about the worst of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, get_args

from nextplay.decision import FactValue
from nextplay.facts.account_view import AccountView
from nextplay.facts.declare import (
    COUNT,
    FLAG,
    HOURS,
    RATIO,
    SHARE,
    Fact,
    Part,
    Shape,
    Writer,
    derived,
    number,
    spec_of,
    words_of,
    write_quotient,
)
from nextplay.facts.draft import Draft, put_quotient
from nextplay.facts.formula import Formula, divided, field
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
_FRICTION_SHARE: Final = Formula(
    "None if (a := {it}.failed_attempts_30d) is None or (b := {it}.abandoned_30d) is None "
    "or not (c := {it}.interactions_30d) else 1.0 if 1.0 <= (a := (a + b) / c) else a"
)
ROW_MEASURES: Final[Mapping[str, Formula]] = {
    **{name: divided(over, under, high=shape.high) for name, shape, _, over, under in _QUOTIENTS},
    "friction_share": _FRICTION_SHARE,
    "cohort_failure_share": field("cohort_failure_share"),
}
"""What follows from the fields of one row."""
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
    yield from (_worst(place, *entry) for place, entry in enumerate(_WORST))
    yield derived(
        spec_of(
            "touchpoints.any_expectation_below",
            FLAG,
            "Whether any touchpoint fell short of what the customer expected.",
            reads=("touchpoints.expectation",),
            prefer="lower_is_better",
        ),
        source=_expectations,
        read=_any_expectation_below,
        write=_write_any_expectation_below,
        rank=2,
    )


def _facts_of(name: str) -> Iterator[Fact]:
    source, shown = Part(AccountView.touchpoints, name), name.replace("_", " ")
    fact, row = f"touchpoints.{name}", f"touchpoints[{name}]"
    for own, shape, meaning, prefer in _FIELDS:
        yield derived(
            spec_of(f"{fact}.{own}", shape, meaning.format(name=shown), reads=_paths(own), prefer=prefer),
            source=source,
            read=field(own),
            write=_put(f"{fact}.{own}", f"{row}.{own}"),
            rank=0,
        )
    for own, shape, meaning, over, under in _QUOTIENTS:
        reads = _paths(over, under)
        yield derived(
            spec_of(f"{fact}.{own}", shape, meaning.format(name=shown), reads=reads, prefer="lower_is_better"),
            source=source,
            read=ROW_MEASURES[own],
            write=write_quotient(f"{fact}.{own}", f"{row}.{over}", f"{row}.{under}"),
        )
    meaning = f"Share of the interactions at {shown} that failed or were given up."
    reads = _paths(*_FRICTION_READS)
    yield derived(
        spec_of(f"{fact}.friction_share", SHARE, meaning, reads=reads, prefer="lower_is_better"),
        source=source,
        read=_FRICTION_SHARE,
        write=_write_friction_share(f"{fact}.friction_share", row),
    )


def _paths(*fields: str) -> tuple[str, ...]:
    return tuple(f"touchpoints.{field}" for field in fields)


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


def _compile_worst() -> Callable[[tuple[Touchpoint, ...]], tuple[float | None, ...]]:
    """Compile the highest of each measure over all rows, in the order of `_WORST`: unknown where none has it."""
    highest = {f"w{place}": ROW_MEASURES[entry[0]].of("row") for place, entry in enumerate(_WORST)}
    lines = ["def worst(rows):", f"    {' = '.join(highest)} = None", "    for row in rows:"]
    for name, value in highest.items():
        lines.append(f"        if (value := {value}) is not None and ({name} is None or value > {name}):")
        lines.append(f"            {name} = value")
    names: dict[str, Any] = {}
    exec("\n".join([*lines, f"    return {', '.join(highest)}"]), names)  # noqa: S102  made of declared formulas
    worst: Callable[[tuple[Touchpoint, ...]], tuple[float | None, ...]] = names["worst"]
    return worst


_worst_of_rows: Final = _compile_worst()


def _worst_of_each(view: AccountView) -> tuple[float | None, ...] | None:
    rows = view.snapshot.touchpoints
    return None if rows is None else _worst_of_rows(rows)


def _worst(place: int, field: str, shape: Shape, meaning: str) -> Fact:
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
        source=_worst_of_each,
        read=Formula(f"{{it}}[{place}]"),
        write=write,
        rank=2,
    )


def _expectations(view: AccountView) -> set[Expectation | None] | None:
    rows = view.snapshot.touchpoints
    return None if rows is None else {row.expectation for row in rows}


def _any_expectation_below(found: set[Expectation | None]) -> bool | None:
    return True if "below" in found else None if None in found else False


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
