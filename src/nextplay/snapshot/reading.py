"""From outside data to a `CustomerSnapshot`, or to every reason why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from nextplay.errors import InputInvalid, Violation
from nextplay.snapshot.account import MAX_RAW_ROWS, MAX_ROWS, CustomerSnapshot, HistoryEntry, Survey
from nextplay.snapshot.remedies import path_of, remedy_of, violations_of
from nextplay.snapshot.words import SCALE_RANGE

Loc = tuple[int | str, ...]

KNOWN_EMPTY: Final = (
    "surveys", "touchpoints", "objectives", "events", "history", "tickets", "usage_weekly", "interactions",
)  # fmt: skip
"""The lists that `known_empty` may name: the closed set."""

_LONG: Final = frozenset({"interactions", "tickets"})
_ROWS: Final = (list, tuple, type(None))
_UNSEEN: Final = "unseen word; counts as unknown"
_ROW_LEFT_OUT: Final = "unseen word; this row is left out"
_FUTURE: Final = "lies in the future of `as_of`; counts as unknown"
_KIND_MAKES_THE_ROW: Final = ("events", "surveys")
"""Lists whose rows mean nothing to any fact when their kind is a word of the sender's own."""
_PAST_FIELDS: Final = (
    ("usage", "last_active_on"),
    ("relationship", "last_two_way_contact_on"),
    ("relationship", "last_executive_contact_on"),
    ("relationship", "last_business_review_on"),
)
_PAST_DAYS: Final = attrgetter(*(f"{group}.{name}" for group, name in _PAST_FIELDS))
"""Dates of what has happened. Tomorrow is allowed: senders east of Greenwich are ahead of the UTC day of `as_of`."""
_GONE: Final = object()
_SHOWN: Final = HistoryEntry("contacted", datetime(1, 1, 1, tzinfo=UTC))
"""Stands where the history says `shown`, so that other rows keep their places; never part of a snapshot."""


