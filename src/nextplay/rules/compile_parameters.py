"""Values that differ by an enumerated fact: parameters of `rulebook.yaml`, owners and channels of plays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextplay.decision import FactValue
from nextplay.facts.spec import FactSpec
from nextplay.rules.compile_names import Known
from nextplay.rules.condition import Parameter
from nextplay.rules.fault_log import FaultLog, shortened
from nextplay.rules.format_value import ByFactForm
from nextplay.rules.rulebook import Place
from nextplay.rules.shape import Located, Name


def compile_cases(form: ByFactForm[Any], name: str, known: Known, log: FaultLog) -> Parameter | None:
    """Check that `by` is enumerated and that every key is one of its words; `None` where something is faulty."""
    spec = None if form.by is None else _by(form.by, known, log)
    if spec is None:
        return None
    cases: dict[str, FactValue] = {}
    for word, value in form.cases:
        if word.value in spec.words:
            cases[word.value] = value.value
        else:
            message = f"`{shortened(word.value)}` is none of the words of `{spec.name}`"
            log.add_unknown(word.place, "unknown-word", message, name=word.value, known=spec.words)
    if form.otherwise is None or len(cases) < len(form.cases):
        return None
    return Parameter(name, spec.name, cases, form.otherwise.value)


def _by(name: Name, known: Known, log: FaultLog) -> FactSpec | None:
    spec = known.spec(name, log)
    if spec is None or spec.type == "word":
        return spec
    message = f"`by` takes a fact whose values are words, and `{spec.name}` is none"
    log.add(name.place, "parameter-by", message, hint="such as `profile.segment`")
    return None


def places_of(form: ByFactForm[Any]) -> Mapping[str, Place]:
    """Return where each value stands, by word and `otherwise`."""
    places = {word.value: value.place for word, value in form.cases}
    return places if form.otherwise is None else {**places, "otherwise": form.otherwise.place}


def compile_parameter(form: ByFactForm[Any], name: str, known: Known, log: FaultLog) -> Parameter | None:
    """Check one parameter of `rulebook.yaml`: its values are all of one type."""
    parameter = compile_cases(form, name, known, log)
    if form.otherwise is None:
        return parameter
    expected, sound = _sort(form.otherwise), True
    for _, value in form.cases:
        if _sort(value) != expected:
            message = f"expected {expected}, as `otherwise` is, found {_sort(value)}"
            log.add(value.place, "mixed-types", message, hint="a parameter has values of one type")
            sound = False
    return parameter if sound else None


def _sort(value: Located[FactValue]) -> str:
    if isinstance(value.value, bool):
        return "true or false"
    return "a text" if isinstance(value.value, str) else "a number"
