"""What tests cover, and customers for what they do not: with the real engine on the small rulebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from nextplay.authoring.cases import run_rule_tests
from nextplay.authoring.coverage import Coverage, RuleCoverage, cover
from nextplay.authoring.coverage.asks import asked, lacking
from nextplay.authoring.coverage.report import Least, lacking_lines, shortfalls, summary_lines
from nextplay.authoring.coverage.suggest import suggest
from nextplay.authoring.coverage.views import views
from nextplay.facts import Facts, Item
from nextplay.release import Release, load_release
from nextplay.rules.condition import FactLeaf, Not, Parameter, SignalLeaf
from nextplay.rules.rulebook import Place, SignalRule
from nextplay.rules.source import read_rulebook_folder

FOLDER = Path(__file__).parents[2] / "cli" / "rulebook"
FILES = read_rulebook_folder(FOLDER)


@contextmanager
def loaded(files: Mapping[str, bytes]) -> Iterator[Release]:
    """Load a rulebook for a moment."""
    release = load_release(files, None, inference="python")
    try:
        yield release
    finally:
        release.close()


def covered(*tests: str) -> Coverage:
    """Cover the small rulebook with tests of early use, each a customer as YAML."""
    head = "- name: case {}\n  as_of: 2026-03-02\n  given: {}\n  expect: {{}}\n"
    text = "".join(head.format(number, given) for number, given in enumerate(tests)) or "[]"
    files = {path: raw for path, raw in FILES.items() if not path.startswith("tests/")}
    files["tests/some_test.yaml"] = text.encode()
    with loaded(files) as release:
        return cover(release, files)


def rule(coverage: Coverage, name: str) -> RuleCoverage:
    """Find a rule."""
    return next(one for one in coverage.rules if one.id == name)


EARLY = "{contract: {started_on: {days_ago: 40}, seats: 40}, usage: {active_users_28d: 4}}"
LATE = "{contract: {started_on: {days_ago: 121}, seats: 40}, usage: {active_users_28d: 4}}"
MANY = "{contract: {started_on: {days_ago: 40}, seats: 40}, usage: {active_users_28d: 40}}"


def test_a_rule_is_covered_when_it_was_true_and_false() -> None:
    """Truths are counted by test; unknown shows neither."""
    early = rule(covered(EARLY), "early_use_low")
    assert (early.truths.true, early.truths.false, early.is_covered) == (1, 0, False)
    both = rule(covered(EARLY, LATE, "{}"), "early_use_low")
    assert both.truths.document() == {"true": 1, "false": 1, "unknown": 1}
    assert both.is_covered


def test_a_leaf_is_covered_when_it_decided_both_ways() -> None:
    """The age decides in one pair of tests, the use in another; each leaf names the tests that showed it."""
    age, use = rule(covered(EARLY, LATE), "early_use_low").leaves
    assert (age.is_covered, use.is_covered) == (True, False)
    assert (age.true_in, age.false_in) == ("case 0", "case 1")
    age, use = rule(covered(EARLY, MANY), "early_use_low").leaves
    assert (age.is_covered, use.is_covered) == (False, True)


def test_a_play_is_covered_by_coming_and_by_staying_away() -> None:
    """A play is true where it comes through its gates, and false where no gap asks for it."""
    play = rule(covered(EARLY, LATE), "ask_tried_or_never_started")
    assert (play.truths.true, play.truths.false) == (1, 1)


def test_what_is_lacking_is_told_with_its_line() -> None:
    """The report says where the leaf stands and which customer the tests lack, the worst rule first."""
    coverage = covered(EARLY, LATE)
    lines = list(lacking_lines(coverage))
    assert "  signals/signals.yaml:12: no customer with usage.license_utilization at 0.25" in lines
    assert "never true" in next(line for line in lines if ": signal " in line or ": gap " in line)
    assert next(summary_lines(coverage)).startswith("rules ")
    assert list(lacking_lines(Coverage(()))) == []


def test_too_little_coverage_is_told_rule_by_rule() -> None:
    """Below what is asked for, every rule and leaf that is lacking is named; at it, nothing is."""
    coverage = covered(EARLY)
    assert shortfalls(coverage, Least(0)) == ()
    told = shortfalls(coverage, Least(100, 100))
    assert told[0].endswith("covered, 100 % asked for")
    assert any("signal early_use_low" in line for line in told)
    assert Least.read("100,90") == Least(100, 90)


@pytest.mark.parametrize("text", ["", "many", "101", "50,50,50", "-1"])
def test_a_share_that_is_none_is_refused(text: str) -> None:
    """Per cent are numbers from 0 to 100, one or two of them."""
    with pytest.raises(ValueError):  # noqa: PT011  the message is the command's
        Least.read(text)


def test_drafts_pass_and_cover_what_was_open() -> None:
    """Every draft is a test that passes, and with the drafts nothing that could be built for stays open."""
    with loaded(FILES) as release:
        found = suggest(release, FILES)
        again = "\n".join(draft.yaml for _, draft in found.drafts)
    files = {**FILES, "tests/drafted_test.yaml": again.encode()}
    with loaded(files) as release:
        assert all(result.passed for result in run_rule_tests(release))
        coverage = cover(release, files)
    assert found.drafts
    assert len(coverage.leaves) - coverage.leaves_covered <= len(found.without)
    assert coverage.rules_covered == len(coverage.rules)


def test_a_draft_stands_at_the_limit() -> None:
    """Of a number, one side is the threshold itself and the other one step beyond, and nothing else differs."""
    with loaded(FILES) as release:
        found = suggest(release, FILES, rule="early_use_low", covered_too=True)
    age = found.drafts[0][1].yaml
    assert 'vary: {"contract.started_on": [{days_ago: 120}, {days_ago: 121}]}' in age
    assert "expect: [{signals: {early_use_low: true}}, {signals: {early_use_low: false}}]" in age


def test_rules_about_items_look_at_each_of_them() -> None:
    """A rule about objectives is asked once for each; a signal of the same list is read for that one alone."""
    late = SignalRule(
        "late", {}, FactLeaf("objective.days_overdue", "gt", 30), {}, Place("s.yaml", 1, 1), for_each="objective"
    )
    items = tuple(Item("objective", key, key, {"objective.days_overdue": days}) for key, days in (("a", 40), ("b", 3)))
    facts = Facts((), (), (), items={"objective": items})
    seen = [
        (view.truth(SignalLeaf("late")), view.truth(Not(SignalLeaf("calm"))), len(view.signals), [*view.signals])
        for view in views("objective", facts, {"late": True, "calm": False}, {"late": late})
    ]
    assert seen == [(True, True, 2, ["late", "calm"]), (False, True, 2, ["late", "calm"])]
    assert list(views("survey", facts, {}, {})) == []


def test_leaves_are_said_as_a_strategist_reads_them() -> None:
    """Each operator has words of its own for what is asked and for the customer who lacks."""
    days = Parameter("silent_days", "profile.segment", {"smb": 120}, 75)
    assert asked(FactLeaf("f", "gte", 3)) == "f at least 3"
    assert asked(FactLeaf("f", "between", (1, 2))) == "f within 1 to 2"
    assert asked(FactLeaf("f", "is_unknown")) == "f is unknown"
    assert lacking(FactLeaf("f", "gte", 3), truth=False) == "no customer with f just below 3"
    assert lacking(FactLeaf("f", "gt", days), truth=True) == "no customer with f just above silent_days"
    assert lacking(FactLeaf("f", "is_known"), truth=False) == "no customer whose f is unknown"
    assert lacking(SignalLeaf("s"), truth=True) == "no customer for whom signal s is true"
