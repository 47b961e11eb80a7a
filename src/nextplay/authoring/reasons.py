"""Why a decision came out as it did: for each gap, diagnosis and play the readings that decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

from nextplay.authoring.readings import reading_text
from nextplay.decision import Decision
from nextplay.facts import Facts
from nextplay.release import Release
from nextplay.rules.condition import (
    All,
    AnyOf,
    Condition,
    FactLeaf,
    Not,
    Parameter,
    SignalLeaf,
    Truth,
    evaluate,
)
from nextplay.rules.rulebook import GapRule
from nextplay.snapshot import CustomerSnapshot

TRUTHS: Final[Mapping[Truth, str]] = {True: "true", False: "false", None: "unknown"}


class Reasons:
    """Answers *why* for one decision; works nothing out before it is asked."""

    def __init__(self, release: Release, snapshot: CustomerSnapshot, decision: Decision) -> None:
        """Keep the decision and what it was made of."""
        self._release = release
        self._snapshot = snapshot
        self._decision = decision

    def of_diagnosis(self) -> str:
        """Name the gaps that made the diagnosis."""
        gaps = [f"{gap.gap} {gap.kind} {gap.severity:.2f}" for gap in self._decision.gaps]
        return f"gaps that stand: {', '.join(gaps)}" if gaps else "no gap stands"

    def of_gap(self, gap: str) -> str:
        """Say what each condition of a gap came to and by which readings, a line each."""
        rule = next((rule for rule in self._release.rulebook.gaps if rule.id == gap), None)
        if rule is None:
            return "no gap of this name in the rulebook"
        lines = [self._of_condition(label, condition) for label, condition in _conditions(rule)]
        return "\n".join([*self._of_life(rule), *lines])

    def _of_life(self, rule: GapRule) -> Iterator[str]:
        """Say what else keeps a gap away whose conditions are true: its days, a trial, or a gap that absorbs it."""
        day = self._decision.as_of.date()
        if not rule.life.covers(day):
            yield f"{rule.id} does not count on {day.isoformat()}: it is out of its days"
        if rule.life.status == "shadow":
            yield f"{rule.id} is in shadow: it is told in the trace alone"
        for part in self._decision.absorbed_gaps:
            if part.gap == rule.id:
                yield f"{rule.id} is absorbed by {part.absorbed_by}"

    def of_signal(self, signal: str) -> str:
        """Say what the condition of a signal came to and by which readings."""
        return self._of_condition("when", self._rules[signal])

    def of_play(self, play: str) -> str:
        """Say why a play is where it is: an action, withheld, or no candidate because its gaps do not stand."""
        withheld = next((entry for entry in self._decision.withheld if entry.play == play), None)
        if withheld is not None:
            return f"{play} is withheld: {withheld.reason}, {withheld.says}"
        action = next((entry for entry in self._decision.actions if entry.play == play), None)
        if action is not None:
            return f"{play} is action {action.rank} with priority {action.priority.priority:g}"
        rule = next((rule for rule in self._release.rulebook.plays if rule.id == play), None)
        if rule is None:
            return f"{play} is no play of the rulebook"
        kinds = {gap.gap: gap.kind for gap in self._decision.gaps}
        targets = [
            f"{target.gap}{f' as {target.side}' if target.side else ''} ({kinds.get(target.gap, 'none')})"
            for target in rule.answers
        ]
        trials = self._on_trial.intersection((play, *(target.gap for target in rule.answers)))
        return f"{play} answers {', '.join(targets)}" + (f"; in shadow: {', '.join(sorted(trials))}" if trials else "")

    @cached_property
    def _on_trial(self) -> frozenset[str]:
        book = self._release.rulebook
        lives = [*((gap.id, gap.life) for gap in book.gaps), *((play.id, play.life) for play in book.plays)]
        return frozenset(name for name, life in lives if life.status == "shadow")

    @cached_property
    def _facts(self) -> Facts:
        churn = self._decision.churn
        return self._release.plan.read(self._snapshot).with_churn(churn.probability, churn.band)

    @cached_property
    def signals(self) -> Mapping[str, Truth]:
        """The truth of every signal."""
        return self._release.evaluator.assess(self._facts).signals

    @cached_property
    def _rules(self) -> Mapping[str, Condition]:
        return {signal.id: signal.when for signal in self._release.rulebook.signals}

    def _of_condition(self, label: str, condition: Condition) -> str:
        truth = evaluate(condition, self._facts, self.signals)
        readings = dict.fromkeys(self._decisive(condition))
        return f"`{label}` is {TRUTHS[truth]}: {', '.join(readings)}"

    def _decisive(self, condition: Condition) -> Iterator[str]:
        """Name the readings that made a condition what it is: the children of the same truth, or all of them."""
        match condition:
            case FactLeaf():
                yield self._leaf(condition)
            case SignalLeaf(signal):
                if signal in self._rules:
                    yield f"{signal} ({', '.join(dict.fromkeys(self._decisive(self._rules[signal])))})"
                else:
                    yield signal
            case Not(child):
                yield from self._decisive(child)
            case All(children) | AnyOf(children):
                truth = evaluate(condition, self._facts, self.signals)
                for child in children:
                    if evaluate(child, self._facts, self.signals) is truth:
                        yield from self._decisive(child)

    def _leaf(self, leaf: FactLeaf) -> str:
        operand = leaf.operand
        if isinstance(operand, Parameter):
            word = self._facts.value(operand.by)
            operand = operand.cases.get(word, operand.otherwise) if isinstance(word, str) else operand.otherwise
        return reading_text(leaf.fact, self._facts.value(leaf.fact), leaf.operator, operand)


def _conditions(rule: GapRule) -> Iterator[tuple[str, Condition]]:
    if rule.when is not None:
        yield "when", rule.when
    if rule.reading is not None:
        yield "reading", rule.reading
    if rule.cx is not None and rule.cs is not None:
        yield "cx", rule.cx.when
        yield "cs", rule.cs.when
    if rule.unless is not None:
        yield "unless", rule.unless
