"""Forms: mappings with declared keys. A dataclass declares the keys once; parser and JSON Schema come out of it."""

from __future__ import annotations

import dataclasses
import keyword
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Generic, TypeVar, cast

from nextplay.rules.fault_log import FaultLog, shortened
from nextplay.rules.rulebook import Place
from nextplay.rules.shape import JsonSchema, Shape, Terms, wrong_type
from nextplay.rules.source import MapNode, Node

T = TypeVar("T")
F = TypeVar("F", bound="Form")
_KEY: Final = "key"
LIFE: Final = frozenset({"from", "status", "until", "was"})
"""Keys of the life of a rule, which authors also look for where no life is: on signals and conditions."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a form: its shape, whether it must be there, and what the editor says about it."""

    shape: Shape[Any]
    needed: bool
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A mapping that was read. A field is `None` where its key is absent or its value faulty; `keys` tells which."""

    place: Place
    keys: Mapping[str, Place]

    def key_place(self, key: str) -> Place:
        """Return where `key` stands, or else where the form begins."""
        return self.keys.get(key, self.place)


def need(shape: Shape[T], about: str) -> T | None:
    """Declare a key that must be there."""
    return cast("T | None", dataclasses.field(default=None, metadata={_KEY: Key(shape, needed=True, about=about)}))


def may(shape: Shape[T], about: str) -> T | None:
    """Declare a key that may be there."""
    return cast("T | None", dataclasses.field(default=None, metadata={_KEY: Key(shape, needed=False, about=about)}))


@cache
def _declared(form: Hashable) -> Mapping[str, Key]:
    fields = dataclasses.fields(cast("type[Form]", form))
    return {field.name.rstrip("_"): field.metadata[_KEY] for field in fields if _KEY in field.metadata}


def keys_of(form: type[Form]) -> Mapping[str, Key]:
    """Return the declared keys in their order."""
    return _declared(cast("Hashable", form))


def field_name(key: str) -> str:
    """Name the field of a key: `as_` for `as`, which Python keeps for itself."""
    return f"{key}_" if keyword.iskeyword(key) else key


def report_unknown_keys(node: MapNode, declared: Collection[str], log: FaultLog) -> frozenset[str]:
    """Report keys that nobody declared; return the declared ones that were probably meant."""
    written = {entry.key for entry in node.entries}
    open_keys = tuple(name for name in declared if name not in written)
    meant = set()
    for entry in node.entries:
        if entry.key in declared:
            continue
        message = f"key `{shortened(entry.key)}` may not stand here"
        if entry.key in LIFE:
            hint = "gaps and plays carry `status`, `from`, `until` and `was`; put it on those that use this"
            log.add(entry.place, "unknown-key", message, hint=hint)
            continue
        meant.add(log.nearest(entry.key, open_keys))
        log.add_unknown(entry.place, "unknown-key", message, name=entry.key, known=open_keys)
    return frozenset(meant - {""})


@dataclass(frozen=True, slots=True)
class FormOf(Shape[F], Generic[F]):
    """The shape of a form. `also` adds to its schema what holds between keys."""

    form: type[F]
    also: tuple[tuple[str, Any], ...] = ()

    def read(self, node: Node, log: FaultLog) -> F | None:
        """Read every declared key; report keys that are missing or that nobody declared."""
        if not isinstance(node, MapNode):
            wrong_type(node, "a mapping", log)
            return None
        declared = keys_of(self.form)
        places = {entry.key: entry.place for entry in node.entries}
        values: dict[str, Any] = {}
        meant = report_unknown_keys(node, declared, log)
        for entry in node.entries:
            if entry.key in declared:
                values[field_name(entry.key)] = declared[entry.key].shape.read(entry.value, log)
        missing = [name for name, key in declared.items() if key.needed and name not in places and name not in meant]
        if missing:
            names = ", ".join(f"`{name}`" for name in missing)
            log.add(node.place, "missing-key", f"{names} must be given")
        return self.form(place=node.place, keys=places, **values)

    def schema(self, terms: Terms) -> JsonSchema:
        """Describe the keys; no others are allowed."""
        declared = keys_of(self.form)
        properties = {name: {**key.shape.schema(terms), "description": key.about} for name, key in declared.items()}
        described: JsonSchema = {"type": "object", "properties": properties, "additionalProperties": False}
        needed = [name for name, key in declared.items() if key.needed]
        return {**described, **({"required": needed} if needed else {}), **dict(self.also)}
