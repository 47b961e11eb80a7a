"""The rules as they read for the rows that an account has, for searches that know facts alone.

What a rule asks of one item is asked of each row of the list by its place: the days overdue of the third objective are
the fact `objective.days_overdue@3`. A signal that is read item by item stands for some row of the list; where the list
was not sent that is unknown, whatever else changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from nextplay.authoring.explain.case import Case, Decided
from nextplay.decision import FactValue
from nextplay.facts import LIST_OF, FactSpec, ItemKind, kind_of
from nextplay.rules.condition import All, AnyOf, Condition, FactLeaf, Not, Parameter, SignalLeaf
from nextplay.rules.rulebook import GapRule, SignalRule

AT: Final = "@"
"""Stands between a fact of an item and the place of its row, counted from 1."""
_LISTS: Final = "lists."


class At(NamedTuple):
    """A row: the kind of its list, and its place there."""

    kind: ItemKind
    place: int


class Rows:
    """The conditions of one account's rules, spread out over its rows; `value` gives the facts of all of them.

    With `spare`, every list has one more row, of which nothing is known.
    """

    def __init__(self, case: Case, decided: Decided | None = None, *, spare: bool = False) -> None:
        """Take the account as it was given, or as it was `decided` after a change."""
        self._case = case
        self._decided = decided or case.given
        self._spare = spare
        self.signals: Mapping[str, Condition] = _Signals(self._signal)
        self.specs: Mapping[str, FactSpec] = _Specs(case.specs)

    def places(self, kind: ItemKind | None) -> tuple[At | None, ...]:
        """Return what a rule is asked of: every row of its list, or (`None`) the account."""
        if kind is None:
            return (None,)
        places = list(self._decided.rows(kind) or ())
        if self._spare:
            places.append(self._length(kind) + 1)
        return tuple(At(kind, place) for place in places)

    def read(self, condition: Condition, at: At | None) -> Condition:
        """Return a condition as it is asked of the account, or of one row."""
        match condition:
            case FactLeaf():
                return self._leaf(condition, at)
            case SignalLeaf(signal):
                apart = at is not None and self._case.signals[signal].for_each == at.kind
                return SignalLeaf(f"{signal}{AT}{at.place}") if apart and at else condition
            case Not(child):
                return Not(self.read(child, at))
            case All(children):
                return All(tuple(self.read(child, at) for child in children))
            case AnyOf(children):
                return AnyOf(tuple(self.read(child, at) for child in children))

    def value(self, name: str) -> FactValue:
        """Return the value of a fact of the account or of a row; `None` is unknown."""
        if name.startswith(_LISTS):
            return None
        fact, _, place = name.partition(AT)
        kind = kind_of(fact)
        if kind is None:
            return self._decided.facts.value(fact)
        item = (self._decided.rows(kind) or {}).get(int(place)) if place else None
        return None if item is None else item.values[fact]

    def _length(self, kind: ItemKind) -> int:
        return len(getattr(self._decided.snapshot, LIST_OF[kind]) or ())

    def _leaf(self, leaf: FactLeaf, at: At | None) -> FactLeaf:
        if at is None:
            return leaf
        if isinstance(leaf.operand, Parameter) and kind_of(leaf.operand.by) == at.kind:
            leaf = replace(leaf, operand=replace(leaf.operand, by=f"{leaf.operand.by}{AT}{at.place}"))
        return replace(leaf, fact=f"{leaf.fact}{AT}{at.place}") if kind_of(leaf.fact) == at.kind else leaf

    def _signal(self, name: str) -> Condition:
        signal, _, place = name.partition(AT)
        rule = self._case.signals[signal]
        if rule.for_each is None or place:
            return self.read(rule.when, At(rule.for_each, int(place)) if rule.for_each else None)
        return AnyOf(tuple(self._some(rule, rule.for_each)))

    def _some(self, rule: SignalRule, kind: ItemKind) -> Iterator[Condition]:
        if self._decided.rows(kind) is None:
            yield FactLeaf(f"{_LISTS}{LIST_OF[kind]}", "lt", 0)
        for at in self.places(kind):
            yield self.read(rule.when, at)


@dataclass(frozen=True, slots=True)
class Learned:
    """The facts of an account with some unknown ones filled in."""

    rows: Rows
    learned: Mapping[str, FactValue]

    def value(self, name: str) -> FactValue:
        """Return what was learned of a fact, else what is known of it."""
        return self.learned[name] if name in self.learned else self.rows.value(name)


def kinds_at(decided: Decided, rule: GapRule, at: At | None) -> set[str]:
    """Return the kinds as which a gap stands for the account or a row, or (no row asked for) for any row."""
    gaps = [gap for gap in decided.decision.gaps if gap.gap == rule.id]
    if at is not None:
        item = (decided.rows(at.kind) or {}).get(at.place)
        gaps = [gap for gap in gaps if item is not None and gap.item == item.key]
    return {gap.kind for gap in gaps}


class _Signals(dict[str, Condition]):
    """What signals stand for, worked out when they are asked for."""

    def __init__(self, find: Callable[[str], Condition]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, name: str) -> Condition:
        found = self[name] = self._find(name)
        return found


class _Specs(dict[str, FactSpec]):
    """The specs of facts, those of rows and of lists included."""

    def __missing__(self, name: str) -> FactSpec:
        if name.startswith(_LISTS):
            return FactSpec(name, "number", "How many items there are.", "count", 0, whole=True)
        return self[name.partition(AT)[0]]
