"""What a test file may say: a customer, and what must come out."""

# ruff: noqa: RUF009 - `need` and `may` only wrap `dataclasses.field`
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final, get_args

from pydantic import TypeAdapter

from nextplay.decision import DiagnosisKind, GapKind, Side, WithheldReason
from nextplay.rules.fault_log import FaultLog, shortened
from nextplay.rules.form import Form, FormOf, may
from nextplay.rules.given_path import snapshot_paths
from nextplay.rules.rulebook import Place
from nextplay.rules.shape import (
    Flag,
    JsonSchema,
    Line,
    ListOf,
    Located,
    MapOf,
    Name,
    NewId,
    OneOf,
    Pairs,
    Reference,
    Shape,
    Terms,
    flag_hint,
    read_text,
    wrong_type,
)
from nextplay.rules.source import ListNode, MapNode, Node, ScalarNode
from nextplay.snapshot import CustomerSnapshot

_RELATIVE: Final = {
    "type": "object",
    "properties": {"days_ago": {"type": "integer", "minimum": 0}, "days_ahead": {"type": "integer", "minimum": 0}},
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 1,
}


_INSTANT_PATTERN: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2}))?$"


@dataclass(frozen=True, slots=True)
class InstantShape(Shape[Located[datetime]]):
    """A date (midnight UTC) or an instant with its offset."""

    def read(self, node: Node, log: FaultLog) -> Located[datetime] | None:
        """Read `2026-03-02` or `2026-03-02T09:00:00Z`."""
        text = read_text(node, "a date or an instant", log)
        if text is None:
            return None
        instant = _instant(text.value)
        if instant is None:
            hint = "write it as 2026-03-02 or 2026-03-02T09:00:00Z"
            log.add(text.place, "bad-date", f"`{shortened(text.value)}` is no date and no instant", hint=hint)
            return None
        return Located(instant, text.place)

    def schema(self, terms: Terms) -> JsonSchema:  # noqa: ARG002  the same for every vocabulary
        """Describe both spellings."""
        return {"type": "string", "pattern": _INSTANT_PATTERN}


def _instant(text: str) -> datetime | None:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        if "T" in text:
            instant = datetime.fromisoformat(text)
            return None if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    return None


@dataclass(frozen=True, slots=True)
class GivenShape(Shape[MapNode]):
    """A snapshot as it would be sent, without account and instant; read in `compile_tests.py`."""

    def read(self, node: Node, log: FaultLog) -> MapNode | None:
        """Take any mapping."""
        if isinstance(node, MapNode):
            return node
        wrong_type(node, "a mapping", log)
        return None

    def schema(self, terms: Terms) -> JsonSchema:  # noqa: ARG002  the same for every vocabulary
        """Point to the snapshot."""
        return {"$ref": "#/$defs/CustomerSnapshot"}


def snapshot_definitions() -> JsonSchema:
    """Return the snapshot's schema, made from its own types, with relative dates where a date may stand."""
    described = TypeAdapter(CustomerSnapshot).json_schema(ref_template="#/$defs/{model}")
    definitions = described.pop("$defs")
    described.pop("required")
    for absent in ("account_id", "as_of"):
        described["properties"].pop(absent)
    definitions["CustomerSnapshot"] = {**described, "additionalProperties": False}
    definitions["CustomerSnapshot"]["properties"]["known_empty"] = {"type": "array", "items": {"type": "string"}}
    return {name: _tidied(definition) for name, definition in sorted(definitions.items())}


def _tidied(schema: Any) -> Any:  # noqa: ANN401  any JSON
    """Allow `{days_ago: N}` beside dates, drop null (a fault in rule files), titles and defaults."""
    if isinstance(schema, list):
        return [_tidied(part) for part in schema if part != {"type": "null"}]
    if not isinstance(schema, Mapping):
        return schema
    if schema.get("format") in ("date", "date-time"):
        return {"anyOf": [dict(schema), _RELATIVE]}
    kept = {
        key: part for key, part in schema.items() if key != "default" and not (key == "title" and isinstance(part, str))
    }
    return {key: _tidied(part) for key, part in kept.items()}


@dataclass(frozen=True, slots=True)
class PathShape(Shape[Name]):
    """The path of a field of the snapshot; whether there is one is asked when the customer is known."""

    def read(self, node: Node, log: FaultLog) -> Name | None:
        """Read `contract.seats`, `surveys[0].score` or `touchpoints[support].expectation`."""
        return read_text(node, "the path of a field, such as `contract.seats`", log)

    def schema(self, terms: Terms) -> JsonSchema:  # noqa: ARG002  the same for every vocabulary
        """Offer the fields that stand in no list."""
        return {"anyOf": [{"enum": _plain_paths()}, {"type": "string", "minLength": 1}]}


def _plain_paths() -> list[str]:
    return [path for path in snapshot_paths() if "[" not in path and "*" not in path]


@dataclass(frozen=True, slots=True)
class ValuesShape(Shape[ListNode]):
    """What one field has in one case after the other; read with the customer of each case."""

    def read(self, node: Node, log: FaultLog) -> ListNode | None:
        """Take a list that is not empty."""
        if not isinstance(node, ListNode):
            wrong_type(node, "a list", log, hint="write one value for each case: `[120, 121]`")
            return None
        if not node.items:
            log.add(node.place, "empty", "this list may not be empty")
            return None
        return node

    def schema(self, terms: Terms) -> JsonSchema:  # noqa: ARG002  the same for every vocabulary
        """Describe a list of anything."""
        return {"type": "array", "minItems": 1}


