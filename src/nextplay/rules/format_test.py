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
from nextplay.rules.form import Form, FormOf, may, need
from nextplay.rules.shape import (
    Flag,
    JsonSchema,
    Line,
    ListOf,
    Located,
    MapOf,
    Name,
    OneOf,
    Pairs,
    Reference,
    Shape,
    Terms,
    read_text,
    wrong_type,
)
from nextplay.rules.source import MapNode, Node
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectForm(Form):
    """What must come out; what is not named is not checked."""

    diagnosis: Name | None = may(OneOf(get_args(DiagnosisKind)), "the kind of the diagnosis")
    lead: Name | None = may(OneOf((*get_args(Side), "none")), "the side to begin with")
    gaps: Located[Pairs[Name]] | None = may(
        MapOf(Reference("gap"), OneOf((*get_args(GapKind), "none"))), "kinds by gap; an empty mapping: no gap stands"
    )
    actions: Located[tuple[Name, ...]] | None = may(ListOf(Reference("play")), "plays in this order; more may follow")
    exactly: Located[bool] | None = may(Flag(), "no more actions may follow")
    withheld: Located[Pairs[Name]] | None = may(
        MapOf(Reference("play"), OneOf(get_args(WithheldReason))), "why a play was withheld"
    )
    undetermined: Located[tuple[Name, ...]] | None = may(ListOf(Reference("gap")), "gaps whose question is asked")


@dataclass(frozen=True, slots=True, kw_only=True)
class TestForm(Form):
    """A customer and the expectation."""

    __test__ = False  # for pytest: this is a form, not a test of ours
    name: Name | None = need(Line(longest=200), "what the test claims, in one line")
    as_of: Located[datetime] | None = need(InstantShape(), "the day of the decision")
    given: MapNode | None = need(GivenShape(), "the snapshot; a date may be `{days_ago: 30}` or `{days_ahead: 30}`")
    expect: ExpectForm | None = need(FormOf(ExpectForm), "what must come out")


TESTS: Final[Shape[Located[tuple[TestForm, ...]]]] = ListOf(FormOf(TestForm), at_most=10_000)
