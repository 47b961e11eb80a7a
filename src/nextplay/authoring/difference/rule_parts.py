"""A rule taken apart into named parts with one short text each, so that two versions can be laid side by side.

Whatever fields a rule has or will have: numbers and words stand for themselves, conditions as their leaves, texts as
the mere fact that they are what they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any, Final

from nextplay.authoring.readings import value_text
from nextplay.rules.condition import All, AnyOf, Condition, FactLeaf, Not, Parameter, SignalLeaf
from nextplay.rules.rulebook import ContactLimit, Prior, Target

TEXTS: Final = frozenset({"title", "says", "rationale", "checklist", "text", "labels", "question"})
"""Fields that people read; that one changed is told, never what it says."""
_NOT_COMPARED: Final = frozenset({"id", "place"})
_CONDITION: Final = (FactLeaf, SignalLeaf, Not, All, AnyOf)
_SHORT: Final = (Target, ContactLimit)
_NOTHING: Final = "none"
_LEARNED: Final = "learned."
"""Where propensities stand that were learned: the chance tells more than two counts do."""
_WRITTEN: Final = {"life.status": "status", "life.starts_on": "from", "life.ends_on": "until", "life.was": "was"}
"""What these parts are called in a rule file."""


class Parts:
    """The parts of one rule by path: `values` in words, `tables` case by case, `conditions` as trees, and `texts`."""

    def __init__(self, rule: Any, named: Collection[str]) -> None:  # noqa: ANN401  any rule
        """Take a rule apart; `named` are the parameters of the rulebook, which have parts of their own."""
        self._named = named
        self.values: dict[str, str] = {}
        self.conditions: dict[str, Condition] = {}
        self.texts: dict[str, object] = {}
        self.tables: dict[str, dict[str, str]] = {}
        self._take_fields("", rule)

    def beside(self, other: Parts) -> dict[str, str]:
        """Return the values to lay beside those of another version: a table that is one there too case by case."""
        found = dict(self.values)
        for path, cases in self.tables.items():
            if path in other.tables:
                found |= {f"{path}.{case}": value for case, value in cases.items()}
            else:
                by, *rest = cases.items()
                found[path] = f"by {by[1]}: {', '.join(f'{case} {value}' for case, value in rest)}"
        return found

    def _take_fields(self, path: str, rule: Any) -> None:  # noqa: ANN401  any part of a rule
        for entry in fields(rule):
            if entry.name not in _NOT_COMPARED:
                self._take(f"{path}.{entry.name}" if path else entry.name, getattr(rule, entry.name))

    def _take(self, path: str, value: Any) -> None:  # noqa: ANN401  any part of a rule
        if path.rpartition(".")[2] in TEXTS:
            self.texts[path] = value
        elif isinstance(value, _CONDITION):
            self.conditions[path] = value
        elif isinstance(value, Parameter):
            self._take_table(path, value)
        elif isinstance(value, Prior) and path.startswith(_LEARNED):
            self.values[path] = f"{value.accepted / value.of:.2f} ({value.accepted:.1f} of {value.of:.1f})"
        elif is_dataclass(value) and not isinstance(value, _SHORT):
            self._take_fields(path, value)
        elif inner := _inner(path, value):
            for name, entry in inner:
                self._take(name, entry)
        elif value not in (None, (), {}):
            self.values[_WRITTEN.get(path, path)] = short(value)

    def _take_table(self, path: str, value: Parameter) -> None:
        if value.name in self._named:
            self.values[path] = f"parameter {value.name}"
            return
        self.tables[path] = dict(table(value))


def table(value: Parameter) -> Iterator[tuple[str, str]]:
    """Return the parts of a table: by which fact, each case, and what holds otherwise."""
    yield "by", value.by
    for word, case in value.cases.items():
        yield word, value_text(case)
    yield "otherwise", value_text(value.otherwise)


def short(value: object) -> str:
    """Write a part of a rule in a few words."""
    if value is None or value == ():
        return _NOTHING
    if isinstance(value, Target):
        return f"{value.gap} as {value.side}" if value.side else value.gap
    if isinstance(value, ContactLimit):
        channel = f" by {value.channel}" if value.channel else ""
        return f"{value.touches} touches{channel} in {value.period_days} days"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return ", ".join(map(short, value))
    return value_text(value)


def leaf_text(leaf: FactLeaf | SignalLeaf) -> str:
    """Write a leaf as its author does: the fact, the operator, and what it is compared with."""
    if isinstance(leaf, SignalLeaf):
        return leaf.signal
    return " ".join(part for part in (leaf.fact, leaf.operator, operand_text(leaf)) if part)


def operand_text(leaf: FactLeaf) -> str:
    """Write what a fact is compared with; nothing where the operator asks for none."""
    chosen = "" if leaf.when_unknown is None else f" (unknown: {str(leaf.when_unknown).lower()})"
    if isinstance(leaf.operand, Parameter):
        return f"parameter {leaf.operand.name}{chosen}"
    if leaf.operand is None:
        return chosen.strip()
    if leaf.operator == "between" and isinstance(leaf.operand, tuple):
        return f"{value_text(leaf.operand[0])} to {value_text(leaf.operand[1])}{chosen}"
    return f"{value_text(leaf.operand)}{chosen}"


def _inner(path: str, value: object) -> list[tuple[str, Any]]:
    """Name the parts of a table, of weights by name, and of a list whose entries have parts of their own."""
    if isinstance(value, Mapping):
        return [(f"{path}.{key}", entry) for key, entry in value.items()]
    if not isinstance(value, tuple):
        return []
    if all(_is_weight(entry) for entry in value):
        return [(f"{path}.{name}", weight) for name, weight in value]
    if any(is_dataclass(entry) and not isinstance(entry, _SHORT) for entry in value):
        return [(f"{path}[{number}]", entry) for number, entry in enumerate(value, start=1)]
    return []


def _is_weight(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str)  # noqa: PLR2004  name and weight
