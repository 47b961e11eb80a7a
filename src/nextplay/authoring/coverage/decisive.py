"""Which leaves of a condition decided what it came to: their opposite would have changed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from nextplay.rules.condition import (
    All,
    AnyOf,
    Condition,
    FactLeaf,
    FactValues,
    Leaf,
    Not,
    SignalLeaf,
    Truth,
    conjunction,
    disjunction,
    evaluate,
)

Path = tuple[int, ...]
"""The way to a part of a condition: which child, of that which child, and so on; the child of a `not` is 0."""


class Decided(NamedTuple):
    """A leaf that decided, and its own truth."""

    path: Path
    truth: bool


def leaf_paths(condition: Condition, path: Path = ()) -> Iterator[tuple[Path, Leaf]]:
    """Walk the leaves from left to right with the way to each."""
    match condition:
        case Not(child):
            yield from leaf_paths(child, (*path, 0))
        case All(children) | AnyOf(children):
            for index, child in enumerate(children):
                yield from leaf_paths(child, (*path, index))
        case _:
            yield path, condition


def decisive_leaves(condition: Condition, facts: FactValues, signals: Mapping[str, Truth]) -> Iterator[Decided]:
    """Yield the leaves that are true or false here and whose opposite would change the truth of the condition."""
    yield from _walk(condition, facts, signals, path=(), passes={True: True, False: False, None: None})


_Passes = Mapping[Truth, Truth]
"""Truth of a part → truth of the whole, everything beside the part being as it is."""


def _walk(
    condition: Condition, facts: FactValues, signals: Mapping[str, Truth], *, path: Path, passes: _Passes
) -> Iterator[Decided]:
    if passes[True] is passes[False]:
        return
    match condition:
        case FactLeaf() | SignalLeaf():
            truth = evaluate(condition, facts, signals)
            if truth is not None:
                yield Decided(path, truth)
        case Not(child):
            turned = {True: passes[False], False: passes[True], None: passes[None]}
            yield from _walk(child, facts, signals, path=(*path, 0), passes=turned)
        case All(children) | AnyOf(children):
            join = conjunction if isinstance(condition, All) else disjunction
            truths = [evaluate(child, facts, signals) for child in children]
            for index, child in enumerate(children):
                others = truths[:index] + truths[index + 1 :]
                through = {truth: passes[join((*others, truth))] for truth in (True, False, None)}
                yield from _walk(child, facts, signals, path=(*path, index), passes=through)
