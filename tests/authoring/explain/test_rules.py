"""What is explained is what the engine found: every rule, on accounts drawn at random and on the shipped examples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.facts.snapshots import drawn_snapshot

from nextplay.authoring.explain import Explainer, RuleNotFound, explain_text
from nextplay.authoring.explain.case import Case, Rule
from nextplay.authoring.explain.rules import explained
from nextplay.authoring.explain.tree import Trees
from nextplay.release import Release, load_release
from nextplay.rules.condition import evaluate
from nextplay.snapshot import CustomerSnapshot, read_snapshot

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "examples" / "snapshots").glob("*.json"))


@pytest.fixture(scope="module")
def release() -> Iterator[Release]:
    """Load the shipped rules once."""
    found = load_release(ROOT / "rules", ROOT / "models", inference="python")
    yield found
    found.close()


def example(name: str) -> CustomerSnapshot:
    """Read one of the shipped snapshots."""
    return read_snapshot(json.loads((ROOT / "examples" / "snapshots" / f"{name}.json").read_text())).snapshot


def gaps_and_plays(case: Case) -> list[Rule]:
    """List the rules that the decision speaks of by themselves."""
    return [*case.gaps.values(), *case.plays.values()]


@pytest.mark.parametrize("seed", range(12))
def test_explained_truth_is_the_truth_of_the_evaluator(release: Release, seed: int) -> None:
    """Every signal, and every condition of every gap and play, has in its tree the truth that the engine gives it."""
    case = Case(release, drawn_snapshot(seed))
    trees = Trees(case)
    for signal in case.signals.values():
        assert trees.signal(signal).truth is case.given.signals[signal.id], signal.id
    for rule in gaps_and_plays(case):
        for part in explained(case, rule).parts:
            condition = getattr(rule, part.key)
            condition = getattr(condition, "when", condition)
            if getattr(rule, "for_each", None) is None:
                assert part.tree.truth is evaluate(condition, case.given.facts, case.given.signals), rule.id


@pytest.mark.parametrize("seed", range(6))
def test_the_state_of_each_rule_is_that_of_the_decision(release: Release, seed: int) -> None:
    """A gap is said to stand, and a play to be an action or withheld, where the decision says so and nowhere else."""
    case = Case(release, drawn_snapshot(seed))
    decision = case.given.decision
    states = {rule.id: explained(case, rule).state for rule in gaps_and_plays(case)}
    assert {gap for gap in case.gaps if states[gap] == "stands"} == {gap.gap for gap in decision.gaps}
    assert {gap for gap in case.gaps if states[gap] == "explained"} == {gap.gap for gap in decision.explained_gaps}
    acting = {play for play in case.plays if states[play] in ("action", "open", "escalated")}
    assert acting == {action.play for action in decision.actions}
    assert {play for play in case.plays if states[play] == "withheld"} == {entry.play for entry in decision.withheld}


def test_severity_adds_up_line_by_line(release: Release) -> None:
    """The weights that count add up to the severity that the decision shows, clipped and rounded."""
    explainer = Explainer(release, example("slow_answers"))
    for gap in explainer.account().gaps:
        found = explainer.rule(f"gap:{gap.gap}")
        total = sum(entry.weight for entry in found.severity if entry.counts)
        assert round(min(1.0, max(0.0, total)), 2) == gap.severity


def test_distances_are_in_the_unit_of_the_fact_and_in_steps(release: Release) -> None:
    """31 hours against 8 promised are 1.88 over a limit of twice the promise, or 18.75 steps of 0.1."""
    found = Explainer(release, example("slow_answers")).rule("support_answers_too_late")
    leaf = next(found.parts[0].tree.leaves())
    assert (leaf.fact, leaf.threshold, leaf.unit) == ("touchpoints.support.response_ratio", 2, "ratio")
    assert leaf.distance is not None
    assert (leaf.distance.amount, leaf.distance.steps, leaf.distance.side) == (1.875, 18.75, "above")
    assert leaf.reads == ("touchpoints.median_response_hours", "touchpoints.promised_response_hours")


def test_an_unknown_rule_is_told_with_what_may_be_meant(release: Release) -> None:
    """A misspelt id ends in a sentence with the closest one."""
    with pytest.raises(RuleNotFound, match=r"did you mean `support_answers_too_late`"):
        explain_text(release, example("slow_answers"), "support_answers_to_late")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("locale", ["en", "pt-BR"])
def test_every_rule_can_be_told(release: Release, path: Path, locale: str) -> None:
    """No page of any rule has an empty line of text, an unfilled placeholder or a bare identifier of a fact."""
    explainer = Explainer(release, example(path.stem), locale=locale)
    case = Case(release, example(path.stem))
    for rule in (*case.signals, *case.gaps, *case.plays):
        page = explainer.page_of(explained(case, case.rule(rule)))
        texts = [line.text for section in page.sections for line in section.lines]
        assert all(text and "{" not in text for text in (page.title, *page.verdict, *texts)), rule
