"""Invented snapshots that hold only what a mapping can fill: a fact that none of them knows cannot be fed.

They are drawn from a fixed seed, so the same mapping always gives the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from nextplay.authoring.csv_fields import SnapshotField, field_of, segments
from nextplay.authoring.csv_mapping import CsvMapping
from nextplay.authoring.csv_source import Source
from nextplay.errors import InputInvalid
from nextplay.snapshot import CustomerSnapshot, read_snapshot
from nextplay.snapshot.words import SCALE_RANGE

SAMPLES: Final = 400
AS_OF: Final = datetime(2026, 3, 2, tzinfo=UTC)
"""The day of every sample."""
_AGES: Final = (0, 1, 3, 6, 10, 13, 20, 27, 40, 60, 80, 100, 130, 170, 200, 280, 350, 400, 700)
_AHEAD: Final = (1, 7, 20, 40, 60, 80, 110, 170, 250, 340)
_NUMBERS: Final = (0, 1, 2, 3, 4, 5, 7, 10, 20, 50, 100, 400)
_SHARES: Final = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
_TEXTS: Final = ("p1", "p2", "executive", "buyer", "a", "b")
"""Texts of free fields, those among them that facts know."""
_NAMES: Final = frozenset({"ticket_id", "objective_id"})
_FUTURE: Final = frozenset({"contract.renewal_on", "objectives[].due_on", "history[].until"})
_MOST_ITEMS: Final = 12
_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Feed:
    """One field of the snapshot that a mapping fills, from its source."""

    field: SnapshotField
    source: Source

    def can_give(self, value: object) -> bool:
        """Say whether a cell may become this value."""
        if self.source.constant is not None:
            return value == self.source.constant
        return self.source.words is None or value in self.source.words.values()

    def draw(self, chance: Random) -> Any:  # noqa: ANN401, PLR0911  a value of any field, a line for each kind
        """Draw a value that the source can give."""
        if self.source.constant is not None:
            return self.source.constant
        if self.source.words:
            return chance.choice(list(self.source.words.values()))
        match self.source.type or self.field.kind:
            case "word":
                return chance.choice(self.field.words)
            case "flag":
                return chance.random() < 0.5  # noqa: PLR2004  a fair coin
            case "day":
                return _moment(chance, ahead=self.field.path in _FUTURE).date().isoformat()
            case "instant":
                return _moment(chance, ahead=False).isoformat()
            case "money":
                return {"amount": float(chance.choice(_NUMBERS)) * 100, "currency_code": "EUR"}
            case "whole":
                return chance.choice(_NUMBERS)
            case "number":
                return float(chance.choice((*_NUMBERS, *_SHARES)))
            case _:
                return chance.choice(_TEXTS)


@dataclass(frozen=True, slots=True)
class Feeds:
    """All that a mapping fills: single fields by path, and for each list the kinds of its items, with their fields."""

    fields: Mapping[str, Feed]
    lists: Mapping[str, tuple[Mapping[str, Feed], ...]]

    @classmethod
    def of(cls, mapping: CsvMapping) -> Feeds:
        """Collect what the accounts and the further files fill."""
        fields: dict[str, Feed] = {}
        items: dict[tuple[str, object], dict[str, Feed]] = {}
        for path, source in _sources(mapping):
            field = field_of(path[0])
            if field is None:
                continue
            head = segments(path[0])
            if len(head) > 2 and isinstance(head[1], int):  # noqa: PLR2004  list, index, field
                items.setdefault((str(head[0]), path[1] or head[1]), {})[str(head[2])] = Feed(field, source)
            else:
                fields[path[0]] = Feed(field, source)
        lists: dict[str, tuple[Mapping[str, Feed], ...]] = {}
        for (name, _), item in items.items():
            lists[name] = (*lists.get(name, ()), item)
        return cls(fields, lists)

    @property
    def paths(self) -> frozenset[str]:
        """The fields that are filled, as facts name what they read: `surveys.score`, `contract.seats`."""
        found = set(self.fields)
        for name, kinds in self.lists.items():
            found |= {name} | {f"{name}.{field}" for item in kinds for field in item}
        for path, feed in self.fields.items():
            if feed.field.kind == "money":
                found |= {f"{path}.amount", f"{path}.currency_code"}
        return frozenset(found)

    def snapshots(self, count: int = SAMPLES) -> Iterator[CustomerSnapshot]:
        """Draw snapshots that hold these fields, some of them absent."""
        chance = Random(1)  # noqa: S311  samples, no secrets
        for _ in range(count):
            snapshot = _mended(self._document(chance))
            if snapshot is not None:
                yield snapshot

    def part_of(self, document: Mapping[str, Any]) -> CustomerSnapshot | None:
        """Return what of a snapshot can come through the mapping; `None` where that is no snapshot."""
        kept: dict[str, Any] = {name: document[name] for name in ("account_id", "as_of") if name in document}
        for path, feed in self.fields.items():
            head, *rest = segments(path)
            group = document.get(str(head))
            value = group.get(str(rest[0])) if rest and isinstance(group, Mapping) else group
            if value is None or not feed.can_give(value):
                continue
            if rest:
                kept.setdefault(str(head), {})[str(rest[0])] = value
            else:
                kept[str(head)] = value
        for name, kinds in self.lists.items():
            if name in document:
                kept[name] = [part for item in document[name] for part in _parts_of(item, kinds)]
        try:
            return read_snapshot(kept).snapshot
        except InputInvalid:
            return None

    def _document(self, chance: Random) -> dict[str, Any]:
        document: dict[str, Any] = {"account_id": "sample", "as_of": AS_OF.isoformat()}
        share = chance.choice((0.5, 0.9, 1.0))
        for path, feed in self.fields.items():
            if chance.random() > share:
                continue
            head, *rest = segments(path)
            if rest:
                document.setdefault(str(head), {})[str(rest[0])] = feed.draw(chance)
            else:
                document[str(head)] = feed.draw(chance)
        for name, kinds in self.lists.items():
            document[name] = _items(name, kinds, share, chance)
        return document


def _mended(document: dict[str, Any]) -> CustomerSnapshot | None:
    """Read a drawn snapshot; what contradicts the rest, or is out of its range, is taken out of it."""
    for _ in range(_TRIES):
        try:
            return read_snapshot(document).snapshot
        except InputInvalid as error:
            for path in sorted({violation.path for violation in error.violations}):
                _take_out(document, segments(path))
            for name, held in document.items():
                if isinstance(held, list):
                    document[name] = [item for item in held if item]
    return None


def _take_out(document: dict[str, Any], path: Sequence[str | int]) -> None:
    """Remove a field; where it is not there, which is the complaint, the whole item that lacks it."""
    held: Any = document
    for part in path[:-1]:
        held = held[part]
    if isinstance(held, dict) and path[-1] in held:
        del held[path[-1]]
    elif isinstance(held, dict) and held is not document:
        held.clear()


def _items(name: str, kinds: tuple[Mapping[str, Feed], ...], share: float, chance: Random) -> list[dict[str, Any]]:
    items = []
    for place in range(chance.randint(0, _MOST_ITEMS) if name != "usage_weekly" else 20):
        item = {
            field: feed.draw(chance)
            for field, feed in chance.choice(kinds).items()
            if chance.random() <= share or feed.source.constant is not None
        }
        item |= dict.fromkeys(_NAMES & set(item), f"{place}")
        if "week_start" in item:
            item["week_start"] = (AS_OF - timedelta(days=7 * (place + 1))).date().isoformat()
        if "scale" in item:
            asked, low, high = SCALE_RANGE[item["scale"]]
            item |= {"kind": asked} if "kind" in item else {}
            item |= {"score": float(chance.randint(low, high))} if "score" in item else {}
        items.append(item)
    return items


def paths_in(document: Mapping[str, Any]) -> set[str]:
    """Name the fields that a snapshot holds, as facts name what they read."""
    found = set(document)
    for name, held in document.items():
        for item in held if isinstance(held, list) else [held] if isinstance(held, dict) else []:
            found |= {f"{name}.{field}" for field in item}
            money = {field: value for field, value in item.items() if isinstance(value, dict)}
            found |= {f"{name}.{field}.{part}" for field, value in money.items() for part in value}
            found |= {f"{name}.driver"} if "drivers" in item else set()
    return found


def _parts_of(item: Mapping[str, Any], kinds: tuple[Mapping[str, Feed], ...]) -> Iterator[dict[str, Any]]:
    """Yield an item as the first file gives it whose constants and words allow it."""
    if item.get("drivers"):
        item = {"driver": item["drivers"][0], **item}  # a cell holds one word, and a survey with one says it so
    for kind in kinds:
        part = {field: item[field] for field in kind if item.get(field) is not None}
        if part and all(kind[field].can_give(value) for field, value in part.items()):
            yield part
            return


def _sources(mapping: CsvMapping) -> Iterator[tuple[tuple[str, str], Source]]:
    for path, source in mapping.fields.items():
        yield (path, ""), source
    for name, file in mapping.files.items():
        for field, source in file.fields.items():
            yield (file.path_of(field), name if file.rows else ""), source


def _moment(chance: Random, *, ahead: bool) -> datetime:
    if ahead and chance.random() < 0.7:  # noqa: PLR2004  what lies ahead mostly does
        return AS_OF + timedelta(days=chance.choice(_AHEAD))
    return AS_OF - timedelta(days=chance.choice(_AGES), hours=1)
