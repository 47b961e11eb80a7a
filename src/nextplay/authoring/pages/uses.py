"""Who uses what: every link of a page that the files write only the other way round."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple, TypeVar

from nextplay.rules.condition import Condition, FactLeaf, Parameter, facts_of, leaves_of, signals_of
from nextplay.rules.rulebook import GapRule, Play, Rulebook
from nextplay.rules.wording import placeholders


class Use(NamedTuple):
    """One rule that uses something: its kind (signal, gap, play, or lead for the diagnosis), its id, and how."""

    kind: str
    id: str
    how: str


Thing = TypeVar("Thing")


def conditions_of_gap(gap: GapRule) -> Iterator[tuple[str, Condition]]:
    """Yield each condition of a gap with its part in it."""
    parts = (
        ("when", gap.when),
        ("reading", gap.reading),
        ("cx", gap.cx.when if gap.cx else None),
        ("cs", gap.cs.when if gap.cs else None),
        ("unless", gap.unless),
    )
    yield from ((how, condition) for how, condition in parts if condition is not None)


def conditions_of_play(play: Play) -> Iterator[tuple[str, Condition]]:
    """Yield each condition of a play with its part in it."""
    parts = (
        ("eligibility", play.eligibility),
        ("applicability", play.applicability),
        ("suitability", play.suitability),
        ("done", play.done_when),
    )
    yield from ((how, condition) for how, condition in parts if condition is not None)


class Uses:
    """The rulebook read backwards. Every list is in order of kind as written here, then id, without repetition."""

    def __init__(self, rulebook: Rulebook) -> None:
        """Walk every rule once."""
        self.signals: defaultdict[str, list[Use]] = defaultdict(list)
        self.parameters: defaultdict[str, list[Use]] = defaultdict(list)
        self.facts: defaultdict[str, list[Use]] = defaultdict(list)
        self.plays_of_gap: defaultdict[str, list[tuple[Play, str | None]]] = defaultdict(list)
        self.held_by_gap: defaultdict[str, list[Play]] = defaultdict(list)
        self.excluded: defaultdict[str, list[str]] = defaultdict(list)
        self.absorbed_by: defaultdict[str, list[str]] = defaultdict(list)
        self._signals(rulebook)
        self._gaps(rulebook)
        self._plays(rulebook)
        for line in rulebook.diagnosis.lead:
            if line.when is not None:
                self._condition(line.when, Use("lead", line.lead, "lead"))
        if rulebook.diagnosis.healthy_when is not None:
            self._condition(rulebook.diagnosis.healthy_when, Use("healthy", "", "healthy"))

    def _signals(self, rulebook: Rulebook) -> None:
        for rule in rulebook.signals:
            self._condition(rule.when, Use("signal", rule.id, "part"))
            self._texts(Use("signal", rule.id, "part"), *rule.title.values(), *rule.says.values())

    def _gaps(self, rulebook: Rulebook) -> None:
        for gap in rulebook.gaps:
            for how, condition in conditions_of_gap(gap):
                self._condition(condition, Use("gap", gap.id, how))
            for signal, _ in gap.severity.each:
                _once(self.signals[signal], Use("gap", gap.id, "severity"))
            for part in gap.absorbs:
                _once(self.absorbed_by[part], gap.id)
            self._texts(Use("gap", gap.id, "when"), *gap.title.values(), *(gap.ask.text.values() if gap.ask else ()))

    def _plays(self, rulebook: Rulebook) -> None:
        for play in rulebook.plays:
            for how, condition in conditions_of_play(play):
                self._condition(condition, Use("play", play.id, how))
            for target in play.answers:
                self.plays_of_gap[target.gap].append((play, target.side))
            for target in play.hold_while:
                _once(self.held_by_gap[target.gap], play)
            for other in play.excludes:
                _once(self.excluded[play.id], other)
                _once(self.excluded[other], play.id)
            use = Use("play", play.id, "owner")
            for value in (play.owner, play.channel):
                if isinstance(value, Parameter):
                    self._parameter(value, use)
            lines = (line for checklist in play.checklist.values() for line in checklist)
            self._texts(use, *play.title.values(), *play.rationale.values(), *lines)

    def _condition(self, condition: Condition, use: Use) -> None:
        for signal in sorted(signals_of(condition)):
            _once(self.signals[signal], use)
        for fact in sorted(facts_of(condition)):
            _once(self.facts[fact], use)
        for leaf in leaves_of(condition):
            if isinstance(leaf, FactLeaf) and isinstance(leaf.operand, Parameter):
                self._parameter(leaf.operand, use)

    def _parameter(self, parameter: Parameter, use: Use) -> None:
        _once(self.parameters[parameter.name], use)
        _once(self.facts[parameter.by], use)

    def _texts(self, use: Use, *texts: str) -> None:
        for text in texts:
            for fact in placeholders(text):
                if not any(seen.kind == use.kind and seen.id == use.id for seen in self.facts[fact]):
                    self.facts[fact].append(use)


def _once(found: list[Thing], one: Thing) -> None:
    if one not in found:
        found.append(one)
