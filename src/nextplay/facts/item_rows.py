"""From the lists of a snapshot to rows that can be read one by one, told apart, and taken in a stated order.

Objectives: active ones first, then those of unknown status; of these the latest, then the one due first. Touchpoints:
in the order of their names in the snapshot's own list. Answers and events: the newest first, those without a day last.
Ties go by key, then by content, so that the order in which rows were sent never matters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple, get_args

from nextplay.decision import FactValue
from nextplay.facts.account_view import AccountView
from nextplay.facts.item_fields import ITEM_FIELDS, Row
from nextplay.facts.items import LIST_OF, MOST_ITEMS, Item
from nextplay.facts.spec import ItemKind
from nextplay.facts.survey_answers import HIGHEST_LOW, drivers_of, ease_of, waiting
from nextplay.snapshot import (
    SCALE_RANGE,
    CustomerSnapshot,
    Event,
    InputWarning,
    Objective,
    Survey,
    Touchpoint,
    TouchpointName,
)

_LAST: Final = 1 << 40
_STATUS_ORDER: Final = {"active": 0, None: 1, "achieved": 2, "abandoned": 3}
_PLACES: Final = get_args(TouchpointName)


class SurveyState(NamedTuple):
    """One answer among the others; a part is `None` where it cannot be told."""

    kind: str | None
    ease: float | None
    low: bool | None
    newest: bool | None
    drivers: tuple[str, ...] | None
    waiting: bool | None


def rows_of(kind: ItemKind, view: AccountView) -> list[Row] | None:
    """Return the rows of a list as they were sent, `None` where it was not."""
    sent: Sequence[Any] | None = getattr(view.snapshot, LIST_OF[kind])
    if sent is None:
        return None
    today = view.today
    if kind == "objective":
        return [Row(state.objective, today, state) for state in view.objectives()]
    if kind == "survey":
        return [Row(row, today, _survey_state(row, sent)) for row in sent]
    return [Row(row, today) for row in sent]


def items_by_place(kind: ItemKind, snapshot: CustomerSnapshot, items: Sequence[Item]) -> dict[int, Item]:
    """Return the items of a list by their place in it as it was sent, counted from 1."""
    rows = rows_of(kind, AccountView(snapshot, {})) or []
    keys = {id(row.raw): key for key, row in _in_order(kind, rows)}
    by_key = {item.key: item for item in items}
    sent: Sequence[Any] = getattr(snapshot, LIST_OF[kind]) or ()
    found = {place: by_key.get(keys[id(raw)]) for place, raw in enumerate(sent, start=1)}
    return {place: item for place, item in found.items() if item is not None}


class ItemPlan:
    """Which facts of the items of one list a release asks for. Immutable."""

    __slots__ = ("_fields", "kind")

    def __init__(self, kind: ItemKind, names: Iterable[str]) -> None:
        """Take the names of facts of this kind, sorted."""
        self.kind: ItemKind = kind
        self._fields = [(name, ITEM_FIELDS[name].read) for name in names]

    def read(self, view: AccountView) -> tuple[tuple[Item, ...] | None, tuple[InputWarning, ...]]:
        """Return the first items of the list, `None` where it was not sent, and a warning where others are left out."""
        rows = rows_of(self.kind, view)
        if rows is None:
            return None, ()
        fields, kind, label = self._fields, self.kind, _LABELS[self.kind]
        items = tuple(
            [
                Item(kind, key, label(row.raw), {name: read(row) for name, read in fields})
                for key, row in _in_order(kind, rows)[:MOST_ITEMS]
            ]
        )
        return items, self._surplus(len(rows))

    def _surplus(self, count: int) -> tuple[InputWarning, ...]:
        if count <= MOST_ITEMS:
            return ()
        message = (
            f"{count} rows; rules look at {MOST_ITEMS} of them one by one, the other {count - MOST_ITEMS} do not count"
        )
        return (InputWarning(LIST_OF[self.kind], message),)


def _in_order(kind: ItemKind, rows: Iterable[Row]) -> list[tuple[str, Row]]:
    """Put rows in the stated order and give each a key of its own: of equal ones the second ends in ` (2)`.

    Where some row has that very key itself, the number goes on.
    """
    rank, key_of = _RANKS[kind], _KEYS[kind]
    keyed = [(rank(row), key_of(row.raw) or kind, row) for row in rows]
    if len({key for _, key, _ in keyed}) == len(keyed):
        return [(key, row) for _, key, row in sorted(keyed, key=lambda entry: entry[:2])]
    keyed.sort(key=lambda entry: (*entry[:2], repr(entry[2].raw)))
    taken = {key for _, key, _ in keyed}
    last: dict[str, int] = {}
    found = []
    for _, key, row in keyed:
        own, number = key, last.get(key, 0)
        while number and own in taken:
            number += 1
            own = f"{key} ({number})"
        last[key] = number or 1
        taken.add(own)
        found.append((own, row))
    return found


def _objective_rank(row: Row) -> tuple[int, int, int]:
    due = row.raw.due_on
    return _STATUS_ORDER[row.raw.status], -(row.state.days_overdue or 0), _LAST if due is None else due.toordinal()


def _touchpoint_rank(row: Row) -> tuple[int]:
    return (len(_PLACES) if row.raw.name is None else _PLACES.index(row.raw.name),)


def _newest_first(day: Callable[[Any], date | None]) -> Callable[[Row], tuple[int]]:
    def rank(row: Row) -> tuple[int]:
        on = day(row.raw)
        return (_LAST if on is None else -on.toordinal(),)

    return rank


_RANKS: Final[Mapping[ItemKind, Callable[[Row], tuple[int, ...]]]] = {
    "objective": _objective_rank,
    "touchpoint": _touchpoint_rank,
    "survey": _newest_first(lambda row: row.answered_on),
    "event": _newest_first(lambda row: row.occurred_on),
}


def _joined(*parts: FactValue | date) -> str:
    return " ".join(str(part) for part in parts if part is not None)


def _objective_key(row: Objective) -> str:
    return row.objective_id or row.title or ""


def _touchpoint_key(row: Touchpoint) -> str:
    return row.name or ""


def _survey_key(row: Survey) -> str:
    return _joined(row.kind, row.touchpoint, row.respondent_id, row.answered_on)


def _event_key(row: Event) -> str:
    return _joined(row.kind, row.touchpoint, row.occurred_on)


_KEYS: Final[Mapping[ItemKind, Callable[[Any], str]]] = {
    "objective": _objective_key,
    "touchpoint": _touchpoint_key,
    "survey": _survey_key,
    "event": _event_key,
}
_LABELS: Final[Mapping[ItemKind, Callable[[Any], str]]] = {
    "objective": lambda row: row.title or row.objective_id or "",
    "touchpoint": lambda row: _touchpoint_key(row).replace("_", " "),
    "survey": lambda row: _joined(row.kind, row.touchpoint, row.answered_on).replace("_", " "),
    "event": lambda row: _joined(row.kind, row.touchpoint, row.occurred_on).replace("_", " "),
}
"""How people tell items apart: words and ISO days, the same in every language."""


def _survey_state(row: Survey, others: Sequence[Survey]) -> SurveyState:
    kind = _kind(row)
    value = ease_of(row)
    return SurveyState(
        kind=kind,
        ease=value if kind == "ces" else None,
        low=None if kind is None or value is None else value <= HIGHEST_LOW[kind],
        newest=_is_newest(row, others),
        drivers=drivers_of(row),
        waiting=waiting(row),
    )


def _kind(row: Survey) -> str | None:
    return row.kind or (SCALE_RANGE[row.scale][0] if row.scale else None)


def _is_newest(row: Survey, others: Sequence[Survey]) -> bool | None:
    """Tell whether no other row replaces this one; without a respondent none does."""
    if row.respondent_id is None:
        return True
    doubtful = False
    for other in others:
        if other is row or (other.respondent_id, other.touchpoint) != (row.respondent_id, row.touchpoint):
            continue
        replaced = _replaces(other, row)
        if replaced:
            return False
        doubtful = doubtful or replaced is None
    return None if doubtful else True


def _replaces(other: Survey, row: Survey) -> bool | None:
    kinds = _kind(other), _kind(row)
    if None not in kinds and kinds[0] != kinds[1]:
        return False
    later = _is_later(other, row)
    return later if None not in kinds or later is False else None


def _is_later(other: Survey, row: Survey) -> bool | None:
    """Tell whether an answer is newer, or of the same day and worse."""
    if other.answered_on is None or row.answered_on is None:
        return None
    if other.answered_on != row.answered_on:
        return other.answered_on > row.answered_on
    values = ease_of(other), ease_of(row)
    return None if values[0] is None or values[1] is None else values[0] < values[1]
