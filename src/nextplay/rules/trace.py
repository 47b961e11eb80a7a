"""The whole trace of one assessment: the truth of every condition that the rulebook states, and what it was made of.

Signals that a condition names are told by name, as each has an entry of its own; so a trace grows with the rulebook
and not with how deeply its signals rest on each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from nextplay.decision import ConditionTrace, FactValue, GapTrace, ItemTrace, PlayTrace, Reading, SignalTrace
from nextplay.facts import Facts, FactsOfItem, FactSpec, Item, ItemKind
from nextplay.rules.compiled import Compiled
from nextplay.rules.condition import Condition, FactLeaf, FactValues, SignalLeaf, evaluate, leaves_of, operands
from nextplay.rules.distance import distance_of
from nextplay.rules.program import Program, main_condition
from nextplay.rules.rulebook import GapRule, Play, Rulebook


class Trace(NamedTuple):
    """Every signal, every gap and every play that counts, each by id."""

    signals: tuple[SignalTrace, ...]
    gaps: tuple[GapTrace, ...]
    plays: tuple[PlayTrace, ...]


class _Stated(NamedTuple):
    """A condition of a rule by its key, ready to be asked."""

    key: str
    test: Compiled
    signals: tuple[str, ...]
    leaves: tuple[FactLeaf, ...]


class _Rule(NamedTuple):
    id: str
    kind: ItemKind | None
    conditions: tuple[_Stated, ...]


class Tracer:
    """Traces accounts through one rulebook. Immutable once it is built."""

    def __init__(self, rulebook: Rulebook, program: Program, specs: Mapping[str, FactSpec]) -> None:
        """Compile every condition that is stated."""
        self._program = program
        self._specs = specs
        self._signals = _by_id(
            _Rule(rule.id, rule.for_each, (self._stated("when", rule.when),)) for rule in rulebook.signals
        )
        self._gaps = _by_id(_Rule(rule.id, rule.for_each, self._all(_of_gap(rule))) for rule in rulebook.gaps)
        self._plays = _by_id(_Rule(rule.id, None, self._all(_of_play(rule))) for rule in rulebook.plays)

    def trace(self, facts: Facts, *, left_out: Collection[str]) -> Trace:
        """Trace one account; `left_out` are gaps and plays that do not count on this day."""
        state = self._program.state(facts)
        gaps = (rule for rule in self._gaps if rule.id not in left_out)
        plays = (rule for rule in self._plays if rule.id not in left_out)
        return Trace(
            tuple([self._signal(rule, state, facts) for rule in self._signals]),
            tuple(
                [GapTrace(rule.id, self._told(rule, state, facts), self._items(rule, state, facts)) for rule in gaps]
            ),
            tuple([PlayTrace(rule.id, self._told(rule, state, facts)) for rule in plays]),
        )

    def _all(self, conditions: Iterator[tuple[str, Condition | None]]) -> tuple[_Stated, ...]:
        return tuple(self._stated(key, condition) for key, condition in conditions if condition is not None)

    def _stated(self, key: str, condition: Condition) -> _Stated:
        leaves = tuple(dict.fromkeys(leaves_of(condition)))
        return _Stated(
            key,
            self._program.compile(condition),
            tuple(leaf.signal for leaf in leaves if isinstance(leaf, SignalLeaf)),
            tuple(leaf for leaf in leaves if isinstance(leaf, FactLeaf)),
        )

    def _signal(self, rule: _Rule, state: Sequence[Any], facts: Facts) -> SignalTrace:
        told = self._told(rule, state, facts)[0]
        truth = state[self._program.slots[rule.id]]
        return SignalTrace(rule.id, truth, told.readings, told.signals, self._items(rule, state, facts))

    def _items(self, rule: _Rule, state: Sequence[Any], facts: Facts) -> tuple[ItemTrace, ...]:
        if rule.kind is None:
            return ()
        return tuple(
            [
                ItemTrace(one.item.key, one.item.label, self._told(rule, one.state, facts, one.item))
                for one in state[-1].of(rule.kind)
            ]
        )

    def _told(
        self, rule: _Rule, state: Sequence[Any], facts: Facts, item: Item | None = None
    ) -> tuple[ConditionTrace, ...]:
        known = FactsOfItem(facts, item) if self._program.lists else facts
        kind = rule.kind if item is None else None
        apart = kind is not None and bool(state[-1].of(kind))
        return tuple(
            [
                ConditionTrace(
                    stated.key,
                    stated.test(state) if kind is None else self._of_some(stated, kind, state),
                    stated.signals,
                    () if apart else tuple([self._reading(leaf, known) for leaf in stated.leaves]),
                )
                for stated in rule.conditions
            ]
        )

    def _of_some(self, stated: _Stated, kind: ItemKind, state: Sequence[Any]) -> bool | None:
        """Return whether it is so of some item; unknown where the list is, or where it is unknown of one."""
        if state[-1].is_unknown(kind):
            return None
        truths = {stated.test(one.state) for one in state[-1].of(kind)}
        return True if True in truths else None if None in truths else False

    def _reading(self, leaf: FactLeaf, facts: Facts | FactsOfItem) -> Reading:
        spec = self._specs[leaf.fact]
        return reading_of(leaf, facts, spec, reads=facts.sources(spec))


def reading_of(
    leaf: FactLeaf, facts: FactValues, spec: FactSpec | None = None, *, reads: tuple[str, ...] = ()
) -> Reading:
    """Return a leaf as it was found, and what the fact `reads`; with `spec`, also how far its limit is."""
    possible, value = operands(leaf, facts), facts.value(leaf.fact)
    threshold = cast("FactValue | tuple[float, ...]", possible[0]) if len(possible) == 1 else None
    distance = distance_of(leaf, value, cast("Any", threshold), spec) if spec is not None else None
    steps = None if distance is None else distance.steps
    return Reading(leaf.fact, value, leaf.operator, threshold, evaluate(leaf, facts, {}), steps, reads)


def _of_gap(rule: GapRule) -> Iterator[tuple[str, Condition | None]]:
    yield ("when" if rule.reading is None else "reading"), main_condition(rule)
    yield "cx", rule.cx.when if rule.cx else None
    yield "cs", rule.cs.when if rule.cs else None
    yield "unless", rule.unless


def _of_play(rule: Play) -> Iterator[tuple[str, Condition | None]]:
    for key in ("eligibility", "applicability", "suitability", "done_when"):
        yield key, getattr(rule, key)


def _by_id(rules: Iterator[_Rule]) -> tuple[_Rule, ...]:
    return tuple(sorted(rules, key=lambda rule: rule.id))
