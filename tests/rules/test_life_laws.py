"""Absorbing, trial and the days of rules, whatever the rulebook and the account."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from datetime import date
from random import Random
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rules.books import VOCABULARY
from tests.rules.random_books import RandomBook

from nextplay.decision import Side
from nextplay.rules.assessment import NO_SHADOW, Assessment
from nextplay.rules.evaluation import Evaluator
from nextplay.rules.rulebook import Life, Rulebook

LAW = settings(max_examples=80, deadline=None)
SEEDS = st.integers(0, 2**32)
TODAY: Final = date(2026, 3, 2)
WINDOWS: Final = (Life(ends_on=date(2026, 3, 1)), Life(starts_on=date(2026, 3, 3)))


def _assess(rulebook: Rulebook, drawn: RandomBook, seed: int, *, with_shadow: bool = False) -> list[Assessment]:
    """Assess three accounts that depend on the seed alone."""
    accounts = RandomBook(seed)
    with closing(Evaluator(rulebook, VOCABULARY, inference="python")) as evaluator:
        return [
            evaluator.assess(accounts.account(), answers=_answers(accounts, drawn), day=TODAY, with_shadow=with_shadow)
            for _ in range(3)
        ]


def _answers(accounts: RandomBook, drawn: RandomBook) -> dict[str, Side]:
    return {gap: side for gap, side in accounts.answers().items() if gap in {rule.id for rule in drawn.rulebook.gaps}}


def _without(rulebook: Rulebook, gaps: set[str], plays: set[str]) -> Rulebook:
    """Leave rules out, with the targets of plays that name them."""
    kept = [
        replace(play, answers=tuple(target for target in play.answers if target.gap not in gaps))
        for play in rulebook.plays
        if play.id not in plays
    ]
    return replace(
        rulebook,
        gaps=tuple(gap for gap in rulebook.gaps if gap.id not in gaps),
        plays=tuple(play for play in kept if play.answers),
    )


def _chosen(drawn: RandomBook, seed: int) -> tuple[set[str], set[str]]:
    random = Random(seed)  # noqa: S311  repeatable, not secret
    gaps = {gap.id for gap in drawn.rulebook.gaps if random.random() < 0.4}
    return gaps, {play.id for play in drawn.rulebook.plays if random.random() < 0.4}


def _living(rulebook: Rulebook, gaps: set[str], plays: set[str], life: Life) -> Rulebook:
    return replace(
        rulebook,
        gaps=tuple(replace(gap, life=life) if gap.id in gaps else gap for gap in rulebook.gaps),
        plays=tuple(replace(play, life=life) if play.id in plays else play for play in rulebook.plays),
    )


@LAW
@given(SEEDS)
def test_absorbing_never_adds_gaps(seed: int) -> None:
    """With parts absorbed, the gaps and the absorbed ones together are the gaps without absorbing."""
    drawn = RandomBook(seed)
    random = Random(seed)  # noqa: S311  repeatable, not secret
    gaps = drawn.rulebook.gaps
    absorbing = tuple(
        replace(gap, absorbs=tuple(part.id for part in gaps[index + 1 :] if random.random() < 0.4))
        for index, gap in enumerate(gaps)
    )
    plain = _assess(drawn.rulebook, drawn, seed)
    for before, after in zip(plain, _assess(replace(drawn.rulebook, gaps=absorbing), drawn, seed), strict=True):
        stand, parts = {gap.key for gap in after.gaps}, {part.outcome.key for part in after.absorbed}
        assert stand | parts == {gap.key for gap in before.gaps}
        assert not stand & parts
        assert {part.by for part in after.absorbed} <= {gap.rule.id for gap in after.gaps}
        assert {one.play.id for one in after.candidates} <= {one.play.id for one in before.candidates}


@LAW
@given(SEEDS)
def test_rules_on_trial_change_nothing_else(seed: int) -> None:
    """With rules in shadow an assessment is what it is without them, apart from what it says of the trial."""
    drawn = RandomBook(seed)
    gaps, plays = _chosen(drawn, seed)
    tried = _living(drawn.rulebook, gaps, plays, Life("shadow"))
    without = _assess(_without(drawn.rulebook, gaps, plays), drawn, seed)
    asked = _assess(tried, drawn, seed, with_shadow=True)
    assert [_told(one) for one in asked] == [_told(one) for one in without]
    assert [_told(one) for one in _assess(tried, drawn, seed)] == [_told(one) for one in without]
    for one in asked:
        assert {gap.rule.id for gap in one.shadow.gaps} <= gaps
        assert {candidate.play.id for candidate in one.shadow.candidates} <= plays


@LAW
@given(SEEDS, st.sampled_from(WINDOWS))
def test_a_rule_out_of_its_days_is_not_there(seed: int, life: Life) -> None:
    """Before its first day and after its last, a rule is as if it were not written."""
    drawn = RandomBook(seed)
    gaps, plays = _chosen(drawn, seed)
    outside = _assess(_living(drawn.rulebook, gaps, plays, life), drawn, seed, with_shadow=True)
    without = _assess(_without(drawn.rulebook, gaps, plays), drawn, seed)
    assert [_told(one) for one in outside] == [_told(one) for one in without]
    assert [one.shadow for one in outside] == [NO_SHADOW] * 3


@LAW
@given(SEEDS)
def test_a_trial_says_what_would_be(seed: int) -> None:
    """A gap on trial is told as it would stand if it were live, where nobody answered its question."""
    drawn = RandomBook(seed)
    gaps, _ = _chosen(drawn, seed)
    accounts = RandomBook(seed)
    tried = _living(drawn.rulebook, gaps, set(), Life("shadow"))
    with (
        closing(Evaluator(drawn.rulebook, VOCABULARY, inference="python")) as live,
        closing(Evaluator(tried, VOCABULARY, inference="python")) as trial,
    ):
        for _ in range(3):
            account = accounts.account()
            standing = {gap.rule.id: (gap.kind, gap.severity) for gap in live.assess(account).gaps}
            shadow = trial.assess(account, with_shadow=True).shadow.gaps
            assert {gap.rule.id: (gap.kind, gap.severity) for gap in shadow} == {
                name: found for name, found in standing.items() if name in gaps
            }


def _told(one: Assessment) -> object:
    """Return all that an assessment says, without the trial, and with rules by their ids."""
    return (
        one.signals,
        [
            (gap.rule.id, gap.kind, gap.severity, _names(gap.signals), _names(gap.against), gap.open_facts)
            for gap in one.gaps
        ],
        [(gap.rule.id, _names(gap.signals)) for gap in one.explained],
        one.undecided,
        [
            (each.play.id, [gap.rule.id for gap in each.gaps], each.eligibility, each.applicability, each.suitability)
            for each in one.candidates
        ],
        (one.diagnosis, one.lead),
        [(near.rule.id, near.reading, near.distance) for near in one.near_misses],
        one.missing_facts,
    )


def _names(signals: tuple[str, ...]) -> list[str]:
    """Drop the numbers of leaves of one name: the parameters of these books are many and all called `limit`."""
    return [re.sub(r" \([0-9]+\)$", "", signal) for signal in signals]
