"""Values of a play that may differ by a fact: written out, by a table beside them, or by a parameter."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from nextplay.rules.compile_names import Kind, Known, check_known
from nextplay.rules.compile_parameters import compile_cases, places_of
from nextplay.rules.condition import Parameter
from nextplay.rules.fault_log import FaultLog
from nextplay.rules.format_value import SHARE, ByFactForm, LevelForm, VariesForm
from nextplay.rules.rulebook import Place
from nextplay.rules.shape import Amount, Located, Whole, plain_number

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Wanted(Generic[V]):
    """What every value of a table must be: in words, by its types, and by what makes the value of it."""

    words: str
    types: tuple[type, ...]
    checked: Callable[[Located[Any]], V | None]


def compile_varies(
    form: VariesForm[Located[Any]] | None, name: str, wanted: Wanted[V], known: Known, log: FaultLog
) -> V | Parameter | None:
    """Check a value, or each value that it can have; `None` where one is faulty. `name` names a table of its own."""
    if form is None or isinstance(form, Located):
        return None if form is None else wanted.checked(form)
    if isinstance(form, ByFactForm):
        values = {word.value: value for word, value in form.cases}
        values |= {} if form.otherwise is None else {"otherwise": form.otherwise}
        parameter = compile_cases(form, name, known, log)
        places: Mapping[str, Place] = places_of(form)
    else:
        parameter = known.parameter(form.name, log)
        if parameter is None:
            return None
        places = known.parameter_places[parameter.name]
        written = {**parameter.cases, "otherwise": parameter.otherwise}
        if not all(isinstance(value, wanted.types) and not isinstance(value, bool) for value in written.values()):
            message = f"expected {wanted.words}; parameter `{parameter.name}` has other values"
            log.add(form.place, "wrong-type", message)
            return None
        values = {word: Located(value, places[word]) for word, value in written.items()}
    checked: dict[str, Any] = {word: wanted.checked(value) for word, value in values.items()}
    if parameter is None or None in checked.values():
        return None
    otherwise = checked.pop("otherwise")
    return dataclasses.replace(parameter, cases=checked, otherwise=otherwise)


def words_of(kind: Kind, known: Known, log: FaultLog) -> Wanted[str]:
    """Want words of a vocabulary."""
    words = known.roles if kind == "role" else known.channels
    return Wanted("words", (str,), lambda value: check_known(value, words, kind, log))


def numbers_of(shape: Amount | Whole, name: str, log: FaultLog) -> Wanted[Any]:
    """Want numbers of the range that the key `name` itself takes."""
    whole = isinstance(shape, Whole)

    def checked(value: Located[float]) -> float | None:
        if whole and not float(value.value).is_integer():
            message = f"expected a whole number for `{name}`, found `{plain_number(value.value)}`"
            log.add(value.place, "not-whole", message)
            return None
        if not shape.low <= value.value <= shape.high:
            bounds = f"{plain_number(shape.low)} to {plain_number(shape.high)}"
            message = f"`{plain_number(value.value)}` is outside {bounds}, the range of `{name}`"
            log.add(value.place, "out-of-range", message)
            return None
        return int(value.value) if whole else value.value

    return Wanted("whole numbers" if whole else "numbers", (int, float), checked)


def levels_of(levels: Mapping[str, float] | None, name: str, log: FaultLog) -> Wanted[float]:
    """Want levels, or numbers from 0 to 1."""
    numbers = numbers_of(SHARE, name, log)

    def checked(value: Located[Any]) -> float | None:
        return level_of(value, levels, log) if isinstance(value.value, str) else numbers.checked(value)

    return Wanted("levels or numbers from 0 to 1", (str, int, float), checked)


def level_of(form: LevelForm | None, levels: Mapping[str, float] | None, log: FaultLog) -> float | None:
    """Return the number of a level, or the number that was written; `None` where there is no such level."""
    if form is None:
        return None
    if not isinstance(form.value, str):
        return form.value
    level = check_known(Located(form.value, form.place), levels, "level", log)
    return None if level is None or levels is None else levels[level]
