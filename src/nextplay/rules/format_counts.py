"""Counts of `rulebook.yaml`: windows over one list, each with the lines that a row must meet to count."""

# ruff: noqa: RUF009 - `need` and `may` only wrap `dataclasses.field`
from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nextplay.facts import ITEM_KINDS, LIST_OF, kind_of
from nextplay.facts.item_fields import ITEM_SPECS
from nextplay.rules.fault_log import FaultLog
from nextplay.rules.form import Form, FormOf, may, need, report_unknown_keys
from nextplay.rules.format_condition import FITTING, OPERATORS, LeafForm, operand_schema, value_schema
from nextplay.rules.shape import JsonSchema, Line, Located, Name, OneOf, Shape, Terms, Whole, wrong_type
from nextplay.rules.source import BrokenNode, Entry, MapNode, Node, ScalarNode

MOST_WINDOW_DAYS: Final = 3650
LISTS: Final = tuple(LIST_OF.values())


@dataclass(frozen=True, slots=True)
class WhereShape(Shape[Located[tuple[LeafForm, ...]]]):
    """Fields of an item, each with a value that it must have or with one operator."""

    def read(self, node: Node, log: FaultLog) -> Located[tuple[LeafForm, ...]] | None:
        """Read every line; `complete` is false where one has no single operator."""
        if not isinstance(node, MapNode):
            wrong_type(node, "a mapping from fields of the item", log)
            return None
        lines = [self._line(entry, log) for entry in node.entries]
        sound = tuple(line for line in lines if line is not None)
        return Located(sound, node.place, complete=len(sound) == len(lines))

    def _line(self, entry: Entry, log: FaultLog) -> LeafForm | None:
        field, node = Located(entry.key, entry.place), entry.value
        if isinstance(node, ScalarNode):
            return LeafForm(entry.place, field, Located("eq", entry.place), node, None, of_item=True)
        if isinstance(node, BrokenNode):
            return None
        if not isinstance(node, MapNode):
            wrong_type(node, "a value or one operator", log, hint="such as `{in: [...]}`")
            return None
        meant = report_unknown_keys(node, OPERATORS, log)
        operators = [one for one in node.entries if one.key in OPERATORS]
        if len(operators) == 1:
            operator = operators[0]
            name = Located(operator.key, operator.place)
            return LeafForm(entry.place, field, name, operator.value, None, of_item=True)
        if operators:
            message = f"`{operators[0].key}` and `{operators[1].key}` stand in one comparison"
            log.add(operators[1].place, "two-operators", message, hint="use `between`, or count two windows")
        elif not meant and not node.entries:
            log.add(node.place, "no-operator", "a field needs a value or an operator", hint="such as `gte: 3`")
        return None

    def schema(self, terms: Terms) -> JsonSchema:  # noqa: ARG002  the list decides, which is another key
        """Leave it to `_where_schemas`: the fields depend on the list."""
        return {"type": "object"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CountForm(Form):
    """A window over one list; it becomes `counts.NAME` and the ages of what it counts."""

    of: Name | None = need(OneOf(LISTS), "the list whose rows are counted")
    where: Located[tuple[LeafForm, ...]] | None = may(
        WhereShape(), "what a row must meet to count: a value for a field, or one operator"
    )
    within_days: Located[int] | None = may(Whole(1, MOST_WINDOW_DAYS), "count rows of at most this age alone")
    meaning: Name | None = may(Line(longest=500), "what it tells")


def _where_schemas() -> list[JsonSchema]:
    """Offer the fields of each list with the values and operators that fit."""
    schemas: list[JsonSchema] = []
    for kind in ITEM_KINDS:
        fields: JsonSchema = {}
        for name, spec in ITEM_SPECS.items():
            if kind_of(name) == kind:
                operands = {one: operand_schema(one, spec, None) for one in FITTING[spec.type]}
                several = {"type": "object", "properties": operands, "minProperties": 1, "maxProperties": 1}
                several |= {"additionalProperties": False}
                plain = [value_schema(spec)] if "eq" in FITTING[spec.type] else []
                fields[name.partition(".")[2]] = {"anyOf": [*plain, several]}
        where = {"type": "object", "properties": fields, "additionalProperties": False}
        schemas.append(
            {
                "if": {"properties": {"of": {"const": LIST_OF[kind]}}, "required": ["of"]},
                "then": {"properties": {"where": where}},
            }
        )
    return schemas


COUNT: Final[Shape[CountForm]] = FormOf(CountForm, also=(("allOf", _where_schemas()),))
