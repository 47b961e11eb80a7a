"""Rules that no test of the rulebook has seen true, or none has seen false."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from nextplay.authoring.cases import given_snapshot
from nextplay.authoring.lint.bench import Bench
from nextplay.authoring.lint.finding import Finding
from nextplay.authoring.lint.lists import asked_of
from nextplay.authoring.lint.search import Goal
from nextplay.authoring.lint.stated import main_of, reached_by, standings
from nextplay.errors import InputInvalid
from nextplay.rules.assessment import Assessment, Candidate
from nextplay.rules.condition import Truth
from nextplay.rules.rulebook import Place, Play
from nextplay.snapshot import read_snapshot


@dataclass(slots=True)
class _Seen:
    """What the tests have shown: folder → rules that were seen true, and that were seen false."""

    true: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    false: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, folder: str, truths: Mapping[str, Truth]) -> None:
        """Note the truths of one customer; unknown shows neither."""
        self.true[folder] |= {rule for rule, truth in truths.items() if truth}
        self.false[folder] |= {rule for rule, truth in truths.items() if truth is False}


def trial_findings(bench: Bench) -> Iterator[Finding]:
    """Run the tests and report what they leave out."""
    seen = _Seen()
    for test in bench.book.tests:
        try:
            snapshot = read_snapshot(given_snapshot(test)).snapshot
        except InputInvalid:
            continue  # the test itself fails and says so
        facts = bench.release.plan.read(snapshot).with_churn(None, None)
        _note(bench.release.evaluator.assess(facts, with_shadow=True), bench, seen)
    yield from _of_signals(bench, seen)
    yield from _of_gaps(bench, seen)
    for play in bench.book.plays:
        yield from _of_play(bench, play, seen)


def _note(assessment: Assessment, bench: Bench, seen: _Seen) -> None:
    seen.add("signals", assessment.signals)
    stand = {gap.rule.id for gap in (*assessment.gaps, *assessment.shadow.gaps)}
    stand |= {part.outcome.rule.id for part in assessment.absorbed}
    undecided = set(assessment.undecided)
    seen.add("gaps", {gap: gap in stand for gap in bench.gaps if gap not in undecided})
    candidates = (*assessment.candidates, *assessment.shadow.candidates)
    seen.add("plays", {candidate.play.id: passes(candidate) for candidate in candidates})


def passes(candidate: Candidate) -> bool:
    """Tell whether a play comes through its gates."""
    gates = (candidate.applicability, candidate.suitability)
    if candidate.play.purpose == "expansion":
        return candidate.eligibility is True and all(gate is True for gate in gates)
    return candidate.eligibility is True and all(gate is not False for gate in gates)


def _of_signals(bench: Bench, seen: _Seen) -> Iterator[Finding]:
    for signal in bench.book.signals:
        for truth in _unseen("signals", signal.id, seen):
            yield _finding(
                bench,
                "signals",
                signal.id,
                truth,
                place=signal.place,
                shown_by=((asked_of(signal.when, signal.for_each), truth),),
            )


def _of_gaps(bench: Bench, seen: _Seen) -> Iterator[Finding]:
    for gap in bench.book.gaps:
        for truth in _unseen("gaps", gap.id, seen):
            goals = standings(gap)[0].goals if truth == "true" else ((main_of(gap), truth),)
            yield _finding(bench, "gaps", gap.id, truth, place=gap.place, shown_by=goals)


def _of_play(bench: Bench, play: Play, seen: _Seen) -> Iterator[Finding]:
    gap = bench.gaps[play.answers[0].gap]
    gates = [gate for gate in (play.eligibility, play.applicability, play.suitability) if gate is not None]
    for truth in _unseen("plays", play.id, seen):
        if truth == "true":
            goals = reached_by(play, play.answers[0], gap)
        elif gates:
            goals = ((main_of(gap), "true"), (gates[0], "false"))
        else:
            continue
        yield _finding(bench, "plays", play.id, truth, place=play.place, shown_by=goals)


def _unseen(folder: str, rule: str, seen: _Seen) -> Iterator[Literal["true", "false"]]:
    if rule not in seen.true[folder]:
        yield "true"
    if rule not in seen.false[folder]:
        yield "false"


_SAYS = {
    ("signals", "true"): "no test makes signal `{}` true",
    ("signals", "false"): "no test makes signal `{}` false",
    ("gaps", "true"): "in no test does gap `{}` stand",
    ("gaps", "false"): "no test shows a customer without gap `{}`",
    ("plays", "true"): "no test brings play `{}` through its gates",
    ("plays", "false"): "no test has play `{}` held back by a gate",
}


def _finding(
    bench: Bench, folder: str, rule: str, truth: Literal["true", "false"], *, place: Place, shown_by: tuple[Goal, ...]
) -> Finding:
    return bench.finding(
        bench.places.key(folder, rule, "id") or place,
        "untested-true" if truth == "true" else "untested-false",
        _SAYS[folder, truth].format(rule),
        hint="add such a customer to the tests; `--witness` shows one to begin with",
        shown_by=shown_by,
    )
