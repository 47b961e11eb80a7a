"""Drafts of tests, written in the language of rule tests: one customer, what varies, and what came out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Any, Final, TypeGuard

from nextplay.authoring.lint.finding import flow
from nextplay.rules.given_path import steps_of

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry for a file of tests. Of one customer or two: what is particular, the snapshot, and what came out."""

    names: tuple[str, ...]
    as_of: date
    given: tuple[Mapping[str, Any], ...]
    expect: tuple[Mapping[str, Any], ...]

    @property
    def name(self) -> str:
        """The name of the entry: what is particular about both sides."""
        return joined(self.names)

    @property
    def yaml(self) -> str:
        """The entry, or two where the customers differ in more than values that can vary."""
        given = [_relative(one, self.as_of) for one in self.given]
        varied = _varied(given[0], given[-1]) if len(given) > 1 else None
        if len(given) == 1:
            return self._entry(self.name, given[0], "", flow(self.expect[0]))
        if not varied:
            entries = zip(self.names, given, self.expect, strict=True)
            return "\n".join(self._entry(name, one, "", flow(expect)) for name, one, expect in entries)
        base = given[0]
        for path in varied:
            base = _without(base, steps_of(path))
        values = {path: list(pair) for path, pair in varied.items()}
        return self._entry(self.name, base, flow(values), flow(list(self.expect)))

    def _entry(self, name: str, given: Mapping[str, Any], vary: str, expect: str) -> str:
        lines = [f"- name: {json.dumps(name, ensure_ascii=False)}", f"  as_of: {self.as_of.isoformat()}"]
        if given:
            lines += ["  given:", *(f"    {flow(group)}: {flow(value)}" for group, value in given.items())]
        else:
            lines.append("  given: {}")
        return "\n".join([*lines, *([f"  vary: {vary}"] if vary else []), f"  expect: {expect}", ""])


def joined(names: Sequence[str]) -> str:
    """Join two names that begin alike: `Silence: day 45` and `Silence: day 46` give `Silence: day 45, then 46`."""
    if len(names) == 1:
        return names[0]
    one, other = (name.split(" ") for name in names)
    alike = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))
    return f"{names[0]}, then {' '.join(other[alike:]) or names[1]}"


def _relative(value: Any, today: date) -> Any:  # noqa: ANN401  any JSON
    """Tell days from the day of the test, so that the reader need not count, and whole numbers as such."""
    if isinstance(value, Mapping):
        return {key: _relative(one, today) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_relative(one, today) for one in value]
    if isinstance(value, str) and _DAY.fullmatch(value):
        days = (date.fromisoformat(value) - today).days
        return {"days_ahead": days} if days > 0 else {"days_ago": -days}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _varied(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, tuple[Any, Any]] | None:
    """Return the paths at which two customers differ; `None` where one has nothing at such a path."""
    found: dict[str, tuple[Any, Any]] = {}
    for path, left, right in _differences(one, other, ""):
        if left is None or right is None:
            return None
        found[path] = (left, right)
    return found


def _differences(one: Mapping[str, Any], other: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any, Any]]:
    for key in dict.fromkeys([*one, *other]):
        left, right, under = one.get(key), other.get(key), f"{path}.{key}".lstrip(".")
        if left == right:
            continue
        if _is_group(left) and _is_group(right):
            yield from _differences(left, right, under)
        elif isinstance(left, list) and isinstance(right, list) and _are_alike(left, right):
            for number, rows in enumerate(zip(left, right, strict=True)):
                yield from _differences(*rows, f"{under}[{number}]")
        else:
            yield under, left, right


def _is_group(value: object) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping) and not {"days_ago", "days_ahead"} & value.keys()


def _are_alike(left: list[Any], right: list[Any]) -> bool:
    """Say whether two lists have rows with the same fields, so that single fields of rows can vary."""
    if len(left) != len(right):
        return False
    rows = zip(left, right, strict=True)
    return all(_is_group(one) and _is_group(other) and one.keys() == other.keys() for one, other in rows)


def _without(given: Any, steps: Sequence[str]) -> Any:  # noqa: ANN401  any JSON
    """Take out a field; a group that is empty then goes too, a row stays in its place."""
    step, rest = steps[0], steps[1:]
    if isinstance(given, list):
        return [_without(row, rest) if str(number) == step else row for number, row in enumerate(given)]
    kept = {key: value for key, value in given.items() if key != step}
    below = _without(given[step], rest) if rest else None
    return {key: below if key == step else value for key, value in given.items()} if below else kept
