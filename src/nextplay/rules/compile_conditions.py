"""Conditions: names that exist, operators that fit the fact, values that can occur."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, cast

from nextplay.decision import FactValue
from nextplay.facts.spec import UNITS, FactSpec, ItemKind
from nextplay.rules.compile_names import Known, check_known
from nextplay.rules.condition import (
    All,
    AnyOf,
    Condition,
    FactLeaf,
    Not,
    Operator,
    Parameter,
    SignalLeaf,
    alternatives,
    leaves_of,
)
from nextplay.rules.fault_codes import FaultCode
from nextplay.rules.fault_log import FaultLog, listed_hint, shortened
from nextplay.rules.format_condition import (
    FITTING,
    KNOWLEDGE,
    LISTED,
    MOST_LISTED,
    ConditionForm,
    GroupForm,
    LeafForm,
    NotForm,
    SignalRef,
)
from nextplay.rules.format_value import read_parameter
from nextplay.rules.rulebook import Place
from nextplay.rules.shape import LONGEST_QUOTED, Name, flag_hint, number_hint, plain_number, wrong_type
from nextplay.rules.source import BrokenNode, ListNode, MapNode, Node, ScalarNode

TYPE_WORDS: Final = {
    "number": "a number",
    "flag": "true or false",
    "word": "a word of a list",
    "words": "several words of a list",
    "text": "a text",
    "day": "a date",
}
MOST_LEAVES: Final = 200
_FACT_NAME: Final = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")
_TWO_FACTS: Final = "two facts cannot be compared; look in docs/facts.md for a fact that is their ratio"
Operand = FactValue | tuple[float, float] | tuple[FactValue, ...] | Parameter


@dataclass(slots=True)
class ConditionCompiler:
    """Turns forms into conditions. `used` gathers which signal names which, for cycles."""

    known: Known
    log: FaultLog
    _reported: set[Place] = field(default_factory=set)

    def compile(
        self, form: ConditionForm | None, *, negated: bool = False, each: ItemKind | None = None
    ) -> Condition | None:
        """Check a whole condition, its alternatives too (of its opposite as well, where `negated`).

        `each` is the list whose items it is asked of.
        """
        if form is None:
            return None
        condition = self._compile(form, each)
        if condition is not None and sum(1 for _ in leaves_of(condition)) > MOST_LEAVES:
            message = f"a condition may have {MOST_LEAVES} comparisons"
            self.log.add(form.place, "too-long", message, hint="gather some of them in a signal of its own")
        elif condition is not None:
            self._check_alternatives(form, condition, negated=negated)
        return condition

    def _check_alternatives(self, form: ConditionForm, condition: Condition, *, negated: bool) -> None:
        for shape in (condition, Not(condition)) if negated else (condition,):
            try:
                alternatives(shape)
            except ValueError:
                self.log.add(
                    form.place,
                    "too-many-alternatives",
                    "this condition has more than 64 alternatives",
                    hint="gather some of them in a signal of its own",
                )
                return

    def _compile(self, form: ConditionForm, each: ItemKind | None) -> Condition | None:
        if isinstance(form, SignalRef):
            signal = check_known(form.name, self.known.signals, "signal", self.log)
            return None if signal is None else SignalLeaf(signal)
        if isinstance(form, NotForm):
            child = None if form.child is None else self._compile(form.child, each)
            return None if child is None else Not(child)
        if isinstance(form, GroupForm):
            children = [self._compile(child, each) for child in form.children]
            sound = tuple(child for child in children if child is not None)
            if not sound or len(sound) < len(children):
                return None
            return All(sound) if form.every else AnyOf(sound)
        return self.leaf(form, each)

    def leaf(self, form: LeafForm, each: ItemKind | None) -> FactLeaf | None:
        """Check one comparison."""
        spec = None if form.fact is None else self._spec(form.fact, each, of_item=form.of_item)
        if spec is None or form.operator is None or form.operand is None:
            return None
        operator = form.operator.value
        if operator not in FITTING[spec.type]:
            fitting = ", ".join(f"`{one}`" for one in FITTING[spec.type])
            message = f"`{operator}` does not fit `{spec.name}`, which is {TYPE_WORDS[spec.type]}"
            self.log.add(form.operator.place, "operator-type", message, hint=f"use one of {fitting}")
            return None
        if operator in KNOWLEDGE:
            return self._knowledge(form, spec, operator)
        operand = self._operand(form.operand, spec, operator)
        unknown = None if form.when_unknown is None else form.when_unknown.value
        return None if operand is None else FactLeaf(spec.name, cast("Operator", operator), operand, unknown)

    def _spec(self, name: Name, each: ItemKind | None, *, of_item: bool) -> FactSpec | None:
        if not of_item:
            return self.known.spec(name, self.log)
        if each is not None:
            return self.known.item_spec(name, each, self.log)
        hint = "write a signal with `for_each`, and use that here"
        self.log.add(name.place, "item-without-list", "`item` may stand only in a signal with `for_each`", hint=hint)
        return None

    def _knowledge(self, form: LeafForm, spec: FactSpec, operator: str) -> FactLeaf | None:
        node = form.operand
        if isinstance(node, ScalarNode) and node.value is not True:
            other = "is_unknown" if operator == "is_known" else "is_known"
            hint = f"write `{other}: true` for the opposite" if node.value is False else f"write `{operator}: true`"
            self.log.add(node.place, "wrong-type", f"`{operator}` takes only `true`", hint=hint)
            return None
        if not isinstance(node, ScalarNode):
            wrong_type(cast("Node", node), "`true`", self.log)
            return None
        if form.when_unknown is not None:
            message = f"`unknown` may not stand beside `{operator}`, which always decides"
            self.log.add(form.when_unknown.place, "misplaced-key", message, hint="remove it")
            return None
        return FactLeaf(spec.name, cast("Operator", operator))

    def _operand(self, node: Node, spec: FactSpec, operator: str) -> Operand:
        if operator in LISTED or operator == "between":
            return self._several(node, spec, operator)
        if isinstance(node, MapNode) and node.find("fact") is not None:
            self.log.add(node.place, "wrong-type", f"expected {TYPE_WORDS[spec.type]}, found a fact", hint=_TWO_FACTS)
            return None
        if isinstance(node, MapNode):
            return self._parameter(node, spec)
        return check_value(node, spec, self.log)

    def _several(self, node: Node, spec: FactSpec, operator: str) -> Operand:
        if not isinstance(node, ListNode):
            expected = "a list of two numbers" if operator == "between" else "a list of values"
            wrong_type(node, expected, self.log)
            return None
        if not 0 < len(node.items) <= MOST_LISTED:
            code: FaultCode = "too-long" if node.items else "empty"
            self.log.add(node.place, code, f"`{operator}` takes 1 to {MOST_LISTED} values")
            return None
        values = [check_value(item, spec, self.log) for item in node.items]
        sound = tuple(value for value in values if value is not None)
        if len(sound) < len(values):
            return None
        return self._bounds(node, sound) if operator == "between" else self._distinct(node, sound)

    def _bounds(self, node: ListNode, values: tuple[FactValue, ...]) -> Operand:
        if len(values) != 2:  # noqa: PLR2004  a lowest and a highest value
            self.log.add(node.place, "wrong-type", "`between` takes two numbers", hint="the lowest and the highest")
            return None
        low, high = cast("tuple[float, float]", values)
        if low > high:
            message = f"`{plain_number(low)}` is above `{plain_number(high)}`"
            self.log.add(node.place, "reversed-range", message, hint="put the lowest first")
            return None
        return low, high

    def _distinct(self, node: ListNode, values: tuple[FactValue, ...]) -> Operand:
        for index, value in enumerate(values):
            if value in values[:index]:
                shown = shortened(str(value))
                self.log.add(node.items[index].place, "duplicate-entry", f"`{shown}` stands in this list twice")
                return None
        return values

    def _parameter(self, node: MapNode, spec: FactSpec) -> Parameter | None:
        parameter = self.known.parameter(read_parameter(node, self.log).name, self.log)
        return parameter if parameter is not None and self._fits(parameter, spec, node.place) else None

    def _fits(self, parameter: Parameter, spec: FactSpec, use: Place) -> bool:
        """Check every value against the fact: its type where the parameter is used, the rest where the value stands."""
        places = self.known.parameter_places[parameter.name]
        sound = True
        for word, value in (*parameter.cases.items(), ("otherwise", parameter.otherwise)):
            problem = misfit(value, spec)
            if problem is None:
                continue
            sound, (code, message) = False, problem
            if code == "wrong-type":
                self.log.add(use, code, f"{message}; parameter `{parameter.name}` has others")
                break
            if places[word] not in self._reported:
                self._reported.add(places[word])
                self.log.add(places[word], code, f"{message}, which is compared with `{parameter.name}`")
        return sound


def misfit(value: FactValue, spec: FactSpec) -> tuple[FaultCode, str] | None:
    """Tell why a fact can never have this value: a code and a message; `None` where it can."""
    if spec.type == "number":
        return _number_misfit(value, spec)
    if spec.type == "flag":
        return None if isinstance(value, bool) else ("wrong-type", f"expected true or false for `{spec.name}`")
    if not isinstance(value, str):
        return "wrong-type", f"expected {'a text' if spec.type == 'text' else 'a word'} for `{spec.name}`"
    if spec.type == "text":
        return None if value.strip() else ("empty", f"expected a text for `{spec.name}`, found an empty one")
    return (
        None if value in spec.words else ("unknown-word", f"`{shortened(value)}` is none of the words of `{spec.name}`")
    )


def _number_misfit(value: FactValue, spec: FactSpec) -> tuple[FaultCode, str] | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "wrong-type", f"expected a number for `{spec.name}`"
    low, high = spec.low, spec.high
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = f"{'' if low is None else plain_number(low)}..{'' if high is None else plain_number(high)}"
        return "out-of-range", f"`{plain_number(value)}` is outside {bounds}, the range of `{spec.name}`"
    if spec.whole and not float(value).is_integer():
        return "not-whole", f"`{plain_number(value)}` is not whole, as `{spec.name}` always is"
    return None


def check_value(node: Node, spec: FactSpec, log: FaultLog) -> str | bool | int | float | None:
    """Return the constant where the fact can have it; report it where not."""
    if isinstance(node, BrokenNode):
        return None
    if not isinstance(node, ScalarNode):
        wrong_type(node, TYPE_WORDS[spec.type if spec.type != "words" else "word"], log)
        return None
    problem = misfit(node.value, spec)
    if problem is None:
        return node.value
    code, message = problem
    if code == "unknown-word":
        log.add_unknown(node.place, code, message, name=str(node.value), known=spec.words)
    else:
        log.add(node.place, code, message, hint=_remedy(node, spec, code))
    return None


def _remedy(node: ScalarNode, spec: FactSpec, code: str) -> str:
    if code == "wrong-type" and spec.type == "number":
        return _TWO_FACTS if _FACT_NAME.fullmatch(node.text) else number_hint(node)
    if code == "wrong-type" and spec.type == "flag":
        return flag_hint(node)
    if code == "wrong-type" and spec.type in ("text", "word") and len(node.text) <= LONGEST_QUOTED:
        return listed_hint(spec.words) if spec.type == "word" else f'write "{node.text}" in quotes'
    return f"`{spec.name}` is {UNITS[spec.unit]}" if code == "out-of-range" and spec.unit else ""
