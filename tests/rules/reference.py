"""What the rules say, straight from their definition: slow, without inference, slots or compiled code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from nextplay.decision import DiagnosisKind, GapKind, MissingFact, Side
from nextplay.facts import Facts, Vocabulary
from nextplay.rules.condition import (
    All,
    AnyOf,
    Condition,
    FactLeaf,
    Not,
    SignalLeaf,
    Truth,
    always_decides,
    conjunction,
    disjunction,
    evaluate,
    facts_of_leaf,
    leaves_of,
    operands,
)
from nextplay.rules.rulebook import GapRule, Play, Rulebook

TABLE: dict[tuple[Truth, Truth], tuple[GapKind, Side | None]] = {
    (True, True): ("mixed", None),
    (True, False): ("cx", None),
    (True, None): ("cx", "cs"),
    (False, True): ("cs", None),
    (False, False): ("undetermined", None),
    (False, None): ("undetermined", "cs"),
    (None, True): ("cs", "cx"),
    (None, False): ("undetermined", "cx"),
    (None, None): ("undetermined", None),
}


class Reference:
    """One rulebook on one account."""

    def __init__(self, rulebook: Rulebook, facts: Facts, answers: Mapping[str, Side], vocabulary: Vocabulary) -> None:
        """Decide the signals, then the gaps."""
        self.rulebook = rulebook
        self.facts = facts
        self.vocabulary = vocabulary
        self.rules = {rule.id: rule.when for rule in rulebook.signals}
        self.signals = {name: self.truth(SignalLeaf(name)) for name in self.rules}
        self.gaps: dict[str, tuple[GapKind, Side | None, float]] = {}
        self.explained: set[str] = set()
        self.undecided: set[str] = set()
        self.ruled_out: set[str | None] = set()
        self.open: list[Condition] = []
        for gap in rulebook.gaps:
            self._judge(gap, answers.get(gap.id))

    def truth(self, condition: Condition | None, forced: Mapping[FactLeaf, bool] | None = None) -> Truth:
        """Evaluate with every signal written out; `forced` puts truths in the place of leaves."""
        match condition or All(()):
            case FactLeaf() as leaf:
                return (forced or {}).get(leaf, evaluate(leaf, self.facts, {}))
            case SignalLeaf(signal):
                return self.truth(self.rules[signal], forced)
            case Not(child):
                inner = self.truth(child, forced)
                return None if inner is None else not inner
            case All(children):
                return conjunction(self.truth(child, forced) for child in children)
            case AnyOf(children):
                return disjunction(self.truth(child, forced) for child in children)

    def _judge(self, gap: GapRule, answer: Side | None) -> None:
        main = self.truth(gap.when if gap.kind else gap.reading)
        excused = self.truth(gap.unless) if gap.unless else False
        if main is False or excused:
            self.ruled_out.add(gap.kind)
        if main is False or (main is None and excused):
            return
        if main and excused:
            self.explained.add(gap.id)
            return
        if excused is None and gap.unless:
            self.open.append(gap.unless)
        if main is None:
            self.undecided.add(gap.id)
            self.open += [condition for condition in (gap.when, gap.reading) if condition]
            return
        kind, open_side = self._kind(gap, answer)
        added = sum(weight for signal, weight in gap.severity.each if self.signals[signal])
        self.gaps[gap.id] = kind, open_side, round(min(1, max(0, gap.severity.base + added)), 2)

    def _kind(self, gap: GapRule, answer: Side | None) -> tuple[GapKind, Side | None]:
        if gap.kind or not gap.cx or not gap.cs:
            return gap.kind or "undetermined", None
        cx = True if answer == "cx" else self.truth(gap.cx.when)
        cs = True if answer == "cs" else self.truth(gap.cs.when)
        self.open += [side.when for side, truth in ((gap.cx, cx), (gap.cs, cs)) if truth is None]
        return TABLE[cx, cs]

    def candidates(self) -> dict[str, tuple[list[str], Truth, Truth, Truth]]:
        """Return every play with a standing gap: its gaps, worst first, and its gates."""
        found = {}
        for play in self.rulebook.plays:
            gaps = [gap for gap in self._worst_first() if any(self._wants(play, gap))]
            if gaps:
                gates = [self.truth(gate) for gate in (play.eligibility, play.applicability, play.suitability)]
                found[play.id] = (gaps, gates[0], gates[1], gates[2])
        return found

    def _worst_first(self) -> list[str]:
        return sorted(self.gaps, key=lambda gap: (-self.gaps[gap][2], gap))

    def _wants(self, play: Play, gap: str) -> Iterator[bool]:
        kind = self.gaps[gap][0]
        contested = any(rule.id == gap and rule.kind is None for rule in self.rulebook.gaps)
        for target in play.answers:
            sides = {"mixed": {"cx", "cs"}}.get(kind, {kind}) if contested else {None}
            yield target.gap == gap and target.side in sides

    def diagnosis(self) -> tuple[DiagnosisKind, Side | None]:
        """Return the kind of the diagnosis, and the lead."""
        kinds = {kind for kind, _, severity in self.gaps.values() if severity >= self.rulebook.diagnosis.material}
        if "mixed" in kinds or {"cx", "cs"} <= kinds:
            leading = [line.lead for line in self.rulebook.diagnosis.lead if self.truth(line.when)]
            return "mixed", leading[0] if leading else None
        if "cx" in kinds:
            return "cx", "cx"
        if "cs" in kinds:
            return "cs", "cs"
        healthy = "undetermined" not in kinds and {"cx", "cs"} <= self.ruled_out
        asked = self.rulebook.diagnosis.healthy_when
        healthy = healthy and (asked is None or self.truth(asked) is True)
        return ("none" if healthy else "undetermined"), None

    def missing_facts(self) -> list[MissingFact]:
        """Count the undecided conditions that read each unknown fact."""
        undecided: list[Condition] = [self.rules[name] for name, truth in self.signals.items() if truth is None]
        undecided += self.open
        plays = {play.id: play for play in self.rulebook.plays}
        for name in self.candidates():
            gates = (plays[name].eligibility, plays[name].applicability, plays[name].suitability)
            undecided += [gate for gate in gates if gate and self.truth(gate) is None]
        counts = Counter(fact for condition in undecided for fact in set(self._reads(condition)))
        unknown = [(-count, fact) for fact, count in counts.items() if self.facts.value(fact) is None]
        return [MissingFact(fact, -count) for count, fact in sorted(unknown)]

    def _reads(self, condition: Condition) -> Iterator[str]:
        for leaf in leaves_of(condition):
            if isinstance(leaf, SignalLeaf):
                yield from self._reads(self.rules[leaf.signal])
            elif not always_decides(leaf):
                yield from facts_of_leaf(leaf)

    def near_misses(self) -> list[tuple[float, str, str]]:
        """Return (distance, gap, fact): try every numeric leaf of every gap that is false."""
        found: dict[str, tuple[float, str, str]] = {}
        for gap in self.rulebook.gaps:
            main = gap.when if gap.kind else gap.reading
            if main is None or self.truth(main) is not False or (gap.unless and self.truth(gap.unless)):
                continue
            tries = [(self._distance(leaf), gap.id, leaf.fact) for leaf in self._turning(main)]
            near = [entry for entry in tries if entry[0] <= 2]
            if near:
                found[gap.id] = min(near)
        return sorted(found.values())[:3]

    def _turning(self, main: Condition) -> Iterator[FactLeaf]:
        for leaf in set(self._leaves(main)):
            truth = self.truth(leaf)
            known = self.facts.value(leaf.fact) is not None and truth is not None
            if known and self.truth(main, {leaf: not truth}):
                yield leaf

    def _leaves(self, condition: Condition) -> Iterator[FactLeaf]:
        for leaf in leaves_of(condition):
            if isinstance(leaf, SignalLeaf):
                yield from self._leaves(self.rules[leaf.signal])
            else:
                yield leaf

    def _distance(self, leaf: FactLeaf) -> float:
        step = self.vocabulary.specs[leaf.fact].step
        value: Any = self.facts.value(leaf.fact)
        possible = operands(leaf, self.facts)
        by_unknown = any(self.facts.value(fact) is None for fact in facts_of_leaf(leaf))
        if not step or leaf.operator not in ("lt", "lte", "gt", "gte", "between") or by_unknown:
            return 99.0
        ends: Any = possible[0] if leaf.operator == "between" else possible
        return float(round(min(abs(value - end) for end in ends) / step, 6))
