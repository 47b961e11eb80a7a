"""Conditions written as Python expressions, for whatever compiles many of them to one function.

A comparison stands in the code where its truth is asked for, so that of a group only what decides it is evaluated, and
no truth is made to be looked at once. Numbers stand in the code as such; whatever else a rule file says is bound by
name and never becomes code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any, Final, NamedTuple

from nextplay.rules.condition import (
    COMPARISONS,
    All,
    AnyOf,
    Condition,
    FactLeaf,
    Not,
    Operator,
    Parameter,
    SignalLeaf,
    Truth,
)

_COMPARED: Final[Mapping[Operator, str]] = {
    "eq": "{value} == {operand}",
    "ne": "{value} != {operand}",
    "in": "{value} in {operand}",
    "not_in": "{value} not in {operand}",
    "lt": "{value} < {operand}",
    "lte": "{value} <= {operand}",
    "gt": "{value} > {operand}",
    "gte": "{value} >= {operand}",
    "contains": "{operand} in {value}",
}


class _Tests(NamedTuple):
    """What holds where a condition is true, and where it is false; and, asked after one of them, where it is unknown.

    `is_unknown` is empty where it never is.
    """

    is_true: str
    is_false: str
    is_unknown: str


class Writer:
    """Writes conditions as expressions; `constants` says what their names stand for."""

    def __init__(
        self,
        fact: Callable[[str], str],
        signal: Callable[[str], str],
        *,
        is_known: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """Take how a fact and how a signal is read, and which facts cannot be unknown where they are read."""
        self._fact = fact
        self._signal = signal
        self._is_known = is_known
        self._temporaries = 0
        self.constants: dict[str, Any] = {"__builtins__": {}}

    def expression(self, condition: Condition, *, unknown: str = "None") -> str:
        """Write a condition, in brackets unless it is a name.

        `unknown` is what is evaluated where it is unknown, and has to come to `None`.
        """
        match condition:
            case All((child,)) | AnyOf((child,)):
                return self.expression(child, unknown=unknown)
            case All(children) | AnyOf(children):
                return self._group(children, decisive=isinstance(condition, AnyOf), unknown=unknown)
        if unknown != "None":
            truth = self._temporary()
            return f"({unknown} if ({truth} := {self.expression(condition)}) is None else {truth})"
        return self._single(condition)

    def _single(self, condition: FactLeaf | SignalLeaf | Not) -> str:
        match condition:
            case SignalLeaf(signal):
                return self._signal(signal)
            case Not(child):
                truth = self._temporary()
                return f"(None if ({truth} := {self.expression(child)}) is None else not {truth})"
            case FactLeaf():
                return self._fact_leaf(condition)

    def is_true(self, normal: Condition) -> str:
        """Write what holds where a condition in negation normal form is true, for who need not tell false from unknown.

        There, a condition is true where enough of its leaves are, so `and` and `or` say it, and stop early. Leaves come
        first, since they cost least.
        """
        match normal:
            case All(children) | AnyOf(children):
                leaves_first = sorted(children, key=lambda child: isinstance(child, All | AnyOf))
                parts = map(self.is_true, leaves_first)
                if isinstance(normal, All):
                    return f"({' and '.join(parts)})" if children else "True"
                return f"({' or '.join(parts)})" if children else "False"
            case Not(leaf):
                return self._tests(leaf).is_false
            case leaf:
                return self._tests(leaf).is_true

    def _group(self, children: Sequence[Condition], *, decisive: bool, unknown: str) -> str:
        if not children:
            return str(not decisive)
        tests = [self._tests(child) for child in children]
        decided = " or ".join([one.is_true if decisive else one.is_false for one in tests])
        open_ = " or ".join(dict.fromkeys(one.is_unknown for one in tests if one.is_unknown))
        rest = f"{unknown} if {open_} else {not decisive}" if open_ else f"{not decisive}"
        return f"({decisive} if {decided} else {rest})"

    def _tests(self, condition: Condition) -> _Tests:
        match condition:
            case SignalLeaf(signal):
                name = self._signal(signal)
                return _Tests(name, f"{name} is False", f"{name} is None")
            case FactLeaf(operand=operand) if not isinstance(operand, Parameter):
                return self._leaf_tests(condition)
            case _:
                truth = self._temporary()
                expression = self.expression(condition)
                return _Tests(f"({truth} := {expression})", f"({truth} := {expression}) is False", f"{truth} is None")

    def _leaf_tests(self, leaf: FactLeaf) -> _Tests:
        value, compared, chosen = self._fact(leaf.fact), self._compared(leaf), leaf.when_unknown
        if leaf.operator in ("is_known", "is_unknown") or self._is_known(leaf.fact):
            return _Tests(compared, f"(not {compared})", "")
        return _Tests(
            f"({value} is None or {compared})" if chosen else f"({value} is not None and {compared})",
            f"({value} is None or not {compared})" if chosen is False else f"({value} is not None and not {compared})",
            f"{value} is None" if chosen is None else "",
        )

    def _fact_leaf(self, leaf: FactLeaf) -> str:
        value, chosen = self._fact(leaf.fact), leaf.when_unknown
        if isinstance(leaf.operand, Parameter):
            compare = self.constant(_by_case(leaf.operator, leaf.operand))
            truth = self._temporary()
            compared = f"{compare}({value}, {self._fact(leaf.operand.by)})"
            return f"({chosen} if ({truth} := {compared}) is None else {truth})"
        compared = self._compared(leaf)
        if leaf.operator in ("is_known", "is_unknown") or self._is_known(leaf.fact):
            return compared
        return f"({chosen} if {value} is None else {compared})"

    def _compared(self, leaf: FactLeaf) -> str:
        """Write the comparison of a known value with a constant, or the question whether it is known."""
        value, operand = self._fact(leaf.fact), leaf.operand
        if leaf.operator == "is_known":
            return f"({value} is not None)"
        if leaf.operator == "is_unknown":
            return f"({value} is None)"
        if leaf.operator == "between" and isinstance(operand, tuple):
            low, high = map(self.constant, operand)
            return f"({low} <= {value} <= {high})"
        if leaf.operator == "contains_any" and isinstance(operand, tuple):
            return f"(not {self.constant(frozenset(operand))}.isdisjoint({value}))"
        return f"({_COMPARED[leaf.operator].format(value=value, operand=self.constant(operand))})"

    def constant(self, value: object) -> str:
        """Return how a value is written: a number as it is, anything else as a name that is bound to it."""
        if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
            return repr(value)
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name

    def _temporary(self) -> str:
        self._temporaries += 1
        return f"t{self._temporaries}"


def _by_case(operator: Operator, parameter: Parameter) -> Callable[[Any, Any], Truth]:
    compare, cases, otherwise = COMPARISONS[operator], dict(parameter.cases), parameter.otherwise
    every = (*cases.values(), otherwise)

    def compared(value: Any, word: Any) -> Truth:  # noqa: ANN401  whatever the fact holds
        if value is None:
            return None
        if word is not None:
            return compare(value, cases.get(word, otherwise))
        outcomes = {compare(value, operand) for operand in every}
        return outcomes.pop() if len(outcomes) == 1 else None

    return compared
