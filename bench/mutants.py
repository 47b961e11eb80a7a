"""Small mistakes in rule files, of the kinds that people make: where each can be made, and how.

A threshold off by one notch of its fact, an operator turned around, evidence written under the other kind, a signal
forgotten. `mutations.py` draws from them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nextplay.facts import FactSpec

Way = tuple[str | int, ...]
"""The way to a value inside a document: keys and positions."""
KINDS: Final = ("threshold moved", "operator flipped", "evidence moved", "signal dropped")
_ORDERED: Final = ("lt", "lte", "gt", "gte")
_FLIPPED: Final = {
    "lt": "gt", "gt": "lt", "lte": "gte", "gte": "lte", "eq": "ne", "ne": "eq", "in": "not_in", "not_in": "in",
    "is_known": "is_unknown", "is_unknown": "is_known",
}  # fmt: skip
_CONDITIONS: Final = ("when", "reading", "unless", "eligibility", "applicability", "suitability", "done_when")
_RULE_FOLDERS: Final = ("signals/", "gaps/", "plays/")


@dataclass(frozen=True, slots=True)
class Mutation:
    """One mistake: its kind, the file, the rule and the change in words; `apply` makes it in a document."""

    kind: str
    file: str
    rule: str
    says: str
    apply: Callable[[Any], None]


def mutations_of(documents: Mapping[str, Any], specs: Mapping[str, FactSpec]) -> dict[str, list[Mutation]]:
    """List every mistake that can be made in the rule files, by kind, in the order of the files."""
    found: dict[str, list[Mutation]] = {kind: [] for kind in KINDS}
    compared = _compared_parameters(documents)
    for file, document in documents.items():
        if file == "rulebook.yaml":
            for mutation in _parameter_mutations(document, compared, specs):
                found[mutation.kind].append(mutation)
        elif file.startswith(_RULE_FOLDERS):
            for number, rule in enumerate(document):
                for mutation in _rule_mutations(file, number, rule, specs):
                    found[mutation.kind].append(mutation)
    return found


def _rule_mutations(
    file: str, number: int, rule: Mapping[str, Any], specs: Mapping[str, FactSpec]
) -> Iterator[Mutation]:
    name, kind = str(rule["id"]), rule.get("for_each")
    for way in _condition_ways(rule):
        for leaf_way, leaf in _leaves(_at(rule, way), way):
            yield from _leaf_mutations(file, name, (number, *leaf_way), leaf, specs, item=kind)
        for list_way, names in _name_lists(_at(rule, way), way):
            yield from _drops(file, name, (number, *list_way), names)
    yield from _moves(file, name, number, rule)


def _condition_ways(rule: Mapping[str, Any]) -> Iterator[Way]:
    for key in _CONDITIONS:
        if key in rule:
            yield (key,)
    for side in ("cx", "cs"):
        if side in rule:
            yield (side, "when")


def _leaves(condition: Any, way: Way) -> Iterator[tuple[Way, Mapping[str, Any]]]:  # noqa: ANN401  YAML
    if isinstance(condition, Mapping):
        if "fact" in condition or "item" in condition:
            yield way, condition
        for key in ("all", "any", "not"):
            if key in condition:
                yield from _leaves(condition[key], (*way, key))
    elif isinstance(condition, list):
        for position, child in enumerate(condition):
            yield from _leaves(child, (*way, position))


def _name_lists(condition: Any, way: Way) -> Iterator[tuple[Way, list[Any]]]:  # noqa: ANN401  YAML
    """Find the lists of a condition out of which a name can be left: those of two parts or more."""
    if isinstance(condition, Mapping):
        for key in ("all", "any", "not"):
            if key in condition:
                yield from _name_lists(condition[key], (*way, key))
    elif isinstance(condition, list):
        if len(condition) > 1:
            yield way, condition
        for position, child in enumerate(condition):
            yield from _name_lists(child, (*way, position))


def _leaf_mutations(
    file: str, rule: str, way: Way, leaf: Mapping[str, Any], specs: Mapping[str, FactSpec], *, item: str | None
) -> Iterator[Mutation]:
    fact = str(leaf["fact"]) if "fact" in leaf else f"{item}.{leaf['item']}"
    for operator in leaf:
        if operator in _FLIPPED:
            other = _FLIPPED[operator]
            says = f"{fact}: {operator} became {other}"
            yield Mutation("operator flipped", file, rule, says, _renames(way, operator, other))
        if operator in (*_ORDERED, "between") and fact in specs:
            for end, value in _numbers(leaf[operator]):
                moved = _moved(value, specs[fact])
                if moved is not None:
                    says = f"{fact} {operator}: {value} became {moved}"
                    yield Mutation("threshold moved", file, rule, says, _sets((*way, operator, *end), moved))


def _numbers(operand: Any) -> Iterator[tuple[Way, float]]:  # noqa: ANN401  YAML
    if isinstance(operand, list):
        for position, part in enumerate(operand):
            yield (position,), part
    elif isinstance(operand, int | float) and not isinstance(operand, bool):
        yield (), operand


def _moved(value: float, spec: FactSpec) -> float | None:
    """Move a threshold by one notch of its fact: up, or down where its range ends."""
    notch = 1 if spec.whole else (spec.step or 0.1)
    for moved in (round(value + notch, 6), round(value - notch, 6)):
        if (spec.low is None or moved >= spec.low) and (spec.high is None or moved <= spec.high):
            return int(moved) if isinstance(value, int) and moved == int(moved) else moved
    return None


def _compared_parameters(documents: Mapping[str, Any]) -> dict[str, str]:
    """Say with which fact each parameter is compared."""
    found: dict[str, str] = {}
    for file, document in documents.items():
        if file.startswith(_RULE_FOLDERS):
            for rule in document:
                for way in _condition_ways(rule):
                    for _, leaf in _leaves(_at(rule, way), way):
                        for operand in leaf.values():
                            if isinstance(operand, Mapping) and "param" in operand and "fact" in leaf:
                                found[str(operand["param"])] = str(leaf["fact"])
    return found


def _parameter_mutations(
    document: Mapping[str, Any], compared: Mapping[str, str], specs: Mapping[str, FactSpec]
) -> Iterator[Mutation]:
    for name, cases in document.get("parameters", {}).items():
        spec = specs.get(compared.get(name, ""))
        for case, value in cases.items() if spec else ():
            if case != "by" and isinstance(value, int | float) and spec:
                moved = _moved(value, spec)
                if moved is not None:
                    says = f"{name}.{case}: {value} became {moved}"
                    way = ("parameters", name, case)
                    yield Mutation("threshold moved", "rulebook.yaml", name, says, _sets(way, moved))


def _moves(file: str, rule: str, number: int, gap: Mapping[str, Any]) -> Iterator[Mutation]:
    """Move evidence of a contested gap to its other side, or a plain gap to the other kind."""
    if gap.get("kind") in ("cx", "cs"):
        other = "cs" if gap["kind"] == "cx" else "cx"
        yield Mutation(
            "evidence moved", file, rule, f"kind {gap['kind']} became {other}", _sets((number, "kind"), other)
        )
    for side, other in (("cx", "cs"), ("cs", "cx")):
        if side in gap and other in gap:
            for way, parts in _name_lists(gap[side]["when"], (number, side, "when")):
                for position, part in enumerate(parts):
                    says = f"{_told(part)} moved from {side} to {other}"
                    apply = _moves_part((*way, position), (number, other, "when"))
                    yield Mutation("evidence moved", file, rule, says, apply)


def _drops(file: str, rule: str, way: Way, parts: Sequence[Any]) -> Iterator[Mutation]:
    for position, part in enumerate(parts):
        if isinstance(part, str):
            yield Mutation("signal dropped", file, rule, f"{part} left out", _removes((*way, position)))


def _told(part: Any) -> str:  # noqa: ANN401  YAML
    return part if isinstance(part, str) else json.dumps(part, default=str)


def _at(document: Any, way: Way) -> Any:  # noqa: ANN401  YAML
    for key in way:
        document = document[key]
    return document


def _sets(way: Way, value: object) -> Callable[[Any], None]:
    def apply(document: Any) -> None:  # noqa: ANN401  YAML
        _at(document, way[:-1])[way[-1]] = value

    return apply


def _removes(way: Way) -> Callable[[Any], None]:
    def apply(document: Any) -> None:  # noqa: ANN401  YAML
        del _at(document, way[:-1])[way[-1]]

    return apply


def _renames(way: Way, operator: str, other: str) -> Callable[[Any], None]:
    def apply(document: Any) -> None:  # noqa: ANN401  YAML
        leaf = _at(document, way)
        leaf[other] = leaf.pop(operator)

    return apply


def _moves_part(way: Way, target: Way) -> Callable[[Any], None]:
    def apply(document: Any) -> None:  # noqa: ANN401  YAML
        parts = _at(document, way[:-1])
        part = parts.pop(way[-1])
        there, key = _at(document, target[:-1]), target[-1]
        there[key] = {"any": [there[key], part]}

    return apply
