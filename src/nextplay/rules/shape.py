"""The shapes that a value in a rule file can have. Each reads a located node and describes itself as JSON Schema.

Both stand in one class, so that what the parser takes and what the editor offers cannot drift apart. Reading
reports to the log and gives `None` where the value cannot be used; nobody reports it a second time.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Generic, TypeVar

from nextplay.facts.spec import FactSpec
from nextplay.rules.fault_codes import FaultCode
from nextplay.rules.fault_log import FaultLog, shortened
from nextplay.rules.rulebook import Place
from nextplay.rules.source import BrokenNode, ListNode, MapNode, Node, ScalarNode, resolve_plain

T = TypeVar("T")
JsonSchema = dict[str, Any]
LONGEST_QUOTED: Final = 30
"""Characters of a value that a hint still repeats."""
ID_PATTERN: Final = "^[a-z][a-z0-9_]{0,63}$"
ATTRIBUTE_PATTERN: Final = r"^(attributes\.[a-z][a-z0-9_]{0,63}|counts\.[a-z][a-z0-9_]{0,63}(\.(newest|oldest)_days)?)$"
"""Names of facts that a rulebook declares itself."""
_ID: Final = re.compile(ID_PATTERN)
_PERCENTAGE: Final = re.compile(r"([-+]?[0-9]{1,6}(?:\.[0-9]{1,6})?) ?%")
_HUNDRED: Final = 100


@dataclass(frozen=True, slots=True)
class Located(Generic[T]):
    """A value and where it stands; `complete` is false where parts of it were left out for their faults."""

    value: T
    place: Place
    complete: bool = True


Name = Located[str]
Pairs = tuple[tuple[Name, T], ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What is known when a schema is written: the facts, and the ids by kind (`signal`, `gap`, `role`, ...).

    With `attributes_open`, facts `attributes.NAME` and `counts.NAME` that are not among the facts may exist too.
    """

    specs: Mapping[str, FactSpec]
    ids: Mapping[str, Sequence[str]] = field(default_factory=dict)
    attributes_open: bool = False


class Shape(ABC, Generic[T]):
    """What a value may look like."""

    @abstractmethod
    def read(self, node: Node, log: FaultLog) -> T | None:
        """Return the value, or report why there is none."""

    @abstractmethod
    def schema(self, terms: Terms) -> JsonSchema:
        """Describe the same in JSON Schema (draft 2020-12)."""


def described(node: Node) -> str:
    """Say in words what stands in the file."""
    if isinstance(node, ListNode):
        return "a list"
    if isinstance(node, MapNode):
        return "a mapping"
    if isinstance(node, BrokenNode):
        return "nothing"
    if isinstance(node.value, bool):
        return "true or false"
    return "a text" if isinstance(node.value, str) else "a number"


def wrong_type(node: Node, expected: str, log: FaultLog, *, hint: str = "") -> None:
    """Report that something else was expected here; silent about a node that is broken already."""
    if not isinstance(node, BrokenNode):
        log.add(node.place, "wrong-type", f"expected {expected}, found {described(node)}", hint=hint)


def read_text(node: Node, expected: str, log: FaultLog) -> Name | None:
    """Read a scalar that is a text."""
    if isinstance(node, ScalarNode) and isinstance(node.value, str):
        return Located(node.value, node.place)
    hint = f'write "{node.text}" in quotes' if isinstance(node, ScalarNode) and len(node.text) <= LONGEST_QUOTED else ""
    wrong_type(node, expected, log, hint=hint)
    return None


@dataclass(frozen=True, slots=True)
class Line(Shape[Name]):
    """A text that is not empty."""

    expected: str = "a text"
    longest: int = 200

    def read(self, node: Node, log: FaultLog) -> Name | None:
        """Read a text of 1 to `longest` characters."""
        text = read_text(node, self.expected, log)
        if text is not None and not text.value.strip():
            log.add(text.place, "empty", f"expected {self.expected}, found an empty one")
            return None
        if text is not None and len(text.value) > self.longest:
            log.add(text.place, "too-long", f"a text here may have {self.longest} characters")
            return None
        return text

    def schema(self, terms: Terms) -> JsonSchema:  # noqa: ARG002  the same for every vocabulary
        """Describe a text."""
        return {"type": "string", "minLength": 1, "maxLength": self.longest}


@dataclass(frozen=True, slots=True)
class NewId(Shape[Name]):
    """The id under which something is defined here."""

    def read(self, node: Node, log: FaultLog) -> Name | None:
        """Read lower-case letters, digits and `_`."""
        name = read_text(node, "an id", log)
        if name is not None and not _ID.fullmatch(name.value):
            message = f"`{shortened(name.value)}` is no id: use up to 64 lower-case letters, digits and `_`"
            log.add(name.place, "bad-id", message, hint="begin with a letter")
            return None
        return name

    def schema(self, terms: Terms) -> JsonSchema:  # noqa: ARG002  the same for every vocabulary
        """Describe an id."""
        return {"type": "string", "pattern": ID_PATTERN}