@dataclass(frozen=True, slots=True)
class VaryShape(Shape[Located[Pairs[ListNode]]]):
    """Fields and the values that they take in step."""

    _fields = MapOf(PathShape(), ValuesShape(), at_least=1)

    def read(self, node: Node, log: FaultLog) -> Located[Pairs[ListNode]] | None:
        """Read every field."""
        return self._fields.read(node, log)

    def schema(self, terms: Terms) -> JsonSchema:
        """Offer the fields; others may stand in lists."""
        return {**self._fields.schema(terms), "properties": dict.fromkeys(_plain_paths(), ValuesShape().schema(terms))}


@dataclass(frozen=True, slots=True)
class TruthShape(Shape[Name]):
    """What a signal must be: true, false, or `unknown`."""

    def read(self, node: Node, log: FaultLog) -> Name | None:
        """Read true, false or `unknown`, as a word."""
        if isinstance(node, ScalarNode) and isinstance(node.value, bool):
            return Located("true" if node.value else "false", node.place)
        if isinstance(node, ScalarNode) and node.value == "unknown":
            return Located("unknown", node.place)
        wrong_type(node, "true, false or `unknown`", log, hint=flag_hint(node))
        return None

    def schema(self, terms: Terms) -> JsonSchema:  # noqa: ARG002  the same for every vocabulary
        """List the three."""
        return {"enum": [True, False, "unknown"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectForm(Form):
    """What must come out; what is not named is not checked."""

    diagnosis: Name | None = may(OneOf(get_args(DiagnosisKind)), "the kind of the diagnosis")
    lead: Name | None = may(OneOf((*get_args(Side), "none")), "the side to begin with")
    gaps: Located[Pairs[Name]] | None = may(
        MapOf(Reference("gap"), OneOf((*get_args(GapKind), "none"))), "kinds by gap; an empty mapping: no gap stands"
    )
    signals: Located[Pairs[Name]] | None = may(
        MapOf(Reference("signal"), TruthShape()), "what signals must be: true, false or unknown"
    )
    actions: Located[tuple[Name, ...]] | None = may(ListOf(Reference("play")), "plays in this order; more may follow")
    exactly: Located[bool] | None = may(Flag(), "no more actions may follow")
    withheld: Located[Pairs[Name]] | None = may(
        MapOf(Reference("play"), OneOf(get_args(WithheldReason))), "why a play was withheld"
    )
    undetermined: Located[tuple[Name, ...]] | None = may(ListOf(Reference("gap")), "gaps whose question is asked")


@dataclass(frozen=True, slots=True)
class Expectations:
    """What was written under `expect`: one expectation, or (`listed`) one for each case of `vary`.

    `written` counts those that could not be read too.
    """

    forms: tuple[ExpectForm, ...]
    listed: bool
    written: int
    place: Place


@dataclass(frozen=True, slots=True)
class ExpectationsShape(Shape[Expectations]):
    """One expectation, or a list of them."""

    def read(self, node: Node, log: FaultLog) -> Expectations | None:
        """Read one or several."""
        if isinstance(node, ListNode):
            listed = ListOf(FormOf(ExpectForm), 1, 1000).read(node, log)
            return None if listed is None else Expectations(listed.value, True, len(node.items), node.place)  # noqa: FBT003  the field is named `listed`
        form = FormOf(ExpectForm).read(node, log)
        return None if form is None else Expectations((form,), False, 1, node.place)  # noqa: FBT003  as above

    def schema(self, terms: Terms) -> JsonSchema:
        """Describe both."""
        one = FormOf(ExpectForm).schema(terms)
        return {"if": {"type": "array"}, "then": {"type": "array", "items": one, "minItems": 1}, "else": one}


@dataclass(frozen=True, slots=True, kw_only=True)
class TestForm(Form):
    """A customer and the expectation; or a customer alone, for others to be like."""

    __test__ = False  # for pytest: this is a form, not a test of ours
    name: Name | None = may(Line(longest=200), "what the test claims, in one line")
    customer: Name | None = may(NewId(), "the name of this customer, for `like` of other tests")
    like: Name | None = may(Reference("customer"), "the customer whose day and snapshot this one takes")
    as_of: Located[datetime] | None = may(InstantShape(), "the day of the decision")
    forget: Located[tuple[Name, ...]] | None = may(
        ListOf(PathShape(), 1, or_single=True), "fields of that customer that are not known here"
    )
    given: MapNode | None = may(
        GivenShape(), "the snapshot, or what differs; a date may be `{days_ago: 30}` or `{days_ahead: 30}`"
    )
    vary: Located[Pairs[ListNode]] | None = may(VaryShape(), "fields and their values, case by case")
    expect: Expectations | None = may(ExpectationsShape(), "what must come out; with `vary`, one for each case")


_NEEDED: Final[tuple[tuple[str, Any], ...]] = (
    (
        "allOf",
        [
            {"anyOf": [{"required": ["like"]}, {"required": ["as_of", "given"]}]},
            {"anyOf": [{"required": ["name", "expect"]}, {"required": ["customer"]}]},
        ],
    ),
    ("dependentRequired", {"forget": ["like"], "vary": ["expect"], "expect": ["name"]}),
)
TESTS: Final[Shape[Located[tuple[TestForm, ...]]]] = ListOf(FormOf(TestForm, also=_NEEDED), at_most=10_000)
