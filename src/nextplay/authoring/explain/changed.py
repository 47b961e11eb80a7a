"""Snapshots that differ from a given one in as little as gives some facts other values.

Four ways are tried, the smallest first: other values in fields of their own, one field of one row of a list (or the
row left out), some fields of a few rows that nearly fit, and new rows. Whether the result is what was
meant, the engine says.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import combinations, islice, product
from types import MappingProxyType
from typing import Any, Final, get_args

from nextplay.authoring.explain.changed_rows import of_account, with_rows
from nextplay.authoring.explain.explanation import FieldChange
from nextplay.authoring.explain.mended_rows import mended_rows
from nextplay.authoring.explain.rows import AT
from nextplay.authoring.explain.unread import Unread
from nextplay.decision import FactValue
from nextplay.errors import InputInvalid
from nextplay.facts import LIST_OF, Vocabulary, items_by_place, kind_of, write_over
from nextplay.snapshot import (
    SCALE_RANGE,
    BlockedBy,
    CustomerSnapshot,
    EventKind,
    EventStatus,
    Expectation,
    ObjectiveStatus,
    SurveyDriver,
    TouchpointName,
    read_snapshot,
)

Document = dict[str, Any]
Wanted = Mapping[str, FactValue]

_LISTS: Final = ("surveys", "objectives", "events")
_KEYS: Final = {"surveys": "respondent_id", "objectives": "objective_id"}
_WORDS: Final[Mapping[str, Sequence[str]]] = {
    "objectives.status": get_args(ObjectiveStatus),
    "objectives.blocked_by": get_args(BlockedBy),
    "objectives.touchpoint": get_args(TouchpointName),
    "events.kind": get_args(EventKind),
    "events.status": get_args(EventStatus),
    "events.touchpoint": get_args(TouchpointName),
    "surveys.driver": get_args(SurveyDriver),
    "surveys.touchpoint": get_args(TouchpointName),
    "touchpoints.expectation": get_args(Expectation),
}
_MOVES: Final = (-8, 8, -31, 31, -91, 91, -181, 181, -365, 365)
"""Days by which a date is moved where no line leads to what is wanted."""
_MOST_CLEARED: Final = 48
_MOST_LEFT_OUT: Final = 60
_MEASURED: Final = ("current", "score")
"""Fields that life changes come before those that were once agreed."""


def changed_snapshots(
    given: Document,
    wanted: Wanted,
    vocabulary: Vocabulary,
    *,
    fits: Callable[[str, FactValue], bool],
    unread: Unread = MappingProxyType({}),
) -> Iterator[CustomerSnapshot]:
    """Yield valid snapshots in which every fact of `wanted` fits, each differing little from `given`.

    The values of `wanted` are aimed at. Where whole numbers do not allow them, the nearest that `fits` will do. What
    was sent and is `unread` is the first to be put right.
    """
    for document in _documents(given, wanted, vocabulary, unread=unread):
        for variant in (document, *_in_whole_numbers(given, document)):
            try:
                snapshot = read_snapshot(variant, strict=True).snapshot
            except InputInvalid:
                continue
            if all(fits(name, _value(snapshot, name, vocabulary)) for name in wanted):
                yield snapshot
                break


def _value(snapshot: CustomerSnapshot, name: str, vocabulary: Vocabulary) -> FactValue:
    """Read one fact, of the account or of a row."""
    fact, _, place = name.partition(AT)
    facts, kind = vocabulary.plan((fact,)).read(snapshot), kind_of(fact)
    if kind is None:
        return facts.value(fact)
    item = items_by_place(kind, snapshot, facts.items[kind] or ()).get(int(place))
    return None if item is None else item.values[fact]


def _reads(name: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    fact, _, place = name.partition(AT)
    return (vocabulary.item_specs if place else vocabulary.specs)[fact].reads


def _in_whole_numbers(given: Document, document: Document) -> Iterator[Document]:
    """Round down, then up, every number that was whole before and is not now."""
    broken = [
        (group, name)
        for group, fields in document.items()
        if isinstance(fields, dict) and isinstance(given.get(group), dict)
        for name, value in fields.items()
        if isinstance(value, float) and isinstance(given[group].get(name), int)
    ]
    for rounded in (math.floor, math.ceil) if broken else ():
        variant = deepcopy(document)
        for group, name in broken:
            variant[group][name] = rounded(variant[group][name])
        yield variant


def field_changes(before: object, after: object, path: str = "") -> Iterator[FieldChange]:
    """Name the fields in which two snapshots differ; a row that came or went is one change."""
    new_group = before is None and "." not in path and not path.endswith("]")
    if isinstance(after, Mapping) and (isinstance(before, Mapping) or new_group):
        held = before if isinstance(before, Mapping) else {}
        for name in sorted({*held, *after}):
            yield from field_changes(held.get(name), after.get(name), f"{path}.{name}" if path else str(name))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _row_changes(before, after, path)
    elif before != after:
        yield FieldChange(path, before, after)


def as_sent(changes: Iterable[FieldChange], unread: Unread) -> Iterator[FieldChange]:
    """Tell of fields that were sent and not read what was sent; what stays as it was sent is no change."""
    for change in changes:
        before = unread.get(change.path, change.before)
        if before != change.after:
            yield replace(change, before=before)


def _row_changes(before: Sequence[object], after: Sequence[object], path: str) -> Iterator[FieldChange]:
    if len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from field_changes(old, new, f"{path}[{index}]")
        return
    for index, row in enumerate(before):
        if row not in after:
            yield FieldChange(f"{path}[{index}]", row, None)
    for index, row in enumerate(after):
        if row not in before:
            yield FieldChange(f"{path}[{index}]", None, row)


def _documents(given: Document, wanted: Wanted, vocabulary: Vocabulary, *, unread: Unread) -> Iterator[Document]:
    whole = of_account(wanted)
    if len(whole) < len(wanted):
        if not whole:
            yield from _row_moved(given, wanted, vocabulary)
        for document in _of_account(given, whole, vocabulary, unread=unread) if whole else (given,):
            yield from with_rows(document, wanted, vocabulary)
    else:
        yield from _of_account(given, wanted, vocabulary, unread=unread)


def _of_account(given: Document, wanted: Wanted, vocabulary: Vocabulary, *, unread: Unread) -> Iterator[Document]:
    yield from _other_fields(given, wanted, vocabulary)
    lists = {part for name in wanted for read in vocabulary.specs[name].reads if (part := read.partition(".")[0])}
    for name in sorted(lists & {*_LISTS, "touchpoints"}):
        yield from _other_row(given, name, wanted, vocabulary)
    for name in sorted(lists & set(_LISTS)):
        fresh = _fresh_rows(given, name, wanted, vocabulary)
        yield from mended_rows(given, name, fresh, fields=_fields(name, wanted, vocabulary), unread=unread)
    for name in sorted(lists & set(_LISTS)):
        yield from _new_rows(given, name, wanted, vocabulary)
        yield from _fewer_rows(given, name)


def _row_moved(given: Document, wanted: Wanted, vocabulary: Vocabulary) -> Iterator[Document]:
    """Change one field of the one row that all facts are about."""
    rows = {(kind_of(name), int(name.partition(AT)[2])) for name in wanted}
    kind, place = min(rows, key=str)
    name = LIST_OF[kind] if kind else ""
    if len(rows) == 1 and place <= len(given.get(name) or ()):
        for field in _fields(name, wanted, vocabulary):
            yield from _other_field(given, (name, place - 1, field), wanted, vocabulary)


def _fewer_rows(given: Document, name: str) -> Iterator[Document]:
    """Leave out two or three rows."""
    rows: list[Document] = given.get(name) or []
    sets = (gone for size in (2, 3) for gone in combinations(range(len(rows)), size))
    for gone in islice(sets, _MOST_LEFT_OUT):
        yield {**deepcopy(given), name: [row for index, row in enumerate(rows) if index not in gone]}


def _other_fields(given: Document, wanted: Wanted, vocabulary: Vocabulary) -> Iterator[Document]:
    """Clear as few of the fields that the facts are read from as may be, and let the inverses write them anew."""
    paths = list(dict.fromkeys(path for name in wanted for path in _paths(name, vocabulary)))
    as_of = datetime.fromisoformat(given["as_of"])
    sets = (chosen for size in range(1, len(paths) + 1) for chosen in combinations(paths, size))
    for _, chosen in zip(range(_MOST_CLEARED), sets, strict=False):
        document = deepcopy(given)
        for path in chosen:
            _clear(document, path)
        with suppress(ValueError, ArithmeticError, KeyError, TypeError, AttributeError):
            write_over(document, wanted, as_of=as_of, vocabulary=vocabulary)
            yield document


def _paths(name: str, vocabulary: Vocabulary) -> Iterator[tuple[str, ...]]:
    place = name.partition(".")[2].partition(".")[0]
    for read in vocabulary.specs[name].reads:
        parts = tuple(read.split("."))
        if parts[0] == "touchpoints" and place in get_args(TouchpointName):
            yield ("touchpoints", place, *parts[1:])
        elif parts[0] not in (*_LISTS, "touchpoints"):
            yield parts


def _clear(document: Document, path: tuple[str, ...]) -> None:
    place: Any = document
    for part in path[:-1]:
        if isinstance(place, list):
            place = next((row for row in place if row.get("name") == part), {})
        else:
            place = place.get(part) or {}
    if isinstance(place, dict):
        place.pop(path[-1], None)


def _other_row(given: Document, name: str, wanted: Wanted, vocabulary: Vocabulary) -> Iterator[Document]:
    """Change one field of one row, or leave a row out."""
    rows: list[Document] = given.get(name) or []
    for index, field in product(range(len(rows)), _fields(name, wanted, vocabulary)):
        yield from _other_field(given, (name, index, field), wanted, vocabulary)
    for index in range(len(rows)):
        document = deepcopy(given)
        del document[name][index]
        yield document


def _fields(name: str, wanted: Wanted, vocabulary: Vocabulary) -> list[str]:
    """Name the fields of a row that facts are read from, what life changes first."""
    reads = {read for fact in wanted for read in _reads(fact, vocabulary) if read.startswith(f"{name}.")}
    return sorted((read.partition(".")[2] for read in reads), key=lambda field: (field not in _MEASURED, field))


def _other_field(
    given: Document, place: tuple[str, int, str], wanted: Wanted, vocabulary: Vocabulary
) -> Iterator[Document]:
    name, index, field = place
    for value in _other_values(given, place, wanted, vocabulary):
        document = deepcopy(given)
        document[name][index][field] = value
        yield document


def _other_values(
    given: Document, place: tuple[str, int, str], wanted: Wanted, vocabulary: Vocabulary
) -> Iterator[object]:
    name, index, field = place
    row = given[name][index]
    held = row.get(field)
    words = _WORDS.get(f"{name}.{field}")
    if words is not None:
        yield from (word for word in words if word != held)
    elif field == "drivers":
        yield from ([word] for word in get_args(SurveyDriver))
        yield []
    elif field == "score":
        if row.get("scale") in SCALE_RANGE:
            _, low, high = SCALE_RANGE[row["scale"]]
            near = high if held is None else held
            yield from sorted(set(range(low, high + 1)) - {held}, key=lambda score: (abs(score - near), score))
    elif held is not None:
        yield from _along_a_line(given, place, wanted, vocabulary)


def _along_a_line(
    given: Document, place: tuple[str, int, str], wanted: Wanted, vocabulary: Vocabulary
) -> Iterator[object]:
    """Move a number or a day so far that a fact that goes with it has the value; a flag, by common waits."""
    name, index, field = place
    held = given[name][index][field]
    day = _day(held)
    for fact, value in wanted.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        here = _read_one(given, fact, vocabulary)
        notch = 1
        document = deepcopy(given)
        document[name][index][field] = _moved(held, notch)
        there = _read_one(document, fact, vocabulary)
        if isinstance(here, int | float) and isinstance(there, int | float) and there != here:
            moved = _moved(held, (value - here) * notch / (there - here))
            if day is None and float(held).is_integer() and isinstance(moved, float):
                yield from sorted((math.floor(moved), math.ceil(moved)), key=lambda whole: abs(whole - moved))
            yield moved
    if day is not None:
        yield from (str(day + timedelta(days=days)) for days in _MOVES)


def _moved(held: Any, way: float) -> Any:  # noqa: ANN401  a number or a day, as it was
    day = _day(held)
    if day is not None:
        with suppress(OverflowError):
            return str(day + timedelta(days=round(way)))
        return held
    moved = round(held + way, 9) if isinstance(held, int | float) else held
    return int(moved) if isinstance(moved, float) and moved.is_integer() else moved


def _day(held: object) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(held) if isinstance(held, str) else None
    return None


def _read_one(document: Document, fact: str, vocabulary: Vocabulary) -> FactValue:
    with suppress(InputInvalid):
        return _value(read_snapshot(document).snapshot, fact, vocabulary)
    return None


def _new_rows(given: Document, name: str, wanted: Wanted, vocabulary: Vocabulary) -> Iterator[Document]:
    """Add rows to a list that have the facts, or put them in the place of the list."""
    rows = _fresh_rows(given, name, wanted, vocabulary)
    if rows is None:
        return
    key = _KEYS.get(name)
    for number, row in enumerate(rows, start=1):
        if key:
            row[key] = f"new-{number}"
    for kept in (given.get(name) or [], []):
        document = deepcopy(given)
        document[name] = [*kept, *rows]
        yield document


def _fresh_rows(given: Document, name: str, wanted: Wanted, vocabulary: Vocabulary) -> list[Document] | None:
    """Write rows that have the facts of a list; `None` where none of them is about it, or no rows have them."""
    own = {fact: value for fact, value in wanted.items() if vocabulary.specs[fact].reads[0].split(".")[0] == name}
    empty = {key: value for key, value in given.items() if key not in (*_LISTS, "touchpoints")}
    if not own:
        return None
    try:
        write_over(empty, own, as_of=datetime.fromisoformat(given["as_of"]), vocabulary=vocabulary)
    except (ValueError, ArithmeticError, KeyError, TypeError):
        return None
    return empty.get(name) or []