@dataclass(frozen=True, slots=True)
class Reference(Shape[Name]):
    """The id of something that is defined elsewhere; whether it exists is asked once everything is read."""

    kind: str

    def read(self, node: Node, log: FaultLog) -> Name | None:
        """Read a name."""
        return read_text(node, f"the name of a {self.kind.replace('_', ' ')}", log)

    def schema(self, terms: Terms) -> JsonSchema:
        """Offer the names that are known; a new one is no mistake of the file that uses it."""
        known = list(terms.ids.get(self.kind, ()))
        free: JsonSchema = {"type": "string", "minLength": 1}
        return {"anyOf": [{"enum": known}, free]} if known else free


@dataclass(frozen=True, slots=True)
class FactName(Shape[Name]):
    """The name of a fact."""

    def read(self, node: Node, log: FaultLog) -> Name | None:
        """Read a name."""
        return read_text(node, "the name of a fact", log)

    def schema(self, terms: Terms) -> JsonSchema:
        """Offer the facts."""
        named: JsonSchema = {"enum": list(terms.specs)}
        return {"anyOf": [named, {"pattern": ATTRIBUTE_PATTERN}]} if terms.attributes_open else named


@dataclass(frozen=True, slots=True)
class OneOf(Shape[Name]):
    """One word of a closed list."""

    words: tuple[str, ...]

    def read(self, node: Node, log: FaultLog) -> Name | None:
        """Read a word of the list."""
        word = read_text(node, "a word", log)
        if word is not None and word.value not in self.words:
            message = f"`{shortened(word.value)}` is none of the words that may stand here"
            log.add_unknown(word.place, "unknown-word", message, name=word.value, known=self.words)
            return None
        return word

    def schema(self, terms: Terms) -> JsonSchema:  # noqa: ARG002  the same for every vocabulary
        """List the words."""
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Amount(Shape[Located[float]]):
    """A number within bounds, ends included."""

    low: float
    high: float

    def read(self, node: Node, log: FaultLog) -> Located[float] | None:
        """Read a number."""
        value = read_number(node, log)
        if value is not None and not self.low <= value <= self.high:
            report_range(node, self.low, self.high, log)
            return None
        return None if value is None else Located(value, node.place)

    def schema(self, terms: Terms) -> JsonSchema:  # noqa: ARG002  the same for every vocabulary
        """Give the bounds."""
        return {"type": "number", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class Whole(Shape[Located[int]]):
    """A whole number within bounds, ends included."""

    low: int
    high: int

    def read(self, node: Node, log: FaultLog) -> Located[int] | None:
        """Read a whole number; `3.0` is one."""
        value = read_number(node, log)
        if value is None:
            return None
        if not float(value).is_integer():
            log.add(node.place, "not-whole", f"expected a whole number, found `{plain_number(value)}`")
            return None
        if not self.low <= value <= self.high:
            report_range(node, self.low, self.high, log)
            return None
        return Located(int(value), node.place)

    def schema(self, terms: Terms) -> JsonSchema:  # noqa: ARG002  the same for every vocabulary
        """Give the bounds."""
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


def read_number(node: Node, log: FaultLog) -> float | None:
    """Read a number; true and false are none."""
    if isinstance(node, ScalarNode) and not isinstance(node.value, (bool, str)):
        return node.value
    wrong_type(node, "a number", log, hint=number_hint(node))
    return None


def number_hint(node: Node) -> str:
    """Explain what an author wrote in place of a number: one in quotes, or a percentage."""
    if not isinstance(node, ScalarNode) or not isinstance(node.value, str):
        return ""
    value = resolve_plain(node.value) if node.value else None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"drop the quotes: `{shortened(node.value)}`"
    percentage = _PERCENTAGE.fullmatch(node.value)
    return "" if percentage is None else f"write `{_share_of(float(percentage[1]))}`"


def _share_of(percent: float) -> str:
    return plain_number(round(percent / 100, 6))


def report_range(node: Node, low: float, high: float, log: FaultLog) -> None:
    """Report a number outside its bounds."""
    text = shortened(node.text) if isinstance(node, ScalarNode) else ""
    percent = node.value if isinstance(node, ScalarNode) and high == 1 else 0
    meant = not isinstance(percent, str) and high < percent <= _HUNDRED
    hint = f"this is a share: {text} % is written `{_share_of(float(percent))}`" if meant else ""
    log.add(node.place, "out-of-range", f"`{text}` is outside {plain_number(low)} to {plain_number(high)}", hint=hint)


def plain_number(value: float) -> str:
    """Write a number as an author would: `3`, `0.25`, `1000000000`."""
    whole = float(value).is_integer() and math.fabs(value) < 1e15  # noqa: PLR2004  beyond it floats are not exact
    return str(int(value)) if whole else repr(float(value))


def flag_hint(node: Node) -> str:
    """Explain the words that other versions of YAML read as true or false."""
    meant = {"yes": "true", "on": "true", "no": "false", "off": "false"}
    word = meant.get(node.text.lower()) if isinstance(node, ScalarNode) else None
    return "" if word is None else f"write `{word}`: in YAML 1.2 this is a text"


@dataclass(frozen=True, slots=True)
class Flag(Shape[Located[bool]]):
    """True or false."""

    def read(self, node: Node, log: FaultLog) -> Located[bool] | None:
        """Read true or false; YAML 1.2 knows no `yes`."""
        if isinstance(node, ScalarNode) and isinstance(node.value, bool):
            return Located(node.value, node.place)
        wrong_type(node, "true or false", log, hint=flag_hint(node))
        return None

    def schema(self, terms: Terms) -> JsonSchema:  # noqa: ARG002  the same for every vocabulary
        """Describe a flag."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class DayText(Shape[Located[date]]):
    """A calendar day in ISO 8601."""

    def read(self, node: Node, log: FaultLog) -> Located[date] | None:
        """Read `YYYY-MM-DD`."""
        text = read_text(node, "a date such as 2026-03-02", log)
        if text is None:
            return None
        try:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text.value):
                return Located(date.fromisoformat(text.value), text.place)
        except ValueError:
            pass
        log.add(text.place, "bad-date", f"`{shortened(text.value)}` is no date", hint="write it as 2026-03-02")
        return None

    def schema(self, terms: Terms) -> JsonSchema:  # noqa: ARG002  the same for every vocabulary
        """Describe a day."""
        return {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


@dataclass(frozen=True, slots=True)
class ListOf(Shape[Located[tuple[T, ...]]]):
    """A list; items that cannot be read are left out, their faults being told."""

    item: Shape[T]
    at_least: int = 0
    at_most: int = 1000
    or_single: bool = False
    empty: tuple[FaultCode, str] = ("empty", "this list may not be empty")

    def read(self, node: Node, log: FaultLog) -> Located[tuple[T, ...]] | None:
        """Read every item; with `or_single` one item may stand without its list."""
        if not isinstance(node, ListNode):
            if not self.or_single:
                hint = "begin each entry with `- `" if isinstance(node, MapNode) else ""
                wrong_type(node, "a list", log, hint=hint)
                return None
            single = self.item.read(node, log)
            return Located(() if single is None else (single,), node.place, complete=single is not None)
        if len(node.items) < self.at_least:
            log.add(node.place, *self.empty)
        if len(node.items) > self.at_most:
            log.add(node.place, "too-long", f"this list may have {self.at_most} entries")
        read = (self.item.read(child, log) for child in node.items)
        values = tuple(value for value in read if value is not None)
        return Located(values, node.place, complete=len(values) == len(node.items))

    def schema(self, terms: Terms) -> JsonSchema:
        """Describe the list."""
        item = self.item.schema(terms)
        listed: JsonSchema = {"type": "array", "items": item, "maxItems": self.at_most}
        if self.at_least:
            listed["minItems"] = self.at_least
        return {"anyOf": [item, listed]} if self.or_single else listed


@dataclass(frozen=True, slots=True)
class MapOf(Shape[Located[Pairs[T]]]):
    """A mapping from names to values of one shape."""

    key: Shape[Name]
    value: Shape[T]
    at_least: int = 0

    def read(self, node: Node, log: FaultLog) -> Located[Pairs[T]] | None:
        """Read every entry; those that cannot be read are left out."""
        if not isinstance(node, MapNode):
            wrong_type(node, "a mapping", log)
            return None
        if len(node.entries) < self.at_least:
            log.add(node.place, "empty", "this mapping may not be empty")
        pairs = []
        for entry in node.entries:
            key = self.key.read(ScalarNode(entry.place, entry.key, entry.key), log)
            value = self.value.read(entry.value, log)
            if key is not None and value is not None:
                pairs.append((key, value))
        return Located(tuple(pairs), node.place, complete=len(pairs) == len(node.entries))

    def schema(self, terms: Terms) -> JsonSchema:
        """Describe names and values."""
        names, value = self.key.schema(terms), self.value.schema(terms)
        described: JsonSchema = {"type": "object", "propertyNames": names, "additionalProperties": value}
        offered = [name for one in (names, *names.get("anyOf", ())) for name in one.get("enum", ())]
        if offered:  # editors complete keys out of `properties` alone
            described["properties"] = dict.fromkeys(offered, value)
        return {**described, "minProperties": self.at_least} if self.at_least else described
