"""The tests of a rulebook: each customer goes through the real decider, and what must come out is compared.

The service takes no release whose tests fail, and `nextplay rules test` says what was expected, what came, and which
reading decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nextplay.authoring.reasons import TRUTHS, Reasons
from nextplay.decider import Decider
from nextplay.decision import Decision, Options
from nextplay.errors import InputInvalid
from nextplay.release import Release
from nextplay.rules.compile_tests import TEST_ACCOUNT
from nextplay.rules.condition import Truth
from nextplay.rules.rulebook import Place, RuleTest
from nextplay.snapshot import SnapshotReading, read_snapshot

_NONE: Final = "none"
_OF_RULES: Final = frozenset({"diagnosis", "gaps", "signals"})
"""Expectations that need neither ranking nor words."""
_WITH_TRIALS: Final = Options(explanation="full")
"""A test holds a gap to its kind while it is on trial too, so that going live changes no test."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One expectation that was not met: what it was about, both sides, and the readings that decided, a line each."""

    about: str
    expected: str
    got: str
    why: str = ""

    def __str__(self) -> str:
        """Render as one sentence, and the reasons below it."""
        head = f"{self.about}: expected {self.expected}, got {self.got}"
        return "\n".join([head, *(f"    {line}" for line in self.why.splitlines())])


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came of one test."""

    name: str
    place: Place
    mismatches: tuple[Mismatch, ...]

    @property
    def passed(self) -> bool:
        """Say whether every expectation was met."""
        return not self.mismatches

    def __str__(self) -> str:
        """Render as `path:line: name`, and one line for each expectation that was not met."""
        head = f"{self.place.path}:{self.place.line}: {self.name}"
        return "\n".join([head, *(f"  {mismatch}" for mismatch in self.mismatches)])


def run_rule_tests(release: Release, only: str | None = None) -> tuple[CaseResult, ...]:
    """Run the tests of the rulebook, in the order of their files; `only` keeps those whose place or name has it."""
    tests = [test for test in release.rulebook.tests if only is None or only in f"{test.place.path}: {test.name}"]
    return tuple(results_of(release, tests))


def results_of(release: Release, tests: Iterable[RuleTest]) -> Iterator[CaseResult]:
    """Run tests one after the other, so that who only asks whether one fails can stop there."""
    decider = Decider(release)
    for test in tests:
        yield CaseResult(test.name, test.place, tuple(_mismatches(decider, test)))


def failure_lines(results: Sequence[CaseResult]) -> tuple[str, ...]:
    """Return one text for each test that failed, in order: what `ReleaseRejected` carries."""
    return tuple(str(result) for result in results if not result.passed)


def given_snapshot(test: RuleTest) -> dict[str, Any]:
    """Return the customer of a test as a snapshot; days told from `as_of` were resolved when the file was compiled."""
    return {"account_id": TEST_ACCOUNT, "as_of": test.as_of, **test.given}


def _mismatches(decider: Decider, test: RuleTest) -> list[Mismatch]:
    try:
        reading = read_snapshot(given_snapshot(test))
    except InputInvalid as error:
        return [Mismatch("given", "a snapshot", "one that cannot be read", str(error))]
    if _is_met_quickly(test.expect, decider, reading):
        return []
    decision = decider.decide(reading, options=Options(explanation="full" if _tries(decider) else "reasons"))
    reasons = Reasons(decider.release, reading.snapshot, decision)
    expect = test.expect
    found: list[Mismatch] = []
    for key, compare in _COMPARISONS.items():
        if key in expect:
            found += compare(expect[key], decision, reasons)
    if expect.get("exactly") and not any(mismatch.about == "actions" for mismatch in found):
        found += _extra_actions(expect.get("actions", ()), decision)
    return found


def _tries(decider: Decider) -> bool:
    return any(gap.life.status == "shadow" for gap in decider.release.rulebook.gaps)


def _is_met_quickly(expect: Mapping[str, Any], decider: Decider, reading: SnapshotReading) -> bool:
    """Say whether what the rules alone conclude is all that was expected; false where more is asked for.

    The words of a decision cost as much as finding it, and thousands of tests run at each reload.
    """
    if not _OF_RULES.issuperset(expect):
        return False
    assessment = decider.find(reading, options=_WITH_TRIALS).assessment
    kinds: dict[str, str] = {gap.rule.id: gap.kind for gap in (*assessment.shadow.gaps, *assessment.gaps)}
    gaps = expect.get("gaps")
    return (
        expect.get("diagnosis", assessment.diagnosis) == assessment.diagnosis
        and (gaps is None or bool(gaps) or not assessment.gaps)
        and all(kinds.get(gap, _NONE) == kind for gap, kind in (gaps or {}).items())
        and all(assessment.signals[signal] is truth for signal, truth in expect.get("signals", {}).items())
    )


def _diagnosis(expected: str, decision: Decision, reasons: Reasons) -> list[Mismatch]:
    got = decision.diagnosis.kind
    return [] if got == expected else [Mismatch("diagnosis", expected, got, reasons.of_diagnosis())]


def _lead(expected: str | None, decision: Decision, reasons: Reasons) -> list[Mismatch]:
    got = decision.diagnosis.lead or _NONE
    return [] if got == (expected or _NONE) else [Mismatch("lead", str(expected), got, reasons.of_diagnosis())]


def _gaps(expected: Mapping[str, str], decision: Decision, reasons: Reasons) -> list[Mismatch]:
    """Compare the kinds of gaps; one that is judged item by item has a kind where it has it for some item.

    Gaps on trial count where they are named, as they would stand.
    """
    kinds: dict[str, dict[str, None]] = {}
    for gap, kind in _judged(decision, trials=bool(expected)):
        kinds.setdefault(gap, {})[kind] = None
    got = {gap: ", ".join(own) for gap, own in kinds.items()}
    if not expected:
        return [Mismatch(f"gap {gap}", _NONE, shown, reasons.of_gap(gap)) for gap, shown in sorted(got.items())]
    return [
        Mismatch(f"gap {gap}", kind, got.get(gap, _NONE), reasons.of_gap(gap))
        for gap, kind in expected.items()
        if kind not in kinds.get(gap, {_NONE: None})
    ]


def _judged(decision: Decision, *, trials: bool) -> Iterator[tuple[str, str]]:
    yield from ((found.gap, found.kind) for found in decision.gaps)
    if trials:
        yield from ((found.gap, found.kind) for found in decision.shadow_gaps)


def _signals(expected: Mapping[str, Truth], decision: Decision, reasons: Reasons) -> list[Mismatch]:  # noqa: ARG001  as the others
    return [
        Mismatch(f"signal {signal}", TRUTHS[truth], TRUTHS[reasons.signals[signal]], reasons.of_signal(signal))
        for signal, truth in expected.items()
        if reasons.signals[signal] is not truth
    ]


def _actions(expected: Sequence[str], decision: Decision, reasons: Reasons) -> list[Mismatch]:
    """Compare the first actions; more may follow."""
    plays = [action.play for action in decision.actions]
    if plays[: len(expected)] == list(expected):
        return []
    missing = [play for play in expected if play not in plays]
    why = "\n".join(reasons.of_play(play) for play in missing)
    return [Mismatch("actions", _listed(expected), _listed(plays), why)]


def _extra_actions(expected: Sequence[str], decision: Decision) -> list[Mismatch]:
    plays = [action.play for action in decision.actions]
    if len(plays) == len(expected):
        return []
    return [Mismatch("actions", f"exactly {_listed(expected)}", _listed(plays))]


def _withheld(expected: Mapping[str, str], decision: Decision, reasons: Reasons) -> list[Mismatch]:
    got = {withheld.play: str(withheld.reason) for withheld in decision.withheld}
    return [
        Mismatch(f"withheld {play}", reason, got.get(play, "not withheld"), reasons.of_play(play))
        for play, reason in expected.items()
        if got.get(play) != reason
    ]


def _undetermined(expected: Sequence[str], decision: Decision, reasons: Reasons) -> list[Mismatch]:
    got = {question.gap for question in decision.undetermined}
    return [
        Mismatch(f"undetermined {gap}", "its question", "no question", reasons.of_gap(gap))
        for gap in expected
        if gap not in got
    ]


def _listed(names: Sequence[str]) -> str:
    return f"[{', '.join(names)}]"


_COMPARISONS: Final[Mapping[str, Callable[[Any, Decision, Reasons], list[Mismatch]]]] = {
    "diagnosis": _diagnosis,
    "lead": _lead,
    "gaps": _gaps,
    "signals": _signals,
    "actions": _actions,
    "withheld": _withheld,
    "undetermined": _undetermined,
}
"""Key of `expect` → how it is compared, in the order in which mismatches are told."""
