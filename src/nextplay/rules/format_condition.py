"""How conditions are written: signals by name, `all`, `any`, `not`, and leaves that compare one fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from nextplay.facts import ITEM_KINDS, kind_of
from nextplay.facts.item_fields import ITEM_SPECS
from nextplay.facts.spec import FactSpec
from nextplay.rules.condition import Operator
from nextplay.rules.fault_log import FaultLog
from nextplay.rules.form import report_unknown_keys
from nextplay.rules.rulebook import Place
from nextplay.rules.shape import (
    FactName,
    Flag,
    JsonSchema,
    Located,
    Name,
    Reference,
    Shape,
    Terms,
    read_text,
    wrong_type,
)
from nextplay.rules.source import BrokenNode, ListNode, MapNode, Node, ScalarNode

OPERATORS: Final[tuple[str, ...]] = get_args(Operator)
EQUALITY: Final = ("eq", "ne", "in", "not_in")
ORDER: Final = ("lt", "lte", "gt", "gte", "between")
KNOWLEDGE: Final = ("is_known", "is_unknown")
FITTING: Final[Mapping[str, tuple[str, ...]]] = {
    "number": (*EQUALITY, *ORDER, *KNOWLEDGE),
    "flag": (*EQUALITY, *KNOWLEDGE),
    "word": (*EQUALITY, *KNOWLEDGE),
    "text": (*EQUALITY, *KNOWLEDGE),
    "words": ("contains", "contains_any", *KNOWLEDGE),
    "day": KNOWLEDGE,
}
"""The operators that fit each type of fact."""
LISTED: Final = frozenset({"in", "not_in", "contains_any"})
MOST_CHILDREN: Final = 200
MOST_LISTED: Final = 200
_FORMS: Final = ("all", "any", "not", "signal", "fact", "item")


@dataclass(frozen=True, slots=True)
class SignalRef:
    """A signal by name."""

    name: Name

    @property
    def place(self) -> Place:
        """Where the name stands."""
        return self.name.place


@dataclass(frozen=True, slots=True)
class LeafForm:
    """One fact compared; what could not be read is `None`. Of an item, `fact` is its name without the kind."""

    place: Place
    fact: Name | None
    operator: Name | None
    operand: Node | None
    when_unknown: Located[bool] | None
    of_item: bool = False


@dataclass(frozen=True, slots=True)
class GroupForm:
    """`all` or `any` of some conditions."""

    place: Place
    every: bool
    children: tuple[ConditionForm, ...]


@dataclass(frozen=True, slots=True)
class NotForm:
    """The opposite of a condition."""

    place: Place
    child: ConditionForm | None


ConditionForm = SignalRef | LeafForm | GroupForm | NotForm


@dataclass(frozen=True, slots=True)
class ConditionShape(Shape[ConditionForm]):
    """A condition. Its depth is bounded by that of the file."""

    def read(self, node: Node, log: FaultLog) -> ConditionForm | None:
        """Read a signal's name, a list (any of it), or a mapping."""
        if isinstance(node, ListNode):
            return self._group(node.place, node, log, every=False)
        if isinstance(node, ScalarNode):
            name = read_text(node, "a condition", log)
            return None if name is None else SignalRef(name)
        return None if isinstance(node, BrokenNode) else self._mapping(node, log)

    def _mapping(self, node: MapNode, log: FaultLog) -> ConditionForm | None:
        chosen = [entry for entry in node.entries if entry.key in _FORMS]
        if len(chosen) > 1:
            message = f"`{chosen[0].key}` and `{chosen[1].key}` may not stand side by side"
            log.add(chosen[1].place, "bad-condition", message, hint="put them under `all` or `any`")
            return None
        if not chosen:
            if not report_unknown_keys(node, (*_FORMS, *OPERATORS, "unknown"), log) and not node.entries:
                hint = "write a signal's name, `all`, `any`, `not`, or a `fact` with one operator"
                log.add(node.place, "bad-condition", "this is no condition", hint=hint)
            return None
        entry = chosen[0]
        if entry.key in ("fact", "item"):
            return self._leaf(node, entry.key, log)
        report_unknown_keys(node, (entry.key,), log)
        if entry.key == "signal":
            name = Reference("signal").read(entry.value, log)
            return None if name is None else SignalRef(name)
        if entry.key == "not":
            return NotForm(node.place, self.read(entry.value, log))
        return self._group(node.place, entry.value, log, every=entry.key == "all")

    def _group(self, place: Place, node: Node, log: FaultLog, *, every: bool) -> GroupForm | None:
        if not isinstance(node, ListNode):
            wrong_type(node, "a list of conditions", log)
            return None
        if not node.items:
            log.add(node.place, "empty", "a list of conditions may not be empty")
            return None
        if len(node.items) > MOST_CHILDREN:
            log.add(node.place, "too-long", f"a list of conditions may have {MOST_CHILDREN} entries")
            return None
        read = (self.read(item, log) for item in node.items)
        return GroupForm(place, every, tuple(form for form in read if form is not None))

    def _leaf(self, node: MapNode, key: str, log: FaultLog) -> LeafForm:
        operators = [entry for entry in node.entries if entry.key in OPERATORS]
        meant = report_unknown_keys(node, (key, "unknown", *OPERATORS), log)
        fact_node, unknown = node.find(key), node.find("unknown")
        named = "the name of a fact" if key == "fact" else "a field of the item"
        fact = None if fact_node is None else read_text(fact_node, named, log)
        if len(operators) > 1:
            message = f"`{operators[0].key}` and `{operators[1].key}` stand in one comparison"
            log.add(
                operators[1].place, "two-operators", message, hint="put two comparisons under `all`, or use `between`"
            )
        elif not operators and not meant and len(node.entries) == 1 + (unknown is not None):
            article = "a" if key == "fact" else "an"
            log.add(
                node.place, "no-operator", f"{article} `{key}` needs an operator", hint="such as `gte: 3` or `eq: true`"
            )
        single = operators[0] if len(operators) == 1 else None
        return LeafForm(
            node.place,
            fact,
            None if single is None else Located(single.key, single.place),
            None if single is None else single.value,
            None if unknown is None else Flag().read(unknown, log),
            of_item=key == "item",
        )

    def schema(self, terms: Terms) -> JsonSchema:  # noqa: ARG002  the terms stand in the definition
        """Point to the definition, which names itself."""
        return {"$ref": "#/$defs/condition"}


