"""The tests of a rulebook go through the real decider, and a failure says both sides and what decided."""

from __future__ import annotations

from pathlib import Path

import pytest

from nextplay.authoring.cases import CaseResult, failure_lines, run_rule_tests
from nextplay.release import load_release
from nextplay.rules.source import read_rulebook_folder

ROOT = Path(__file__).parents[2]
FILES = read_rulebook_folder(ROOT / "tests" / "cli" / "rulebook")
STALLED = "contract: {started_on: {days_ago: 40}, seats: 40}"
FAILED = f"{{{STALLED}, usage: {{active_users_28d: 4, setup_attempts_14d: 9, setup_errors_14d: 7}}}}"
UNKNOWN = f"{{{STALLED}, usage: {{active_users_28d: 4}}}}"
FULL = "{contract: {seats: 40}, usage: {active_users_28d: 40}, support: {open_p1: 1}}"


def run(given: str, expect: str, only: str | None = None) -> tuple[CaseResult, ...]:
    """Run one test on the small rulebook."""
    text = f"- name: the case\n  as_of: 2026-03-02\n  given: {given}\n  expect: {expect}\n"
    files = {path: content for path, content in FILES.items() if not path.startswith("tests/")}
    release = load_release(files | {"tests/one_test.yaml": text.encode()}, None, inference="python")
    try:
        return run_rule_tests(release, only)
    finally:
        release.close()


@pytest.mark.parametrize(
    ("given", "expect"),
    [
        (FAILED, "{diagnosis: cx, lead: cx}"),
        (FAILED, "{gaps: {early_adoption_stalled: cx, no_goal_agreed: none}}"),
        (FAILED, "{actions: [guided_setup_session], exactly: true}"),
        (FAILED, "{actions: []}"),
        (UNKNOWN, "{diagnosis: undetermined, lead: none, undetermined: [early_adoption_stalled]}"),
        (FULL, "{gaps: {room_to_grow: opportunity}, withheld: {talk_about_seats: friction_first}}"),
        ("{contract: {seats: 40}}", "{gaps: {}, actions: [], exactly: true}"),
        (FAILED, "{signals: {setup_fails: true}}"),
        (UNKNOWN, "{signals: {setup_fails: unknown}}"),
    ],
)
def test_an_expectation_that_is_met_passes(given: str, expect: str) -> None:
    """Each kind of expectation is met by what the decider says; what is not named is not compared."""
    (result,) = run(given, expect)
    assert result.passed
    assert str(result) == "tests/one_test.yaml:1: the case"


@pytest.mark.parametrize(
    ("given", "expect", "told"),
    [
        (FAILED, "{diagnosis: cs}", "expected cs, got cx\n    gaps that stand: early_adoption_stalled cx 0.60"),
        (FAILED, "{lead: none}", "lead: expected none, got cx\n    gaps that stand: early_adoption_stalled cx 0.60"),
        ("{contract: {seats: 40}}", "{diagnosis: none}", "expected none, got undetermined\n    no gap stands"),
        (UNKNOWN, "{gaps: {early_adoption_stalled: cx}}", "`cx` is unknown: setup_fails (usage.setup_errors_14d is"),
        (FAILED, "{gaps: {}}", "gap early_adoption_stalled: expected none, got cx"),
        (FAILED, "{actions: [agree_goal]}", "answers no_goal_agreed (none), early_adoption_stalled as cs (cx)"),
        (FAILED, "{actions: [], exactly: true}", "actions: expected exactly [], got [guided_setup_session]"),
        (FULL, "{actions: [talk_about_seats]}", "talk_about_seats is withheld: friction_first, "),
        (FAILED, "{withheld: {guided_setup_session: cap}}", "guided_setup_session is action 1 with priority "),
        (UNKNOWN, "{signals: {setup_fails: true}}", "signal setup_fails: expected true, got unknown\n    `when` is"),
        (FAILED, "{undetermined: [early_adoption_stalled]}", "expected its question, got no question"),
    ],
)  # fmt: skip
def test_an_expectation_that_is_not_met_says_why(given: str, expect: str, told: str) -> None:
    """The failure names what was compared, both sides, and the readings or the rule that decided."""
    results = run(given, expect)
    (text,) = failure_lines(results)
    assert text.startswith("tests/one_test.yaml:1: the case\n")
    assert told in text


def run_with_life(life: str, expect: str) -> tuple[CaseResult, ...]:
    """Run one test on the small rulebook, in which `early_adoption_stalled` has a life."""
    named = b"- id: early_adoption_stalled"
    gaps = next(path for path, raw in FILES.items() if named in raw)
    test = f"- name: the case\n  as_of: 2026-03-02\n  given: {FAILED}\n  expect: {expect}\n"
    changed = FILES[gaps].replace(named, named + b"\n  " + life.encode())
    release = load_release(FILES | {gaps: changed, "tests/one_test.yaml": test.encode()}, None, inference="python")
    try:
        return run_rule_tests(release, "the case")
    finally:
        release.close()


@pytest.mark.parametrize(
    ("life", "expect", "told"),
    [
        (
            "until: 2026-03-01",
            "{gaps: {early_adoption_stalled: cx}}",
            "early_adoption_stalled does not count on 2026-03-02: it is out of its days",
        ),
        ("status: shadow", "{gaps: {early_adoption_stalled: cs}}", "expected cs, got cx\n"),
        ("status: shadow", "{gaps: {early_adoption_stalled: none}}", "expected none, got cx\n"),
        ("status: shadow", "{actions: [guided_setup_session]}", "in shadow: early_adoption_stalled"),
    ],
)
def test_a_gap_that_does_not_count_says_so(life: str, expect: str, told: str) -> None:
    """Where the conditions are true and the gap is not there, the failure tells what keeps it away."""
    (text,) = failure_lines(run_with_life(life, expect))
    assert told in text


@pytest.mark.parametrize("expect", ["{gaps: {early_adoption_stalled: cx}}", "{gaps: {}, actions: [], exactly: true}"])
def test_a_gap_on_trial_is_held_to_its_kind(expect: str) -> None:
    """A test that names a gap on trial judges it as it would stand; nothing else of it is seen."""
    (result,) = run_with_life("status: shadow", expect)
    assert result.passed


def test_tests_are_chosen_by_place_or_name() -> None:
    """`only` keeps the tests whose file or name contains it."""
    assert len(run(FAILED, "{diagnosis: cx}", only="one_test")) == 1
    assert len(run(FAILED, "{diagnosis: cx}", only="the case")) == 1
    assert run(FAILED, "{diagnosis: cx}", only="another") == ()


def test_days_are_told_from_the_instant_of_the_test() -> None:
    """`days_ago` counts back from the test's own day, whatever today is."""
    edge = "{contract: {started_on: {days_ago: 120}, seats: 40}, usage: {active_users_28d: 4}}"
    past = edge.replace("120", "121")
    assert run(edge, "{gaps: {early_adoption_stalled: undetermined}}")[0].passed
    assert run(past, "{gaps: {early_adoption_stalled: none}}")[0].passed