@dataclass(frozen=True, slots=True)
class InputWarning:
    """Something that was sent and could not be used: it counts as unknown. `message` never quotes the value."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class SnapshotReading:
    """A snapshot together with what had to be left out of it."""

    snapshot: CustomerSnapshot
    input_warnings: tuple[InputWarning, ...] = ()


def read_snapshot(raw: Mapping[str, Any], *, strict: bool = False) -> SnapshotReading:
    """Validate outside data into a snapshot.

    An unseen word of an enumeration, or a date of a past thing that lies in the future, becomes unknown and is named in
    `input_warnings`; a survey or event whose very kind is an unseen word is left out. `strict` refuses all of these.
    Wrong types, malformed dates, numbers out of range or not finite, unknown keys and contradictions always fail.
    `null` is absent, wherever it stands. A `shown` entry of the history is dropped: being shown is not history.

    Raises `InputInvalid` with every violation at once.
    """
    if not isinstance(raw, Mapping):
        raise InputInvalid([Violation("snapshot", "must be an object")])
    violations: list[Violation] = []
    unseen: list[ErrorDetails] = []
    snapshot = _read_as_sent(raw)
    if snapshot is None:
        draft, violations = _drafted(raw)
        snapshot, unseen = _validated(draft, violations)
    if snapshot is None:
        raise InputInvalid(violations)
    left_out = {problem["loc"][:2] for problem in unseen if _makes_the_row(problem["loc"])}
    violations += _contradictions(snapshot, left_out)
    future = _future(snapshot)
    if strict:
        violations += [Violation(path_of(problem["loc"]), remedy_of(problem)) for problem in unseen]
        violations += [Violation(path_of(loc), "must not lie in the future of `as_of`") for loc in future]
    if violations:
        raise InputInvalid(violations)
    if not (unseen or future or snapshot.history):
        return SnapshotReading(snapshot)
    return SnapshotReading(_settled(snapshot, future, left_out), _warnings(unseen, future))


def plain_reading(snapshot: CustomerSnapshot) -> SnapshotReading | None:
    """Return the reading of a snapshot whose fields are as their types have them, each by itself.

    `None` where fields contradict each other or something lies in the future: `read_snapshot` says what becomes of it.
    """
    return None if _contradictions(snapshot, set()) or _future(snapshot) else SnapshotReading(snapshot)


def _warnings(unseen: Sequence[ErrorDetails], future: Sequence[Loc]) -> tuple[InputWarning, ...]:
    """Name what counts as unknown, in the order of the paths."""
    found = [InputWarning(path_of(loc), _FUTURE) for loc in future]
    for problem in unseen:
        message = _ROW_LEFT_OUT if _makes_the_row(problem["loc"]) else _UNSEEN
        found.append(InputWarning(path_of(problem["loc"]), message))
    return tuple(sorted(found, key=lambda warning: warning.path))


@cache
def _adapter() -> TypeAdapter[CustomerSnapshot]:
    return TypeAdapter(CustomerSnapshot)


def _read_as_sent(raw: Mapping[str, Any]) -> CustomerSnapshot | None:
    """Validate the common snapshot, in which nothing is odd, without a draft; `None` where something may be."""
    if not all(isinstance(raw.get(name), _ROWS) for name in KNOWN_EMPTY):  # pydantic takes sets and more for lists
        return None
    given = _with_empty_lists(raw) if "known_empty" in raw else raw
    if given is None:
        return None
    try:
        return _adapter().validate_python(given)
    except ValidationError:
        return None


def _with_empty_lists(raw: Mapping[str, Any]) -> dict[str, Any] | None:
    """Turn the names in `known_empty` into empty lists; `None` where they are not plainly so."""
    given = dict(raw)
    names = given.pop("known_empty")
    if not isinstance(names, list | tuple):
        return None
    for name in names:
        if name not in KNOWN_EMPTY or given.get(name):
            return None
        given[name] = []
    return given


def _drafted(raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[Violation]]:
    """Copy what is present, fold `known_empty` in, and put a placeholder where the history says `shown`."""
    draft = {key: value for key, value in raw.items() if value is not None}
    violations = _fold_known_empty(draft, draft.pop("known_empty", None))
    violations += _unfit_lists(draft)
    for name in ("attributes", "team"):
        if isinstance(draft.get(name), dict):
            draft[name] = {key: value for key, value in draft[name].items() if value is not None}
    history = draft.get("history")
    if isinstance(history, list | tuple):
        draft["history"] = [_SHOWN if isinstance(row, dict) and row.get("kind") == "shown" else row for row in history]
    return draft, violations


def _unfit_lists(draft: dict[str, Any]) -> list[Violation]:
    """Take out what is no list, and lists that are too long whatever becomes of their rows; report them."""
    violations = []
    for name in KNOWN_EMPTY:
        rows, limit = draft.get(name, ()), MAX_RAW_ROWS if name in _LONG else MAX_ROWS
        if not isinstance(rows, list | tuple):
            violations.append(Violation(name, "must be a list"))
        elif len(rows) > limit:
            violations.append(Violation(name, f"must have at most {limit} entries"))
        else:
            continue
        del draft[name]
    return violations


def _fold_known_empty(draft: dict[str, Any], known_empty: object) -> list[Violation]:
    """Turn the names in `known_empty` into empty lists; report names that are none or whose list is not empty."""
    if known_empty is None:
        return []
    if not isinstance(known_empty, list | tuple):
        return [Violation("known_empty", "must be a list of names")]
    violations = []
    for index, name in enumerate(known_empty):
        if name not in KNOWN_EMPTY:
            violations.append(Violation(f"known_empty[{index}]", f"must be one of {', '.join(KNOWN_EMPTY)}"))
        elif draft.setdefault(name, []) not in ([], ()):
            violations.append(
                Violation(f"known_empty[{index}]", f"`{name}` is not empty; send it or name it, not both")
            )
    return violations


def _validated(
    draft: dict[str, Any], violations: list[Violation]
) -> tuple[CustomerSnapshot | None, list[ErrorDetails]]:
    """Validate; where only unseen words are wrong, leave them out and validate again."""
    try:
        return _adapter().validate_python(draft), []
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
    unseen = [problem for problem in problems if _is_unseen(problem)]
    gone = _with_scores({problem["loc"] for problem in unseen})
    hard = [problem for problem in problems if problem["loc"] not in gone]
    violations += violations_of(hard)
    return (None if hard else _validated_again(_without(draft, gone), violations)), unseen


def _validated_again(draft: dict[str, Any], violations: list[Violation]) -> CustomerSnapshot | None:
    """Validate what is left; places that pydantic reached only now have violations like any other."""
    try:
        return _adapter().validate_python(draft)
    except ValidationError as error:
        violations += violations_of(error.errors(include_url=False, include_input=False))
    return None


def _is_unseen(problem: ErrorDetails) -> bool:
    return problem["type"] == "literal_error" and problem["loc"][0] != "history"


def _makes_the_row(loc: Sequence[int | str]) -> bool:
    return loc[0] in _KIND_MAKES_THE_ROW and loc[-1] == "kind"


def _with_scores(unseen: set[Loc]) -> set[Loc]:
    """Add the scores whose kind or scale is unseen: a number on an unknown scale says nothing."""
    rows = {loc[:2] for loc in unseen if loc[0] == "surveys" and loc[-1] in {"kind", "scale"}}
    return unseen | {(*row, "score") for row in rows}


def _without(draft: Mapping[str, Any], gone: set[Loc]) -> dict[str, Any]:
    """Return a copy in which the places `gone` are absent; a list of drivers of which nothing is left is unknown."""
    copy = dict(draft)
    for loc in gone:
        place: Any = copy
        for part in loc[:-1]:
            place[part] = dict(place[part]) if isinstance(place[part], dict) else list(place[part])
            place = place[part]
        if isinstance(place, dict):
            place.pop(loc[-1], None)
        else:
            place[loc[-1]] = _GONE
    for index in {loc[1] for loc in gone if "drivers" in loc}:
        row = copy["surveys"][index]
        row["drivers"] = [driver for driver in row["drivers"] if driver is not _GONE] or None
    return copy


def _contradictions(snapshot: CustomerSnapshot, left_out: set[Loc]) -> list[Violation]:
    """Find what no account can be at once."""
    found = []
    for index, survey in enumerate(snapshot.surveys or ()):
        if ("surveys", index) not in left_out and (violation := _unfit_score(survey, index)):
            found.append(violation)
    if snapshot.touchpoints:
        found += _repeated([row.name for row in snapshot.touchpoints], "touchpoints", "name")
    if snapshot.tickets:
        found += _repeated([row.ticket_id for row in snapshot.tickets], "tickets", "ticket_id")
    if snapshot.objectives:
        found += _repeated([row.objective_id for row in snapshot.objectives], "objectives", "objective_id")
    for index, entry in enumerate(snapshot.history or ()):
        if entry.at > snapshot.as_of:
            found.append(Violation(f"history[{index}].at", "must not lie after `as_of`"))
    return found


def _unfit_score(survey: Survey, index: int) -> Violation | None:
    """Check a score against its scale: the trade has two scales of CES with opposite directions, so none is guessed."""
    if survey.scale is None:
        return (
            None if survey.score is None else Violation(f"surveys[{index}].scale", "is required where a score is sent")
        )
    kind, lowest, highest = SCALE_RANGE[survey.scale]
    if survey.kind is not None and survey.kind != kind:
        return Violation(f"surveys[{index}].scale", f"must be a scale of {survey.kind}")
    if survey.score is not None and not lowest <= survey.score <= highest:
        return Violation(f"surveys[{index}].score", f"must be {lowest} to {highest} on the scale {survey.scale}")
    return None


def _repeated(names: Sequence[str | None], rows: str, key: str) -> list[Violation]:
    seen: set[str | None] = {None}
    found = []
    for index, name in enumerate(names):
        if name in seen and name is not None:
            found.append(Violation(f"{rows}[{index}].{key}", "must not stand twice"))
        seen.add(name)
    return found


def _future(snapshot: CustomerSnapshot) -> list[Loc]:
    """Find the dates of past things that lie after tomorrow."""
    limit = snapshot.as_of.date() + timedelta(days=1)
    days = _PAST_DAYS(snapshot)
    found: list[Loc] = [loc for loc, day in zip(_PAST_FIELDS, days, strict=True) if day is not None and day > limit]
    for index, survey in enumerate(snapshot.surveys or ()):
        if survey.answered_on is not None and survey.answered_on > limit:
            found.append(("surveys", index, "answered_on"))
        if survey.followed_up_on is not None and survey.followed_up_on > limit:
            found.append(("surveys", index, "followed_up_on"))
    for index, event in enumerate(snapshot.events or ()):
        if event.occurred_on is not None and event.occurred_on > limit:
            found.append(("events", index, "occurred_on"))
    return found


def _settled(snapshot: CustomerSnapshot, future: Sequence[Loc], left_out: set[Loc]) -> CustomerSnapshot:
    """Make the dates `future` unknown, and take out the rows `left_out` and what held the place of a shown action."""
    changed: dict[str, Any] = {}
    for group, *index, name in future:
        held = changed.get(str(group), getattr(snapshot, str(group)))
        if index:
            row = int(index[0])
            changed[str(group)] = (*held[:row], replace(held[row], **{str(name): None}), *held[row + 1 :])
        else:
            changed[str(group)] = replace(held, **{str(name): None})
    for group in {str(group) for group, _ in left_out}:
        rows = changed.get(group, getattr(snapshot, group))
        changed[group] = tuple(row for index, row in enumerate(rows) if (group, index) not in left_out)
    if snapshot.history:
        changed["history"] = tuple(entry for entry in snapshot.history if entry is not _SHOWN)
    return replace(snapshot, **changed) if changed else snapshot
