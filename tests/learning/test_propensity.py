"""The laws of learning: what a reaction says of a play, and what becomes of its prior."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextplay.learning.propensity import Propensity, learn, posterior, weight_of
from nextplay.learning.propensity_file import propensity_file
from nextplay.learning.verdicts import PlayReaction, Verdict, verdicts
from nextplay.rules.compile import compile_rulebook
from nextplay.rules.rulebook import Life, Prior, Rulebook
from nextplay.rules.source import read_rulebook_folder
from nextplay.store.records import ReactionKind

LAW = settings(max_examples=80, deadline=None)
TODAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SMALL = Path(__file__).parents[1] / "rules" / "small"
PRIORS = st.builds(lambda accepted, more: Prior(accepted, accepted + more), st.floats(0.5, 50), st.floats(0.5, 50))
REACTIONS = st.builds(
    PlayReaction,
    st.sampled_from([("", "acme"), ("", "bolt"), ("other", "acme")]),
    st.sampled_from(["a1-1", "a1-2"]),
    st.just("call_back"),
    st.sampled_from(get_args(ReactionKind)),
    st.integers(0, 4000).map(lambda hours: NOON - timedelta(hours=hours)),
    st.sampled_from([None, "smb", "enterprise"]),
)
LISTS = st.lists(REACTIONS, max_size=12)


@pytest.fixture(scope="module")
def book() -> Rulebook:
    """Return the small rulebook of the tests."""
    return compile_rulebook(read_rulebook_folder(SMALL)).rulebook


def react(kind: ReactionKind, days_ago: float = 0, action_id: str = "a1-1") -> PlayReaction:
    """Let somebody at `acme` react so many days ago."""
    return PlayReaction(("", "acme"), action_id, "call_back", kind, NOON - timedelta(days=days_ago), "smb")


def after(reactions: list[PlayReaction], prior: Prior, half_life: float = 90) -> Propensity:
    """Return the posterior of these reactions."""
    return posterior(verdicts(reactions), prior, as_of=TODAY, half_life_days=half_life)


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ([], ""),
        (["accepted"], "y"),
        (["declined"], "n"),
        (["completed"], "y"),
        (["accepted", "completed"], "y"),
        (["accepted", "accepted"], "y"),
        (["accepted", "completed", "accepted"], "yy"),
        (["accepted", "completed", "accepted", "completed"], "yy"),
        (["accepted", "declined"], "yn"),
        (["declined", "accepted"], "ny"),
        (["declined", "declined"], "nn"),
        (["shown", "snoozed", "wrong_diagnosis"], ""),
        (["shown", "accepted", "snoozed", "completed", "wrong_diagnosis"], "y"),
    ],
)
def test_what_is_a_yes_and_what_a_no(said: list[ReactionKind], means: str) -> None:
    """Accepted and completed is one yes; a decline is a no; all else says nothing of the play."""
    told = [react(kind, len(said) - number) for number, kind in enumerate(said)]
    assert sorted("ny"[one.is_yes] for one in verdicts(told)) == sorted(means)


def test_a_yes_is_dated_when_it_was_last_said_and_a_day_has_one_no() -> None:
    """Completing is the newest word of an acceptance; a decline sent twice is one."""
    (yes,) = verdicts([react("accepted", 40), react("completed", 10)])
    assert yes.on == TODAY - timedelta(days=10)
    assert len(verdicts([react("declined", 0.1), react("declined", 0.2)])) == 1


@LAW
@given(LISTS.flatmap(lambda one: st.tuples(st.just(one), st.permutations(one))), PRIORS)
def test_the_order_of_records_does_not_matter(
    drawn: tuple[list[PlayReaction], list[PlayReaction]], prior: Prior
) -> None:
    """Whoever tells first, and how often the same is told, the counts are equal to the last bit."""
    told, shuffled = drawn
    assert after(told, prior) == after([*shuffled, *told[:3]], prior)


@LAW
@given(st.lists(REACTIONS.filter(lambda one: one.kind in {"shown", "snoozed", "wrong_diagnosis"})), PRIORS)
def test_without_a_verdict_the_prior_stays_exactly(told: list[PlayReaction], prior: Prior) -> None:
    """Nobody said yes or no: the counts are those of the prior, unrounded."""
    assert after(told, prior) == Propensity(prior.accepted, prior.of, 0.0, 0, 0)


@LAW
@given(LISTS, REACTIONS, PRIORS)
def test_one_more_acceptance_never_lowers_the_chance(told: list[PlayReaction], one: PlayReaction, prior: Prior) -> None:
    """Wherever in the past it stands, beside whatever else was said."""
    more = after([*told, one._replace(kind="accepted")], prior)
    assert more.mean >= after(told, prior).mean - 1e-12


@LAW
@given(LISTS, PRIORS, st.floats(1, 1000))
def test_the_chance_is_the_formula_and_lies_between_0_and_1(
    told: list[PlayReaction], prior: Prior, half_life: float
) -> None:
    """(accepted + weights of yes) / (of + weights of all), strictly between, as the prior is."""
    found, said = after(told, prior, half_life), verdicts(told)
    weights = [(0.5 ** ((TODAY - one.on).days / half_life), one.is_yes) for one in said]
    yes, total = sum(each for each, is_yes in weights if is_yes), sum(each for each, _ in weights)
    assert math.isclose(found.mean, (prior.accepted + yes) / (prior.of + total), rel_tol=1e-12)
    assert 0 < found.mean < 1
    assert (found.reactions, found.accounts) == (len(said), len({one.account for one in said}))


def test_a_verdict_counts_half_after_each_half_life() -> None:
    """1 today, a half after 90 days, a quarter after 180; what comes after the day is not known on it."""
    ages = [0, 90, 180]
    assert [weight_of(TODAY - timedelta(days=age), as_of=TODAY, half_life_days=90) for age in ages] == [1, 0.5, 0.25]
    assert after([react("accepted", -1)], Prior(3, 10)) == Propensity(3, 10, 0.0, 0, 0)


def said(count: int, segment: str | None, *, is_yes: bool = True, play: str = "call_back") -> list[Verdict]:
    """Return as many verdicts of today, each of another account."""
    return [Verdict(play, ("", f"{segment}-{number}"), segment, TODAY, is_yes) for number in range(count)]


def test_segments_with_too_few_reactions_are_left_to_the_whole(book: Rulebook) -> None:
    """Ten reactions are learned from, nine are not; the whole holds those of unknown segment too."""
    lesson = learn([*said(10, "smb"), *said(9, "enterprise"), *said(2, None)], book, as_of=TODAY)
    (one,) = lesson.enough
    assert (one.play, one.reactions) == ("call_back", 21)
    assert {segment: found.reactions for segment, found in one.learned.items()} == {"all": 21, "smb": 10}
    prior = one.prior
    assert one.learned["smb"] == Propensity(prior.accepted + 10, prior.of + 10, 10.0, 10, 10)
    (few,) = learn(said(9, "smb"), book, as_of=TODAY).few
    assert (few.play, few.reactions, few.learned) == ("call_back", 9, {})


def test_a_play_is_known_by_the_names_it_had(book: Rulebook) -> None:
    """Renaming a play loses nothing; what names no play of the rulebook is told apart."""
    renamed = replace(book.plays[0], life=Life(was=("call_once",)))
    told = [*said(10, "smb", play="call_once"), *said(3, "smb", play="dance")]
    lesson = learn(told, replace(book, plays=(renamed, *book.plays[1:])), as_of=TODAY)
    assert [one.play for one in lesson.enough] == [renamed.id]
    assert lesson.gone == {"dance": 3}


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 400))
def test_the_file_is_a_part_of_the_rulebook_and_says_what_was_learned(yes: int, no: int, days: int) -> None:
    """What is written compiles without a fault, and gives the counts back to four decimals."""
    files = read_rulebook_folder(SMALL)
    book = compile_rulebook(files).rulebook
    old = [one._replace(on=TODAY - timedelta(days=days)) for one in said(no, "enterprise", is_yes=False)]
    lesson = learn([*said(yes, "smb"), *old], book, as_of=TODAY)
    learned = compile_rulebook(files | {"propensities.yaml": propensity_file(lesson).encode()}).rulebook
    expected = {
        one.play: {name: (round(found.accepted, 4), round(found.of, 4)) for name, found in one.learned.items()}
        for one in lesson.enough
    }
    found = learned.arbitration.learned
    assert {
        play: {name: (one.accepted, one.of) for name, one in each.items()} for play, each in found.items()
    } == expected
    assert replace(learned.arbitration, learned={}) == book.arbitration