@dataclass(frozen=True, slots=True)
class SignalConditionShape(ConditionShape):
    """The condition of a signal, about the items of a list where the signal says `for_each`."""

    def schema(self, terms: Terms) -> JsonSchema:  # noqa: ARG002  what may stand here depends on another key
        """Leave it to `item_schemas`."""
        return {}


def condition_definitions(terms: Terms) -> JsonSchema:
    """Return the definitions that `ConditionShape` points to; one leaf for each kind of fact."""
    return {
        "condition": _condition(terms, "condition", "leaf"),
        "leaf": _leaves("fact", terms.specs, FactName().schema(terms), terms),
    }


def item_definitions(terms: Terms) -> JsonSchema:
    """Return the definitions of conditions about the items of each list: all of a condition, and `item` leaves."""
    found: JsonSchema = {}
    for kind in ITEM_KINDS:
        specs = {name.partition(".")[2]: spec for name, spec in ITEM_SPECS.items() if kind_of(name) == kind}
        found[f"condition_of_{kind}"] = _condition(terms, f"condition_of_{kind}", "leaf", f"leaf_of_{kind}")
        found[f"leaf_of_{kind}"] = _leaves("item", specs, {"enum": sorted(specs)}, terms)
    return found


def item_schemas() -> list[JsonSchema]:
    """Say which conditions may stand under `when`: with `for_each`, also those about an item of that list."""
    schemas: list[JsonSchema] = [
        {
            "if": {"properties": {"for_each": {"const": kind}}, "required": ["for_each"]},
            "then": {"properties": {"when": {"$ref": f"#/$defs/condition_of_{kind}"}}},
        }
        for kind in ITEM_KINDS
    ]
    plain = {"properties": {"when": {"$ref": "#/$defs/condition"}}}
    return [*schemas, {"if": {"not": {"required": ["for_each"]}}, "then": plain}]


def _condition(terms: Terms, name: str, *leaves: str) -> JsonSchema:
    one = {"$ref": f"#/$defs/{name}"}
    several = {"type": "array", "items": one, "minItems": 1, "maxItems": MOST_CHILDREN}
    signal = Reference("signal").schema(terms)
    grouped = [_single_key(key, shape) for key, shape in (("all", several), ("any", several), ("not", one))]
    ends = [{"$ref": f"#/$defs/{leaf}"} for leaf in leaves]
    return {"anyOf": [signal, several, *grouped, _single_key("signal", signal), *ends]}


def _leaves(key: str, specs: Mapping[str, FactSpec], named: JsonSchema, terms: Terms) -> JsonSchema:
    groups: dict[tuple[Any, ...], list[str]] = {}
    for name, spec in specs.items():
        groups.setdefault((spec.type, spec.words, spec.low, spec.high, spec.whole), []).append(name)
    leaves = [_when_fact(key, names, _leaf_schema(key, specs[names[0]], terms)) for names in groups.values()]
    return {"type": "object", "properties": {key: named}, "required": [key], "allOf": leaves}


def _when_fact(key: str, names: list[str], then: JsonSchema) -> JsonSchema:
    """Apply `then` to these facts only, so that an editor names the one thing that is wrong."""
    return {"if": {"properties": {key: {"enum": sorted(names)}}, "required": [key]}, "then": then}


def _single_key(key: str, shape: JsonSchema) -> JsonSchema:
    return {"type": "object", "properties": {key: shape}, "required": [key], "additionalProperties": False}


def _leaf_schema(key: str, spec: FactSpec, terms: Terms) -> JsonSchema:
    """Describe the comparisons of facts that are alike: the operators that fit, the values that can occur."""
    fitting = FITTING[spec.type]
    operands = {operator: operand_schema(operator, spec, terms) for operator in fitting}
    return {
        "properties": {key: {}, "unknown": {"type": "boolean"}, **operands},
        "oneOf": [{"required": [operator]} for operator in fitting],
        "additionalProperties": False,
    }


def operand_schema(operator: str, spec: FactSpec, terms: Terms | None) -> JsonSchema:
    """Describe what an operator may compare a fact with; parameters only where there are `terms`."""
    if operator in KNOWLEDGE:
        return {"const": True}
    value = value_schema(spec)
    if operator == "between":
        return {"type": "array", "items": value, "minItems": 2, "maxItems": 2}
    if operator in LISTED:
        return {"type": "array", "items": value, "minItems": 1, "maxItems": MOST_LISTED, "uniqueItems": True}
    if terms is None:
        return value
    return {"anyOf": [value, _single_key("param", Reference("parameter").schema(terms))]}


def value_schema(spec: FactSpec) -> JsonSchema:
    """Describe the constants that a fact can be compared with."""
    if spec.type == "flag":
        return {"type": "boolean"}
    if spec.type in ("word", "words"):
        return {"enum": list(spec.words)}
    if spec.type == "text":
        return {"type": "string", "minLength": 1}
    described: JsonSchema = {"type": "integer" if spec.whole else "number"}
    if spec.low is not None:
        described["minimum"] = spec.low
    if spec.high is not None:
        described["maximum"] = spec.high
    return described
