"""Custom fields: a rulebook declares them, and each becomes a fact `attributes.NAME`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nextplay.decision import FactValue
from nextplay.facts.account_view import AccountView
from nextplay.facts.declare import Fact, Writer
from nextplay.facts.draft import Draft
from nextplay.facts.spec import AttributeSpec, FactSpec
from nextplay.snapshot import InputWarning
from nextplay.snapshot.remedies import shown_key

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "number": (int, float),
    "flag": (bool,),
    "word": (str,),
    "text": (str,),
}
_NAMED: Final = {"number": "a number", "flag": "true or false", "word": "a word of the rulebook", "text": "a text"}


def attribute_fact(spec: AttributeSpec) -> Fact:
    """Return the fact of one declared field. A value that does not fit its declaration is unknown."""
    path = f"attributes.{spec.name}"
    declared = FactSpec(
        name=path,
        type=spec.type,
        meaning=spec.meaning,
        unit=spec.unit,
        low=spec.low,
        high=spec.high,
        step=spec.step,
        words=spec.words,
        reads=(path,),
    )

    def read(attributes: Mapping[str, FactValue]) -> FactValue:
        value = attributes.get(spec.name)
        return value if value is not None and fault_of(value, spec) is None else None

    return Fact(declared, _attributes, read, _put(path, spec.name), rank=0)


def attribute_warnings(
    attributes: Mapping[str, FactValue] | None, declared: Mapping[str, AttributeSpec]
) -> tuple[InputWarning, ...]:
    """Name the fields that were sent and cannot be used, in the order of their names."""
    warnings = []
    for name in sorted(attributes or ()):
        value, spec = (attributes or {})[name], declared.get(name)
        fault = "is not declared in the rulebook; counts as unknown" if spec is None else fault_of(value, spec)
        if fault is not None:
            warnings.append(InputWarning(f"attributes.{shown_key(name)}", fault))
    return tuple(warnings)


def fault_of(value: FactValue, spec: AttributeSpec) -> str | None:
    """Say why a value does not fit its declaration, `None` where it does."""
    if not isinstance(value, _TYPES[spec.type]) or (isinstance(value, bool) and spec.type != "flag"):
        return f"must be {_NAMED[spec.type]}; counts as unknown"
    if spec.type == "word" and value not in spec.words:
        return "unseen word; counts as unknown"
    if isinstance(value, int | float) and not _within(value, spec):
        return "out of the range that the rulebook declares; counts as unknown"
    return None


def _within(value: float, spec: AttributeSpec) -> bool:
    return (spec.low is None or value >= spec.low) and (spec.high is None or value <= spec.high)


def _attributes(view: AccountView) -> Mapping[str, FactValue] | None:
    return view.snapshot.attributes


def _put(path: str, name: str) -> Writer:
    def write(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
        draft.raw.setdefault("attributes", {})[name] = wanted[path]

    return write
