"""From the facts of a declared count back to rows that it counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nextplay.decision import FactValue
from nextplay.facts.comparisons import COMPARISONS, Operator
from nextplay.facts.declare import Writer, number
from nextplay.facts.draft import Draft
from nextplay.facts.item_fields import AGE_OF, ITEM_SPECS
from nextplay.facts.items import LIST_OF
from nextplay.facts.items_inverse import write_item
from nextplay.facts.spec import CountSpec, FactSpec

_TEXT: Final = "another text"


def count_writer(spec: CountSpec) -> Writer:
    """Return the inverse of the facts of a count: rows that meet its lines, as many and as old as asked for."""
    name = f"counts.{spec.name}"

    def write(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
        draft.rows(LIST_OF[spec.of])
        ages = [int(number(wanted[key])) for key in (f"{name}.newest_days", f"{name}.oldest_days") if key in wanted]
        count = int(number(wanted.get(name, len(set(ages)))))
        if len(set(ages)) > count:
            raise ValueError("more rows would be needed than are to be counted")
        fields = _fields(spec)
        for index in range(count):
            age = ages[min(index, len(ages) - 1)] if ages else 0
            own = {**fields, "age_days": age} if spec.of in AGE_OF and "age_days" not in fields else fields
            write_item(draft, spec.of, own)

    return write


def _fields(spec: CountSpec) -> dict[str, FactValue]:
    """Choose a value for each field with which every line about it holds."""
    lines: dict[str, list[tuple[str, Any]]] = {}
    for field, operator, operand in spec.where:
        lines.setdefault(field, []).append((operator, operand))
    found: dict[str, FactValue] = {}
    for field, own in lines.items():
        samples = _samples(ITEM_SPECS[f"{spec.of}.{field}"], [operand for _, operand in own])
        fitting = [value for value in samples if all(_holds(value, *line) for line in own)]
        if not fitting:
            raise ValueError("no value of a field meets every line")
        found[field] = fitting[0]
    return found


def _holds(value: FactValue, operator: str, operand: object) -> bool:
    if operator in ("is_known", "is_unknown"):
        return (value is not None) == (operator == "is_known")
    known: Operator = operator  # type: ignore[assignment]
    return value is not None and COMPARISONS[known](value, operand)


def _samples(spec: FactSpec, operands: list[Any]) -> list[FactValue]:
    """Return values among which one meets the lines, if any does."""
    parts = [part for one in operands for part in (one if isinstance(one, tuple) else (one,))]
    if spec.type == "flag":
        return [True, False, None]
    if spec.type == "word":
        return [*spec.words, None]
    if spec.type == "words":
        return [(), tuple(word for word in spec.words if word in parts), None]
    if spec.type == "number":
        step = 1 if spec.whole else spec.step or 1
        near = [value for part in parts for value in (part, part - step, part + step)]
        bounds = [bound for bound in (spec.low, spec.high) if bound is not None]
        low, high = spec.low, spec.high
        within = [v for v in near if (low is None or v >= low) and (high is None or v <= high)]
        return [*within, *bounds, None]
    return [*parts, _TEXT, None]
