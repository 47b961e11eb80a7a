"""Conditions that are never true, always true, or hold a part that decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from nextplay.authoring.lint.bench import Bench
from nextplay.authoring.lint.boxes import Demand
from nextplay.authoring.lint.finding import Finding
from nextplay.authoring.lint.lists import signal_id
from nextplay.authoring.lint.search import Goal, NotDecided, Search
from nextplay.authoring.lint.stated import Stated
from nextplay.rules.condition import All, AnyOf, Condition, Not, SignalLeaf, leaves_of

Path = tuple[int, ...]
_NEUTRAL: Final[tuple[Condition, Condition]] = (All(()), AnyOf(()))
"""What stands for nothing: true among `all`, false among `any`."""


def condition_findings(bench: Bench) -> Iterator[Finding]:
    """Check every condition that the rulebook states."""
    for stated in bench.stated:
        try:
            yield from _of_condition(bench, stated)
        except NotDecided:
            yield bench.finding(
                bench.place_of(stated),
                "not-decided",
                f"{stated.name} is too large: whether it is never true, always true or says too much was not decided",
                hint="gather parts of it in signals that can be read on their own",
            )


def _of_condition(bench: Bench, stated: Stated) -> Iterator[Finding]:
    condition, given, place = stated.condition, stated.given, bench.place_of(stated)
    fits_all = _SILENCED if stated.keys == ("unless",) else _ALWAYS
    where = " wherever the gap would stand" if given else ""
    if not bench.search.is_possible(*given, (condition, "true")):
        if _is_impossible(bench.search, given):
            return  # the reading itself is never true, and that was said
        shown = (*given, *_first_parts(bench.search, condition, given), (condition, "not_true"))
        yield bench.finding(place, "never-true", f"{stated.name} is never true{where}", hint=_NEVER, shown_by=shown)
    elif not bench.search.is_possible(*given, (condition, "false")):
        shown = (*given, (condition, "true"))
        yield bench.finding(
            place,
            "always-true",
            f"{stated.name} is never false{where}",
            hint=fits_all,
            shown_by=shown,
        )
    else:
        yield from _redundant_parts(bench, stated)


_NEVER: Final = "no value of the facts fits all of its parts; look for a threshold or operator the wrong way round"
_SILENCED: Final = "so the gap never stands, or only while this is unknown; look for a threshold the wrong way round"
_ALWAYS: Final = "every known value fits; write `is_known: true` if that is meant"


def _is_impossible(search: Search, goals: tuple[Goal, ...]) -> bool:
    return bool(goals) and not search.is_possible(*goals)


def _first_parts(search: Search, condition: Condition, given: tuple[Goal, ...]) -> tuple[Goal, ...]:
    """Return as many of the first parts of an `all` as one customer can make true."""
    parts: tuple[Goal, ...] = ()
    for child in condition.children if isinstance(condition, All) else ():
        if search.is_possible(*given, *parts, (child, "true")):
            parts = (*parts, (child, "true"))
    return parts


def _redundant_parts(bench: Bench, stated: Stated) -> Iterator[Finding]:
    for path in redundant_parts(bench.search, stated.condition, stated.given):
        part = part_at(stated.condition, path)
        heard = stated.folder in ("signals", "gaps")  # the signals of gates and of the lead are never told as evidence
        signals = heard and all(isinstance(leaf, SignalLeaf) for leaf in leaves_of(part))
        named = f"`{signal_id(part.signal)}`" if isinstance(part, SignalLeaf) else "this part"
        shown: tuple[Goal, ...] = (*stated.given, (stated.condition, "true"), (part, "true"))
        yield bench.finding(
            bench.place_of(stated, path),
            "redundant-signal" if signals else "redundant-part",
            f"{named} of {stated.name} changes nothing: the rest says as much",
            hint="remove it, or mend what it was meant to compare",
            shown_by=shown,
        )


def redundant_parts(search: Search, condition: Condition, given: tuple[Goal, ...] = ()) -> tuple[Path, ...]:
    """Return the paths of parts that can all be left out together, the later of two equal ones; outermost parts only.

    What is left has the same truth, unknown included, for every customer that reaches `given`. Raises `NotDecided`.
    """
    found: list[Path] = []
    pending: list[Path] = [()]
    while pending:
        path = pending.pop()
        part = part_at(condition, path)
        if isinstance(part, Not):
            pending.append((*path, 0))
        for place in reversed(range(len(part.children))) if isinstance(part, All | AnyOf) else ():
            below = (*path, place)
            if _is_alone(part_at(condition, path)) or _matters(search, condition, below, given):
                pending.append(below)
            else:
                condition = replaced(condition, below, _NEUTRAL[isinstance(part, AnyOf)])
                found.append(below)
    return tuple(sorted(found))


def _is_alone(group: Condition) -> bool:
    """Tell whether a group has one part left: to leave that out as well would be about the group."""
    return isinstance(group, All | AnyOf) and sum(child not in _NEUTRAL for child in group.children) <= 1


def _matters(search: Search, condition: Condition, path: Path, given: tuple[Goal, ...]) -> bool:
    """Tell whether some customer has another truth without the part: one that is true, or one that is false."""
    return any(search.is_possible(*given, *_decisive(condition, path, truth=truth)) for truth in (True, False))


def _decisive(condition: Condition, path: Path, *, truth: bool) -> list[Goal]:
    """Return what lets the part at the end of a path decide whether the whole has a truth.

    On the way down every other part of an `all` must let it through, and none of an `any` may stand in for it.
    """
    goals: list[Goal] = []
    for step in path[:-1]:
        if isinstance(condition, Not):
            condition, truth = condition.child, not truth
        elif isinstance(condition, All | AnyOf):
            goals += _beside(condition, step, truth=truth)
            condition = condition.children[step]
    if not isinstance(condition, All | AnyOf):
        raise TypeError("only parts of a group can be left out")
    decided: Demand = ("not_true" if truth else "false") if isinstance(condition, All) else _ANY[truth]
    return [*goals, *_beside(condition, path[-1], truth=truth), (condition.children[path[-1]], decided)]


_ANY: Final[Mapping[bool, Demand]] = {True: "true", False: "not_false"}
_LETTING_THROUGH: Final[Mapping[tuple[bool, bool], Demand]] = {
    (True, True): "true",
    (True, False): "not_false",
    (False, True): "not_true",
    (False, False): "false",
}
"""(the group is an `all`, the truth asked for) → what its other parts must be worth."""


def _beside(group: All | AnyOf, step: int, *, truth: bool) -> list[Goal]:
    demand = _LETTING_THROUGH[isinstance(group, All), truth]
    return [(child, demand) for place, child in enumerate(group.children) if place != step]


def part_at(condition: Condition, path: Path) -> Condition:
    """Return the part at the end of a path."""
    for step in path:
        if isinstance(condition, Not):
            condition = condition.child
        elif isinstance(condition, All | AnyOf):
            condition = condition.children[step]
    return condition


def replaced(condition: Condition, path: Path, other: Condition) -> Condition:
    """Return the condition with another part at the end of a path."""
    if not path:
        return other
    if isinstance(condition, Not):
        return Not(replaced(condition.child, path[1:], other))
    if isinstance(condition, All | AnyOf):
        children = list(condition.children)
        children[path[0]] = replaced(children[path[0]], path[1:], other)
        return type(condition)(tuple(children))
    raise ValueError("a leaf has no parts")
