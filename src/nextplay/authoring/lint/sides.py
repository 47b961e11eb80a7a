"""Evidence that a good value gives for a problem, or a bad one for an opportunity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

from nextplay.authoring.lint.bench import Bench
from nextplay.authoring.lint.conditions import part_at
from nextplay.authoring.lint.finding import Finding
from nextplay.authoring.lint.lists import signal_id
from nextplay.authoring.lint.search import Goal
from nextplay.authoring.lint.stated import Stated
from nextplay.facts import FactSpec
from nextplay.rules.condition import (
    All,
    AnyOf,
    Condition,
    FactLeaf,
    Not,
    SignalLeaf,
    SignedLeaf,
    alternatives,
)
from nextplay.rules.rulebook import Place

Mood = Literal["good", "bad", "open"]
"""What evidence says of a customer: only good things, only bad ones, or something that has no side."""
_UPWARDS: Final = ("gt", "gte")
_DOWNWARDS: Final = ("lt", "lte")


def side_findings(bench: Bench) -> Iterator[Finding]:
    """Check the evidence of every gap; each comparison is reported once."""
    moods = _Moods(bench.signals, bench.specs)
    reported = set()
    for stated in bench.stated:
        if stated.folder != "gaps" or stated.keys == ("unless",):
            continue
        gap = bench.gaps[stated.rule]
        wrong: Mood = "bad" if gap.kind == "opportunity" else "good"
        for alternative in _alternatives(stated.condition):
            if moods.of_all(alternative) != wrong:
                continue
            for place, named in _culprits(bench, stated, alternative):
                if place in reported:
                    continue
                reported.add(place)
                shown: tuple[Goal, ...] = tuple(
                    (leaf, "true" if positive else "false") for leaf, positive in alternative
                )
                yield bench.finding(
                    place,
                    "wrong-side",
                    f"{named} is met by the {wrong} side of its facts, and gap `{gap.id}` takes it as evidence of "
                    f"{'an opportunity' if wrong == 'bad' else 'a problem'}",
                    hint="turn the operator round, or name beside it what makes this value suspicious",
                    shown_by=shown,
                )


class _Moods:
    """The moods of signals, each worked out once."""

    def __init__(self, signals: Mapping[str, Condition], specs: Mapping[str, FactSpec]) -> None:
        self._signals = signals
        self._specs = specs
        self._known: dict[tuple[str, bool], Mood] = {}

    def of_all(self, leaves: Iterable[SignedLeaf]) -> Mood:
        """Return the mood of leaves that hold together: facts that are mere context do not count."""
        moods = {self._of(leaf, positive=positive) for leaf, positive in leaves} - {None}
        return moods.pop() or "open" if len(moods) == 1 else "open"

    def _of(self, leaf: FactLeaf | SignalLeaf, *, positive: bool) -> Mood | None:
        if isinstance(leaf, FactLeaf):
            return leaf_mood(leaf, self._specs[leaf.fact], positive=positive)
        key = (leaf.signal, positive)
        if key not in self._known:
            condition = self._signals[leaf.signal]
            moods = {self.of_all(one) for one in _alternatives(condition if positive else Not(condition))}
            self._known[key] = moods.pop() if len(moods) == 1 else "open"
        return self._known[key]


def leaf_mood(leaf: FactLeaf, spec: FactSpec, *, positive: bool) -> Mood | None:
    """Return which side of a fact meets a comparison, `None` for numbers that are context."""
    if spec.type == "number" and spec.preference == "context":
        return None
    if spec.preference == "context":
        return "open"
    if spec.type == "flag" and leaf.operator in ("eq", "ne"):
        up = (leaf.operand is True) == (leaf.operator == "eq")
    elif leaf.operator in (*_UPWARDS, *_DOWNWARDS):
        up = leaf.operator in _UPWARDS
    else:
        return "open"
    return "good" if (up == positive) == (spec.preference == "higher_is_better") else "bad"


def _alternatives(condition: Condition) -> tuple[frozenset[SignedLeaf], ...]:
    """Return the alternatives; of a negation with too many, none: it is no evidence that anybody could read."""
    try:
        return alternatives(condition)
    except ValueError:
        return ()


def _culprits(bench: Bench, stated: Stated, alternative: frozenset[SignedLeaf]) -> Iterator[tuple[Place, str]]:
    """Return where to mend: the comparison itself, or the condition of the signal that makes it."""
    for path, leaf in _leaf_paths(stated.condition):
        if not any(leaf == signed.leaf for signed in alternative):
            continue
        if isinstance(leaf, SignalLeaf):
            yield _signal_place(bench, leaf.signal) or stated.place, f"signal `{signal_id(leaf.signal)}`"
        elif bench.specs[leaf.fact].preference != "context":
            yield bench.place_of(stated, path), f"`{leaf.fact}`"


def _signal_place(bench: Bench, name: str) -> Place | None:
    return bench.places.key("signals", signal_id(name), "when")


def _leaf_paths(condition: Condition) -> Iterator[tuple[tuple[int, ...], FactLeaf | SignalLeaf]]:
    pending: list[tuple[int, ...]] = [()]
    while pending:
        path = pending.pop()
        part = part_at(condition, path)
        match part:
            case Not():
                pending.append((*path, 0))
            case All(children) | AnyOf(children):
                pending += [(*path, place) for place in reversed(range(len(children)))]
            case FactLeaf() | SignalLeaf():
                yield path, part
