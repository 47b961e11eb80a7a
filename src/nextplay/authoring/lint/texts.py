"""Sentences that would say `unknown`: placeholders whose fact need not be known where the signal is true."""

from __future__ import annotations

from collections.abc import Iterator

from nextplay.authoring.lint.bench import Bench
from nextplay.authoring.lint.domains import UNKNOWN, Dimension
from nextplay.authoring.lint.finding import Finding
from nextplay.authoring.lint.lists import asked_of
from nextplay.authoring.lint.search import Goal, NotDecided
from nextplay.facts import kind_of
from nextplay.rules.rulebook import SignalRule
from nextplay.rules.wording import placeholders


def text_findings(bench: Bench) -> Iterator[Finding]:
    """Check what every signal says."""
    for signal in bench.book.signals:
        for fact in dict.fromkeys(name for text in signal.says.values() for name in placeholders(text)):
            try:
                yield from _of_placeholder(bench, signal, fact)
            except NotDecided:
                message = f"whether `{fact}` is known where signal `{signal.id}` is true was not decided"
                yield bench.finding(signal.place, "not-decided", message)


def _of_placeholder(bench: Bench, signal: SignalRule, fact: str) -> Iterator[Finding]:
    """Report a fact that may be unknown; a warning where a customer shows it, as facts may always be known together."""
    goals: tuple[Goal, ...] = ((asked_of(signal.when, signal.for_each), "true"),)
    start = {Dimension(fact): UNKNOWN}
    if not bench.search.is_possible(*goals, start=start):
        return
    shown = bench.witnesses.find(fact, *goals, start=start)
    if shown is None and _follows(bench, signal, fact):
        return
    says = bench.places.key("signals", signal.id, "says") or signal.place
    yield bench.finding(
        bench.places.find(says, f"{{{_written(fact)}}}"),
        "placeholder-may-be-unknown",
        f"signal `{signal.id}` can be true while `{fact}` is unknown",
        hint="say what the condition reads, or ask for `is_known: true` beside it",
        shown_by=goals,
        start=start,
        level="warning" if shown is not None else "info",
    )


def _written(fact: str) -> str:
    """Return the name of a placeholder as it stands in the file."""
    kind = kind_of(fact)
    return fact if kind is None else f"item.{fact.removeprefix(kind + '.')}"


def _follows(bench: Bench, signal: SignalRule, fact: str) -> bool:
    """Tell whether every alternative knows facts that are computed from all the fields that `fact` reads."""
    specs, when = bench.specs, asked_of(signal.when, signal.for_each)
    needed = set(specs[fact].reads)
    for box in bench.search.boxes((when, "true"), start={Dimension(fact): UNKNOWN}):
        known = {dimension.fact for dimension, mask in box.items() if not mask & UNKNOWN}
        if not needed <= {path for name in known for path in specs[name].reads}:
            return False
    return True
