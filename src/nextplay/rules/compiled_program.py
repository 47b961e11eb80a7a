"""All signals of a rulebook compiled to one function, whose cost follows from what is true.

Three things make it so. Signals that compare one number with many thresholds are looked up together, by the place of
the value between the thresholds. What gaps stand or fall with is false from the start, and is decided only where what
it needs may be true (its *guard*). Everything else is one expression for each signal.

What is compiled is made of numbered names, slots and operators alone. The meaning is `condition.evaluate`'s, and a test
holds the two equal.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from nextplay.rules.compiled import State
from nextplay.rules.condition import (
    All,
    AnyOf,
    Condition,
    FactLeaf,
    Not,
    SignalLeaf,
    SignedLeaf,
    Truth,
    facts_of,
    leaves_of,
    negation_normal_form,
    signed_leaves,
)
from nextplay.rules.writer import Writer

MIN_BLOCK: Final = 8
"""From so many signals over one number on, a lookup is faster than comparing."""
MAX_BLOCK: Final = 64
"""Tables grow with the square of this."""
MAX_GUARD: Final = 4
"""What may become true in more ways than this is decided every time."""


class Decided(NamedTuple):
    """A state, and the slots of what is unknown in it: of the signals that were to be watched, and of all mains."""

    state: list[Any]
    unknown: list[int]
    undecided: list[int]


def compile_program(
    fact_names: Sequence[str],
    conditions: Mapping[str, Condition],
    order: Sequence[str],
    mains: Mapping[str, Condition],
    *,
    watched: Collection[str] = (),
) -> Callable[[State], tuple[list[Any], list[int], list[int]]]:
    """Compile a function from the values of `fact_names` to a `Decided` as a plain tuple.

    The state is the values, then the truths of all conditions. `order` names each of `conditions` after those that it
    names. `mains` come last in the state; they are made of signals alone, and no condition names them. The unknown ones
    among `watched` are noted in any order.
    """
    facts = {name: f"f{index}" for index, name in enumerate(fact_names)}
    signals = {name: f"s{index}" for index, name in enumerate(conditions)}
    writer = Writer(facts.__getitem__, signals.__getitem__)
    lines = [
        "def program(facts):",
        f"    [{', '.join(facts.values())}] = facts",
        "    unknown = []",
        "    undecided = []",
    ]
    lines += ["    note = unknown.append", "    leave = undecided.append"]
    noted = {name: f"note({len(facts) + place})" for place, name in enumerate(conditions) if name in watched}
    looked_up = set()
    for fact, names in _blocks(conditions):
        lookup = _lookup([conditions[name] for name in names])
        block = writer.constant(lookup)
        lines.append(f"    [{', '.join(signals[name] for name in names)}] = {block}({facts[fact]})")
        found = [name for name, truth in zip(names, lookup(None), strict=True) if truth is None and name in noted]
        if found:  # a number that is known decides whatever compares it
            lines.append(f"    if {facts[fact]} is None: {'; '.join(noted[name] for name in found)}")
        looked_up.update(names)
    lines += [
        f"    {signals[name]} = {writer.expression(conditions[name], unknown=noted.get(name, 'None'))}"
        for name in order
        if name not in looked_up
    ]
    rest = writer.constant((False,) * len(mains))
    lines.append(f"    state = [{', '.join(['*facts', *signals.values(), f'*{rest}'])}]")
    lines += _main_lines(mains, writer, first=len(facts) + len(signals))
    lines.append("    return state, unknown, [*{*undecided}]")
    exec("\n".join(lines), writer.constants)  # noqa: S102  the source holds numbered names and operators only
    program: Callable[[State], tuple[list[Any], list[int], list[int]]] = writer.constants["program"]
    return program


def _main_lines(mains: Mapping[str, Condition], writer: Writer, *, first: int) -> Iterator[str]:
    """Write what decides the mains, each under every leaf of its guard; one without a guard is always decided.

    One that is decided under several leaves leaves its slot several times.
    """
    readers = Counter(leaf for condition in mains.values() for leaf in set(signed_leaves(condition)))
    guarded: dict[SignedLeaf, list[str]] = {}
    for place, condition in enumerate(mains.values()):
        slot = first + place
        line = f"state[{slot}] = {writer.expression(condition, unknown=f'leave({slot})')}"
        guard = guard_of(negation_normal_form(condition), readers)
        if guard is None or len(guard) > MAX_GUARD:
            yield f"    {line}"
            continue
        for signed in sorted(guard, key=lambda signed: _seldom(signed, readers)):
            guarded.setdefault(signed, []).append(line)
    for signed, decided in guarded.items():
        leaf = signed.leaf
        yield f"    if {writer.expression(leaf)} is not {not signed.positive}:"
        yield from (f"        {line}" for line in decided)


def guard_of(normal: Condition, readers: Mapping[SignedLeaf, int]) -> frozenset[SignedLeaf] | None:
    """Return leaves of which one has to be other than false, as it counts, or the condition is false.

    `None` where there are none: the condition may be true whatever they are. Of several guards the smallest is chosen,
    then the one that the fewest conditions read.
    """
    match normal:
        case Not(FactLeaf() | SignalLeaf() as leaf):
            return frozenset({SignedLeaf(leaf, positive=False)})
        case FactLeaf() | SignalLeaf():
            return frozenset({SignedLeaf(normal, positive=True)})
        case All(children):
            found = [guard for child in children if (guard := guard_of(child, readers)) is not None]
            return min(found, key=lambda guard: _cost(guard, readers)) if found else None
        case AnyOf(children):
            parts = [guard_of(child, readers) for child in children]
            whole = [guard for guard in parts if guard is not None]
            return frozenset().union(*whole) if len(whole) == len(parts) else None
    raise TypeError("in negation normal form, only leaves are negated")


def _cost(guard: frozenset[SignedLeaf], readers: Mapping[SignedLeaf, int]) -> tuple[int, list[tuple[int, int, str]]]:
    return len(guard), sorted(_seldom(signed, readers) for signed in guard)


def _seldom(signed: SignedLeaf, readers: Mapping[SignedLeaf, int]) -> tuple[int, int, str]:
    """Put what is seldom other than false first: most signals are false, so their negations come last."""
    return 0 if signed.positive else 1, readers.get(signed, 0), str(signed.leaf)


def _blocks(conditions: Mapping[str, Condition]) -> Iterator[tuple[str, list[str]]]:
    """Gather the conditions over one number each, by fact and in the order of their thresholds."""
    by_fact: dict[str, list[tuple[float, str]]] = {}
    for name, condition in conditions.items():
        limits = _limits(condition)
        if limits:
            (fact,) = facts_of(condition)
            by_fact.setdefault(fact, []).append((min(limits), name))
    for fact, found in sorted(by_fact.items()):
        names = [name for _, name in sorted(found)]
        parts = [names[first : first + MAX_BLOCK] for first in range(0, len(names), MAX_BLOCK)]
        yield from ((fact, part) for part in parts if len(part) >= MIN_BLOCK)


def _limits(condition: Condition) -> frozenset[float]:
    """Return all thresholds of a condition that compares one fact with numbers and reads nothing else; else none."""
    found: set[float] = set()
    for leaf in leaves_of(condition):
        operand = leaf.operand if isinstance(leaf, FactLeaf) else None
        limits = operand if isinstance(operand, tuple) else (operand,)
        if not all(isinstance(limit, int | float) and not isinstance(limit, bool) for limit in limits):
            return frozenset()
        found.update(limit for limit in limits if isinstance(limit, int | float))
    return frozenset(found) if len(facts_of(condition)) == 1 else frozenset()


def _lookup(conditions: Sequence[Condition]) -> Callable[[float | None], Sequence[Truth]]:
    """Compile a function from the value of the one fact to the truths of all conditions over it.

    They can only change where the value passes a threshold, so one row serves every value at one threshold or between
    two. Rows are made when they are first needed.
    """
    limits = sorted(frozenset().union(*map(_limits, conditions)))
    writer = Writer(lambda _: "value", str)
    source = f"lambda value: ({', '.join(map(writer.expression, conditions))},)"
    decide: Callable[[float | None], Sequence[Truth]] = eval(source, writer.constants)  # noqa: S307  operators only
    unknown = decide(None)
    rows: list[Sequence[Truth] | None] = [None] * (2 * len(limits) + 1)

    def truths(value: float | None) -> Sequence[Truth]:
        if value is None:
            return unknown
        place = bisect_left(limits, value) + bisect_right(limits, value)  # odd at a threshold, even between two
        row = rows[place]
        if row is None:
            row = rows[place] = decide(value)
        return row

    return truths
